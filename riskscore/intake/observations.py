"""Observations of a file: staged, compared with those in force, then one release or nothing."""

from collections.abc import Iterable, Iterator

from django.utils import timezone

from riskscore.intake import aliases, staging
from riskscore.intake.editions import older
from riskscore.intake.figures import jumps
from riskscore.intake.figures.standing_units import standing_units
from riskscore.intake.file_rows import ParsedRow, module_of
from riskscore.intake.import_diff import JUMP, MOST_SHOWN, ImportDiff
from riskscore.intake.new_release import is_correction, is_partial
from riskscore.intake.reports import not_used
from riskscore.intake.years import incomplete_years
from riskscore.models import Intake, Release
from riskscore.releases import effective
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside
from riskscore.sources.tables.cell_values import YEARS

STAGED = "staged_observation"
IS_SCORED = True
#: "" and 0 stand for "does not apply", so that rows can be compared by equality.
COLUMNS = """
    line bigint, indicator text NOT NULL, place text NOT NULL, mineral text NOT NULL,
    importer text NOT NULL, project text NOT NULL, year smallint NOT NULL,
    value double precision NOT NULL, standard_error double precision, quality text NOT NULL,
    label text NOT NULL, since date NOT NULL, until date, verified boolean NOT NULL,
    stage text NOT NULL DEFAULT '', project_id bigint NOT NULL DEFAULT 0
"""
NAMES = tuple(part.split()[0] for part in COLUMNS.strip().split(","))
KEY = ("indicator", "place", "mineral", "importer", "project_id", "year", "stage", "since")
NEVER = "-infinity"
#: A whole release that lacks more than this share of what the last one stated is a cut-off file.
MOST_GONE = 0.2


def stage(
    parsed: Iterable[ParsedRow], names: aliases.Resolver
) -> Iterator[list[staging.Row] | Aside]:
    """Rows for the staging table: words turned into codes, each value in the unit that stands."""
    units = standing_units(names.source)
    for part in parsed:
        if isinstance(part, Aside):
            yield part
            continue
        line, record = part
        if line is None:
            line = record.row
        project = record.project or ""
        if not YEARS[0] <= record.year <= YEARS[1]:
            yield BadFile(
                "not a year", row=line, column="year", value=record.year,
                remedy=f"Write a year from {YEARS[0]} to {YEARS[1]}.",
            )  # fmt: skip
            continue
        try:
            result = [
                units.settle(row, line, project, record.column)
                for row in aliases.observations(record, line, names)
            ]
        except BadFile as error:
            yield error
            continue
        if not result:
            yield aliases.why_left_out(record, line, names)
            continue
        yield [
            (
                line, row.indicator, row.place or "", row.mineral or "", row.importer or "",
                project, row.year, row.value, row.standard_error, row.quality, row.label,
                row.since or NEVER, row.until, row.verified, said, 0,
            )
            for said, row in result
        ]  # fmt: skip
    yield from units.remarks()


def check(intake: Intake) -> Iterator[BadFile]:
    """The faults that only the whole file shows; faulty rows are deleted from the staging table."""
    yield from _unknown_projects()
    yield from _future_years()
    yield from _contradictions()
    yield from _foreign_indicators(intake)


def _future_years() -> Iterator[BadFile]:
    """A year that has not begun is a slip, or a projection: neither is a figure of what was."""
    this_year = timezone.now().year
    for line, year in _dropped(f"year > {this_year:d}", "line, year"):
        yield BadFile(
            "this year has not begun", row=line, column="year", value=year,
            remedy=f"Write a year up to {this_year}; projections are no figures.",
        )  # fmt: skip


def _unknown_projects() -> Iterator[BadFile]:
    if not staging.fetch(f"SELECT 1 FROM {STAGED} WHERE project <> '' LIMIT 1"):  # noqa: S608
        return
    staging.execute(
        f"UPDATE {STAGED} s SET project_id = p.id FROM riskscore_project p"  # noqa: S608
        " WHERE p.key = s.project"
    )
    for line, project in _dropped("project <> '' AND project_id = 0", "line, project"):
        yield BadFile(
            "no project has this key", row=line, column="project", value=project,
            remedy="Write the key of a project, such as icmm-00026.",
        )  # fmt: skip


def _contradictions() -> Iterator[BadFile]:
    """The same statement twice is one row; with another value, nobody could say which holds."""
    key = ", ".join(KEY)
    staging.derive(
        "twice_stated",
        f"SELECT {key},"  # noqa: S608
        " min(line) AS first, min(ctid) AS kept, min(value) <> max(value)"
        " OR min(coalesce(standard_error, -1)) <> max(coalesce(standard_error, -1)) AS differs"
        f" FROM {STAGED} GROUP BY {key} HAVING count(*) > 1",
    )
    same = " AND ".join(f"s.{name} = t.{name}" for name in KEY)
    staging.execute(
        f"DELETE FROM {STAGED} s USING twice_stated t"  # noqa: S608
        f" WHERE {same} AND NOT t.differs AND s.ctid <> t.kept"
    )
    for line, indicator, year, value, first in staging.fetch(
        f"DELETE FROM {STAGED} s USING twice_stated t WHERE {same} AND t.differs"  # noqa: S608
        " RETURNING s.line, s.indicator, s.year, s.value, t.first"
    ):
        yield BadFile(
            f"{indicator} of {year} stands here with another value than in line {first}"
            if line != first
            else f"{indicator} of {year} stands in the file again, with another value",
            row=line, column="value", value=value, remedy="Keep one of the rows.",
        )  # fmt: skip


def _foreign_indicators(intake: Intake) -> Iterator[BadFile]:
    """Releases of two sources are never mixed in one indicator."""
    for indicator, source in staging.fetch(
        f"SELECT i.indicator, o.source_id FROM (SELECT DISTINCT indicator FROM {STAGED}) i"  # noqa: S608
        " CROSS JOIN LATERAL (SELECT r.source_id FROM riskscore_release r WHERE r.source_id <> %s"
        " AND EXISTS (SELECT FROM riskscore_observation o WHERE o.release_id = r.id"
        " AND o.indicator = i.indicator) LIMIT 1) o",
        [intake.source],
    ):
        for (line,) in _dropped("indicator = %s", "line", indicator):
            yield BadFile(
                f"this indicator is fed by the source {source}; two sources are never mixed",
                row=line, column="indicator", value=indicator,
                remedy=f"Load the rows as corrections: --source {source} --layout observations.",
            )  # fmt: skip


def _dropped(condition: str, columns: str, *params: str) -> list[staging.Row]:
    return staging.fetch(
        f"DELETE FROM {STAGED} WHERE {condition} RETURNING {columns}",  # noqa: S608
        list(params),
    )


def compare(intake: Intake) -> ImportDiff:
    """Compare each staged row with the row of the same identity that holds for its source."""
    _known(intake)
    same = " AND ".join(f"k.{name} = s.{name}" for name in KEY)
    staging.derive(
        "matched_observation",
        "SELECT s.ctid AS at, k.value AS before, k.release,"  # noqa: S608
        " (s.value, s.standard_error, s.quality, s.until, s.verified) IS NOT DISTINCT FROM"
        " (k.value, k.standard_error, k.quality, k.until, k.verified) AS same"
        f" FROM {STAGED} s JOIN known_observation k ON {same}",
    )
    if is_partial(intake) and not is_correction(intake):
        once = getattr(module_of(intake), "STATED_ONCE", ())
        older.leave_to_newer(intake, STAGED, "matched_observation", once)
    ((staged, known, matched, unchanged),) = staging.fetch(
        f"SELECT (SELECT count(*) FROM {STAGED}), (SELECT count(*) FROM known_observation),"  # noqa: S608
        " count(*), count(*) FILTER (WHERE same) FROM matched_observation"
    )
    diff = ImportDiff(staged - matched, matched - unchanged, unchanged)
    if not is_partial(intake):
        diff.gone = known - matched
        if diff.is_news and (kept := older.why(intake, STAGED, "known_observation")):
            return beside(intake, staged, kept)
        diff.gone = _gone() if getattr(module_of(intake), "RESTATED", False) else diff.gone
        refuse_shrinking(intake, diff.gone, known)
    not_used.note(intake, incomplete_years.remarks(intake, STAGED, "known_observation"))
    diff.jumps, words = jumps.find(STAGED, is_correction=is_correction(intake))
    diff.preview = [*(f"{JUMP}{text}" for text in words), *_preview()][:MOST_SHOWN]
    return diff


def _known(intake: Intake) -> None:
    """The rows that hold for the source now, in the columns of the staging table."""
    releases = effective.in_force().of(intake.source)
    staging.derive(
        "known_observation",
        "SELECT indicator,"  # noqa: S608
        " coalesce(place_id, '') AS place, coalesce(mineral_id, '') AS mineral,"
        " coalesce(importer_id, '') AS importer, coalesce(project_id, 0) AS project_id, year,"
        f" stage, coalesce(since, '{NEVER}') AS since, value, standard_error, quality, until,"
        f" verified, o.release_id AS release FROM {effective.OBSERVATIONS} o",
        releases.parameters,
    )
    staging.execute(f"ANALYZE {STAGED}")


def beside(intake: Intake, staged: int, kept: str) -> ImportDiff:
    """An older edition, to be kept beside the one in force; nothing new if it is kept already."""
    if same := older.kept_already(intake):
        intake.remarks.append(f"kept already, as release {same.code}: {kept}")
        return ImportDiff(unchanged=staged)
    words = f"an older edition: {kept}. It is kept and not scored; --replace makes it count."
    intake.remarks.append(words)
    return ImportDiff(added=staged, kept=kept)


def _gone() -> int:
    """How much is no longer stated where an edition states all again, under a year of its own."""
    same = " AND ".join(f"s.{name} = k.{name}" for name in KEY if name != "year")
    ((gone,),) = staging.fetch(
        "SELECT count(*) FROM known_observation k"  # noqa: S608
        f" WHERE NOT EXISTS (SELECT FROM {STAGED} s WHERE {same})"
    )
    return int(gone)


def refuse_shrinking(intake: Intake, gone: int, known: int) -> None:
    """Raise BadFile if the file lacks more than MOST_GONE of its source's values in force.

    With the option ``replace`` it may.
    """
    if gone > MOST_GONE * known and not intake.replace:
        raise BadFile(
            f"the file lacks {gone:,} of the {known:,} values that {intake.source} states now",
            remedy="Check that it is whole; what a publisher states in several files comes as one "
            "zip of them. If values were taken back, use --replace; single corrections come with "
            "--layout observations.",
        )


#: Staged rows that say something new, with what held before.
_NEWS = f"{STAGED} s LEFT JOIN matched_observation m ON m.at = s.ctid WHERE m.same IS NOT TRUE"


def _preview() -> list[str]:
    rows = staging.fetch(
        "SELECT indicator, place, mineral, importer, project, year, before, value"  # noqa: S608
        f" FROM {_NEWS} ORDER BY m.at IS NULL, line, indicator LIMIT %s",
        [MOST_SHOWN],
    )
    return [
        ("added: " if before is None else "changed: ")
        + f"{' '.join(part for part in (indicator, *axes) if part)} {year}: "
        + (f"{value:g}" if before is None else f"{before:g} → {value:g}")
        for indicator, *axes, year, before, value in rows
    ]


_TARGET = (
    "indicator, place_id, mineral_id, importer_id, project_id, year, value, standard_error,"
    " quality, label, since, until, verified, stage"
)


def move(_intake: Intake, release: Release) -> int:
    """Put the compared rows into the table of observations; of a partial release, only the news.

    Returns how many.
    """
    return staging.execute(
        f"INSERT INTO riskscore_observation (release_id, {_TARGET})"  # noqa: S608
        " SELECT %s, indicator, NULLIF(place, ''), NULLIF(mineral, ''), NULLIF(importer, ''),"
        " NULLIF(project_id, 0), year, value, standard_error, quality, label,"
        f" NULLIF(since, '{NEVER}'), until, verified, stage"
        f" FROM {_NEWS if release.partial else STAGED}",
        [release.id],
    )
