"""A file of exports: staged, compared with the release in force, then one release or nothing."""

from collections.abc import Iterable, Iterator

from riskscore.intake import aliases, staging
from riskscore.intake.editions import older
from riskscore.intake.file_rows import ParsedRow
from riskscore.intake.import_diff import MOST_SHOWN, ImportDiff
from riskscore.intake.observations import beside, refuse_shrinking
from riskscore.models import Intake, Release
from riskscore.releases import effective
from riskscore.sources.aggregates import GROUP_REASON
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut

STAGED = "staged_export"
#: Only models read the panel, and they train by asking.
IS_SCORED = False
COLUMNS = """
    line bigint, hs6 text NOT NULL, place text NOT NULL, year smallint NOT NULL,
    value double precision NOT NULL, quantity double precision, partners integer NOT NULL,
    destination_hhi double precision NOT NULL
"""
KEY = ("hs6", "place", "year")
STATED = ("value", "quantity", "partners", "destination_hhi")


def stage(
    parsed: Iterable[ParsedRow], names: aliases.Resolver
) -> Iterator[list[staging.Row] | Aside]:
    """Rows for the staging table, words turned into codes."""
    number = 0
    for part in parsed:
        if isinstance(part, Aside):
            yield part
            continue
        number += 1
        line, row = part[0] or number, part[1]
        try:
            place = names.place(row.place, line, "exporter")
        except BadFile as error:
            yield error
            continue
        stated = (row.value, row.quantity, row.partners, row.destination_hhi)
        if place is None:
            yield LeftOut(
                f"exporter left out: {names.names.why_left_out(row.place)}", line, row.place
            )
            continue
        if place in names.names.groups:
            yield LeftOut(f"exporter left out: {GROUP_REASON}", line, row.place)
            continue
        yield [(line, row.hs6, place, row.year, *stated)]


def check(_intake: Intake) -> Iterator[BadFile]:
    """The same exports twice: nobody could say which row holds."""
    key = ", ".join(KEY)
    for line, hs6, place, year, first in staging.fetch(
        f"DELETE FROM {STAGED} s USING (SELECT line, min(line) OVER (PARTITION BY {key}) AS first"  # noqa: S608
        f" FROM {STAGED}) t WHERE s.line = t.line AND t.first < s.line"
        " RETURNING s.line, s.hs6, s.place, s.year, t.first"
    ):
        yield BadFile(
            f"exports of {hs6} from {place} in {year} stand in row {first} already",
            row=line, column="hs6", value=hs6, remedy="Keep one of the rows.",
        )  # fmt: skip


def compare(intake: Intake) -> ImportDiff:
    """Count what differs from the exports of the source's releases in force, flow by flow."""
    staging.derive(
        "known_export",
        "SELECT hs6, place_id AS place, year, value, quantity, partners, destination_hhi"
        " FROM riskscore_exportflow WHERE release_id = ANY(%s)",
        [effective.in_force().of(intake.source).ids],
    )
    same = " AND ".join(f"k.{name} = s.{name}" for name in KEY)
    ours, theirs = (", ".join(f"{side}.{name}" for name in STATED) for side in "sk")
    ((staged, known, matched, unchanged),) = staging.fetch(
        f"SELECT (SELECT count(*) FROM {STAGED}), (SELECT count(*) FROM known_export),"  # noqa: S608
        f" count(*), count(*) FILTER (WHERE ({ours}) IS NOT DISTINCT FROM ({theirs}))"
        f" FROM {STAGED} s JOIN known_export k ON {same}"
    )
    diff = ImportDiff(staged - matched, matched - unchanged, unchanged, known - matched)
    kept = older.why(intake, STAGED, "known_export", by_indicator=False) if diff.is_news else ""
    if kept:
        return beside(intake, staged, kept)
    refuse_shrinking(intake, diff.gone, known)
    diff.preview = _preview(same)
    return diff


def _preview(same: str) -> list[str]:
    rows = staging.fetch(
        "SELECT s.hs6, s.place, s.year, k.value, s.value"  # noqa: S608
        f" FROM {STAGED} s LEFT JOIN known_export k ON {same}"
        " WHERE k.value IS DISTINCT FROM s.value ORDER BY k.value IS NULL, s.line LIMIT %s",
        [MOST_SHOWN],
    )
    return [
        f"added: {hs6} {place} {year}: {value:g}"
        if before is None
        else f"changed: {hs6} {place} {year}: {before:g} → {value:g}"
        for hs6, place, year, before, value in rows
    ]


def move(_intake: Intake, release: Release) -> int:
    """Put the rows into the panel. Returns how many."""
    columns = ", ".join(STATED)
    return staging.execute(
        f"INSERT INTO riskscore_exportflow (release_id, hs6, place_id, year, {columns})"  # noqa: S608
        f" SELECT %s, hs6, place, year, {columns} FROM {STAGED}",
        [release.id],
    )
