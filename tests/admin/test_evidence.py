"""Evidence is added and superseded, never changed; each version rescores its project."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client

from riskscore.admin.projects.severity_examples import EXAMPLES
from riskscore.curation import project_edits
from riskscore.models import Evidence, Job, Lens, Project, Score
from riskscore.scoring import rescore
from tests.admin.conftest import form_of, url
from tests.processes import ROOT


@pytest.fixture
def strike(project: Project, curator: User) -> Evidence:
    new = Evidence(
        project=project,
        kind=Evidence.Kind.STRIKE,
        happened_on=date(2026, 3, 1),
        url="https://example.org/strike",
    )
    return project_edits.add_evidence(new, by=curator)


def statement(project: Project, **changes: str) -> dict[str, str]:
    return {
        "project": str(project.pk),
        "kind": "conflict",
        "level": "",
        "happened_on": "2026-05-01",
        "severity": "0.9",
        "credibility": "1",
        "status": "verified",
        "url": "https://example.org/conflict",
        **changes,
    }


def test_adding_evidence_rescores_the_project_and_makes_its_dimension_assessed(
    page: Client, project: Project, lens: Lens
) -> None:
    Score.objects.filter(project=project, lens=lens, indigenous=None).get()
    page.post(url("evidence", "add"), statement(project))
    added = project.evidence.get()
    assert added.entered_by is not None
    assert added.entered_by.username == "ada"
    assert Job.objects.filter(edition=added.edition, scope={"keys": [project.key]}).exists()
    while rescore.drain():
        pass
    assert Score.objects.get(project=project, lens=lens).indigenous is not None
    assert "https://example.org/conflict" in page.get(url("project", "evidence", project.pk)).text


def test_the_preview_is_what_the_score_becomes_and_saves_nothing(
    page: Client, project: Project, lens: Lens
) -> None:
    sent = statement(project)
    shown = page.post(url("evidence", "add"), {**sent, "_preview": ""})
    preview = next(one for one in shown.context["previews"] if one.lens == str(lens))
    assert preview.moves
    assert "What it would do to the score: nothing was saved yet" in shown.text
    assert not project.evidence.exists()
    assert not Job.objects.filter(scope={"keys": [project.key]}).exists()
    page.post(url("evidence", "add"), sent)
    while rescore.drain():
        pass
    score = Score.objects.get(project=project, lens=lens)
    assert {one.node: one.after for one in preview.changes} == {
        one.node: getattr(score, one.node) for one in preview.changes
    }


def test_a_preview_of_what_cannot_be_made_says_why(page: Client, project: Project) -> None:
    sent = statement(project, severity="", _preview="")
    answer = page.post(url("evidence", "add"), sent)
    assert "previews" not in answer.context
    assert [fault.label for fault in answer.context["faults"]] == ["Severity"]


def test_the_examples_beside_the_field_are_those_of_the_documentation() -> None:
    written = (ROOT / "docs" / "evidence.md").read_text()
    for severity, work, land in EXAMPLES:
        assert f"| {severity} | {work} | {land} |" in written


def test_a_statement_cannot_be_changed(page: Client, strike: Evidence) -> None:
    address = url("evidence", "change", strike.pk)
    assert page.post(address, statement(strike.project)).status_code == 403
    assert Evidence.objects.get(pk=strike.pk).kind == "strike"


def test_a_new_version_starts_from_the_old_one_and_supersedes_it(
    page: Client, strike: Evidence
) -> None:
    address = url("evidence", "add") + f"?replaces={strike.pk}"
    sent = form_of(page, address)
    assert sent["kind"] == "strike"
    assert str(sent["project"]) == str(strike.project_id)
    page.post(address, {**sent, "status": "retracted"})
    strike.refresh_from_db()
    newest = strike.superseded_by
    assert (newest.status, strike.status) == ("retracted", "reported")
    years = page.get(url("project", "evidence", strike.project_id)).context["years"]
    assert [one.row.pk for _, shown in years for one in shown] == [newest.pk]


def test_a_version_is_superseded_once(page: Client, strike: Evidence) -> None:
    address = url("evidence", "add") + f"?replaces={strike.pk}"
    sent = form_of(page, address)
    page.post(address, sent)
    assert "already has a newer version" in page.post(address, sent).text
    assert Evidence.objects.filter(release=None).count() == 2


def test_a_new_version_stays_with_its_project(page: Client, strike: Evidence) -> None:
    other = Project.objects.exclude(pk=strike.project_id).earliest("key")
    sent = statement(other, replaces=str(strike.pk))
    assert "same project" in page.post(url("evidence", "add"), sent).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "consent"}, "consented, consulted"),
        ({"kind": "consent", "level": "agreed"}, "consented, consulted"),
        ({"kind": "certification", "level": "gold"}, "transparency, 50, 75, 100"),
        ({"kind": "strike", "level": "50"}, "leave it empty"),
        ({"expires_on": "2020-01-01"}, "cannot expire before it happened"),
        ({"severity": "7"}, "Not a share: it must be between 0 and 1"),
        ({"url": "javascript:alert(1)"}, "Not a web address"),
        ({"happened_on": ""}, "required"),
    ],
)
def test_a_statement_that_the_rule_cannot_read_is_refused_by_name(
    page: Client, project: Project, changes: dict[str, str], said: str
) -> None:
    response = page.post(url("evidence", "add"), statement(project, **changes))
    assert said in response.text
    assert not Evidence.objects.filter(release=None).exists()


def test_the_form_shows_how_each_kind_counts(page: Client, bundle: None) -> None:
    text = page.get(url("evidence", "add")).text
    assert "How each kind counts" in text
    assert "who was moved stays moved" in text


def test_nonsense_in_the_address_is_an_empty_form(page: Client, bundle: None) -> None:
    for query in ("?replaces=nonsense", "?replaces=999999999", "?replaces=-1"):
        assert page.get(url("evidence", "add") + query).status_code == 200


@pytest.mark.parametrize("number", ["zzz", "-1", "1'--", "9" * 40])
def test_a_project_that_is_none_is_a_fault_of_the_form(
    page: Client, project: Project, number: str
) -> None:
    assert page.get(url("evidence", "add") + f"?project={number}").status_code == 200
    sent = {**statement(project), "project": number}
    assert "is no row" in page.post(url("evidence", "add"), sent, follow=True).text


def test_the_same_statement_again_does_not_count_twice(page: Client, project: Project) -> None:
    page.post(url("evidence", "add"), statement(project))
    again = page.post(url("evidence", "add"), statement(project, severity="0.5"))
    assert "is on file already" in again.text
    assert project.evidence.count() == 1


@pytest.mark.parametrize(
    ("day", "said"), [("0001-01-01", "No year of our time"), ("2999-01-01", "No year of our time")]
)
def test_what_is_too_old_or_has_not_happened_is_refused(
    page: Client, project: Project, day: str, said: str
) -> None:
    answer = page.post(url("evidence", "add"), statement(project, happened_on=day))
    assert said in answer.text
    assert not project.evidence.exists()
