"""A project in tabs: each has its address and its budget, and answers one question."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from riskscore.curation import input_causes, project_edits
from riskscore.models import Evidence, Job, Lens, Project, RecordChange, Score, ScoreHistory
from riskscore.scoring import rescore
from tests.admin.conftest import act, form_of, inline_of, url

#: Queries of each tab, signed in, with everything kept that a process keeps.
BUDGETS = {
    "score": 42, "why": 40, "peers": 24, "what-if": 26, "owners": 24, "evidence": 20, "land": 24,
    "history": 28,
}  # fmt: skip


@pytest.mark.parametrize(("tab", "budget"), BUDGETS.items())
def test_each_tab_opens_within_its_queries_and_has_nothing_inline(
    tab: str, budget: int, page: Client, project: Project
) -> None:
    address = url("project", tab, project.pk)
    page.get(address)
    with CaptureQueriesContext(connection) as seen:
        answer = page.get(address)
    assert answer.status_code == 200
    assert len(seen) <= budget, "\n".join(query["sql"][:150] for query in seen)
    assert inline_of(answer.text) == []
    assert 'aria-current="page"' in answer.text
    assert project.key in answer.text


def test_who_may_only_view_lands_on_the_score_and_can_read_the_facts(
    as_staff: Callable[..., Client], project: Project
) -> None:
    viewer = as_staff("view_project", "view_score")
    form = url("project", "change", project.pk)
    answer = viewer.get(form)
    assert answer.headers["Location"] == url("project", "score", project.pk)
    text = viewer.get(answer.headers["Location"]).text
    assert f'{form}?facts=1"' in text
    assert viewer.get(f"{form}?facts=1").status_code == 200
    for button in ("Rescore now", "Add evidence", ">Challenge<"):
        assert button not in text
    assert viewer.get(url("project", "score", 999_999_999)).status_code == 404
    assert viewer.get(url("project", "score", "x")).status_code == 404
    clerk = as_staff("view_project")
    assert clerk.get(form).status_code == 200
    assert clerk.get(url("project", "score", project.pk)).status_code == 403
    assert clerk.get(url("project", "land", project.pk)).status_code == 200


def test_every_number_of_the_score_has_its_source_one_click_away(
    page: Client, project: Project
) -> None:
    text = page.get(url("project", "score", project.pk)).text
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", text.split('"waterfall"')[1], re.DOTALL)
    counted = [row for row in rows if 'class="small source"' in row]
    panel = page.get(url("project", "score", project.pk)).context["panel"]
    assert len(counted) == len(panel.explanation.lines) > 10
    for row in counted:
        assert re.search(r'class="small source"><a href="(https?://|/admin/)', row), row[:300]
    assert "<dt>Licence</dt>" in text
    assert "<dt>Scale</dt><dd>goalposts: " in text
    assert "90 % interval" in text
    raising, *_ = panel.explanation.not_in_share
    assert raising.startswith("What can only raise a score when it is known (")
    assert "Incidents with communities" in raising
    assert raising.endswith(") is in the range, not in this share.")
    assert escape(raising) in text
    # The first score has nothing before it, and says so with the one form of a moment.
    why = page.get(url("project", "why", project.pk))
    begun = why.context["score"].computed_at
    assert re.search(r"history begins at \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d UTC,", why.text)
    assert begun.isoformat() not in why.text


def test_what_would_help_leads_to_the_form_with_its_kind_preset(
    page: Client, as_staff: Callable[..., Client], project: Project
) -> None:
    text = page.get(url("project", "score", project.pk)).text
    assert f"{url('evidence', 'add')}?project={project.pk}" in text
    viewer = as_staff("view_project", "view_score")
    assert url("evidence", "add") not in viewer.get(url("project", "score", project.pk)).text


def asked(**given: Any) -> str:
    return "?" + urlencode({f"x-{name.replace('__', '.')}": v for name, v in given.items()})


def test_what_if_answers_through_the_engine_and_saves_nothing(
    page: Client, project: Project, lens: Lens
) -> None:
    before = list(Score.objects.filter(project=project).values_list("pk", "digest").order_by("pk"))
    address = url("project", "what-if", project.pk)
    score = Score.objects.get(project=project, lens=lens)
    opened = page.get(address)
    same = opened.context["outcome"]
    assert 'name="x-geo.trade_parameter"' in opened.text
    fields = {one.name: one for _, each in opened.context["groups"] for one in each}
    trade = fields["x-geo.trade_parameter"]
    assert (trade.low, trade.high) == ("0.8", "1.5")
    assert "as it is now" in same.says
    assert same.nodes[0].after == f"{score.composite:.1f}"
    # -2 is the bad end of political stability, which has 0.35 of the dimension: 100 points there.
    answer = page.get(address + asked(geo__stability=-2))
    outcome = answer.context["outcome"]
    assert float(outcome.nodes[1].after) > float(outcome.nodes[1].before)
    assert outcome.indicators[0].label == "Political stability"
    part = page.get(address + asked(geo__stability=-2) + "&part=answer").text
    assert "<html" not in part
    assert outcome.says in part.replace("&gt;", ">")
    # An empty input is unknown: its weight falls to the others, and coverage falls.
    unknown = page.get(address + asked(geo__stability="")).context["outcome"]
    assert unknown.coverage.split(" → ")[0] != unknown.coverage.split(" → ")[1]
    assert ScoreHistory.objects.filter(project=project, lens=lens).count() == 1
    after = list(Score.objects.filter(project=project).values_list("pk", "digest").order_by("pk"))
    assert after == before


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (asked(geo__stability="bad"), "Type a number, like 0.25."),
        (asked(geo__stability="nan"), "Type a number, like 0.25."),
        (asked(lab__listing="99"), "Choose one of the levels."),
        (asked(geo__stability="1_0"), "Type a number, like 0.25."),
        (asked(geo__stability="1e0"), "Type a number, like 0.25."),
        (asked(geo__stability=-5.1), "Between -5 and 5."),
        (asked(geo__disruption=10**14), "Between 0 and 1."),
        (asked(con__mining_recent=1.01), "Between 0 and 1."),
        (asked(lab__events=-1), "Between 0 and 100."),
        (asked(geo__trade_parameter=0.5), "Between 0.8 and 1.5."),
        (asked(geo__violence=-1), "At least 0."),
        ("?p=0.2", "Between 1 and 10."),
        ("?w-labour=", "A number is needed."),
        ("?" + "&".join(f"w-{d}=0" for d in ("geopolitical", "concentration", "labour",
                                             "indigenous")), "at least one dimension"),
    ],
)  # fmt: skip
def test_what_if_says_what_is_wrong_with_what_was_typed(
    query: str, said: str, page: Client, project: Project
) -> None:
    answer = page.get(url("project", "what-if", project.pk) + query)
    assert answer.status_code == 200
    assert said in answer.text
    assert answer.context["outcome"] is None


def test_the_page_says_how_its_rescoring_stands_until_it_has_ended(
    page: Client, project: Project
) -> None:
    follow = url("project", "follow", project.pk)
    still = page.get(follow).json()
    assert still["working"] is False
    page.post(url("project", "rescore", project.pk))
    waits = page.get(follow).json()
    assert (waits["working"], waits["words"]) == (True, "Rescoring waits for a worker.")
    assert "data-working" in page.get(url("project", "score", project.pk)).text
    while rescore.drain():
        pass
    done = page.get(follow).json()
    assert done["working"] is False
    assert done["mark"] != still["mark"]


def test_why_lists_the_versions_and_splits_the_chosen_change(
    page: Client, project: Project, lens: Lens
) -> None:
    conflict = Evidence(
        project=project, kind="conflict", happened_on="2026-10-01", severity=1, credibility=1,
        url="https://example.org/1",
    )  # fmt: skip
    project_edits.add_evidence(conflict, by=None)
    while rescore.drain():
        pass
    address = url("project", "why", project.pk) + f"?view={lens.pk}"
    answer = page.get(address)
    newest, first = answer.context["versions"]
    assert newest.causes == "evidence was entered, a later day"
    assert first.causes == "the first of them"
    assert "Incidents with communities" in answer.text
    # Where nothing on record says what raised the version, the words say no more than that.
    assert input_causes.Causes([], []).between(first.row, newest.row) == [input_causes.UNSAID]
    Project.objects.filter(pk=project.pk).update(name="Renamed")
    Project.objects.filter(pk=project.pk).update(stage="closed")
    newest.row.computed_at = timezone.now()
    found = input_causes.of(project, [newest.row, first.row])
    assert [words for _, words in found.edited] == ["the project was edited"]
    older = page.get(f"{address}&at={first.row.pk}")
    assert "What would move it" not in older.text
    assert "<h3>What would move it" in page.get(f"{address}&steps=1").text
    assert page.get(f"{address}&at=x").status_code == 200
    shown = page.get(url("project", "evidence", project.pk)).text
    assert 'class="timeline"' in shown
    # Strength of a conflict 0.8 × severity 1 × credibility 1 × 0.7, as it is reported only.
    assert "counted 0.56 on its day, counts 0.5" in shown


# --- History --------------------------------------------------------------------------------------
def changes(project: Project) -> list[tuple[str, str, Any, Any, str]]:
    rows = RecordChange.objects.filter(project=project).order_by("id").select_related("author")
    return [(row.model, row.action, row.before, row.after, str(row.author)) for row in rows]


def test_an_edit_of_the_form_is_on_record_before_and_after(page: Client, project: Project) -> None:
    address = url("project", "change", project.pk)
    sent = {
        **form_of(page, address), "name": "Renamed", "stage": "construction",
        "offtakes-TOTAL_FORMS": "1", "offtakes-0-place": "JPN", "offtakes-0-share": "0.4",
    }  # fmt: skip
    old = project.stage
    page.post(address, sent)
    edit, added = changes(project)
    assert edit == (
        "project", "changed", {"name": project.name, "stage": old},
        {"name": "Renamed", "stage": "construction"}, "ada",
    )  # fmt: skip
    assert added[:2] == ("offtake", "added")
    text = page.get(url("project", "history", project.pk)).text
    assert "<ins>Renamed</ins>" in text
    assert "<ins>Japan (JPN)</ins>" in text or "<ins>Japan</ins>" in text
    assert "admin" in text


def test_a_bulk_update_and_a_statement_by_hand_are_on_record_and_noise_is_not(
    page: Client, project: Project
) -> None:
    act(page, "project", "archive_selected", project)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE riskscore_project SET latitude = latitude + 1 WHERE id = %s", [project.pk]
        )
        cursor.execute(
            "UPDATE riskscore_project SET input_version = input_version + 1 WHERE id = %s",
            [project.pk],
        )
        cursor.execute("UPDATE riskscore_project SET name = name WHERE id = %s", [project.pk])
    archived, moved = changes(project)
    assert archived[2:] == ({"state": "published"}, {"state": "archived"}, "ada")
    assert moved[3] == {"latitude": project.latitude + 1}
    assert moved[4] == "None"
    text = page.get(url("project", "history", project.pk)).text
    assert "command or statement" in text
    assert Job.objects.filter(scope={"keys": [project.key]}).count() == 0


def test_other_records_show_their_edits_on_their_history_too(page: Client) -> None:
    address = url("mineral", "change", "lithium")
    page.post(address, {**form_of(page, address), "name": "Lithium metal"})
    text = page.get(url("mineral", "history", "lithium")).text
    assert "<del>Lithium</del> → <ins>Lithium metal</ins>" in text
