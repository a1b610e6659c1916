"""Editing a project rescores it; its page says what came out and how sure that is."""

from collections.abc import Callable

import pytest
from django.test import Client

from riskscore.engine.catalogue import ARTISANAL
from riskscore.models import Job, Lens, Place, Project, Score
from riskscore.scoring import ranking, rescore
from tests.admin.conftest import act, form_of, url

#: Kolwezi: the point moves with the country, or the form would ask whether that is meant.
MOVED = {"place": "COD", "latitude": "-10.72", "longitude": "25.47"}


def work() -> None:
    while rescore.drain():
        pass


def kept() -> set[int]:
    """The lenses that are kept current."""
    return set(Lens.objects.filter(kept_current=True).values_list("pk", flat=True))


def test_saving_a_changed_project_rescores_it_through_every_current_lens(
    page: Client, project: Project, lens: Lens
) -> None:
    address = url("project", "change", project.pk)
    response = page.post(address, {**form_of(page, address), **MOVED}, follow=True)
    assert "Rescoring has started" in response.text
    started = Job.objects.filter(scope={"keys": [project.key]})
    assert {job.lens_id for job in started} == kept()
    assert {job.queue for job in started} == {"interactive"}
    assert {job.created_by.username for job in started if job.created_by} == {"ada"}
    before = Score.objects.get(project=project, lens=lens)
    work()
    after = Score.objects.get(project=project, lens=lens)
    assert (after.composite or 0) > (before.composite or 0)


def test_until_it_is_rescored_the_page_says_that_the_score_is_older(
    page: Client, project: Project
) -> None:
    address = url("project", "change", project.pk)
    page.post(address, {**form_of(page, address), **MOVED})
    score = url("project", "score", project.pk)
    assert "Edited since this score was computed" in page.get(score).text
    work()
    assert "Edited since this score was computed" not in page.get(score).text


def test_a_lens_that_is_not_kept_current_is_left_and_says_so(
    page: Client, project: Project
) -> None:
    Lens.objects.filter(importer="JPN").update(kept_current=False)
    address = url("project", "change", project.pk)
    page.post(address, {**form_of(page, address), **MOVED})
    work()
    seen = url("project", "score", project.pk) + f"?view={Lens.objects.get(importer='JPN').pk}"
    assert "edits do not rescore this buyer&#x27;s view" in page.get(seen).text


def test_saving_without_a_change_starts_nothing(page: Client, project: Project) -> None:
    address = url("project", "change", project.pk)
    before = Job.objects.count()
    assert page.post(address, form_of(page, address)).status_code == 302
    assert Job.objects.count() == before


def test_a_changed_part_alone_rescores_too(page: Client, project: Project) -> None:
    address = url("project", "change", project.pk)
    buyer = {"offtakes-0-place": "JPN", "offtakes-0-share": "0.4", "offtakes-TOTAL_FORMS": "1"}
    page.post(address, {**form_of(page, address), **buyer})
    assert project.offtakes.get().share == pytest.approx(0.4)
    assert Job.objects.filter(scope={"keys": [project.key]}).exists()


def test_a_draft_is_saved_and_not_scored(page: Client, project: Project) -> None:
    address = url("project", "change", project.pk)
    before = Job.objects.count()
    page.post(address, {**form_of(page, address), "state": "draft", "name": "Elsewhere"})
    project.refresh_from_db()
    assert (project.name, project.state) == ("Elsewhere", "draft")
    assert Job.objects.count() == before


def test_a_new_project_is_scored_as_soon_as_it_is_saved(page: Client, lens: Lens) -> None:
    sent = form_of(page, url("project", "add"))
    parts = {
        "minerals-TOTAL_FORMS": "1",
        "minerals-0-mineral": "copper",
        "minerals-0-role": "primary",
    }
    where = {"place": "PER", "latitude": "-13.5", "longitude": "-71.9", "kind": "mine"}
    page.post(url("project", "add"), {**sent, **parts, **where, "key": "new-1", "name": "New"})
    work()
    score = Score.objects.get(project__key="new-1", lens=lens)
    assert score.composite is not None


def test_a_key_is_refused_by_a_sentence_and_cannot_change_later(
    page: Client, project: Project
) -> None:
    sent = {**form_of(page, url("project", "add")), "key": "No Good", "name": "x"}
    assert "small letters, digits and hyphens" in page.post(url("project", "add"), sent).text
    address = url("project", "change", project.pk)
    page.post(address, {**form_of(page, address), "key": "other"})
    assert Project.objects.get(pk=project.pk).key == project.key


def test_the_primary_mineral_can_be_swapped(page: Client, project: Project) -> None:
    address = url("project", "change", project.pk)
    other = {
        "minerals-1-mineral": "gold",
        "minerals-1-role": "secondary",
        "minerals-TOTAL_FORMS": "2",
    }
    project.minerals.exclude(role="primary").delete()
    page.post(address, {**form_of(page, address), **other})
    swapped = {"minerals-0-role": "secondary", "minerals-1-role": "primary"}
    sent = form_of(page, address)
    order = [sent["minerals-0-mineral"], sent["minerals-1-mineral"]]
    roles = {code: swapped[f"minerals-{at}-role"] for at, code in enumerate(order)}
    if roles["gold"] != "primary":
        swapped = {"minerals-0-role": "primary", "minerals-1-role": "secondary"}
    assert page.post(address, {**sent, **swapped}).status_code == 302
    assert project.minerals.get(role="primary").mineral_id == "gold"
    assert project.minerals.get(role="secondary").mineral_id == "copper"


def test_two_primary_minerals_are_refused(page: Client, project: Project) -> None:
    project.minerals.exclude(role="primary").delete()
    address = url("project", "change", project.pk)
    other = {
        "minerals-1-mineral": "gold",
        "minerals-1-role": "primary",
        "minerals-TOTAL_FORMS": "2",
    }
    response = page.post(address, {**form_of(page, address), **other})
    assert "Only one mineral is primary" in response.text


def test_shares_of_more_than_all_are_refused(page: Client, project: Project) -> None:
    address = url("project", "change", project.pk)
    buyers = {
        f"offtakes-{at}-{name}": value
        for at in (0, 1)
        for name, value in (("place", "JPN"), ("share", "0.7"))
    }
    sent = {**form_of(page, address), **buyers, "offtakes-TOTAL_FORMS": "2"}
    assert "add up to 140%" in page.post(address, sent).text


def test_a_contract_has_days_and_a_mineral_and_does_not_end_before_it_begins(
    page: Client, project: Project
) -> None:
    address = url("project", "change", project.pk)
    mineral = project.minerals.get(role="primary").mineral_id
    sent = {
        "offtakes-TOTAL_FORMS": "2",
        **{f"offtakes-{at}-place": "JPN" for at in (0, 1)},
        **{f"offtakes-{at}-share": "0.7" for at in (0, 1)},
        "offtakes-0-mineral": mineral,
        "offtakes-0-since": "2020-01-01",
        "offtakes-0-until": "2019-01-01",
        "offtakes-1-since": "2026-01-01",
    }
    assert "lies before the first" in page.post(address, {**form_of(page, address), **sent}).text
    ended = {**sent, "offtakes-0-until": "2025-12-31", "offtakes-0-note": "Annual report 2024"}
    assert page.post(address, {**form_of(page, address), **ended}).status_code == 302
    old, new = project.offtakes.order_by("id")
    assert (old.mineral_id, str(old.until), old.note) == (
        mineral, "2025-12-31", "Annual report 2024",
    )  # fmt: skip
    assert str(new.since) == "2026-01-01"


def test_a_status_of_a_day_to_come_is_refused(page: Client, project: Project) -> None:
    address = url("project", "change", project.pk)
    sent = {"statuses-TOTAL_FORMS": "1", "statuses-INITIAL_FORMS": "0",
            "statuses-0-status": "operating", "statuses-0-since": "2090-01-01",
            "statuses-0-credibility": "1"}  # fmt: skip
    assert "A day to come" in page.post(address, {**form_of(page, address), **sent}).text


def test_the_page_shows_the_score_its_parts_and_whom_it_is_shared_with(
    page: Client, project: Project, lens: Lens
) -> None:
    score = Score.objects.get(project=project, lens=lens)
    others = ranking.ranked(lens.pk).filter(composite=score.composite).exclude(pk=score.pk)
    text = page.get(url("project", "score", project.pk)).text
    assert f"{score.composite:.1f}" in text
    assert "Political stability" in text
    assert "a proxy for freedom of association at work" in text
    assert f"{others.count()} other ranked project" in text
    assert ranking.SHARED.format(others=others.count()) in text


def test_the_shared_scores_are_listed_where_the_page_points(
    page: Client, project: Project, lens: Lens
) -> None:
    panel = page.get(url("project", "score", project.pk)).context["panel"]
    listed = page.get(panel.ties).context["cl"].result_count
    assert listed == panel.shared + 1


def test_contributions_on_the_page_add_up_to_the_composite(page: Client, project: Project) -> None:
    for lens in kept():
        address = url("project", "score", project.pk) + f"?view={lens}"
        panel = page.get(address).context["panel"]
        assert panel.score.lens_id == lens
        assert panel.explanation.total == pytest.approx(panel.score.composite, abs=1e-6)


def test_a_dimension_that_is_not_assessed_shows_its_context_and_its_bounds_beside_it(
    page: Client, lens: Lens
) -> None:
    score = Score.objects.filter(lens=lens, indigenous=None, composite__gt=0).earliest("pk")
    text = page.get(url("project", "score", score.project_id)).text
    context, low, high = score.context[4], score.node_low[4], score.node_high[4]
    assert f"context {context:.1f}, between {low:.1f} and {high:.1f}" in text
    assert "Distance to a land-connected people" in text


def test_a_listing_is_shown_with_its_caution_about_artisanal_mining(
    page: Client, lens: Lens
) -> None:
    mine = Project.objects.filter(place="COD", minerals__mineral="cobalt", scores__lens=lens)
    assert ARTISANAL in page.get(url("project", "score", mine.earliest("key").pk)).text


def test_a_project_without_a_composite_still_shows_what_is_known(page: Client, lens: Lens) -> None:
    score = Score.objects.filter(lens=lens, composite=None).earliest("pk")
    text = page.get(url("project", "score", score.project_id)).text
    assert "not assessed" in text
    assert "What the score is made of" not in text


def test_flags_are_explained_in_words(page: Client) -> None:
    flagged = Project.objects.filter(flags__contains=["no_known_output"]).earliest("key")
    text = page.get(url("project", "change", flagged.pk)).text
    assert "No output of its primary mineral is known in this place." in text
    assert "Left out of rankings" in text


def test_chosen_projects_are_rescored_by_one_job_per_lens(page: Client, project: Project) -> None:
    other = Project.objects.exclude(pk=project.pk).earliest("key")
    response = act(page, "project", "rescore_selected", project, other)
    assert "Rescoring has started" in response.text
    keys = sorted([project.key, other.key])
    assert Job.objects.filter(scope={"keys": keys}).count() == len(kept())


def test_projects_are_archived_with_a_note_in_their_history(page: Client, project: Project) -> None:
    act(page, "project", "archive_selected", project)
    project.refresh_from_db()
    assert project.state == "archived"
    history = page.get(url("project", "history", project.pk)).text
    assert "<del>Published</del>" in history
    assert "<ins>Archived</ins>" in history
    act(page, "project", "publish_selected", project)
    assert Job.objects.filter(scope={"keys": [project.key]}).exists()


def test_rescoring_needs_its_permission_and_a_post(
    as_staff: Callable[..., Client], page: Client, project: Project
) -> None:
    address = url("project", "rescore", project.pk)
    assert page.get(address).status_code == 405
    assert as_staff("view_project", "change_project").post(address).status_code == 403
    assert (
        "Rescore now" not in as_staff("view_project").get(url("project", "change", project.pk)).text
    )
    before = Job.objects.count()
    assert as_staff("view_project", "add_job").post(address).status_code == 302
    assert Job.objects.count() == before + len(kept())


def test_a_job_that_cannot_start_leaves_the_project_as_it_was(
    page: Client, project: Project
) -> None:
    nobody = Place.objects.get(code="WLD")
    Lens.objects.create(method_code="never-published", importer=nobody, kept_current=True)
    address = url("project", "change", project.pk)
    response = page.post(address, {**form_of(page, address), "name": "Changed"}, follow=True)
    assert "Nothing was saved." in response.text
    assert "never-published" in response.text
    assert Project.objects.get(pk=project.pk).name == project.name


def test_the_page_says_how_fresh_each_dimension_is_and_what_would_help_most(
    page: Client, project: Project
) -> None:
    shown = page.get(url("project", "score", project.pk)).text
    assert "What would help most" in shown
    helps = shown.split("What would help most", 1)[1]
    row = helps.split('<th scope="row">Concentration</th>')[1].split("</tr>")[0]
    assert '<td class="number">2024</td>' in row
    assert "coverage +" in shown
