"""Whether a whole release is an older edition than the one in force of its source.

Such a file is loaded and kept beside it (``Release.scored`` is false); only ``replace`` makes it
the one that is scored. Older is: figures that end in an earlier year, of the source or of one of
its indicators; an earlier version or year in the words for the edition; and where neither tells,
a day on which it was fetched that lies before the other's.

Where files of a publisher add to each other (``PARTIAL``), an older edition adds what no other
states, and figure by figure what a newer one says otherwise is left to that.
"""

from riskscore.intake import staging
from riskscore.intake.reports import not_used
from riskscore.models import Intake, Release
from riskscore.releases import effective
from riskscore.sources import edition_words
from riskscore.sources.left_out import LeftOut

LEFT_TO_NEWER = "a figure of an older edition, of which a newer one says otherwise (see --replace)"


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


def current(source: str) -> Release | None:
    """The whole release of a source that is in force; None if there is none."""
    ids = effective.in_force().of(source).ids
    return Release.objects.filter(id__in=ids, partial=False).order_by("-edition_id", "-id").first()


def kept_already(intake: Intake) -> Release | None:
    """The same file, kept beside the one in force since an earlier import."""
    same = Release.objects.filter(source=intake.source, sha256=intake.sha256, scored=False)
    return same.filter(withdrawal__isnull=True).first()


def leave_to_newer(
    intake: Intake, staged: str, matched: str, stated_once: tuple[str, ...] = ()
) -> None:
    """Drop each staged row that a release of a newer edition states otherwise, and count them.

    ``matched`` says of staged rows (``at``) which ``release`` states their figure, what it says
    (``before``) and whether that is the ``same``. ``stated_once``: indicators of which each edition
    states a year of its own, so that none is newer. With ``replace`` nothing is dropped.
    """
    newer = [] if intake.replace else _newer(intake, matched)
    otherwise = "NOT m.same AND m.release = ANY(%s)"
    for line, value, before, *about in staging.fetch(
        f"DELETE FROM {staged} s USING {matched} m WHERE m.at = s.ctid AND {otherwise}"  # noqa: S608
        " AND NOT s.indicator = ANY(%s)"
        " RETURNING s.line, s.value, m.before, s.indicator, s.place, s.mineral, s.year",
        [newer, list(stated_once)],
    ):
        example = f"{' '.join(map(str, about))}: {value:g}, where {before:g} stands"
        not_used.note(intake, [LeftOut(LEFT_TO_NEWER, line, example)])
    staging.execute(
        f"DELETE FROM {matched} m WHERE NOT EXISTS"  # noqa: S608
        f" (SELECT FROM {staged} s WHERE s.ctid = m.at)"
    )


def _newer(intake: Intake, matched: str) -> list[int]:
    """Ids of the releases among ``matched`` whose edition is newer than that of the file."""
    ids = [row[0] for row in staging.fetch(f"SELECT DISTINCT release FROM {matched}")]  # noqa: S608
    return [
        release.pk
        for release in Release.objects.filter(id__in=ids)
        if edition_words.compared(intake.published_edition, release.published_edition) == -1
    ]


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
