"""Alerts by mail: rows say what is to be sent, so a killed worker or a broken server delays only.

An attempt is written down before it begins, and puts off the next one. Who is killed between
sending and writing that down leaves a mail that is sent again, under the same Message-ID.
"""

import logging
from collections.abc import Sequence
from hashlib import sha256

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models.functions import Now

from riskscore.models import Alert
from riskscore.scoring.alerts.words import in_words

log = logging.getLogger(__name__)

#: People to whom one sweep writes; the others wait for the next.
MOST_MAILS = 20
#: Alerts in one mail; more come in the next one.
MOST_ALERTS = 200
#: After so many attempts, of which the last waits half a day for the one before, nobody tries on.
MOST_ATTEMPTS = 10
#: What is older when mail is turned on, or back again, is left to the page.
OLDEST = "2 days"
MAY = {
    Alert.Kind.BAND: "riskscore.view_score",
    Alert.Kind.EVIDENCE: "riskscore.view_evidence",
    Alert.Kind.LIMIT: "riskscore.view_limitcrossing",
    Alert.Kind.WEBHOOK: "riskscore.view_webhook",
}

# One person's alerts, the longest waiting first; nobody else's while they are in work.
_CLAIM = """
WITH next AS (
    SELECT user_id FROM riskscore_alert
    WHERE mail_after <= clock_timestamp() AND mailed_at IS NULL
    ORDER BY mail_after LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE riskscore_alert SET mail_attempts = mail_attempts + 1,
    mail_after = clock_timestamp() + least(power(2, mail_attempts), 720) * interval '1 minute'
WHERE id IN (
    SELECT a.id FROM riskscore_alert a JOIN next ON next.user_id = a.user_id
    WHERE a.mail_after <= clock_timestamp() AND a.mailed_at IS NULL
    ORDER BY a.id LIMIT %s FOR UPDATE OF a SKIP LOCKED
)
RETURNING id
"""
# Longer than the longest wait after so many attempts: the clock was set back since.
_TOO_LONG = """
mail_after > clock_timestamp() + least(power(2, mail_attempts), 720) * interval '1 minute'
"""
_IS_DUE = f"""
SELECT EXISTS (SELECT FROM riskscore_alert
               WHERE (mail_after <= clock_timestamp() OR {_TOO_LONG}) AND mailed_at IS NULL)
"""  # noqa: S608 - our own words
_CUT = f"""
UPDATE riskscore_alert SET mail_after = clock_timestamp() WHERE {_TOO_LONG} AND mailed_at IS NULL
"""  # noqa: S608 - our own words
_LEAVE = """
UPDATE riskscore_alert SET mail_after = NULL, mail_error = %s
WHERE mail_after <= clock_timestamp() AND mailed_at IS NULL
  AND at < clock_timestamp() - %s::interval AND mail_attempts = 0
"""


def send_due() -> int:
    """Send what waits, one mail a person; how many were sent. Nothing where mail is off."""
    if not settings.ALERT_MAIL:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_CUT)
        cursor.execute(_LEAVE, [f"older than {OLDEST} when mail was on", OLDEST])
    sent = 0
    for _ in range(MOST_MAILS):
        if not (claimed := _claim()):
            break
        sent += _send(claimed)
    return sent


def is_due() -> bool:
    """Whether a mail waits, and may go out."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_DUE)
        return bool(settings.ALERT_MAIL and cursor.fetchone()[0])


def _claim() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [MOST_ALERTS])
        return sorted(row[0] for row in cursor.fetchall())


def _send(claimed: Sequence[int]) -> bool:
    """Write to the person whose alerts these are; whether the mail was taken."""
    rows = list(Alert.objects.filter(pk__in=claimed).order_by("pk"))
    person = get_user_model().objects.get(pk=rows[0].user_id)
    allowed = [
        row for row in rows if person.is_active and person.has_perm(MAY[Alert.Kind(row.kind)])
    ]
    if not person.email or not allowed:
        _leave(rows, "no address" if not person.email else "may not see it any more")
        return False
    try:
        _mail(person.email, allowed).send()
    except Exception as error:
        # Whatever a mail server answers, the alerts stay due; the row says why.
        log.warning("mail to user %s: %s", person.pk, error)
        _failed(rows, f"{type(error).__name__}: {error}"[:200])
        return False
    Alert.objects.filter(pk__in=claimed).update(mailed_at=Now(), mail_error="")
    return True


def _mail(to: str, rows: Sequence[Alert]) -> EmailMessage:
    lines = [in_words(row) for row in rows]
    subject = lines[0] if len(lines) == 1 else f"{len(lines)} alerts about what you watch"
    where = f"\n{settings.SITE}/admin/alerts/\n" if settings.SITE else ""
    body = "\n".join([*(f"- {line}" for line in lines), where])
    name = sha256(",".join(str(row.pk) for row in rows).encode()).hexdigest()[:32]
    host = settings.ALERT_MAIL_FROM.rpartition("@")[2].strip("> ") or "riskscore"
    return EmailMessage(
        f"riskscore: {subject}"[:180],
        body,
        settings.ALERT_MAIL_FROM,
        [to],
        headers={"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"},
    )


def _leave(rows: Sequence[Alert], why: str) -> None:
    keys = [row.pk for row in rows]
    Alert.objects.filter(pk__in=keys).update(mail_after=None, mail_error=why)


def _failed(rows: Sequence[Alert], why: str) -> None:
    Alert.objects.filter(pk__in=[row.pk for row in rows]).update(mail_error=why)
    _leave([row for row in rows if row.mail_attempts >= MOST_ATTEMPTS], f"given up: {why}"[:200])
