"""The first page: the question and its answer, what waits for whom, who moved, and what goes on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from riskscore.admin.home import coverage_page, waiting
from riskscore.curation import challenges, coverage_figures, kept_figures, movers, watches
from riskscore.jobs import ledger, requests
from riskscore.models import (
    Alert,
    AskedLast,
    Job,
    KeptFigures,
    Lens,
    Ownership,
    Project,
    ProjectList,
    Score,
    Watch,
)
from riskscore.models.scores import NODES, Band
from riskscore.scoring import rescore
from tests.admin.conftest import act, inline_of, url

What = KeptFigures.What


@pytest.fixture(autouse=True)
def nothing_is_kept() -> None:
    """Forget answers of other tests, whose people have the same numbers."""
    cache.clear()


# --- The question -------------------------------------------------------------------------------
def test_japans_lithium_is_answered_on_the_first_page(page: Client) -> None:
    text = page.get("/admin/").text
    assert "Japan × Lithium" in text
    assert "<strong>China</strong>" in text
    assert "190 projects could supply it" in text
    assert text.count('class="undominated"') >= 8
    assert "two-axes" in text
    assert not inline_of(text)


def test_the_choice_is_remembered_for_the_person_who_made_it(
    page: Client, as_staff: Callable[..., Client]
) -> None:
    sent = {"buyer": "EUU", "mineral": "cobalt", "region": "Latin America"}
    text = page.post("/admin/ask/", sent, follow=True).text
    assert "European Union × Cobalt" in text
    assert "<option selected>Latin America</option>" in text
    assert "European Union × Cobalt" in page.get("/admin/").text
    assert "Japan × Lithium" in as_staff("view_score").get("/admin/").text
    assert AskedLast.objects.get().region == "Latin America"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"buyer": "XXX", "mineral": "cobalt"}, "XXX"),
        ({"buyer": "JPN", "mineral": "cobblestone"}, "There is no such mineral"),
        ({"buyer": "JPN", "mineral": ""}, "Choose a mineral."),
        ({"buyer": "JPN", "mineral": "cobalt", "region": "Atlantis\0"}, "ull characters"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    page: Client, sent: dict[str, str], said: str
) -> None:
    assert said in page.post("/admin/ask/", sent, follow=True).text
    assert not AskedLast.objects.exists()


# --- What waits ---------------------------------------------------------------------------------
def counted(client: Client) -> dict[str, int]:
    cache.clear()
    request = RequestFactory().get("/admin/")
    request.user = client.get("/admin/").context["user"]
    cache.clear()
    return waiting.badges(request)


def test_what_waits_is_counted_for_those_who_may_act_on_it(
    page: Client, as_staff: Callable[..., Client], curator: Any, lens: Lens, project: Project
) -> None:
    disputed = Project.objects.filter(state="published", flags__contains=["place_disputed"]).count()
    doubts = Ownership.objects.filter(state="unverified", superseded_by=None).exclude(doubt="")
    assert counted(page) == {}  # a backlog is no badge
    told = {one.words: one.number for one in waiting.what_waits(_request(page))}
    assert told == {
        "projects whose sources disagree on their country": disputed,
        "owners in doubt between sources": min(doubts.count(), 1001),
    }
    challenges.file(project, "The mine closed in 2019.", "https://example.org", by=curator)
    failed = requests.start({"keys": [project.key]}, lens=lens)
    Job.objects.filter(pk=failed.pk).update(state="running")
    Job.objects.filter(pk=failed.pk).update(state="failed", finished_at=timezone.now())
    now = counted(page)
    assert now["admin:riskscore_challenge_changelist"] == 1
    assert now["admin:riskscore_job_changelist"] == 1
    text = page.get("/admin/").text
    assert "<strong>1</strong> <span>open challenge</span>" in text
    assert "<strong>1</strong> <span>failed job</span>" in text

    assert counted(as_staff("view_score")) == {}
    assert counted(as_staff("view_score", "change_challenge")) == {
        "admin:riskscore_challenge_changelist": 1
    }
    for each in waiting.what_waits(_request(page)):
        assert page.get(each.link).status_code == 200, each.link


def _request(client: Client) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = client.get("/admin/").context["user"]
    return request


def test_unverified_owners_wait_for_whoever_watches_the_project(page: Client, curator: Any) -> None:
    owned = Ownership.objects.filter(state="unverified", superseded_by=None).earliest("pk").project
    number = Ownership.objects.filter(project=owned, state="unverified", superseded_by=None).count()
    watches.watch(curator, [owned])
    cache.clear()
    (found,) = [one for one in waiting.what_waits(_request(page)) if "you watch" in one.words]
    assert found.number == number


def test_badges_cost_one_query_and_then_none(page: Client, django_assert_num_queries: Any) -> None:
    request = _request(page)
    cache.clear()
    request.user.has_perm("riskscore.view_score")
    with django_assert_num_queries(1):
        first = waiting.badges(request)
    with django_assert_num_queries(0):
        assert waiting.badges(request) == first


# --- Movers -------------------------------------------------------------------------------------
def test_movers_say_what_was_before_the_band_and_why(
    page: Client, lens: Lens, project: Project
) -> None:
    assert "Not counted yet" in page.get("/admin/").text
    kept_figures.keep(lens, What.MOVERS)
    assert (
        "differs from that of a week ago" in page.get("/admin/").text
    )  # first scores are no moves

    before = Score.objects.get(project=project, lens=lens)
    _as_if_scored_long_ago()
    Project.objects.filter(pk=project.pk).update(place="COD")
    requests.start({"keys": [project.key]}, lens=lens)
    while rescore.drain():
        pass
    after = Score.objects.get(project=project, lens=lens)
    found = movers.figures(lens)
    assert (found["moved"], found["up"], found["down"]) == (1, 1, 0)
    (row,) = found["rows"]
    assert (row["before"], row["after"]) == (before.composite, after.composite)
    assert (row["band_before"], row["band_after"]) == (before.band, after.band)
    assert row["parts"] is None  # the project itself was edited, which no edition keeps

    kept_figures.keep(lens, What.MOVERS)
    text = page.get("/admin/").text
    assert "1 project moved since" in text
    assert "the project itself was edited" in text


def _as_if_scored_long_ago() -> None:
    """Move the history of the bundle back by eight days, to where its partition may be another."""
    ledger.ensure_history_partition((timezone.now() - timedelta(days=8)).date())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE riskscore_scorehistory DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE riskscore_scorehistory SET computed_at = computed_at - interval '8 days'"
        )
        cursor.execute("ALTER TABLE riskscore_scorehistory ENABLE TRIGGER USER")


# --- Coverage -----------------------------------------------------------------------------------
def test_counts_per_band_equal_those_of_the_rows(lens: Lens) -> None:
    overview = coverage_page.overview()
    assert overview
    assert overview.counted_at is None
    rows = list(Score.objects.filter(lens=lens).values("band", "project__place", *NODES))
    for band in Band:
        assert overview.spreads[0].counts[band] == sum(row["band"] == band for row in rows)
    for spread in overview.spreads:
        values = [row[spread.code] for row in rows]
        assert spread.missing == values.count(None)
        assert sum(spread.counts) == len(rows)
        high = [value for value in values if value is not None and 50 <= value < 75]
        assert spread.counts[Band.HIGH] == len(high)
    missing = {row.label: row for row in overview.missing}
    land = next(row for label, row in missing.items() if label.startswith("Indigenous"))
    assert land.rule.startswith("nothing is known about the project itself")
    assert "less than 50\N{NO-BREAK SPACE}% of its weight" in missing["Geopolitical"].rule
    assert "New Caledonia 1" in missing["Geopolitical"].where

    # What the country explains, by hand: variance between countries over the whole variance.
    scored = [(row["project__place"], row["composite"]) for row in rows if row["composite"]]
    mean = sum(value for _, value in scored) / len(scored)
    by_place: dict[str, list[float]] = {}
    for place, value in scored:
        by_place.setdefault(place, []).append(value)
    between = sum(len(each) * (sum(each) / len(each) - mean) ** 2 for each in by_place.values())
    whole = sum((value - mean) ** 2 for _, value in scored)
    assert overview.ties["by_country"] == pytest.approx(between / whole)
    assert overview.ties["distinct"] == len({value for _, value in scored})
    assert overview.ties["projects"] == len(scored)


def test_archived_projects_are_not_counted(lens: Lens) -> None:
    before = coverage_figures.counts(lens)["composite"][Band.EXTREME]
    worst = Score.objects.filter(lens=lens, band=Band.EXTREME).earliest("pk")
    Project.objects.filter(pk=worst.project_id).update(state="archived")
    assert coverage_figures.counts(lens)["composite"][Band.EXTREME] == before - 1


def test_kept_counts_are_read_with_their_age_and_made_anew_when_something_changed(
    page: Client, lens: Lens, django_assert_max_num_queries: Any
) -> None:
    kept_figures.keep(lens, What.COVERAGE)
    KeptFigures.objects.update(counted_at=timezone.now() - timedelta(minutes=3))
    with django_assert_max_num_queries(12):  # no count over scores or projects
        text = page.get("/admin/coverage/").text
    assert "countries first, then minerals" in text
    assert "3\N{NO-BREAK SPACE}minutes ago" in text
    assert "agreements-2025" in text
    # Counted just now: it rests. After that it is due as soon as a row was written since.
    assert not kept_figures._is_due(lens, What.COVERAGE)
    KeptFigures.objects.update(tried_at=timezone.now() - timedelta(hours=1))
    assert not kept_figures._is_due(lens, What.COVERAGE)
    KeptFigures.objects.update(seen=0)
    assert kept_figures._is_due(lens, What.COVERAGE)


# --- Jobs, and the page as a whole --------------------------------------------------------------
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


def test_running_jobs_come_with_their_progress(page: Client, lens: Lens) -> None:
    requests.start({"filter": {"place": ["PER"]}}, lens=lens, reason="new figures")
    text = page.get("/admin/").text
    assert "new figures" in text
    assert "place: PER" in text


def test_the_first_page_asks_little_of_the_database(
    page: Client, lens: Lens, django_assert_max_num_queries: Any
) -> None:
    kept_figures.keep(lens, What.MOVERS)
    page.get("/admin/")
    with django_assert_max_num_queries(25):  # the answer and the counts are kept for a while
        page.get("/admin/")
    cache.clear()
    with django_assert_max_num_queries(60):
        page.get("/admin/")


def test_whoever_may_see_nothing_is_told_so(as_staff: Callable[..., Client]) -> None:
    nobody = as_staff()
    text = nobody.get("/admin/").text
    assert "Nothing waits for you." in text
    assert "can view score" in text
    assert "Movers" not in text
    for address in ("coverage/", "alerts/", "watchlist/"):
        assert nobody.get(f"/admin/{address}").status_code == 403


# --- Watching -----------------------------------------------------------------------------------
def test_a_project_is_watched_by_its_button_and_no_longer(
    page: Client, curator: Any, project: Project
) -> None:
    address = url("project", "change", project.pk)
    assert ">Watch</button>" in page.get(address).text
    sent = {"kind": "project", "number": str(project.pk)}
    assert "You watch" in page.post("/admin/watch/", sent, follow=True).text
    assert ">Watch no longer</button>" in page.get(address).text
    listed = page.get("/admin/watchlist/").text
    assert project.name in listed
    assert "moderate" in listed or "high" in listed
    page.post("/admin/watchlist/", {"by_mail": "no"})
    assert not Watch.objects.get().by_mail
    text = page.post("/admin/watch/", {**sent, "end": "1", "from": "watchlist"}, follow=True).text
    assert "You watch nothing yet" in text
    assert not Watch.objects.exists()


def test_rows_of_a_list_are_watched_together(page: Client, curator: Any) -> None:
    three = Project.objects.order_by("pk")[:3]
    for newly in (3, 0):
        told = act(page, "project", "watch_selected", *three).text
        assert f"You watch 3 of them, {newly} newly." in told
    listed = ProjectList.objects.create(name="lithium")
    assert ">Watch</button>" in page.get(url("projectlist", "change", listed.pk)).text


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "project", "number": "0\0"},
        {"kind": "project", "number": "99999999999"},
        {"kind": "user", "number": "1"},
        {},
    ],
)
def test_what_cannot_be_watched_is_not_found(page: Client, sent: dict[str, str]) -> None:
    assert page.post("/admin/watch/", sent).status_code == 404


def test_alerts_are_a_person_s_own_and_read_once_they_are_followed(
    page: Client, curator: Any, as_staff: Callable[..., Client], project: Project, lens: Lens
) -> None:
    rows = [
        Alert(user=curator, kind="band", project=project, lens=lens, at=timezone.now(),
              band_before=before, band_after=before + 1, score_before=49.0, score_after=51.0)
        for before in (1, 2)
    ]  # fmt: skip
    rows[1].at += timedelta(seconds=1)
    Alert.objects.bulk_create(rows)
    text = page.get("/admin/").text
    assert "moderate → high (49.0 → 51.0), by new data" in text
    assert "<strong>2</strong> <span>unread alerts</span>" in text
    listed = page.get("/admin/alerts/?kind=band&only=unread").text
    assert listed.count('class="unread"') == 2
    assert not inline_of(listed)

    other = as_staff("view_score")
    assert other.get(f"/admin/alerts/{rows[0].pk}/").status_code == 404
    there = page.get(f"/admin/alerts/{rows[0].pk}/")
    assert there["Location"] == url("project", "change", project.pk)
    assert page.get("/admin/alerts/").text.count('class="unread"') == 1
    page.post("/admin/alerts/read/")
    assert not Alert.objects.filter(read_at=None).exists()
    assert page.get("/admin/alerts/?page=99999&kind=none&only=x").status_code == 200
