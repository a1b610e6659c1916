"""Profiles of places and minerals, the matrix, and the search as people see them."""

import csv
import html
import io
import re
import statistics
from collections.abc import Callable
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from riskscore.admin.profiles import matrix_table, subject, trend_part
from riskscore.admin.profiles.matrix_question import Asked
from riskscore.curation import cell_counts, map_grid
from riskscore.models import Lens, MapGrid, MatrixCell, Project, Release, Score
from tests.admin.conftest import inline_of

RANKED = Project.objects.filter(state="published").exclude(flags__overlap=list(Project.UNRANKED))
SEEN = ("view_project", "view_score")


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


def words_of(answer: object) -> str:
    """The text of a page in one line."""
    text = re.sub(r"<[^>]+>", " ", answer.text)  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", html.unescape(text))


def composites(lens: Lens, **chosen: str) -> list[float]:
    rows = Score.objects.filter(lens=lens, project__in=RANKED.filter(**chosen))
    return [value for value in rows.values_list("composite", flat=True) if value is not None]


# --- Counts by mineral and place ------------------------------------------------------------------
def test_cells_are_those_counted_by_hand(lens: Lens) -> None:
    found = cell_counts.counts(lens, map_grid.starts(lens)).cells
    by_key = {(cell.place, cell.mineral): cell for cell in found}
    cell = by_key["CHL", "lithium"]
    values = composites(lens, place="CHL", minerals__mineral="lithium")
    assert cell.number == RANKED.filter(place="CHL", minerals__mineral="lithium").count() == 18
    assert cell.known[0] == len(values)
    assert cell.mean(0) == pytest.approx(statistics.fmean(values))
    assert cell.medians[0] == pytest.approx(statistics.median(values))
    assert cell.worst[0] == max(values)
    assert cell.bands[2] == sum(25 <= value < 50 for value in values)
    whole = [c for c in found if c.mineral == cell_counts.ANY]
    assert sum(c.number for c in whole) == RANKED.count()


def test_kept_counts_are_those_of_the_tables(lens: Lens) -> None:
    begins = map_grid.starts(lens)
    now = {(c.place, c.mineral): c for c in cell_counts.counts(lens, begins).cells}
    map_grid.keep(lens)
    kept = cell_counts.counts(lens, begins)
    assert kept.counted_at == MapGrid.objects.get(lens=lens).counted_at
    assert {(c.place, c.mineral) for c in kept.cells} == now.keys()
    for cell in kept.cells:
        one = now[cell.place, cell.mineral]
        assert (cell.number, cell.known, cell.worst, cell.bands) == (
            one.number, one.known, one.worst, one.bands,
        )  # fmt: skip
        assert cell.sums == pytest.approx(one.sums)
        assert cell.mineral == cell_counts.ANY or cell.medians == one.medians
    some = cell_counts.counts(lens, begins, minerals=["lithium"], places=["CHL"]).cells
    assert [(c.place, c.mineral) for c in some] == [("CHL", "lithium")]


def test_workers_count_anew_where_the_matrix_was_never_counted(
    lens: Lens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_grid, "_estimate", lambda: map_grid.MANY + 1)
    monkeypatch.setattr(map_grid, "changes", lambda: 1)
    assert map_grid.keep_due()
    assert not map_grid.keep_due()
    MatrixCell.objects.all().delete()
    assert map_grid.keep_due()
    assert MatrixCell.objects.exists()


# --- The matrix -----------------------------------------------------------------------------------
def test_each_cell_leads_to_as_many_projects_as_it_counts(page: Client) -> None:
    answer = page.get("/admin/matrix/?show=number&region=latin-america")
    assert answer.status_code == 200
    assert not inline_of(answer.text)
    cells = re.findall(r'<td class="heat-\d"><a href="([^"]+)"[^>]*>([\d,]+)</a>', answer.text)
    place_chl = [
        (link, n) for link, n in cells if "place=CHL" in link and "mineral=lithium" in link
    ]
    assert len(place_chl) == 1
    link, number = place_chl[0]
    listed = page.get(html.unescape(link))
    assert listed.context["cl"].result_count == int(number) == 18
    assert all("place=AUS" not in link for link, _ in cells)


def test_shares_are_the_publishers(lens: Lens) -> None:
    """World Mining Data, tonnes Li2O of Chile and of the world: the mean of three years' shares."""
    by_hand = statistics.fmean([110350 / 345849, 113200 / 499736, 123300 / 601914])
    found = matrix_table.values(Asked("mined", 0, "", None), lens)
    assert found.by_cell["CHL", "lithium"] == pytest.approx(by_hand)
    refined = matrix_table.values(Asked("refined", 0, "", None), lens)
    assert refined.by_cell["CHN", "lithium"] == pytest.approx(
        169.67759096410308 / 241.6117526503776, rel=1e-6
    )
    bought = matrix_table.values(Asked("imports", 0, "JPN", frozenset({"CHL", "CHN"})), lens)
    assert {place for place, _ in bought.by_cell} == {"CHL", "CHN"}
    assert 0 < bought.by_cell["CHL", "lithium"] < 1


def test_what_is_wrong_is_said_in_words(page: Client) -> None:
    for query in ("show=imports", "region=Atlantis", "show=nonsense", "of=x", "buyer=XXX"):
        answer = page.get(f"/admin/matrix/?{query}")
        assert answer.status_code == 400
        assert 'class="errornote"' in answer.text or 'role="alert"' in answer.text
    assert "Choose a buyer" in page.get("/admin/matrix/?show=imports").text


def test_the_matrix_goes_out_as_a_file(page: Client) -> None:
    answer = page.get("/admin/matrix/?show=median&format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    rows = {row["place"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    cell = matrix_table.values(Asked("median", 0, "", None), Lens.objects.get(pk=1))
    assert float(rows["CHL"]["lithium"]) == pytest.approx(cell.by_cell["CHL", "lithium"], rel=1e-5)
    assert rows["CHL"]["chromium"] == ""


@pytest.mark.parametrize(("value", "top", "colour"), [
    (1, 100, 0), (2, 100, 1), (10, 100, 3), (100, 100, 7),
])  # fmt: skip
def test_numbers_are_coloured_by_their_logarithm(value: int, top: int, colour: int) -> None:
    assert matrix_table.step(Asked("number", 0, "", None), value, top) == colour


# --- Profiles -------------------------------------------------------------------------------------
def test_a_country_with_scores_supply_projects_gaps_and_sources(page: Client, lens: Lens) -> None:
    answer = page.get("/admin/place/chl/")
    assert answer.status_code == 200
    assert not inline_of(answer.text)
    text = words_of(answer)
    values = composites(lens, place="CHL")
    assert f"{RANKED.filter(place='CHL').count()} ranked projects" in text
    assert re.search(rf"Composite risk .*? {statistics.fmean(values):.1f} {max(values):.1f}", text)
    assert re.search(r"Lithium .{0,14}25\s% 116 kt 2 2022–2024 wmd-", text)
    assert "Indigenous and displacement : " in text
    assert "nothing is known about the project itself" in text
    assert "Lithium triangle" in text
    assert re.search(r"Political stability .*? 0\.136 ± 0\.223 .*? 2023", text)


def test_each_number_leads_to_its_source_on_the_same_page(page: Client) -> None:
    for address in ("/admin/place/CHL/", "/admin/mineral/lithium/", "/admin/place/latin-america/"):
        text = page.get(address).text
        asked = set(re.findall(r'class="from" href="#([^"]+)"', text))
        assert asked
        assert asked <= set(re.findall(r'<tr id="([^"]+)"', text))
    row = Release.objects.get(code__startswith="wmd-")
    assert row.licence in html.unescape(page.get("/admin/mineral/lithium/").text)


def test_a_mineral_and_in_whose_hands_it_is(page: Client) -> None:
    text = words_of(page.get("/admin/mineral/lithium/"))
    shares = [149800 / 345849, 204200 / 499736, 230000 / 601914]
    assert re.search(rf"The largest holds {100 * statistics.fmean(shares):.0f}\s%", text)
    assert re.search(r"Refining: in whose hands The largest holds 70\s%", text)
    assert re.search(r"Share of world output: Chile 20\s%", text)
    assert "Salton Sea" in text


def test_groups_and_regions_are_their_members_together(page: Client) -> None:
    group = subject.place("EUU")
    assert group.places is not None
    text = words_of(page.get("/admin/place/EUU/"))
    number = RANKED.filter(place__in=group.places).count()
    assert f"{number} ranked projects" in text
    assert subject.place("latin-america").code == "latin-america-and-the-caribbean"
    assert page.get("/admin/place/WLD/").status_code == 404
    assert page.get("/admin/place/atlantis/").status_code == 404
    assert page.get("/admin/mineral/kryptonite/").status_code == 404


def test_the_past_is_the_mean_at_the_end_of_each_day_with_a_change() -> None:
    one, two, three = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)
    rows = [(1, one, 10.0), (2, one, 30.0), (1, two, 20.0), (2, three, None)]
    assert trend_part.by_day(rows) == [(one, 20.0, 2), (two, 25.0, 2), (three, 20.0, 1)]


@pytest.mark.parametrize(("address", "most"), [
    ("/admin/place/CHL/", 60), ("/admin/mineral/lithium/", 50), ("/admin/matrix/", 25),
    ("/admin/matrix/?show=imports&buyer=JPN", 35), ("/admin/search/?q=lithium+chile", 35),
])  # fmt: skip
def test_pages_ask_the_database_few_times(page: Client, address: str, most: int) -> None:
    page.get(address)
    with CaptureQueriesContext(connection) as asked:
        page.get(address)
    assert len(asked) <= most


# --- The search as a page -------------------------------------------------------------------------
def test_the_search_answers_as_a_page_and_for_the_palette(page: Client) -> None:
    answer = page.get("/admin/search/?q=chile+LITHIUM")
    assert "Maricunga" in answer.text
    assert not inline_of(answer.text)
    rows = page.get("/admin/search.json?q=chile").json()
    assert {"title": "Chile", "description": "country, CHL", "link": "/admin/place/CHL/",
            "kind": "Places"} in rows  # fmt: skip
    pages = page.get("/admin/search.json?q=countries").json()
    assert {"/admin/matrix/"} <= {row["link"] for row in pages if row["kind"] == "Pages"}
    assert page.get("/admin/search.json?q=").json() == []
    assert page.get("/admin/search/?q=%27").status_code == 200
    assert page.get(rows[0]["link"]).status_code == 200


def test_people_find_only_what_they_may_see(as_staff: Callable[..., Client]) -> None:
    def kinds(client: Client) -> set[str]:
        return {row["kind"] for row in client.get("/admin/search.json?q=chile").json()}

    assert kinds(as_staff("view_company")) <= {"Owners", "Pages"}
    assert "Places" in kinds(as_staff(*SEEN))
    stranger = as_staff("view_company")
    for address in ("/admin/matrix/", "/admin/place/CHL/", "/admin/mineral/lithium/"):
        assert stranger.get(address).status_code == 403
        assert as_staff(*SEEN).get(address).status_code == 200
    seen = as_staff(*SEEN).get("/admin/place/CHL/").text
    assert "/admin/riskscore/release/" not in seen
    assert "#source-wmd" in seen
