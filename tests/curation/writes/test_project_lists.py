"""Lists of projects: begun, replaced, added to and taken from."""

import pytest
from django.contrib.auth.models import User

from riskscore.curation.writes import project_lists
from riskscore.curation.writes.write_faults import Refused
from riskscore.models import ProjectList
from tests.make import make_project

pytestmark = pytest.mark.django_db


def keys(kept: ProjectList) -> list[str]:
    return sorted(kept.projects.values_list("key", flat=True))


def test_a_list_is_begun_and_its_projects_come_and_go(ada: User) -> None:
    for key in ("one-1", "two-2", "three-3"):
        make_project(key=key)
    kept = project_lists.begin("mine", ["one-1"], by=ada)
    assert (kept.created_by, keys(kept)) == (ada, ["one-1"])
    project_lists.change(project_lists.locked("mine"), {"add": ["two-2"], "remove": ["one-1"]})
    assert keys(kept) == ["two-2"]
    project_lists.change(project_lists.locked("mine"), {"projects": ["three-3", "one-1"]})
    assert keys(kept) == ["one-1", "three-3"]


def test_an_unknown_key_a_bad_name_and_one_that_is_taken_are_refused_whole(ada: User) -> None:
    make_project(key="one-1")
    project_lists.begin("mine", [], by=ada)
    with pytest.raises(Refused) as caught:
        project_lists.begin("two words", ["one-1", "nowhere"], by=ada)
    assert {fault.pointer for fault in caught.value.faults} == {"/name", "/projects/1"}
    with pytest.raises(Refused, match="mine is another list"):
        project_lists.begin("mine", [], by=ada)
    with pytest.raises(project_lists.NoList):
        project_lists.locked("theirs")
