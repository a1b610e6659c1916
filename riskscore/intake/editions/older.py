"""Whether a whole release is an older edition than the one in force of its source.

Such a file is loaded and kept beside it (``Release.scored`` is false); only ``replace`` makes it
the one that is scored. Older is: figures that end in an earlier year, of the source or of one of
its indicators; an earlier version or year in the words for the edition; and where neither tells,
a day on which it was fetched that lies before the other's.

Of a publisher who states each commodity in a file of its own, an older edition adds what no later
one states, and changes nothing that one does.
"""

from riskscore.intake import staging
from riskscore.models import Intake, Release
from riskscore.releases import effective
from riskscore.sources import edition_words
from riskscore.sources.left_out import LeftOut


def why(intake: Intake, staged: str, in_force: str, *, by_indicator: bool = True) -> str:
    """Why the staged file is an older edition, in words; empty if it is none, or is to count.

    ``staged`` and ``in_force`` are tables with a column ``year``, and ``indicator`` if asked.
    """
    before = current(intake.source)
    if intake.replace or before is None:
        return ""
    return (
        _ends_earlier(staged, in_force, by_indicator=by_indicator)
        or _named_earlier(intake, before)
        or _fetched_earlier(intake, before, staged, in_force)
    )


def leave_later(intake: Intake, staged: str, stated_once: tuple[str, ...]) -> LeftOut | None:
    """Drop the staged rows of an older edition that a later one states otherwise, and count them.

    Needs ``matched_observation``. ``stated_once``: indicators of which each edition states a year
    of its own, so that none is later.
    """
    before = current(intake.source)
    if intake.replace or before is None or not (named := _named_earlier(intake, before)):
        return None
    rows = staging.fetch(
        f"DELETE FROM {staged} s USING matched_observation m"  # noqa: S608
        " WHERE m.at = s.ctid AND NOT m.same AND NOT s.indicator = ANY(%s)"
        " RETURNING s.line, concat_ws(' ', s.indicator, s.place, s.mineral, s.year)",
        [list(stated_once)],
    )
    if not rows:
        return None
    staging.execute(
        "DELETE FROM matched_observation m WHERE NOT same"  # noqa: S608
        f" AND NOT EXISTS (SELECT FROM {staged} s WHERE s.ctid = m.at)"
    )
    line, example = rows[0]
    reason = f"an older edition, and a later one states it otherwise (--replace): {named}"
    return LeftOut(reason, line, example, len(rows))


def current(source: str) -> Release | None:
    """The whole release of a source that is in force; None if there is none."""
    ids = effective.in_force().of(source).ids
    return Release.objects.filter(id__in=ids, partial=False).order_by("-edition_id", "-id").first()


def kept_already(intake: Intake) -> Release | None:
    """The same file, kept beside the one in force since an earlier import."""
    same = Release.objects.filter(source=intake.source, sha256=intake.sha256, scored=False)
    return same.filter(withdrawal__isnull=True).first()


def _ends_earlier(staged: str, in_force: str, *, by_indicator: bool) -> str:
    about = "indicator" if by_indicator else "''"
    rows = staging.fetch(
        f"SELECT s.about, s.newest, k.newest FROM (SELECT {about} AS about, max(year) AS newest"  # noqa: S608
        f" FROM {staged} GROUP BY 1) s JOIN (SELECT {about} AS about, max(year) AS newest"
        f" FROM {in_force} GROUP BY 1) k USING (about) WHERE s.newest < k.newest ORDER BY 1"
    )
    if not rows:
        return ""
    about, newest, known = rows[0]
    of = f" of {about}" if about else ""
    more = f", and {len(rows) - 1} more indicators are older" if len(rows) > 1 else ""
    return f"its newest year{of} is {newest}, and figures for {known} are in force{more}"


def _named_earlier(intake: Intake, before: Release) -> str:
    if edition_words.compared(intake.published_edition, before.published_edition) != -1:
        return ""
    return f"it is {intake.published_edition!r}, and {before.published_edition!r} is in force"


def _fetched_earlier(intake: Intake, before: Release, staged: str, in_force: str) -> str:
    days = (intake.retrieved_on, before.retrieved_on)
    told = edition_words.compared(intake.published_edition, before.published_edition)
    if told is not None or days[0] is None or days[1] is None or days[0] >= days[1]:
        return ""
    ((newest, known),) = staging.fetch(
        f"SELECT (SELECT max(year) FROM {staged}), (SELECT max(year) FROM {in_force})"  # noqa: S608
    )
    if newest > known:
        return ""
    return f"it was fetched on {days[0]}, and what is in force on {days[1]}"
