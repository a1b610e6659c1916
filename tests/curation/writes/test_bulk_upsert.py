"""A thousand projects in one request: all of them or none, each fault with its item, one job."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskscore.curation.writes.bulk_upsert import MOST, upsert
from riskscore.curation.writes.doubted_projects import Doubted
from riskscore.curation.writes.write_faults import Implausible, Refused
from riskscore.models import ExternalId, Job, Lens, Project
from tests.make import make_project

pytestmark = pytest.mark.django_db


def item(number: int, **changes: Any) -> dict[str, Any]:
    """A site of its own, 10 km and more from the others."""
    fields = {
        "external_id": f"S{number}",
        "name": f"Site {number} Alfa",
        "place": "CHL",
        "latitude": -20.0 - number * 0.02,
        "longitude": -69.0,
        "kind": "mine",
        "minerals": [{"mineral": "copper" if number % 2 else "lithium"}],
    }
    return {**fields, **changes}


def faults(caught: Any) -> dict[str, str]:
    return {fault.pointer: fault.words for fault in caught.value.faults}


def test_new_ids_are_created_known_ones_changed_and_the_same_again_is_unchanged(
    lens: Lens, ada: User
) -> None:
    first = upsert("acme", [item(1), item(2)], by=ada, doubted=Doubted.ACCEPT)
    assert [(one.external_id, one.key, one.outcome) for one in first.record] == [
        ("S1", "acme-s1", "created"), ("S2", "acme-s2", "created"),
    ]  # fmt: skip
    again = upsert("acme", [item(1), item(2, name="Renamed"), item(3)], by=ada,
                   doubted=Doubted.ACCEPT)  # fmt: skip
    assert [one.outcome for one in again.record] == ["unchanged", "changed", "created"]
    (job,) = again.jobs
    assert job.scope == {"keys": ["acme-s2", "acme-s3"]}
    assert Job.objects.count() == 2


def test_one_wrong_item_of_many_and_nothing_is_written(lens: Lens, ada: User) -> None:
    wrong = [item(1), item(2, latitude=91.0), item(3, place="XXX"), item(4, external_id="")]
    with pytest.raises(Refused) as caught:
        upsert("acme", wrong, by=ada)
    assert set(faults(caught)) == {
        "/items/1/latitude", "/items/2/place", "/items/3/external_id",
    }  # fmt: skip
    assert not Project.objects.exists()
    assert not Job.objects.exists()


def test_one_id_in_two_items_and_two_ids_of_one_key_are_refused(lens: Lens, ada: User) -> None:
    with pytest.raises(Refused) as caught:
        upsert("acme", [item(1), item(2), item(3, external_id="S1")], by=ada)
    assert faults(caught) == {"/items/2/external_id": "S1 is item 0 already"}
    with pytest.raises(Refused) as caught:
        upsert("acme", [item(1, external_id="A 1"), item(2, external_id="A-1")], by=ada)
    assert set(faults(caught)) == {"/items/1/key"}


def test_an_item_may_say_what_else_a_project_is_called_and_takes_no_id_away(
    lens: Lens, ada: User
) -> None:
    project = make_project()
    ExternalId.objects.create(project=project, scheme="acme", value="S1")
    ExternalId.objects.create(project=project, scheme="gem", value="G1")
    ids = [{"scheme": "usgs", "value": "U1"}]
    upsert("acme", [{"external_id": "S1", "external_ids": ids}], by=ada)
    assert {str(row) for row in project.external_ids.all()} == {"acme:S1", "gem:G1", "usgs:U1"}
    other = make_project(latitude=-30)
    ExternalId.objects.create(project=other, scheme="usgs", value="U2")
    ids = [{"scheme": "usgs", "value": "U1"}, {"scheme": "usgs", "value": "U2"}]
    with pytest.raises(Refused) as caught:
        upsert("acme", [{"external_id": "S1", "external_ids": ids}], by=ada)
    assert faults(caught) == {"/items/0/external_ids/1": "usgs:U2 is another project"}


def test_what_may_be_known_is_asked_about_item_by_item_or_waits_as_a_draft(
    lens: Lens, ada: User
) -> None:
    known = make_project("lithium", name="Salar Uno", latitude=-23.5, longitude=-68.2)
    there = {"name": "Salar Uno", "latitude": -23.5, "longitude": -68.2}
    items = [item(1), item(2, **there)]
    with pytest.raises(Implausible) as caught:
        upsert("acme", items, by=ada)
    assert set(faults(caught)) == {"/items/1/name"}
    done = upsert("acme", items, by=ada, doubted=Doubted.DRAFT)
    assert [one.state for one in done.record] == ["published", "draft"]
    assert Project.objects.get(key="acme-s2").duplicate_of == known
    assert [job.scope for job in done.jobs] == [{"keys": ["acme-s1"]}]


def test_more_than_a_thousand_and_none_at_all_are_refused(lens: Lens, ada: User) -> None:
    for items in ([], [item(number) for number in range(MOST + 1)]):
        with pytest.raises(Refused, match="1 to 1,000 projects"):
            upsert("acme", items, by=ada)


def test_the_number_of_queries_is_the_same_for_two_and_for_forty(lens: Lens, ada: User) -> None:
    def queries(items: list[dict[str, Any]]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            upsert("acme", items, by=ada, doubted=Doubted.ACCEPT)
        return len(counted)

    queries([item(number) for number in range(2)])
    few = queries([item(number, name=f"New {number}") for number in range(1, 3)])
    many = queries([item(number, name=f"Newer {number}") for number in range(1, 41)])
    assert many == few
