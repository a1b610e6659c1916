"""Limits of portfolios: how each stands, and an alert for each time that this changes.

The rows are the truth: a portfolio is due when what its limits hang on (positions, limits, owners,
scores, the day) is not what they were last compared with, and while it is compared its row is
locked. So it does not matter how often anybody looks, or who: each change is kept once.
"""

import logging
import math
from datetime import date
from typing import Any, NamedTuple

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from riskscore.models import LimitCrossing, Portfolio, PortfolioLimit
from riskscore.models.scores import NODES
from riskscore.models.sourcing.portfolios import Bound, Standing
from riskscore.scoring.alerts import raised
from riskscore.sourcing.holdings import portfolios
from riskscore.sourcing.holdings.portfolios import Figures

log = logging.getLogger(__name__)

Cause = LimitCrossing.Cause
What = Bound.What
#: Portfolios that one look compares; what is left over waits for the next.
MOST = 50


class Measured(NamedTuple):
    """A figure with its bounds; ``value`` None where what is unknown decides."""

    value: float | None
    low: float | None
    high: float | None

    def standing(self, at_most: float) -> Standing:
        """How it stands to a limit; a portfolio that holds nothing exceeds none."""
        if self.value is not None:
            return Standing.ABOVE if self.value > at_most else Standing.WITHIN
        if self.high is None or self.high <= at_most:
            return Standing.WITHIN
        return Standing.ABOVE if (self.low or 0.0) > at_most else Standing.UNCLEAR


def measure(limit: Bound, found: Figures) -> Measured:
    """What a limit is about, by the figures of its portfolio."""
    if limit.what in NODES:
        at = NODES.index(limit.what)
        whole = found.exposure
        return _measured(float(whole.score[at]), float(whole.low[at]), float(whole.high[at]))
    if found.kt <= 0:
        return Measured(None, None, None)
    if limit.what == What.PLACE:
        share = found.places().low.get(limit.place_id or "", 0.0)
        return Measured(share, share, share)
    if limit.what == What.OWNER and limit.company is not None:
        return _share_of(limit.company.key, found)
    split = found.places() if limit.what == What.N1_PLACE else found.holders()
    low, high = split.n1
    return _measured(low if low == high else math.nan, low, high)


def _share_of(company: str, found: Figures) -> Measured:
    """What one company holds: at most what is said of it, and all of which no owner is known."""
    split = found.holders()
    low = split.low.get(company, 0.0)
    high = min(split.high.get(company, 0.0) + found.without_owner_kt() / found.kt, 1.0)
    return _measured(low if low == high else math.nan, low, high)


def _measured(value: float, low: float, high: float) -> Measured:
    known = (None if math.isnan(one) else one for one in (value, low, high))
    return Measured(*known)


# What limits hang on, in two digests: what its owner keeps with what is said of owners, and scores.
_STATE = """
SELECT f.id, f.checked,
    md5(concat_ws('|',
        (SELECT string_agg(concat_ws(':', p.id, p.project_id, p.mineral_id, p.kt_per_year), ','
            ORDER BY p.id) FROM held p WHERE p.portfolio_id = f.id),
        (SELECT string_agg(concat_ws(':', l.id, l.what, l.place_id, l.company_id, l.at_most), ','
            ORDER BY l.id) FROM riskscore_portfoliolimit l WHERE l.portfolio_id = f.id),
        (SELECT string_agg(o.id::text, ',' ORDER BY o.id) FROM held p
            JOIN riskscore_project h ON h.id = p.project_id
            JOIN riskscore_project d ON d.id IN (h.id, h.duplicate_of_id)
                OR d.duplicate_of_id IN (h.id, h.duplicate_of_id)
            JOIN riskscore_ownership o ON o.project_id = d.id
                AND coalesce(o.since, '-infinity') <= %(day)s
                AND coalesce(o.until, 'infinity') >= %(day)s
            WHERE p.portfolio_id = f.id),
        (SELECT max(d.id) FROM riskscore_domicile d))) AS kept,
    md5((SELECT string_agg(concat(s.project_id, ':', encode(s.digest, 'hex')), ','
        ORDER BY s.project_id) FROM riskscore_score s
        WHERE s.lens_id = f.lens_id
          AND s.project_id IN (SELECT p.project_id FROM held p WHERE p.portfolio_id = f.id)))
        AS scored
FROM riskscore_portfolio f
"""
_HELD = """
WITH held AS (
    SELECT * FROM riskscore_position
    WHERE coalesce(since, '-infinity') <= %(day)s AND coalesce(until, 'infinity') >= %(day)s
)
"""
# While a job is still at a portfolio's projects its scores are of two moments. A job that is paused
# may stay so for long: then what is there counts.
_DUE = f"""
{_HELD}
SELECT id FROM ({_STATE}
    WHERE f.archived_at IS NULL
      AND EXISTS (SELECT FROM riskscore_portfoliolimit l WHERE l.portfolio_id = f.id)
      AND NOT EXISTS (
        SELECT FROM held p
        JOIN riskscore_score s ON s.project_id = p.project_id AND s.lens_id = f.lens_id
        JOIN riskscore_job j ON j.id = s.job_id
        WHERE p.portfolio_id = f.id AND j.state IN ('queued', 'running') AND j.paused_at IS NULL)
) state
WHERE checked <> concat(kept, ':', scored) ORDER BY id LIMIT %(most)s
"""  # noqa: S608 - our own names
_ONE = f"{_HELD} {_STATE} WHERE f.id = %(portfolio)s"


def check_due() -> int:
    """Compare every portfolio that is due with its limits; how many standings changed."""
    changed = 0
    for key in _due():
        try:
            changed += _check_one(key)
        except (SoftTimeLimitExceeded, DatabaseError):
            raise
        except Exception:
            # One portfolio that cannot be computed must not keep others from their alerts.
            log.exception("limits of portfolio %s were not checked", key)
    return changed


def _check_one(key: int) -> int:
    with transaction.atomic():
        locked = Portfolio.objects.select_for_update(skip_locked=True, of=("self",))
        portfolio = locked.select_related("lens").filter(pk=key, archived_at=None).first()
        return 0 if portfolio is None else check(portfolio)


def _due() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"day": _today(), "most": MOST})
        return [row[0] for row in cursor.fetchall()]


def check(portfolio: Portfolio, cause: Cause | None = None) -> int:
    """Compare one portfolio, whose row is locked, with its limits; how many standings changed.

    Without a cause it is told from what is different: scores, or what owners and the day make.
    """
    day = _today()
    kept, scored = _state(portfolio, day)
    state = f"{kept}:{scored}"
    if portfolio.checked == state:
        return 0
    found = portfolios.figures(portfolios.held(portfolio, day), portfolio.lens, day)
    if cause is None:
        same = portfolio.checked.partition(":")[2] == scored
        cause = Cause.FACTS if same else Cause.RESCORING
    limits = portfolio.limits.select_related("company").order_by("pk")
    changed = sum(_compare(limit, found, cause) for limit in limits)
    portfolio.checked = state
    Portfolio.objects.filter(pk=portfolio.pk).update(checked=state, checked_at=Now())
    return changed


def _today() -> date:
    return timezone.now().date()


def _state(portfolio: Portfolio, day: date) -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_ONE, {"day": day, "portfolio": portfolio.pk})
        _, _, kept, scored = cursor.fetchone()
    return kept or "", scored or ""


def _compare(limit: PortfolioLimit, found: Figures, cause: Cause) -> bool:
    """Note how a limit stands now; whether that is a change. Within at first is none."""
    now = measure(limit, found)
    standing = now.standing(limit.at_most)
    changed = standing != (limit.standing or Standing.WITHIN)
    if changed:
        _cross(limit, now, standing, found, cause)
    limit.standing, limit.value, limit.low, limit.high = standing, *now
    limit.save(update_fields=["standing", "value", "low", "high"])
    return changed


def _cross(
    limit: PortfolioLimit, now: Measured, after: Standing, found: Figures, cause: Cause
) -> None:
    newest = max(found.scores.values(), key=lambda score: score.computed_at, default=None)
    scored = newest is not None and cause == Cause.RESCORING
    crossing = LimitCrossing.objects.create(
        portfolio_id=limit.portfolio_id,
        limit=limit,
        what=limit.what,
        place_id=limit.place_id,
        company_id=limit.company_id,
        at_most=limit.at_most,
        before=limit.standing,
        after=after,
        value_before=limit.value,
        low_before=limit.low,
        high_before=limit.high,
        value=now.value,
        low=now.low,
        high=now.high,
        cause=cause,
        job_id=newest.job_id if newest and scored else None,
        edition=newest.edition if newest else None,
        positions=snapshot(found),
    )
    raised.of_crossing(crossing.pk)


def snapshot(found: Figures) -> list[dict[str, Any]]:
    """What figures were computed from, in short."""
    return [
        {
            "project": one.project.key,
            "mineral": one.mineral,
            "kt_per_year": one.kt,
            "digest": bytes(score.digest).hex()
            if (score := found.scores.get(one.project.pk))
            else None,
            "low": found.positions.low[at].tolist(),
            "high": found.positions.high[at].tolist(),
        }
        for at, one in enumerate(found.holdings)
    ]
