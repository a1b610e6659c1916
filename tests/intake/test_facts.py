"""Statuses, capacities and off-take of files: previewed, loaded whole or not at all, and served."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from riskscore.intake import requests
from riskscore.models import (
    Capacity,
    Company,
    Domicile,
    Intake,
    Offtake,
    Project,
    ProjectMineral,
    ProjectStatus,
)
from riskscore.releases.editions import next_edition
from tests.intake.files import faults, finish, take_in
from tests.make import make_mineral, make_place, make_project

pytestmark = pytest.mark.django_db

STATUS = "project,status,since,source\n"
CAPACITY = "project,mineral,year,amount,low,high,unit,reason,source\n"
OFFTAKE = "project,buyer,place,mineral,share,since,until,source\n"
URL = "https://example.org/report"


@pytest.fixture(autouse=True)
def project(db: None) -> Project:
    for code, name in (("JPN", "Japan"), ("CHN", "China"), ("DEU", "Germany")):
        make_place(code, name=name)
    made = make_project("lithium", key="olaroz", place="ARG")
    made.external_ids.create(scheme="gem", value="G1")
    made.refresh_from_db()
    return made


def again(intake: Intake) -> Intake:
    """What the button under a preview does."""
    return finish(requests.confirm_intake(intake))


def test_a_status_becomes_the_projects_own_and_rescores_nothing(project: Project) -> None:
    before = project.input_version
    done = take_in(STATUS + f"gem:G1,Care and maintenance,2024-05-01,{URL}\n", "statuses")
    assert (done.state, done.added) == ("succeeded", 1)
    row = ProjectStatus.objects.get()
    assert (row.status, row.since, row.url) == ("suspended", date(2024, 5, 1), URL)
    assert (row.release, row.credibility) == (done.release, 1.0)
    project.refresh_from_db()
    assert (project.status, project.status_since) == ("suspended", date(2024, 5, 1))
    assert project.input_version == before


def test_a_preview_says_what_would_change_and_writes_nothing_until_it_is_confirmed() -> None:
    take_in(STATUS + f"olaroz,operating,2024-05-01,{URL}\n", "statuses")
    text = STATUS + f"olaroz,closed,2024-05-01,{URL}\nolaroz,operating,2020-01-01,{URL}\n"
    seen = take_in(text, "statuses", dry_run=True)
    assert (seen.added, seen.changed) == (1, 1)
    assert seen.preview[0] == "changed: olaroz: closed since 2024-05-01"
    assert ProjectStatus.objects.count() == 1
    assert again(seen).state == "succeeded"
    assert [row.status for row in ProjectStatus.objects.order_by("id")] == [
        "operating", "closed", "operating",
    ]  # fmt: skip
    assert Project.objects.get(key="olaroz").status == "closed"


def test_the_same_file_twice_changes_nothing() -> None:
    for text, source in (
        (STATUS + f"olaroz,operating,2024-05-01,{URL}\n", "statuses"),
        (CAPACITY + f"olaroz,lithium,2025,,5,9,t Li,not decided,{URL}\n", "capacities"),
        (OFFTAKE + f"olaroz,Toyota Tsusho,JPN,lithium,75%,2015-01-01,,{URL}\n", "offtake"),
    ):
        assert take_in(text, source).added == 1
        twice = take_in(text, source)
        assert (twice.added, twice.changed, twice.unchanged) == (0, 0, 1)
        assert twice.release is None


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        (
            "statuses",
            STATUS + f"nowhere,closed,2024-01-01,{URL}\nolaroz,asleep,2024-01-01,{URL}\n",
            [(2, "project"), (3, "status")],
        ),
        (
            "statuses",
            STATUS + f"olaroz,closed,2024-01-01,{URL}\ngem:G1,operating,2024-01-01,{URL}\n",
            [(3, "project")],
        ),
        (
            "capacities",
            CAPACITY
            + f"olaroz,copper,2025,5,,,t,,{URL}\nolaroz,unobtainium,2025,5,,,t,,{URL}\n"
            + f"olaroz,lithium,2025,5,,,t,,{URL}\nolaroz,Lithium,2025,6,,,t,,{URL}\n",
            [(2, "mineral"), (3, "mineral"), (5, "project")],
        ),
        (
            "offtake",
            OFFTAKE
            + f"olaroz,Nobody knows,,,5%,,,{URL}\nolaroz,A,Atlantis,,5%,,,{URL}\n"
            + f"olaroz,B,JPN,copper,5%,,,{URL}\nolaroz,C,JPN,,5%,,,{URL}\nolaroz,C,,,6%,,,{URL}\n",
            [(2, "place"), (3, "place"), (4, "mineral"), (6, "place")],
        ),
        (
            "offtake",
            OFFTAKE
            + f"olaroz,A,JPN,,60%,,,{URL}\nolaroz,B,CHN,lithium,30%,,,{URL}\n"
            + f"olaroz,C,DEU,lithium,20%,2025-01-01,,{URL}\n",
            [(4, "share")],
        ),
    ],
)
def test_every_bad_row_is_reported_with_its_line_and_nothing_is_half_written(
    source: str, text: str, found: list[Any]
) -> None:
    make_mineral("copper")
    done = take_in(text, source)
    assert (done.state, [fault[:2] for fault in faults(done)]) == ("failed", found)
    assert all(done.faults.values_list("remedy", flat=True))
    models = (ProjectStatus, Capacity, Offtake)
    assert not any(model.objects.exists() for model in models)


def test_bad_rows_may_be_left_out_and_the_rest_loaded() -> None:
    text = STATUS + f"nowhere,closed,2024-01-01,{URL}\nolaroz,closed,2024-01-01,{URL}\n"
    done = take_in(text, "statuses", skip_bad=True)
    assert (done.state, done.added, done.rejected) == ("succeeded", 1, 1)


def test_a_status_of_a_day_to_come_is_refused() -> None:
    tomorrow = timezone.now().date() + timedelta(days=1)
    done = take_in(STATUS + f"olaroz,operating,{tomorrow},{URL}\n", "statuses")
    assert faults(done) == [(2, "since", "a day to come")]


def test_a_capacity_is_a_point_or_a_range_and_a_correction_is_a_new_row() -> None:
    rows = f"olaroz,lithium,2025,8000,,,t Li,,{URL}\nolaroz,lithium,2028,,8000,12000,t Li,x,{URL}\n"
    take_in(CAPACITY + rows, "capacities")
    point, ranged = Capacity.objects.order_by("year")
    assert (point.amount, point.basis, point.unit) == (8000, "stated", "t Li")
    assert (ranged.amount, ranged.low, ranged.high, ranged.basis) == (
        None,
        8000,
        12000,
        "estimated",
    )
    done = take_in(CAPACITY + f"olaroz,lithium,2025,9000,,,t Li,,{URL}\n", "capacities")
    assert (done.changed, done.preview) == (
        1, ["changed: olaroz: lithium 2025: 9000 t Li (stated)"],
    )  # fmt: skip
    amounts = Capacity.objects.filter(year=2025).order_by("id").values_list("amount", flat=True)
    assert list(amounts) == [8000, 9000]


def test_a_contract_has_mineral_days_and_source_and_makes_the_score_stale(
    project: Project,
) -> None:
    before = project.input_version
    text = OFFTAKE + f"olaroz,Toyota Tsusho,Japan,Lithium,75%,2015-01-01,2028-12-31,{URL}\n"
    done = take_in(text, "offtake")
    row = Offtake.objects.get()
    assert (row.buyer, row.place_id, row.mineral_id, row.share) == (
        "Toyota Tsusho", "JPN", "lithium", 0.75,
    )  # fmt: skip
    assert (row.since, row.until) == (date(2015, 1, 1), date(2028, 12, 31))
    assert (row.url, row.release) == (URL, done.release)
    project.refresh_from_db()
    assert project.input_version > before


def test_the_buyers_country_comes_from_the_table_of_companies_if_the_row_names_none() -> None:
    company = Company.objects.create(key="toyota-tsusho", name="Toyota Tsusho Corporation")
    Domicile.objects.create(company=company, place_id="JPN", url=URL, edition=next_edition("test"))
    take_in(OFFTAKE + f"olaroz,Toyota Tsusho Corp.,,,75%,,,{URL}\n", "offtake")
    assert Offtake.objects.get().place_id == "JPN"


def test_a_contract_that_ends_makes_room_for_the_next_one() -> None:
    take_in(OFFTAKE + f"olaroz,A,JPN,,80%,2020-01-01,,{URL}\n", "offtake")
    more = f"olaroz,B,CHN,,70%,2026-01-01,,{URL}\n"
    refused = take_in(OFFTAKE + more, "offtake")
    assert faults(refused) == [
        (
            2,
            "share",
            "the shares of the output add up to 150% from 2026-01-01 on, which is more than all",
        )
    ]
    ended = f"olaroz,A,JPN,,80%,2020-01-01,2025-12-31,{URL}\n"
    done = take_in(OFFTAKE + more + ended, "offtake")
    assert (done.added, done.changed) == (1, 1)
    assert Offtake.objects.get(buyer="A").until == date(2025, 12, 31)


def test_a_file_of_projects_keeps_days_and_sources_of_contracts_that_it_states_too() -> None:
    rows = (
        f"olaroz,A,JPN,lithium,30%,2020-01-01,,{URL}\nolaroz,B,CHN,,40%,2020-01-01,,{URL}\n"
        f"olaroz,C,DEU,,50%,2010-01-01,2015-12-31,{URL}\n"
    )
    take_in(OFFTAKE + rows, "offtake")
    done = take_in("key,offtake\nolaroz,A@JPN:30%|D@DEU:10%\n", "projects")
    assert done.changed == 1
    kept = {row.buyer: row for row in Offtake.objects.all()}
    assert set(kept) == {"A", "C", "D"}  # B is no longer stated; C is over
    assert (kept["A"].mineral_id, kept["A"].since) == ("lithium", date(2020, 1, 1))
    assert kept["D"].release == done.release


def test_shares_of_two_minerals_are_not_added_up(project: Project) -> None:
    ProjectMineral.objects.create(
        project=project, mineral=make_mineral("boron"), role=ProjectMineral.Role.SECONDARY
    )
    rows = f"olaroz,A,JPN,lithium,80%,,,{URL}\nolaroz,B,CHN,boron,70%,,,{URL}\n"
    assert take_in(OFFTAKE + rows, "offtake").added == 2
