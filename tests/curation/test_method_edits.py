"""A version of a method is written by one person, published by another, and can be undone."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, transaction

from riskscore.curation import method_edits
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.weight_table import with_weights
from riskscore.jobs import requests
from riskscore.models import Edition, Job, Lens, Method, MethodChoice, Score
from riskscore.models.methods import scoring_method
from riskscore.scoring import rescore
from riskscore.scoring.audits.who_moves import who_moves
from tests.bundled import AS_OF

pytestmark = pytest.mark.usefixtures("bundle")
CODE = settings.DEFAULT_METHOD
WEIGHTS = {("composite", "default"): (400, 200, 250, 150)}
CHANGED = {"geopolitical", "concentration", "indigenous"}


@pytest.fixture
def person() -> Callable[..., User]:
    def make(name: str, *permissions: str) -> User:
        user = User.objects.create_user(name, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        return user

    return make


@pytest.fixture
def author(person: Callable[..., User]) -> User:
    return person("ada", "add_method", "review_method")


@pytest.fixture
def reviewer(person: Callable[..., User]) -> User:
    return person("mary", "review_method")


def four() -> Method:
    return Method.objects.get(code=CODE, version=4)


def other_weights(version: int = 5) -> dict[str, Any]:
    spec = four().spec
    changed = with_weights(spec, Specification.from_dict(spec).root, WEIGHTS)
    return {**changed, "version": version}


def drafted(author: User, version: int = 5) -> Method:
    return method_edits.draft(
        other_weights(version), by=author, reason="politics counts more", based_on=four()
    )


def submitted(author: User) -> Method:
    return method_edits.submit(drafted(author), by=author, confirmed=CHANGED)


def test_what_changed_needs_its_reason_confirmed(author: User) -> None:
    draft = drafted(author)
    with pytest.raises(method_edits.Unconfirmed, match=r"Concentration, .*Indigenous"):
        method_edits.submit(draft, by=author, confirmed={"geopolitical"})
    row = method_edits.submit(draft, by=author, confirmed=CHANGED)
    assert (row.state, set(row.confirmed)) == ("review", CHANGED)
    assert scoring_method(CODE) == four()


def test_a_new_reason_needs_no_confirmation(author: User) -> None:
    spec = other_weights()
    for child in spec["root"]["children"]:
        child["reason"] = f"{child['reason']} Weighed anew."
    draft = method_edits.draft(spec, by=author, reason="anew", based_on=four())
    assert method_edits.submit(draft, by=author, confirmed=()).state == "review"


def test_a_second_person_publishes(author: User, reviewer: User) -> None:
    row = submitted(author)
    with pytest.raises(method_edits.NotYours, match="your own: a second person"):
        method_edits.approve(row, by=author, review="")
    published = method_edits.approve(row, by=reviewer, review="agreed")
    assert (published.state, published.submitted_by, published.reviewed_by) == (
        "published", author, reviewer,
    )  # fmt: skip
    assert scoring_method(CODE) == published
    kept = set(Lens.objects.filter(kept_current=True).values_list("pk", flat=True))
    assert {job.lens_id for job in Job.objects.filter(method=published)} == kept


def test_in_a_team_of_one_the_author_may_publish(author: User, settings: Any) -> None:
    settings.ONE_PERSON_TEAM = True
    assert method_edits.approve(submitted(author), by=author, review="").state == "published"


def test_nobody_publishes_without_the_permission(
    author: User, person: Callable[..., User], settings: Any
) -> None:
    settings.ONE_PERSON_TEAM = True
    row = submitted(author)
    for wrong in (method_edits.approve, method_edits.send_back):
        with pytest.raises(method_edits.NotYours):
            wrong(row, by=person(f"viewer-{wrong.__name__}", "view_method"), review="")
    with pytest.raises(method_edits.NotNow, match="v4 is published, not in review"):
        method_edits.approve(four(), by=author, review="")


def test_what_is_in_review_stays_as_it_was_submitted(author: User, reviewer: User) -> None:
    row = submitted(author)
    with pytest.raises(method_edits.NotNow):
        method_edits.redraft(row, other_weights(), by=author, reason="quickly")
    with pytest.raises(DatabaseError, match="in review and cannot change"), transaction.atomic():
        Method.objects.filter(pk=row.pk).update(spec={})
    back = method_edits.send_back(row, by=reviewer, review="why 0.4?")
    assert (back.state, back.review) == ("draft", "why 0.4?")
    again = method_edits.redraft(back, other_weights(), by=author, reason="0.4 as …")
    assert again.confirmed == []


def test_a_published_version_never_becomes_a_draft(author: User) -> None:
    with pytest.raises(DatabaseError, match="published and cannot change"), transaction.atomic():
        Method.objects.filter(pk=four().pk).update(state="draft")
    with pytest.raises(method_edits.NotNow):
        method_edits.redraft(four(), four().spec, by=author, reason="no")


def test_somebody_else_s_draft_is_theirs(author: User, person: Callable[..., User]) -> None:
    other = person("grace", "add_method")
    with pytest.raises(method_edits.NotYours, match="somebody else"):
        method_edits.redraft(drafted(author), other_weights(), by=other, reason="mine")


def test_two_drafts_have_two_numbers_and_the_older_does_not_undo_the_newer(
    author: User, reviewer: User
) -> None:
    older, newer = submitted(author), drafted(author, 6)
    with pytest.raises(method_edits.MethodTaken, match="v5 exists already"):
        drafted(author)
    newer = method_edits.submit(newer, by=author, confirmed=CHANGED)
    method_edits.approve(newer, by=reviewer, review="")
    with pytest.raises(method_edits.NotNow, match="v6 was published meanwhile"):
        method_edits.approve(older, by=reviewer, review="")


def test_a_draft_gives_way_to_a_version_of_the_bundle(author: User) -> None:
    draft = submitted(author)
    spec = copy.deepcopy(four().spec) | {"version": 5, "title": "the bundle's fifth"}
    published = method_edits.publish_method(spec, reason="bundle")
    draft.refresh_from_db()
    assert (published.version, draft.version, draft.spec["version"]) == (5, 6, 6)
    assert (draft.state, "published" in draft.review) == ("draft", True)


def test_the_way_back_edits_nothing_and_ends_with_the_next_version(
    author: User, reviewer: User
) -> None:
    five = method_edits.approve(submitted(author), by=reviewer, review="")
    before = Method.objects.filter(pk__in=[five.pk, four().pk]).values()
    stood = list(before)
    choice = method_edits.score_again(four(), by=reviewer, reason="0.4 moved too much")
    assert scoring_method(CODE) == four()
    assert list(before.all()) == stood
    assert choice.edition == Edition.objects.latest("number")
    assert Job.objects.filter(method=four(), edition=choice.edition).exists()
    assert requests.check({"all": True})[0].method == four()
    with pytest.raises(method_edits.NotNow, match="scores already"):
        method_edits.score_again(four(), by=reviewer, reason="twice")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MethodChoice.objects.update(reason="another")
    six = method_edits.submit(drafted(author, 6), by=author, confirmed=CHANGED)
    six = method_edits.approve(six, by=reviewer, review="")
    assert scoring_method(CODE) == six
    method_edits.score_again(five, by=reviewer, reason="five after all")
    assert scoring_method(CODE) == five


def test_who_moves_is_what_a_rescoring_then_gives(author: User, reviewer: User) -> None:
    lens = Lens.objects.get(method_code=CODE, importer="WLD")
    draft = submitted(author)
    seen = who_moves(
        Specification.from_dict(four().spec), Specification.from_dict(draft.spec), lens, AS_OF
    )
    Lens.objects.update(kept_current=False)
    five = method_edits.approve(draft, by=reviewer, review="")
    some = dict(zip(seen.ids[:60], zip(seen.before, seen.after, strict=True), strict=False))
    keys = list(
        Score.objects.filter(lens=lens, project__in=list(some)).values_list(
            "project__key", flat=True
        )
    )
    was = dict(
        Score.objects.filter(lens=lens, project__in=list(some)).values_list("project", "composite")
    )
    requests.start({"keys": keys}, lens=lens, as_of=AS_OF, apart=False)
    rescore.drain()
    given = Score.objects.filter(lens=lens, project__in=list(some), method=five)
    now = dict(given.values_list("project", "composite"))
    assert len(now) == 60
    for project, (before, after) in some.items():
        assert (was[project], now[project]) == (before, after)
    assert {row.band for row in given} <= set(range(5))
    assert seen.bands.sum() == len(seen.ids) > 4_000
    assert 0 < seen.moved == sum(abs(seen.after - seen.before) >= 0.05)
    assert len(seen.movers) == 20
    first = seen.movers[0]
    assert abs((first.after or 0) - (first.before or 0)) == np.nanmax(abs(seen.after - seen.before))


def test_nobody_moves_by_the_version_that_scores_already() -> None:
    same = Specification.from_dict(four().spec)
    seen = who_moves(same, same, Lens.objects.get(method_code=CODE, importer="WLD"), AS_OF)
    assert (seen.moved, seen.share, seen.changing_band, seen.movers) == (0, 0.0, 0, ())
    assert seen.kendall == pytest.approx(1)
    assert seen.spearman == pytest.approx(1)
