"""Owners as programs state them: companies, homes, shares; each correction a new version."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from riskscore.curation.owner_edits import Superseded
from riskscore.curation.writes import owner_writes
from riskscore.curation.writes.write_faults import Refused
from riskscore.models import Company, Domicile, Lens, Ownership
from tests.make import make_project

pytestmark = pytest.mark.django_db

SAID = {"credibility": 1.0, "url": "https://example.org/report"}


def company(key: str, ada: User, **home: Any) -> Company:
    fields: dict[str, Any] = {"key": key, "name": key.title(), "aliases": []}
    if home:
        fields["home"] = {**SAID, **home}
    return owner_writes.add_company(fields, by=ada).record


def wrong(call: Any, *given: Any, **more: Any) -> set[str]:
    """The pointers of what is refused."""
    with pytest.raises(Refused) as caught:
        call(*given, **more)
    return {fault.pointer for fault in caught.value.faults}


def test_a_company_is_entered_with_its_home(lens: Lens, ada: User) -> None:
    company("acme", ada, place="CHL")
    home = Domicile.objects.get()
    assert (home.place_id, home.state, home.entered_by) == ("CHL", "confirmed", ada)


def test_a_key_that_is_taken_and_a_home_that_is_nowhere_are_refused_and_nothing_is_stored(
    lens: Lens, ada: User
) -> None:
    company("acme", ada)
    add = owner_writes.add_company
    assert wrong(add, {"key": "acme", "name": "Other"}, by=ada) == {"/key"}
    assert wrong(add, {"key": "A B", "name": "=1+1"}, by=ada) == {"/key", "/name"}
    nowhere = {**SAID, "place": "XXX", "parent": "nobody"}
    told = wrong(add, {"key": "other", "name": "Other", "home": nowhere}, by=ada)
    assert told == {"/home/place", "/home/parent"}
    assert Company.objects.count() == 1


def test_a_parent_stands_above_and_not_below(lens: Lens, ada: User) -> None:
    top = company("top", ada, place="CHL")
    company("below", ada, parent="top")
    old = Domicile.objects.get(company=top)
    fields = {**SAID, "parent": "below", "replaces": old.pk}
    assert wrong(owner_writes.add_home, top, fields, by=ada) == {"/parent"}
    assert wrong(owner_writes.add_home, top, {**SAID, "place": "ARG"}, by=ada) == {"/replaces"}
    owner_writes.add_home(top, {**SAID, "place": "ARG", "replaces": old.pk}, by=ada)
    assert Domicile.objects.get(supersedes=old).state == "corrected"


def test_an_owner_is_stated_corrected_and_decided_about_and_each_rescores(
    lens: Lens, ada: User
) -> None:
    project = make_project()
    company("acme", ada)
    fields = {**SAID, "company": "acme", "share": 0.6}
    first = owner_writes.add_owner(project, fields, by=ada)
    assert (first.record.state, len(first.jobs)) == ("confirmed", 1)
    assert wrong(owner_writes.add_owner, project, fields, by=ada) >= {"/replaces"}
    more = {**fields, "share": 0.7, "replaces": first.record.pk}
    second = owner_writes.add_owner(project, more, by=ada)
    assert (second.record.state, second.record.supersedes) == ("corrected", first.record)
    with pytest.raises(Superseded):
        owner_writes.add_owner(project, more, by=ada)
    about = {"project": project}
    third = owner_writes.decide(Ownership, second.record.pk, "rejected", by=ada, about=about)
    assert (third.record.state, len(third.jobs)) == ("rejected", 1)
    other = {"project": make_project()}
    with pytest.raises(owner_writes.NoStatement):
        owner_writes.decide(Ownership, third.record.pk, "confirmed", by=ada, about=other)


def test_owners_hold_no_more_than_all_and_have_a_source(lens: Lens, ada: User) -> None:
    project = make_project()
    company("acme", ada), company("other", ada)
    add = owner_writes.add_owner
    add(project, {**SAID, "company": "acme", "share": 0.6}, by=ada)
    beyond = {**SAID, "company": "other", "share": 0.5}
    assert wrong(add, project, beyond, by=ada) == {"/share"}
    bare = {"company": "other", "share": 0.4, "credibility": 1.0}
    assert wrong(add, project, bare, by=ada) == {"/url"}
    assert wrong(add, project, {**SAID, "company": "nobody"}, by=ada) == {"/company"}
