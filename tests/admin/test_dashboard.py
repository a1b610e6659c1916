"""The first page says where the projects stand, what is not known and why, and what is going on."""

from collections.abc import Callable

import pytest
from django.test import Client

from riskscore.admin import dashboard
from riskscore.engine.method import Method as Specification
from riskscore.jobs import requests
from riskscore.models import Job, Lens, Project, Score
from riskscore.models.scores import NODES, Band


def test_counts_per_band_equal_those_of_the_rows(lens: Lens) -> None:
    overview = dashboard.overview()
    assert overview
    rows = list(Score.objects.filter(lens=lens).values("band", *NODES))
    for band in Band:
        assert overview.spreads[0].counts[band] == sum(row["band"] == band for row in rows)
    for spread in overview.spreads:
        values = [row[spread.code] for row in rows]
        assert spread.missing == values.count(None)
        assert sum(spread.counts.values()) == len(rows)
        high = [value for value in values if value is not None and 50 <= value < 75]
        assert spread.counts[Band.HIGH] == len(high)


def test_what_is_not_assessed_comes_with_the_rule_and_the_places(lens: Lens) -> None:
    overview = dashboard.overview()
    assert overview
    missing = {row.label: row for row in overview.missing}
    land = next(row for label, row in missing.items() if label.startswith("Indigenous"))
    assert land.rule.startswith("nothing is known about the project itself")
    assert "less than 50\N{NO-BREAK SPACE}% of its weight" in missing["Geopolitical"].rule
    assert "New Caledonia 1" in missing["Geopolitical"].where


def test_the_share_that_the_country_explains_is_computed_by_hand_too(lens: Lens) -> None:
    rows = Score.objects.filter(lens=lens).exclude(composite=None).select_related("project")
    pairs = [(score.project.place_id, score.composite or 0.0) for score in rows]
    mean = sum(value for _, value in pairs) / len(pairs)
    by_place: dict[str, list[float]] = {}
    for place, value in pairs:
        by_place.setdefault(place, []).append(value)
    between = sum(len(each) * (sum(each) / len(each) - mean) ** 2 for each in by_place.values())
    whole = sum((value - mean) ** 2 for _, value in pairs)
    ties = dashboard.ties(lens)
    assert ties.by_country == pytest.approx(between / whole)
    assert ties.distinct == len({value for _, value in pairs})
    assert ties.projects == len(pairs)


def test_the_page_warns_that_countries_come_first(page: Client) -> None:
    text = page.get("/admin/").text
    assert "countries first, then minerals" in text
    assert "wgi-1996-2023" in text or "Latest releases" in text


def test_one_button_rescores_everything_through_every_lens(page: Client, lens: Lens) -> None:
    response = page.post("/admin/rescore-everything/", follow=True)
    assert "Rescoring has started" in response.text
    assert "refresh.js" in response.text
    started = Job.objects.filter(state="queued", scope={"all": True})
    assert started.count() == Lens.objects.filter(kept_current=True).count()
    assert {job.queue for job in started} == {"bulk"}


def test_that_button_needs_its_permission_and_a_post(
    page: Client, as_staff: Callable[..., Client]
) -> None:
    assert page.get("/admin/rescore-everything/").status_code == 405
    before = Job.objects.count()
    assert as_staff("view_score").post("/admin/rescore-everything/").status_code == 403
    assert Client().post("/admin/rescore-everything/").status_code == 302
    assert Job.objects.count() == before


def test_archived_projects_are_not_counted(page: Client, lens: Lens) -> None:
    before = dashboard.spreads(lens, specification(lens))[0].counts[Band.EXTREME]
    worst = Score.objects.filter(lens=lens, band=Band.EXTREME).earliest("pk")
    Project.objects.filter(pk=worst.project_id).update(state="archived")
    assert dashboard.spreads(lens, specification(lens))[0].counts[Band.EXTREME] == before - 1


def specification(lens: Lens) -> Specification:
    method = Score.objects.filter(lens=lens).earliest("pk").method
    return Specification.from_dict(method.spec)


def test_running_jobs_come_with_their_progress(page: Client, lens: Lens) -> None:
    requests.start({"filter": {"place": ["PER"]}}, lens=lens, reason="new figures")
    text = page.get("/admin/").text
    assert "new figures" in text
    assert "place: PER" in text
