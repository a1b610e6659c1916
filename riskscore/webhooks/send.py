"""Sending what waits: leased work like any other, by a process of its own, each at least once.

The main thread claims and records in short transactions; the network is another thread's
(``courier``). Who is killed in between leaves a lease that expires, and the message goes again
under the same number.
"""

import logging
import time
from concurrent.futures import FIRST_COMPLETED, Future, wait

from django.db import connection, transaction
from django.utils import timezone

from riskscore.errors import RiskscoreError
from riskscore.jobs import work_items
from riskscore.jobs.heartbeat import worker_name
from riskscore.models import WebhookDelivery
from riskscore.webhooks import messages, outcomes, permitted, subscriptions
from riskscore.webhooks.courier import AT_ONCE, Courier
from riskscore.webhooks.pauses import SCHEDULE
from riskscore.webhooks.posting import TIMEOUT_S, Reply
from riskscore.webhooks.receiver import Receiver

log = logging.getLogger(__name__)

#: A process stops claiming after so long; another one goes on.
BUDGET_S = 30.0
#: Messages that are under way to one webhook, over all processes: who hangs occupies no more.
PER_WEBHOOK = 4

# The webhooks that can be sent to now, those with the fewest messages under way first.
_FAIR = f"""
SELECT w.id, r.running FROM riskscore_webhook w CROSS JOIN LATERAL (
    SELECT count(*) AS running FROM riskscore_webhookdelivery d
    WHERE d.webhook_id = w.id AND d.state = 'running'
) r
WHERE w.disabled_at IS NULL AND r.running < {PER_WEBHOOK}
  AND EXISTS (SELECT FROM riskscore_webhookdelivery d WHERE d.webhook_id = w.id
        AND d.state = 'waiting' AND d.due_at <= clock_timestamp())
"""  # noqa: S608 - our own number
_NEXT = f"""
WITH fair AS ({_FAIR} ORDER BY r.running, w.id)
SELECT next.id FROM fair CROSS JOIN LATERAL (
    SELECT d.id FROM riskscore_webhookdelivery d
    WHERE d.webhook_id = fair.id AND d.state = 'waiting' AND d.due_at <= clock_timestamp()
    ORDER BY d.due_at LIMIT 1 FOR UPDATE SKIP LOCKED
) next LIMIT 1
"""  # noqa: S608 - our own names
DELIVERIES = work_items.LeasedTable(
    "riskscore_webhookdelivery",
    _NEXT,
    max_attempts=len(SCHEDULE),
    longest_s=2 * TIMEOUT_S,
    waiting="waiting",
)
_IS_DUE = f"""
SELECT EXISTS ({_FAIR}) OR EXISTS (SELECT FROM riskscore_webhookdelivery
    WHERE state = 'running' AND lease_until < clock_timestamp())
"""  # noqa: S608 - our own names
# The clock was set back since: no pause is longer than a day and its jitter.
_CUT = """
UPDATE riskscore_webhookdelivery SET due_at = clock_timestamp()
WHERE state = 'waiting' AND due_at > clock_timestamp() + interval '30 hours'
"""
_SIGN_NO_MORE = """
UPDATE riskscore_webhook SET previous_secret = '', previous_until = NULL
WHERE previous_until < clock_timestamp()
"""
_OLD = """
SELECT id FROM riskscore_webhookdelivery
WHERE finished_at < clock_timestamp() - %s::interval ORDER BY finished_at LIMIT 1000
FOR UPDATE SKIP LOCKED
"""


def is_due() -> bool:
    """Whether a message waits that could be sent now, or a lease has expired."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_DUE)
        return bool(cursor.fetchone()[0])


def sweep() -> None:
    """Return expired leases; forget secrets that sign no more, and what ended long ago, some rows
    at a time."""
    work_items.sweep(DELIVERIES)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CUT)
        cursor.execute(_SIGN_NO_MORE)
        cursor.execute(_OLD, [f"{WebhookDelivery.KEPT.days} days"])
        old = [row[0] for row in cursor.fetchall()]
        WebhookDelivery.objects.filter(pk__in=old).delete()


def drain(budget_s: float = BUDGET_S) -> int:
    """Send what is due until nothing is left or the time is up; how many attempts were made."""
    sweep()
    deadline = time.monotonic() + budget_s
    worker, made = worker_name(), 0
    under_way: dict[Future[Reply], work_items.Lease] = {}
    with Courier() as courier:
        while True:
            while len(under_way) < AT_ONCE and time.monotonic() < deadline:
                row = work_items.claim(DELIVERIES, worker)
                if row is None:
                    break
                lease = work_items.Lease(*row)
                if (begun := _begin(lease, courier)) is not None:
                    under_way[begun] = lease
            if not under_way:
                return made
            ended, _ = wait(under_way, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in ended:
                outcomes.record(under_way.pop(future), future.result())
                made += 1


def _begin(lease: work_items.Lease, courier: Courier) -> "Future[Reply] | None":
    """Begin an attempt; None where there is none to make."""
    message = WebhookDelivery.objects.select_related("webhook__owner").get(pk=lease.id)
    try:
        if why := permitted.why_not(message):
            work_items.finish(lease, WebhookDelivery.State.WITHHELD, error=why)
            return None
        sent = messages.body(message)
        signed = messages.headers(message, message.webhook, sent, timezone.now())
        subscriptions.encrypt_anew(message.webhook)
        return courier.post(Receiver.of(message.webhook.url), signed, sent)
    except RiskscoreError as error:
        outcomes.record(lease, Reply(None, 0.0, error=str(error)[:400]))
    except work_items.LeaseLost as error:
        log.warning("%s", error)
    return None
