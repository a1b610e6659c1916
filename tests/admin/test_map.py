"""The map: every project in exactly one cell at each zoom, as counted by hand; what it may load."""

import math
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from riskscore.admin.map import map_clusters, map_rows
from riskscore.admin.map.map_question import MOST_CELLS, Asked, Box
from riskscore.curation import map_grid
from riskscore.models import (
    CountryOutline,
    Footprint,
    Lens,
    MapCell,
    MapGrid,
    Place,
    Project,
    Score,
)
from riskscore.models.scores import NODES, Band
from tests.admin.conftest import inline_of, url

HERE = "/admin/map/"
ATACAMA = Box(-70.0, -26.0, -64.0, -21.0)
PUBLISHED = Project.objects.filter(state="published").exclude(flags__overlap=list(Project.UNRANKED))


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


def by_hand(lens: Lens, asked: Asked) -> dict[tuple[int, int], list[float | None]]:
    """Scores by cell of the grid, counted one by one."""
    scores = dict(Score.objects.filter(lens=lens).values_list("project_id", asked.by))
    cells: dict[tuple[int, int], list[float | None]] = defaultdict(list)
    box = asked.box.in_cells(asked.step)
    for number, lat, lon in PUBLISHED.values_list("id", "latitude", "longitude"):
        if box.south <= lat < box.north and box.west <= lon < box.east:
            cell = math.floor((lon + 180) / asked.step), math.floor((lat + 90) / asked.step)
            cells[cell].append(scores.get(number))
    return cells


# --- Clusters -------------------------------------------------------------------------------------
@pytest.mark.parametrize("asked", [
    Asked(zoom=0), Asked(zoom=2), Asked(zoom=5), Asked(by="labour", zoom=3),
    Asked(by="indigenous", zoom=6, box=ATACAMA), Asked(zoom=12, box=ATACAMA),
])  # fmt: skip
def test_cells_are_those_counted_by_hand(lens: Lens, asked: Asked) -> None:
    cells = by_hand(lens, asked)
    found = map_clusters.clusters(asked, lens)
    assert sorted(cell.number for cell in found.cells) == sorted(map(len, cells.values()))
    here = {
        (
            math.floor((cell.longitude + 180) / asked.step),
            math.floor((cell.latitude + 90) / asked.step),
        ): cell
        for cell in found.cells
    }
    assert here.keys() == cells.keys()
    for at, values in cells.items():
        known = [value for value in values if value is not None]
        assert here[at].bands[Band.NOT_ASSESSED] == len(values) - len(known)
        assert here[at].bands[Band.HIGH] == sum(50 <= value < 75 for value in known)
        assert here[at].worst == (max(known) if known else None)
        assert here[at].mean == (pytest.approx(sum(known) / len(known)) if known else None)


@pytest.mark.parametrize("by", NODES)
def test_no_zoom_loses_or_doubles_a_project(lens: Lens, by: str) -> None:
    whole = PUBLISHED.count()
    answers = [map_clusters.clusters(Asked(by=by, zoom=zoom), lens) for zoom in range(13)]
    assert {answer.total for answer in answers} == {whole}
    assert len({answer.bands for answer in answers}) == 1
    assert sum(answers[0].bands) == whole


def test_bands_of_the_composite_are_the_stored_ones(lens: Lens) -> None:
    found = map_clusters.clusters(Asked(), lens)
    stored = Score.objects.filter(lens=lens, project__in=PUBLISHED)
    for band in list(Band)[1:]:
        assert found.bands[band] == stored.filter(band=band).count()


@pytest.mark.parametrize("asked", [
    Asked(), Asked(zoom=6), Asked(by="labour", zoom=3, box=Box(-80.0, -40.0, -40.0, 10.0)),
    Asked(mineral="copper", places=frozenset({"CHL", "PER", "ZMB"}), zoom=4),
    Asked(band=3), Asked(band=0, by="labour", zoom=5), Asked(mineral="copper", band=2, by="labour"),
    Asked(kind="smelter", with_unranked=True), Asked(status="suspended", by="indigenous"),
    Asked(zoom=2, box=Box(100.0, -50.0, -150.0, 60.0)),
])  # fmt: skip
def test_kept_counts_are_those_of_the_tables(lens: Lens, asked: Asked) -> None:
    live = map_clusters.clusters(asked, lens)
    cache.clear()
    map_grid.keep(lens)
    kept = map_clusters.clusters(asked, lens)
    assert kept.counted_at is not None
    assert (kept.total, kept.bands) == (live.total, live.bands)
    for one, other in zip(kept.cells, live.cells, strict=True):
        assert (one.number, one.bands, one.worst, one.box, one.project) == (
            other.number, other.bands, other.worst, other.box, other.project,
        )  # fmt: skip
        assert one.mean == (None if other.mean is None else pytest.approx(other.mean, rel=1e-9))
        assert one.latitude == pytest.approx(other.latitude, rel=1e-9, abs=1e-9)
        assert one.longitude == pytest.approx(other.longitude, rel=1e-9, abs=1e-9)


def test_workers_count_only_where_there_is_much_and_something_changed(
    lens: Lens, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not map_grid.keep_due()
    assert not MapGrid.objects.exists()
    monkeypatch.setattr(map_grid, "MANY", 10)
    monkeypatch.setattr(map_grid, "_estimate", lambda: 11)
    monkeypatch.setattr(map_grid, "changes", lambda: 1)
    assert map_grid.keep_due()
    assert not map_grid.keep_due()
    MapGrid.objects.update(counted_at="2026-01-01T00:00Z")
    assert not map_grid.keep_due()
    monkeypatch.setattr(map_grid, "changes", lambda: 2)
    assert map_grid.keep_due()
    monkeypatch.setattr(map_grid, "_estimate", lambda: 10)
    assert not map_grid.keep_due()
    assert not MapCell.objects.exists()


def test_an_answer_has_few_cells_whatever_is_asked(lens: Lens) -> None:
    asked = Asked(zoom=12)
    assert (360 / asked.step) * (180 / asked.step) <= MOST_CELLS
    assert len(map_clusters.clusters(asked, lens).cells) <= MOST_CELLS


def test_filters_choose_the_same_projects_as_the_tables(lens: Lens) -> None:
    def total(**filters: Any) -> int:
        return map_clusters.clusters(Asked(**filters), lens).total

    assert total(mineral="lithium") == PUBLISHED.filter(minerals__mineral="lithium").count()
    assert total(places=frozenset({"CHL", "ARG"})) == PUBLISHED.filter(
        place__in=("CHL", "ARG")
    ).count()  # fmt: skip
    assert total(kind="smelter") == PUBLISHED.filter(kind="smelter").count()
    assert total(status="suspended") == PUBLISHED.filter(status="suspended").count()
    assert total(with_unranked=True) == Project.objects.filter(state="published").count()
    assert sum(total(band=band) for band in Band.values) == total()


def test_a_box_may_cross_the_date_line(lens: Lens) -> None:
    Project.objects.filter(pk__in=PUBLISHED.values("pk")[:2]).update(latitude=0.25)
    first, second = Project.objects.filter(latitude=0.25)
    Project.objects.filter(pk=first.pk).update(longitude=179.5)
    Project.objects.filter(pk=second.pk).update(longitude=-179.5)
    across = Asked(box=Box(179.0, 0.0, -179.0, 0.5), zoom=3)
    assert map_clusters.clusters(across, lens).total == 2


# --- Rows -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("asked", [
    Asked(), Asked(by="labour", mineral="lithium"), Asked(band=0),
    Asked(with_unranked=True, band=0),
])  # fmt: skip
def test_the_list_has_each_project_of_the_map_once(lens: Lens, asked: Asked) -> None:
    Score.objects.filter(project__in=PUBLISHED.order_by("-id").values("id")[:60]).delete()
    seen, after = [], ""
    while True:
        page = map_rows.rows(asked, lens, after)
        seen += [row.project.pk for row in page.rows]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == map_clusters.clusters(asked, lens).total


def test_the_worst_come_first(lens: Lens) -> None:
    points = [float(row.composite) for row in map_rows.rows(Asked(), lens).rows]
    assert points == sorted(points, reverse=True)
    scores = Score.objects.filter(lens=lens, project__in=PUBLISHED, composite__isnull=False)
    assert points[0] == round(
        max(score or 0.0 for score in scores.values_list("composite", flat=True)), 1
    )


@pytest.mark.parametrize("after", ["x", "by:", "by:1:x", "none::-", "by:nan:0"])
def test_a_broken_mark_begins_at_the_top_or_shows_rows(page: Client, after: str) -> None:
    assert page.get(HERE, {"after": after}).status_code == 200


# --- Outlines, lands, one project -----------------------------------------------------------------
def test_outlines_come_with_the_bundle_and_are_drawn_by_the_box(page: Client) -> None:
    assert CountryOutline.objects.count() == 241
    world = page.get(f"{HERE}outlines/", {"zoom": 2}).json()
    assert len(world["features"]) == 241
    near = page.get(f"{HERE}outlines/", {"zoom": "7", "box": "-70,-26,-64,-21"}).json()
    assert {one["properties"]["name"] for one in near["features"]} == {
        "Argentina", "Bolivia", "Chile",
    }  # fmt: skip


def test_lands_in_view_say_whose_map_they_are_on(page: Client) -> None:
    asked: dict[str, Any] = {
        "zoom": 8,
        "box": "-67,-24,-65,-22",
        "layer": ["communities", "nonsense"],
    }
    found = page.get(f"{HERE}lands/", asked).json()
    assert {one["properties"]["layer"] for one in found["features"]} == {
        "Indigenous communities of Argentina"
    }
    assert found["layers"][0]["steward"]
    for one in found["features"]:
        lon, lat = one["geometry"]["coordinates"]
        assert -67 <= lon <= -65
        assert -24 <= lat <= -22
    everywhere = page.get(f"{HERE}lands/", {"layer": "communities"}).json()
    assert len(everywhere["features"]) == 400
    assert everywhere["more"] > 0


def test_one_project_gives_name_score_link_and_radius(
    page: Client, project: Project, lens: Lens
) -> None:
    found = page.get(f"{HERE}projects/{project.pk}/").json()
    score = Score.objects.get(project=project, lens=lens)
    assert found["name"] == project.name
    assert found["link"] == url("project", "change", project.pk)
    assert found["scores"][0]["points"] == f"{score.composite:.1f}"
    assert found["scores"][0]["band"] == Band(score.band).label
    assert found["radius_km"] > 0
    assert page.get(f"{HERE}projects/999999999/").status_code == 404


# --- A footprint ----------------------------------------------------------------------------------
def _corners(project: Project) -> str:
    lat, lon = project.latitude, project.longitude
    return f"{lat}, {lon}\n{lat + 0.02} {lon}\n\n{lat + 0.02},{lon + 0.03}"


def test_corners_become_an_outline_by_the_same_checks(page: Client, project: Project) -> None:
    sent = {"project": project.pk, "corners": _corners(project), "source": "https://example.org"}
    assert page.post(url("footprint", "add"), sent).status_code == 302
    assert Footprint.objects.get(project=project).outline is not None
    found = page.get(f"{HERE}projects/{project.pk}/").json()
    assert found["radius_km"] is None
    assert len(found["outline"]["coordinates"][0]) == 4


@pytest.mark.parametrize(
    ("corners", "said"),
    [
        ("1, 2\n3, x", "line 2"),
        ("1, 2\n1, 2\n1, 2", "give at least three"),
        ("50, 10\n50, 11\n51, 11", "km from the project"),
        ("nan, 1\n2, 2\n3, 3", ""),
    ],
)
def test_wrong_corners_are_told_at_their_field(
    page: Client, project: Project, corners: str, said: str
) -> None:
    sent = {"project": project.pk, "corners": corners, "source": "https://example.org"}
    answer = page.post(url("footprint", "add"), sent)
    assert answer.status_code == 200
    assert said in answer.context["adminform"].form.errors["corners"][0]
    assert not Footprint.objects.exists()


# --- Pages ----------------------------------------------------------------------------------------
def test_pages_with_a_map_have_nothing_inline_or_foreign(page: Client, project: Project) -> None:
    for address in (
        HERE,
        f"{HERE}?mineral=lithium&place=Latin+America&by=labour&at={project.pk}",
        f"{HERE}?box=-70,-26,-64,-21",
        url("project", "land", project.pk),
        url("place", "change", "CHL"),
        url("footprint", "add") + f"?project={project.pk}",
    ):
        answer = page.get(address)
        assert answer.status_code == 200
        assert inline_of(answer.text) == []
        assert "data-map" in answer.text
        assert not re.search(r'(src|href)="(https?:)?//[^"]*\.(js|css|png)', answer.text)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("box=1,2,3", "west,south,east,north"),
        ("box=nan,0,1,1", "west,south,east,north"),
        ("place=latin+amerika", "did you mean"),
        ("mineral=unobtainium", "valid choice"),
        ("zoom=99", "less than or equal to 12"),
        ("by=weather", "valid choice"),
    ],
)
def test_a_mistake_is_a_sentence(page: Client, query: str, said: str) -> None:
    answer = page.get(f"{HERE}?{query}")
    assert answer.status_code == 400
    assert said in answer.text
    refused = page.get(f"{HERE}clusters/?{query}")
    assert refused.status_code == 400
    assert said in refused.json()["detail"]


def test_the_list_carries_its_filters_to_the_map(page: Client) -> None:
    text = page.get(url("project") + "?mineral=lithium&place=CHL&kind__exact=mine&band=2").text
    link = "/admin/map/?mineral=lithium&amp;place=CHL&amp;kind=mine&amp;band=2&amp;unranked=on"
    assert link in text
    assert HERE in page.get("/admin/").text


def test_names_from_the_tables_never_become_markup(page: Client, project: Project) -> None:
    hostile = "<script>alert(1)</script>"
    Project.objects.filter(pk=project.pk).update(name=hostile)
    Place.objects.filter(pk="CHL").update(name=hostile)
    for address in (f"{HERE}?place=CHL", url("place", "change", "CHL")):
        assert hostile not in page.get(address).text


def test_only_people_who_may_see_scores_and_projects_see_the_map(
    as_staff: Callable[..., Client], project: Project
) -> None:
    viewer, other = as_staff("view_score", "view_project"), as_staff("view_project")
    for end in ("", "clusters/", "outlines/", f"projects/{project.pk}/"):
        assert viewer.get(HERE + end).status_code == 200
        assert other.get(HERE + end).status_code == 403
        assert Client().get(HERE + end).status_code == 302
    assert viewer.get(f"{HERE}lands/?layer=lands").status_code == 403
    assert as_staff("view_score", "view_project", "view_land").get(
        f"{HERE}lands/?layer=lands"
    ).status_code == 200  # fmt: skip
    assert HERE not in other.get("/admin/").text
    assert "data-map" not in other.get(url("project", "land", project.pk)).text


@pytest.mark.parametrize(
    ("end", "budget"),
    [("", 14), ("clusters/", 9), ("outlines/?zoom=2", 5), ("lands/?layer=communities", 6)],
)
def test_an_answer_costs_few_queries(page: Client, end: str, budget: int) -> None:
    page.get(HERE + end)
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        page.get(HERE + end)
    assert len(queries) <= budget


def test_the_map_is_kept_only_where_there_is_much(
    page: Client, monkeypatch: pytest.MonkeyPatch, curator: User
) -> None:
    """With few projects an edit shows at once."""
    before = page.get(f"{HERE}clusters/").json()["total"]
    PUBLISHED.filter(pk__in=PUBLISHED.values("pk")[:1]).update(state="archived")
    assert page.get(f"{HERE}clusters/").json()["total"] == before - 1
    monkeypatch.setattr(map_clusters, "MANY", 10)
    page.get(f"{HERE}clusters/")
    PUBLISHED.filter(pk__in=PUBLISHED.values("pk")[:1]).update(state="archived")
    assert page.get(f"{HERE}clusters/").json()["total"] == before - 1
