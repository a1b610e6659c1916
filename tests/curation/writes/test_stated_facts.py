"""What programs state about a project: evidence, statuses, capacities, outlines."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from riskscore.curation.owner_edits import Superseded
from riskscore.curation.writes import stated_facts
from riskscore.curation.writes.doubted_projects import Doubted
from riskscore.curation.writes.write_faults import Implausible, Refused
from riskscore.models import Evidence, Footprint, Job, Lens, Project
from tests.make import make_project

pytestmark = pytest.mark.django_db

STRIKE = {
    "kind": "strike",
    "happened_on": date(2026, 5, 1),
    "severity": 0.5,
    "credibility": 0.7,
    "url": "https://example.org/strike",
}


def wrong(call: Any, *given: Any, **more: Any) -> set[str]:
    """The pointers of what is refused."""
    with pytest.raises(Refused) as caught:
        call(*given, **more)
    return {fault.pointer for fault in caught.value.faults}


def test_evidence_is_recorded_by_its_author_and_rescores_the_project(lens: Lens, ada: User) -> None:
    project = make_project()
    written = stated_facts.add_evidence(project, STRIKE, by=ada)
    row = Evidence.objects.get()
    assert (row.project, row.kind, row.severity, row.entered_by) == (project, "strike", 0.5, ada)
    assert [job.scope for job in written.jobs] == [{"keys": [project.key]}]


def test_the_same_event_from_the_same_source_is_refused_and_a_new_version_is_taken(
    lens: Lens, ada: User
) -> None:
    project = make_project()
    first = stated_facts.add_evidence(project, STRIKE, by=ada).record
    with pytest.raises(Refused, match=f"on file already, as statement {first.pk}"):
        stated_facts.add_evidence(project, STRIKE, by=ada)
    worse = {**STRIKE, "severity": 0.9, "replaces": first.pk}
    second = stated_facts.add_evidence(project, worse, by=ada).record
    assert second.supersedes == first
    with pytest.raises(Superseded, match=f"has a newer version, {second.pk}"):
        stated_facts.add_evidence(project, worse, by=ada)


def test_a_statement_about_another_project_is_not_replaced(lens: Lens, ada: User) -> None:
    first = stated_facts.add_evidence(make_project(), STRIKE, by=ada).record
    fields = {**STRIKE, "replaces": first.pk}
    assert wrong(stated_facts.add_evidence, make_project(), fields, by=ada) == {"/replaces"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"kind": "riot"}, "/kind"),
        ({"kind": "consent", "level": "granted by nobody"}, "/level"),
        ({"level": "icmm"}, "/level"),
        ({"happened_on": date(1066, 10, 14)}, "/happened_on"),
        ({"expires_on": date(2025, 1, 1)}, "/expires_on"),
        ({"severity": 1.5}, "/severity"),
        ({"credibility": -0.1}, "/credibility"),
        ({"url": "see newspaper"}, "/url"),
        ({"reach": "galaxy"}, "/reach"),
        ({"note": "a" * 401}, "/note"),
    ],
)
def test_what_no_form_takes_is_refused_with_its_place(
    changes: dict[str, Any], pointer: str, lens: Lens, ada: User
) -> None:
    fields = {**STRIKE, **changes}
    assert wrong(stated_facts.add_evidence, make_project(), fields, by=ada) == {pointer}
    assert not Evidence.objects.exists()


def test_an_announced_event_is_asked_about(lens: Lens, ada: User) -> None:
    fields = {**STRIKE, "happened_on": date.today() + timedelta(days=30)}  # noqa: DTZ011
    with pytest.raises(Implausible):
        stated_facts.add_evidence(make_project(), fields, by=ada)
    stated_facts.add_evidence(make_project(), fields, by=ada, doubted=Doubted.ACCEPT)


def test_a_status_stands_on_the_project_and_starts_no_job(lens: Lens, ada: User) -> None:
    project = make_project()
    fields = {"status": "suspended", "since": date(2026, 1, 31), "credibility": 1.0}
    assert not stated_facts.add_status(project, fields, by=ada).jobs
    assert Project.objects.get(pk=project.pk).status == "suspended"
    assert not Job.objects.exists()
    fields = {**fields, "since": date.today() + timedelta(days=2)}  # noqa: DTZ011
    assert wrong(stated_facts.add_status, project, fields, by=ada) == {"/since"}


def test_a_capacity_is_an_amount_or_a_range_with_its_reason(lens: Lens, ada: User) -> None:
    project = make_project()
    fields = {"mineral": "copper", "year": 2025, "unit": "t", "credibility": 1.0}
    written = stated_facts.add_capacity(project, {**fields, "amount": 500.0}, by=ada)
    assert (written.record.amount, list(written.jobs)) == (500.0, [])
    for changes, pointer in (
        ({"low": 1.0, "high": 2.0}, "/reason"),
        ({"low": 2.0, "high": 1.0}, "/high"),
        ({}, "/amount"),
        ({"amount": 5.0, "mineral": "cupper"}, "/mineral"),
        ({"amount": 5.0, "year": 99}, "/year"),
        ({"amount": 1e308, "unit": "widgets"}, ""),
    ):
        found = wrong(stated_facts.add_capacity, project, {**fields, **changes}, by=ada)
        assert found == {pointer}


def test_an_outline_is_drawn_near_its_project_and_taken_back(lens: Lens, ada: User) -> None:
    project = make_project(latitude=-22.3, longitude=-68.9)
    square = [[-68.91, -22.31], [-68.89, -22.31], [-68.89, -22.29], [-68.91, -22.29]]
    outline = {"type": "Polygon", "coordinates": [[*square, square[0]]]}
    fields = {"outline": outline, "source": "https://example.org/map"}
    assert len(stated_facts.draw_outline(project, fields, by=ada).jobs) == 1
    far = {"type": "Polygon", "coordinates": [[[lat, lon] for lon, lat in [*square, square[0]]]]}
    assert wrong(stated_facts.draw_outline, project, {**fields, "outline": far}, by=ada) == {
        "/outline"
    }
    stated_facts.draw_outline(project, {**fields, "outline": None}, by=ada)
    assert [row.outline is None for row in Footprint.objects.order_by("id")] == [False, True]
