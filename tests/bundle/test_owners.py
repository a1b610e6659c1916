"""Owners of the bundle: joined with the same mineral, sourced, unverified; faults are one error."""

import gzip
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from riskscore.bundle import fixture_tables
from riskscore.bundle.fixture_rows import Project
from riskscore.bundle.ownership import owner_tables
from riskscore.bundle.ownership.owner_companies import parties
from riskscore.bundle.ownership.owner_join import Sites, join
from riskscore.bundle.ownership.owner_statuses import FileStatuses, file_statuses
from riskscore.bundle.ownership.owner_tables import OwnerRow, OwnerTables
from riskscore.sources.bad_file import BadFile
from riskscore.sources.names import place_names, shipped
from riskscore.sources.ownership.company_words import by_plain_name, known_companies, plain
from riskscore.sources.ownership.gsmc import FacilityRecord, LinkRecord, StatedOwner

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@cache
def tables() -> OwnerTables:
    return owner_tables.read(FIXTURES, fixture_tables.read(FIXTURES))


def owners_of(project: str) -> dict[str, OwnerRow]:
    return {row.company: row for row in tables().owners if row.project == project}


def test_there_are_4242_statements_about_2859_projects_and_none_is_believed_in_full() -> None:
    assert (len(tables().owners), len({row.project for row in tables().owners})) == (4242, 2859)
    assert {row.credibility for row in tables().owners} == {0.3, 0.5}
    assert all(row.basis for row in tables().owners)
    assert {row.credibility for row in tables().owners if row.doubt} == {0.3}


@pytest.mark.parametrize("project", ["busch-007", "icmm-13791"])
def test_olaroz_has_toyota_tsusho_of_japan_among_its_owners(project: str) -> None:
    row = owners_of(project)["toyota-tsusho"]
    assert (row.share, row.release) == (None, "gsmc-2026-02")
    assert "both lithium" in row.basis
    (company,) = (one for one in tables().companies if one.key == "toyota-tsusho")
    assert (company.place, company.url) == ("JPN", "https://www.toyota-tsusho.com")


def test_the_tin_mine_el_centenario_has_no_owners_of_argentinas_lithium() -> None:
    assert owners_of("icmm-01169") == {}


def test_a_share_written_into_a_name_is_a_share() -> None:
    shares = {row.share for row in tables().owners if row.company == "savannah-resources"}
    assert 0.75 in shares


def test_what_is_said_of_a_company_has_a_source_and_unknown_stays_unknown() -> None:
    said = [row for row in tables().companies if row.says_something]
    assert all(row.url or row.release for row in said)
    unknown = [row for row in tables().companies if not row.says_something]
    assert len(unknown) > 2000
    states = [row for row in said if row.release]
    assert all(row.state_owned and row.name.startswith("Government of") for row in states)


def test_the_table_of_companies_names_each_once_and_only_places_that_there_are() -> None:
    known = known_companies()
    codes = {place.code for place in place_names()}
    names = by_plain_name(known)
    assert all(company.place in codes | {""} for company in known)
    assert all(not company.parent or plain(company.parent) in names for company in known)
    assert all(company.source.startswith("https://") for company in known)


def test_spellings_of_one_party_are_one_company_and_a_state_is_at_home_in_its_country() -> None:
    spelt = ["Vale S.A.", "Vale SA", "Malian Government", "State of Mali", "Nobody Ltd", "Nobody"]
    made = parties(spelt, place_names(), "gsmc-2026-02")
    assert made.key_of["Vale SA"] == made.key_of["Vale S.A."] == "vale"
    assert made.key_of["State of Mali"] == made.key_of["Malian Government"]
    (mali,) = (row for row in made.companies if row.place == "MLI")
    assert (mali.name, mali.state_owned) == ("Government of Mali", True)
    (nobody,) = (row for row in made.companies if row.name.startswith("Nobody"))
    assert not nobody.says_something


def site(key: str, place: str, lat: float, lon: float, name: str = "Centenario") -> Project:
    return Project(
        key, "r", name, "mine", "", place, place, "label", lat, lon, "", (), None, key
    )  # fmt: skip


def facility(key: str, place: str, metals: str, *owners: str, **at: float) -> FacilityRecord:
    stated = tuple(StatedOwner(owner, None) for owner in owners)
    return FacilityRecord(
        key, "El Centenario", place, at.get("lat", -18.3), at.get("lon", -66.6), (metals,), stated,
        ("Eramine",), (),
    )  # fmt: skip


def verdict(mine: FacilityRecord, *others: FacilityRecord) -> str:
    sites = Sites(
        {"tin-mine": site("tin-mine", "BOL", -18.3, -66.6)},
        {"tin-mine": [("tin", "primary")]},
        {one.facility_id: one for one in (mine, *others)},
        shipped(["tin", "lithium"]),
    )
    joins = join(sites, [LinkRecord("tin-mine", mine.facility_id)])
    return next(iter(joins.refused), "accepted")


def test_a_join_is_refused_for_another_mineral_country_or_distance() -> None:
    assert verdict(facility("a", "BOL", "tin", "Comibol")) == "accepted"
    assert verdict(facility("a", "BOL", "lithium", "Eramet")) == "it yields another mineral"
    assert "cannot be checked" in verdict(facility("a", "BOL", "unobtainium", "Eramet"))
    assert verdict(facility("a", "ARG", "tin", "Eramet")) == "it lies in another country"
    assert "more than 50 km" in verdict(facility("a", "BOL", "tin", "Eramet", lat=-19.3))


def test_the_owners_of_a_namesake_abroad_with_another_mineral_are_refused() -> None:
    mine = facility("a", "BOL", "tin", "Eramet S.A.", "Tsingshan")
    abroad = facility("b", "ARG", "lithium", "Eramet", lat=-24.9)
    assert verdict(mine, abroad) == "its owners are those of its namesake in another country"
    same_mineral = facility("b", "ARG", "tin", "Eramet", lat=-24.9)
    assert verdict(mine, same_mineral) == "accepted"


@pytest.mark.parametrize(
    ("file", "old", "new", "column"),
    [
        ("owners.csv.gz", "toyota-tsusho", "toyota-nobody", "company"),
        ("companies.csv.gz", "toyota-tsusho,Toyota Tsusho Corporation,Toyota Tsusho,JPN",
         "toyota-tsusho,Toyota Tsusho Corporation,Toyota Tsusho,QQQ", "place"),
        ("companies.csv.gz", "https://www.toyota-tsusho.com", "", "url, release"),
    ],
)  # fmt: skip
def test_a_damaged_table_of_owners_is_one_error_that_names_the_cell(
    tmp_path: Path, file: str, old: str, new: str, column: str
) -> None:
    copy = Path(shutil.copytree(FIXTURES, tmp_path / "bundle"))
    text = gzip.decompress((copy / file).read_bytes()).decode()
    assert old in text
    (copy / file).write_bytes(gzip.compress(text.replace(old, new, 1).encode()))
    with pytest.raises(BadFile) as caught:
        owner_tables.read(copy, fixture_tables.read(copy))
    assert (caught.value.file, caught.value.column) == (file, column)


def test_statuses_of_the_file_are_few_hardly_believed_and_only_for_joins_that_held() -> None:
    """Of 2,859 joined projects the file knows the status of 17."""
    bundle = fixture_tables.read(FIXTURES)
    stated = [row for row in bundle.statuses if row.release == "gsmc-2026-02"]
    assert Counter(row.status for row in stated) == {"operating": 11, "closed": 3, "suspended": 3}
    assert {row.project for row in stated} <= {row.project for row in tables().owners}
    assert max(row.credibility for row in stated) == 0.3
    assert {row.since for row in stated} == {date(2026, 2, 1)}
    assert all("unverified" in row.note for row in stated)


def statuses_of(mineral: str, *words: str) -> FileStatuses:
    """What the file's words become for as many tin mines, its facilities yielding a mineral."""
    links = [LinkRecord(f"mine-{number}", f"f{number}") for number in range(len(words))]
    facilities = {
        link.facility_id: replace(
            facility(link.facility_id, "BOL", mineral, "Comibol"), status=word
        )
        for link, word in zip(links, words, strict=True)
    }
    projects = {link.project: site(link.project, "BOL", -18.3, -66.6) for link in links}
    minerals = {key: [("tin", "primary")] for key in projects}
    sites = Sites(projects, minerals, facilities, shipped(["tin", "lithium"]))
    return file_statuses(join(sites, links), "gsmc")


def test_a_status_goes_through_the_table_of_words_and_what_is_not_understood_is_counted() -> None:
    found = statuses_of("tin", "Care and Maintenance", "planned", "unknown", "")
    (row,) = found.rows
    assert (row.project, row.status, row.credibility) == ("mine-0", "suspended", 0.3)
    assert (found.unknown, found.not_understood) == (2, Counter(["planned"]))


def test_a_status_of_another_mineral_is_refused_with_its_join() -> None:
    assert statuses_of("lithium", "closed").rows == []
