"""What is stated about a project is served with it, and projects are found by it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from riskscore.curation import project_edits
from riskscore.models import Capacity, Evidence, Offtake, Project, ProjectStatus
from riskscore.releases.editions import next_edition
from riskscore.scoring import rescore
from tests.intake.files import take_in

pytestmark = pytest.mark.usefixtures("bundle")
BAMBAS = "icmm-13619"


def items(api: Any, query: str) -> list[dict[str, Any]]:
    answer = api.get(f"/projects?{query}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["items"])


def test_las_bambas_has_twelve_incidents_with_peak_and_trend(api: Any) -> None:
    project = api.get(f"/projects/{BAMBAS}").json()
    assert project["events"] == {"count": 12, "latest": "2024-03-31"}
    body = api.get(f"/projects/{BAMBAS}/timeline").json()
    assert len(body["events"]) == 12
    course = body["courses"]["ind.events"]
    assert course["peak_on"] == "2024-03-31"
    assert course["trend"] < 0 < course["now"] < course["peak"]
    assert body["courses"]["geo.events"] == {
        "now": None, "peak": None, "peak_on": None, "trend": None,
    }  # fmt: skip


def test_projects_are_found_by_status_and_incidents(api: Any) -> None:
    assert len(items(api, "events_since=2024-03-31&page_size=50")) == 16
    assert items(api, "events_since=2024-04-01") == []
    assert items(api, "event_kind=strike") == []
    operating = items(api, "status=operating&fields=key,status&page_size=100")
    assert operating
    assert {row["status"]["status"] for row in operating} == {"operating"}
    assert api.get("/projects?status=asleep").status_code == 400


def test_the_capacity_of_a_deposit_is_stated_or_a_range_with_its_reason(api: Any) -> None:
    """Salar de Atacama (SQM) plans 210 kt LCE in 2030: 39.45 kt Li, as 5.323 t LCE hold one."""
    stated = api.get("/projects/busch-001").json()["capacity"]
    newest = stated[0]
    assert (newest["year"], newest["unit"], newest["basis"]) == (2030, "t Li", "planned")
    assert newest["amount"] * 5.323 == pytest.approx(210_000, rel=1e-3)
    ranges = [row for row in items(api, "q=busch-&page_size=200") if row["capacity"]]
    unknown = [row["capacity"][0] for row in ranges if row["capacity"][0]["amount"] is None]
    assert len(unknown) > 50
    assert all(row["low"] < row["high"] and row["reason"] for row in unknown)


def test_a_newer_status_holds_and_does_not_rescore(api: Any) -> None:
    project = Project.objects.get(key="busch-001")
    before = project.input_version
    for word, since in (("suspended", "2026-05-01"), ("construction", "2010-01-01")):
        ProjectStatus.objects.create(
            project=project, status=word, since=since, url="https://a.example",
            edition=next_edition("test"),
        )  # fmt: skip
    project.refresh_from_db()
    assert (project.status, project.status_since) == ("suspended", date(2026, 5, 1))
    assert project.input_version == before
    assert api.get("/projects/busch-001").json()["status"]["status"] == "suspended"


def test_a_status_says_its_source_and_how_far_it_is_believed(api: Any) -> None:
    stated = api.get("/projects/busch-001").json()["status"]
    assert stated == {
        "status": "operating", "since": "2025-01-01", "source": "busch-2025", "url": "",
        "credibility": 0.8, "note": "",
    }  # fmt: skip
    unverified = [
        row["status"]
        for row in items(api, "status=operating,closed,suspended&page_size=200")
        if row["status"]["source"] == "gsmc-2026-02"
    ]
    assert unverified
    assert all(row["credibility"] < 0.5 and "unverified" in row["note"] for row in unverified)


def test_a_status_that_is_hardly_believed_gives_way_to_an_older_one_that_is(api: Any) -> None:
    """The file of owners is of February 2026; a mine that closed in 2024 has closed."""
    project = Project.objects.filter(
        statuses__release__code="gsmc-2026-02", status="operating", status_since="2026-02-01"
    ).first()
    assert project
    assert project.status == "operating"
    text = f"project,status,since,source\n{project.key},closed,2024-05-01,https://a.example/b\n"
    assert take_in(text, "statuses").added == 1
    shown = api.get(f"/projects/{project.key}").json()["status"]
    assert (shown["status"], shown["since"], shown["credibility"]) == ("closed", "2024-05-01", 1.0)


def test_reserves_and_capacity_of_a_country_are_observations_with_source_and_bound(
    api: Any,
) -> None:
    def found(query: str) -> list[dict[str, Any]]:
        return list(api.get(f"/observations?{query}&page_size=200").json()["items"])

    chile = found("indicator=usgs.reserves&place=CHL&mineral=lithium")
    assert {row["year"]: row["value"] for row in chile} == {2024: 9_300_000, 2025: 9_200_000}
    assert {row["unit"] for row in chile} == {"metric tons; reserves"}
    assert {row["release"] for row in chile} == {"usgs-2026"}
    (tin,) = [
        row for row in found("indicator=usgs.reserves&place=WLD&mineral=tin") if row["year"] == 2025
    ]
    assert (tin["value"], tin["quality"]) == (6_000_000, "at_least")
    china = found("indicator=usgs.capacity&place=CHN&mineral=gallium")
    assert {row["quality"] for row in china} <= {"estimated", "reported"}


def test_offtake_that_is_over_is_not_shown(api: Any) -> None:
    project = Project.objects.get(key=BAMBAS)
    today = timezone.now().date()
    Offtake.objects.create(project=project, place_id="JPN", share=0.3, buyer="A")
    Offtake.objects.create(
        project=project, place_id="CHN", share=0.3, buyer="B", until=today - timedelta(days=1)
    )
    assert [row["buyer"] for row in api.get(f"/projects/{BAMBAS}").json()["offtake"]] == ["A"]


def test_offtake_says_of_which_mineral_from_when_to_when_and_who_says_so(api: Any) -> None:
    text = (
        "project,buyer,place,mineral,share,from,to,source\n"
        f"{BAMBAS},MMG,CHN,copper,60%,2020-01-01,2099-12-31,https://a.example/report\n"
    )
    done = take_in(text, "offtake")
    assert done.release
    assert api.get(f"/projects/{BAMBAS}").json()["offtake"] == [
        {
            "buyer": "MMG", "place": "CHN", "mineral": "copper", "share": 0.6,
            "since": "2020-01-01", "until": "2099-12-31", "url": "https://a.example/report",
            "source": done.release.code, "note": "",
        }
    ]  # fmt: skip


def test_a_capacity_without_amount_needs_a_range_and_a_reason() -> None:
    project = Project.objects.get(key=BAMBAS)
    same = {"project": project, "mineral_id": "copper", "year": 2025, "unit": "t"}
    for wrong in (
        {},
        {"low": 1.0, "high": 2.0},
        {"low": 2.0, "high": 1.0, "reason": "x"},
        {"amount": 3.0, "low": 1.0, "high": 2.0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Capacity.objects.create(**same, **wrong, edition=next_edition("test"))


def test_a_sanction_is_an_incident_of_the_geopolitical_dimension(api: Any) -> None:
    project = Project.objects.get(key=BAMBAS)
    row = Evidence(
        project=project, kind="sanction", happened_on=timezone.now().date(),
        status="verified", url="https://a.example",
    )  # fmt: skip
    project_edits.add_evidence(row, by=None)
    rescore.drain()
    courses = api.get(f"/projects/{BAMBAS}/timeline").json()["courses"]
    assert courses["geo.events"]["now"] == pytest.approx(100)


def test_a_mine_of_which_nothing_is_stated_lies_within_a_range_of_its_country(api: Any) -> None:
    """Of n mines with a mean of m: 0.09 m to 2.6 m, hence 28.9 times as much at the top."""
    rows = api.get("/projects/icmm-00998").json()["capacity"]  # Cerro Verde, Peru, copper
    (row,) = rows
    assert row["amount"] is None
    assert row["high"] / row["low"] == pytest.approx(2.6 / 0.09)
    assert row["high"] < 2_800_000  # Peru's copper of a year, in t
    assert row["unit"] == "t"
    assert "known mines" in row["reason"]
    assert "2022 to 2024" in row["reason"]
    # USGS, Mineral Commodity Summaries 2026, copper: Peru's reserves are 85 million tonnes.
    assert row["reason"].endswith(
        "; the country's reserves (USGS 2025): 85,000 thousand metric tons"
    )
