"""Evidence over the API: what holds, and on request everything that was ever on file."""

from datetime import date

import pytest

from riskscore.curation import project_edits
from riskscore.models import Evidence, Project
from tests.api.conftest import Api, problem
from tests.make import make_project

pytestmark = pytest.mark.django_db


def add(project: Project, replaces: Evidence | None = None, **changes: object) -> Evidence:
    fields = {"kind": "strike", "happened_on": date(2026, 3, 1), "url": "https://example.org/a"}
    return project_edits.add_evidence(
        Evidence(project=project, **{**fields, **changes}), by=None, replaces=replaces
    )


def test_what_holds_is_listed_and_all_versions_on_request(api: Api) -> None:
    project = make_project()
    first = add(project)
    second = add(project, first, status="retracted")
    add(make_project())
    (held,) = api.json(f"/projects/{project.key}/evidence")["items"]
    assert (held["id"], held["status"], held["supersedes"]) == (second.pk, "retracted", first.pk)
    versions = api.json(f"/projects/{project.key}/evidence?versions=all&order=id")["items"]
    assert [row["id"] for row in versions] == [first.pk, second.pk]
    assert [row["superseded_by"] for row in versions] == [second.pk, None]


def test_evidence_is_filtered_by_kind_and_marks_the_projects_own_word(api: Api) -> None:
    project = make_project()
    add(project)
    add(project, kind="grievance_mechanism", self_disclosed=True)
    (held,) = api.json(f"/projects/{project.key}/evidence?kind=grievance_mechanism")["items"]
    assert held["self_disclosed"] is True


def test_a_draft_shows_no_evidence(api: Api) -> None:
    problem(api.get(f"/projects/{make_project(state='draft').key}/evidence"), 404, "not_found")
