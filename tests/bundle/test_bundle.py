"""The default bundle: valid, traceable, small, made the same way twice; faults are one error."""

import csv
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from riskscore.bundle import fixture_tables, layout
from riskscore.bundle.fixture_rows import Project
from riskscore.bundle.make import make
from riskscore.engine import catalogue
from riskscore.management.commands.bundle import Command
from riskscore.sources.bad_file import BadFile
from riskscore.sources.coded_observations import CodedObservation
from riskscore.sources.discovery import discover
from riskscore.sources.publishers import dol
from riskscore.sources.tables import agreements, restrictions
from tests.sources.published import SHARED, needs_published

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
MEGABYTE = 1_000_000


@cache
def bundle() -> fixture_tables.Bundle:
    return fixture_tables.read(FIXTURES)


@cache
def observations() -> tuple[CodedObservation, ...]:
    return tuple(row for code in bundle().observed for row in bundle().observations(code))


@cache
def projects() -> dict[str, Project]:
    return {project.key: project for project in bundle().projects}


def test_the_bundle_is_valid_and_every_release_holds_the_rows_it_says() -> None:
    assert len(observations()) == sum(
        release.rows for release in bundle().releases if release.code in bundle().observed
    )


def test_the_bundle_is_under_8_megabytes() -> None:
    size = sum(file.stat().st_size for file in FIXTURES.rglob("*") if file.is_file())
    assert size < 8 * MEGABYTE


def test_there_are_4323_sites_without_coal_and_160_lithium_deposits() -> None:
    assert Counter(project.release for project in projects().values()) == {
        "icmm-2025-09": 4323,
        "busch-2025": 160,
    }


def test_sites_are_3835_mines_160_deposits_and_488_other_facilities() -> None:
    kinds = Counter(project.kind for project in projects().values())
    assert (kinds["mine"], kinds["deposit"]) == (3835, 160)
    assert kinds["smelter"] + kinds["refinery"] + kinds["plant"] == 488


def test_39_lithium_deposits_duplicate_a_mapped_lithium_site_within_10_km() -> None:
    same = [project for project in projects().values() if "duplicate" in project.flags]
    assert len(same) == 39
    assert all(project.kind == "deposit" for project in same)
    lithium = {row.project for row in bundle().project_minerals if row.mineral == "lithium"}
    for project in same:
        other = projects()[project.duplicate_of or ""]
        assert other.key in lithium
        assert abs(project.lat - other.lat) < 0.1


def test_39_sites_have_a_label_that_their_coordinates_contradict() -> None:
    disputed = [project for project in projects().values() if "place_disputed" in project.flags]
    assert Counter(project.place_rule for project in disputed) == {"label": 15, "coordinates": 24}
    moved = {(p.place_label, p.place) for p in disputed if p.place_rule == "coordinates"}
    assert moved == {("New Caledonia", "AUS")}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Los Pelambres", "CHL"),
        ("Pucamarca", "PER"),
        ("Frontier", "COD"),
        ("Sissingue", "CIV"),
        ("Kittila", "FIN"),
        ("Bjorkdal", "SWE"),
        ("Kupol", "RUS"),
        ("Monchegorsk", "RUS"),
    ],
)
def test_known_sites_lie_in_their_country(name: str, place: str) -> None:
    found = {project.place for project in projects().values() if project.name.startswith(name)}
    assert found == {place}


def test_pilgangoora_is_in_australia_and_only_fijian_sites_are_in_fiji() -> None:
    by_name = {project.name: project for project in projects().values()}
    assert by_name["Pilgangoora"].place == "AUS"
    in_fiji = [project for project in projects().values() if project.place == "FJI"]
    assert {project.place_label for project in in_fiji} == {"Fiji"}


def test_a_site_without_known_output_lies_where_no_figure_shows_any_since_2021() -> None:
    primary = {
        row.project: row.mineral for row in bundle().project_minerals if row.role == "primary"
    }
    produced = {
        (row.place, row.mineral)
        for row in observations()
        if row.indicator == "wmd.production" and row.year >= 2021 and row.value > 0
    }
    mines = [project for project in projects().values() if project.kind == "mine"]
    for mine in mines:
        expected = mine.key in primary and (mine.place, primary[mine.key]) not in produced
        assert ("no_known_output" in mine.flags) == expected, mine
    assert ("JPN", "platinum") not in produced
    assert sum("no_known_output" in mine.flags for mine in mines) == 279


def test_steel_is_no_mineral() -> None:
    steel = {project.key for project in projects().values() if "steel" in project.flags}
    primary = {row.project for row in bundle().project_minerals if row.role == "primary"}
    assert len(steel) == 83
    assert steel == set(projects()) - primary


def test_every_release_comes_from_a_source_that_declares_its_licence() -> None:
    for release in bundle().releases:
        source = discover()[release.source].SOURCE
        assert (release.publisher, release.licence) == (source.publisher, source.licence)
        assert len(release.sha256) == 64


def test_one_indicator_comes_from_one_release() -> None:
    releases: dict[str, set[str]] = {}
    for code in bundle().observed:
        for row in bundle().observations(code):
            releases.setdefault(row.indicator, set()).add(code)
    assert [found for found in releases.values() if len(found) > 1] == []


def test_every_indicator_is_an_observation_of_the_catalogue() -> None:
    known = {row.key for row in catalogue.OBSERVATIONS}
    # Trade at other stages is taken in from files; the bundle's release has no such codes.
    other_stages = {
        f"baci.{stage}_{what}"
        for stage in ("ore", "refined", "product")
        for what in ("quantity", "value")
    }
    assert other_stages < known
    assert {row.indicator for row in observations()} == known - other_stages


def test_ordinal_values_are_levels_of_the_catalogue() -> None:
    levels = {row.key: row.levels for row in catalogue.OBSERVATIONS if row.levels}
    assert levels == {
        "dol.good": dol.GOOD_LEVELS,
        "dol.advancement": dol.LEVELS,
        "trade.restriction": restrictions.LEVELS,
        "trade.agreement": agreements.LEVELS,
    }
    for row in observations():
        if row.indicator in levels:
            assert 0 <= row.value < len(levels[row.indicator])


def test_what_is_from_memory_says_so() -> None:
    assert not any(row.verified for row in bundle().place_members)
    doubted = Counter(row.indicator for row in observations() if not row.verified)
    assert set(doubted) == {
        "wmd.production",
        "ilo.c169",
        "trade.restriction",
        "trade.agreement",
    }
    assert doubted["ilo.c169"] == 2


def test_the_european_union_has_27_members_since_february_2020_and_had_28_before() -> None:
    def members(day: str) -> int:
        return sum(
            str(row.since) <= day and (row.until is None or day <= str(row.until))
            for row in bundle().place_members
        )

    assert (members("2020-01-31"), members("2020-02-01"), members("2024-12-31")) == (28, 27, 27)


def test_recycling_rates_that_nobody_assessed_are_unknown_and_not_zero() -> None:
    rates = {mineral.code: mineral.eol_rir for mineral in bundle().minerals}
    assert (rates["copper"], rates["lithium"], rates["petroleum"]) == (0.55, 0.0, None)


@needs_published
def test_every_number_traces_to_a_publishers_file() -> None:
    for release in bundle().releases:
        content = b"".join((SHARED / name).read_bytes() for name in release.file.split("|"))
        assert hashlib.sha256(content).hexdigest() == release.sha256, release.code


@needs_published
def test_the_committed_bundle_is_what_the_publishers_files_give_byte_for_byte(
    tmp_path: Path,
) -> None:
    """In another process with another hash seed, so that no set's order leaks into a file."""
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from riskscore.bundle.make import make;"
            "make(Path(sys.argv[1]), Path(sys.argv[2]))",
            str(SHARED),
            str(tmp_path),
        ],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711"},
    )
    made = {file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file()}
    held = {file.relative_to(FIXTURES) for file in FIXTURES.rglob("*") if file.is_file()}
    compiled = {"README.md", "regions.csv", "region_members.csv", "trade_codes.csv"}
    folders = {"methods", "learned", "scenarios"}
    by_hand = {file for file in held if file.parts[0] in folders or file.name in compiled}
    assert made == held - by_hand
    assert [
        file for file in made if (tmp_path / file).read_bytes() != (FIXTURES / file).read_bytes()
    ] == []


def test_a_publisher_file_that_is_damaged_is_named(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "minerals.csv").write_text("mineral;hs6\n")
    with pytest.raises(BadFile, match=r"^figures/minerals\.csv, row 1, column mineral: "):
        make(tmp_path, tmp_path / "bundle")


def test_the_command_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"figures/minerals\.csv: cannot be read"):
        Command().handle(source=tmp_path, target=tmp_path / "bundle")


def test_a_publisher_file_that_is_not_there_is_named_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    target = tmp_path / "bundle"
    with pytest.raises(BadFile, match=r"minerals\.csv"):
        make(tmp_path / "nowhere", target)
    assert list(target.iterdir()) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the committed bundle, to be damaged."""
    return Path(shutil.copytree(FIXTURES, tmp_path / "bundle"))


def edited(path: Path, change: Callable[[list[list[str]]], object]) -> None:
    """Change the cells of a table's file."""
    packed = path.suffix == ".gz"
    content = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    rows = list(csv.reader(content.decode().splitlines()))
    change(rows)
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())


def fault(directory: Path, release: str = "ilo-c169") -> BadFile:
    with pytest.raises(BadFile) as caught:
        list(fixture_tables.read(directory).observations(release))
    return caught.value


def set_cell(column: str, value: str, row: int = 1) -> Callable[[list[list[str]]], None]:
    def change(rows: list[list[str]]) -> None:
        rows[row][rows[0].index(column)] = value

    return change


@pytest.mark.parametrize("table", [table.file for table in layout.SMALL])
def test_an_absent_table_is_named(copy: Path, table: str) -> None:
    (copy / table).unlink()
    assert fault(copy).file == table


def test_an_absent_file_of_observations_is_named(copy: Path) -> None:
    (copy / "observations" / "ilo-c169.csv.gz").unlink()
    assert "ilo-c169" in fixture_tables.read(copy).observed
    assert fault(copy).file == "observations/ilo-c169.csv.gz"


def test_a_file_of_observations_without_a_release_is_named(copy: Path) -> None:
    observed = copy / "observations"
    shutil.copy(observed / "ilo-c169.csv.gz", observed / "ilo-c190.csv.gz")
    assert fault(copy).file == "observations/ilo-c190.csv.gz"


EXPORTS = "baci-exports-1995-2024"


def export_fault(directory: Path) -> BadFile:
    with pytest.raises(BadFile) as caught:
        list(fixture_tables.read(directory).exports(EXPORTS))
    return caught.value


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("place", "Atlantis"),
        ("value_kusd", "-1"),
        ("quantity_t", "much"),
        ("destination_hhi", "1.5"),
        ("year", "nineteen"),
    ],
)
def test_a_wrong_cell_of_the_export_panel_is_named(copy: Path, column: str, value: str) -> None:
    edited(copy / "exports" / f"{EXPORTS}.csv.gz", set_cell(column, value))
    found = export_fault(copy)
    assert (found.file, found.row, found.column) == (f"exports/{EXPORTS}.csv.gz", 2, column)


def test_an_export_panel_that_lost_a_row_is_named(copy: Path) -> None:
    edited(copy / "exports" / f"{EXPORTS}.csv.gz", lambda rows: rows.pop())
    assert "85422 rows where releases.csv says 85423" in str(export_fault(copy))


def test_an_export_panel_without_a_release_is_named(copy: Path) -> None:
    shutil.copy(copy / "exports" / f"{EXPORTS}.csv.gz", copy / "exports" / "other.csv.gz")
    assert export_fault(copy).file == "exports/other.csv.gz"


def test_the_export_panel_is_no_observation() -> None:
    bundle = fixture_tables.read(FIXTURES)
    assert bundle.traded == (EXPORTS,)
    assert EXPORTS not in bundle.observed


def test_the_releases_with_observations_are_those_that_have_a_file() -> None:
    files = {file.name for file in (FIXTURES / "observations").iterdir()}
    assert {f"{code}.csv.gz" for code in bundle().observed} == files


def test_a_missing_column_is_named(copy: Path) -> None:
    edited(copy / "places.csv", lambda rows: [row.pop(3) for row in rows])
    error = fault(copy)
    assert (error.file, error.row, error.column) == ("places.csv", 1, "region")


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("projects.csv.gz", "lat", "91"),
        ("projects.csv.gz", "lon", "nan"),
        ("projects.csv.gz", "kind", "quarry"),
        ("projects.csv.gz", "flags", "steel|gone"),
        ("projects.csv.gz", "place", "XXX"),
        ("projects.csv.gz", "release", "icmm-1999"),
        ("projects.csv.gz", "duplicate_of", "icmm-99999"),
        ("project_minerals.csv.gz", "mineral", "unobtainium"),
        ("project_minerals.csv.gz", "role", "main"),
        ("minerals.csv", "eol_rir", "much"),
        ("places.csv", "verified", "yes"),
        ("place_members.csv", "since", "1995-02-30"),
        ("releases.csv", "rows", "many"),
        ("localities.csv.gz", "lat", "north"),
        ("observations/ilo-c169.csv.gz", "place", "XXX"),
        ("observations/ilo-c169.csv.gz", "mineral", "unobtainium"),
        ("observations/ilo-c169.csv.gz", "importer", "XXX"),
        ("observations/ilo-c169.csv.gz", "value", "1,0"),
        ("observations/ilo-c169.csv.gz", "value", "inf"),
        ("observations/ilo-c169.csv.gz", "year", "MMXX"),
        ("observations/ilo-c169.csv.gz", "since", "2020-13-01"),
        ("observations/ilo-c169.csv.gz", "quality", "good"),
        ("observations/ilo-c169.csv.gz", "verified", "perhaps"),
    ],
)
def test_a_bad_cell_is_named_with_file_row_column_value_and_remedy(
    copy: Path, table: str, column: str, value: str
) -> None:
    edited(copy / table, set_cell(column, value, row=2))
    error = fault(copy)
    assert (error.file, error.row, error.column, error.value) == (table, 3, column, value)
    assert error.remedy
    assert str(error).startswith(f"{table}, row 3, column {column}: ")


@pytest.mark.parametrize("table", ["places.csv", "projects.csv.gz", "observations/ilo-c169.csv.gz"])
def test_a_row_that_stands_twice_is_named(copy: Path, table: str) -> None:
    edited(copy / table, lambda rows: rows.insert(2, rows[1]))
    error = fault(copy)
    assert (error.file, error.row) == (table, 3)
    assert "already" in error.reason


@pytest.mark.parametrize("table", ["projects.csv.gz", "observations/ilo-c169.csv.gz"])
def test_a_gzip_cut_short_is_named(copy: Path, table: str) -> None:
    content = (copy / table).read_bytes()
    (copy / table).write_bytes(content[: len(content) // 2])
    error = fault(copy)
    assert error.file == table
    assert "damaged" in error.reason


def test_observations_that_lack_rows_do_not_pass_for_whole(copy: Path) -> None:
    edited(copy / "observations/ilo-c169.csv.gz", lambda rows: rows.pop())
    assert "holds 23 rows where releases.csv says 24" in fault(copy).reason


def test_a_row_with_a_cell_too_many_is_named(copy: Path) -> None:
    edited(copy / "places.csv", lambda rows: rows[4].append("more"))
    error = fault(copy)
    assert (error.file, error.row) == ("places.csv", 5)


def test_bytes_that_are_no_text_are_named(copy: Path) -> None:
    (copy / "places.csv").write_bytes(b"code,name\n\xff\xfe\n")
    assert fault(copy).file == "places.csv"
