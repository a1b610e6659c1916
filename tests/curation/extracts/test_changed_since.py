"""Changes since a position: complete whatever commits late, each thing once, as it is now."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from riskscore.curation.extracts.changed_since import Change, delta
from riskscore.models import Evidence, ExternalId, Project
from riskscore.releases.editions import next_edition
from riskscore.sql.position import Position, UnknownPosition
from riskscore.sql.snapshot import Snapshot
from tests.curation.extracts.score_rows import make_score
from tests.make import make_job, make_project

pytestmark = pytest.mark.django_db(transaction=True)


def changes(since: Position, size: int = 1000, **options: Any) -> list[Change]:
    """All pages of a delta."""
    lens = make_job().lens if not options.get("lens") else options.pop("lens")
    page = delta(since, lens, size=size, **options)
    found = list(page.changes)
    while page.after:
        page = delta(since, lens, size=size, until=page.until, after=page.after, **options)
        found += page.changes
    return found


def words(found: list[Change]) -> list[str]:
    return [f"{one.removed or 'is'} {one.kind} {one.key}" for one in found]


@contextmanager
def open_elsewhere(write: Callable[[], Any]) -> Iterator[None]:
    """Something that is written over another connection, and committed when the block ends."""
    written, commit = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                write()
                written.set()
                commit.wait(30)
        finally:
            written.set()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    written.wait(30)
    try:
        yield
    finally:
        commit.set()
        thread.join()


def make_event(project: Project, supersedes: Evidence | None = None, **more: Any) -> Evidence:
    with transaction.atomic():
        return Evidence.objects.create(
            project=project, kind="strike", happened_on=date(2025, 5, 1), supersedes=supersedes,
            url="https://example.org/strike", edition=next_edition("evidence"), **more,
        )  # fmt: skip


def test_what_was_written_before_and_committed_after_a_position_is_not_lost() -> None:
    early, late = make_project(key="early"), make_project(key="late")
    start = Position.now()
    with open_elsewhere(lambda: Project.objects.filter(pk=early.pk).update(name="Early")):
        Project.objects.filter(pk=late.pk).update(name="Late")
        middle = Position.now()
        assert words(changes(start)) == ["is project late"]
    assert words(changes(middle)) == ["is project early"]
    assert words(changes(start)) == ["is project early", "is project late"]


def test_an_edition_is_a_position_that_its_own_rows_lie_before() -> None:
    project, other = make_project(key="mine"), make_project(key="other")
    with open_elsewhere(lambda: Project.objects.filter(pk=other.pk).update(name="Other")):
        event = make_event(project)
        since = Position.given(str(event.edition_id))
    make_score(project, 40.0)
    assert words(changes(since)) == ["is project other", "is score mine"]


def test_an_export_ends_at_a_position_that_nothing_falls_between() -> None:
    project = make_project(key="mine")
    with open_elsewhere(lambda: Project.objects.filter(pk=project.pk).update(name="Later")):
        snapshot = Snapshot()
        position, names = snapshot.position, list(Project.objects.values_list("name", flat=True))
    snapshot.close()
    assert names == [project.name]
    (change,) = changes(Position.given(position))
    assert change.row is not None
    assert change.row["name"] == "Later"


def test_a_thing_that_changed_often_comes_once_as_it_is_now() -> None:
    project = make_project(key="mine")
    start = Position.now()
    for score in (10.0, 60.0, 10.0, 80.0):
        make_score(project, score)
        Project.objects.filter(pk=project.pk).update(name=f"Scored {score}")
    found = changes(start)
    assert words(found) == ["is score mine", "is project mine"]
    assert [found[0].row and found[0].row["composite"], found[1].row and found[1].row["name"]] == [
        80.0, "Scored 80.0",
    ]  # fmt: skip
    assert found[0].row
    assert found[0].row["composite_context"] == 1.0
    assert found[0].row["geopolitical_low"] is None, "unknown is null"


def test_the_same_score_again_is_no_change() -> None:
    project = make_project(key="mine")
    make_score(project, 40.0)
    start = Position.now()
    make_score(project, 40.0)
    assert changes(start) == []


def test_what_is_archived_leaves_a_tombstone_and_comes_back_whole() -> None:
    project = make_project(key="mine")
    make_score(project, 40.0)
    make_event(project)
    start = Position.now()
    Project.objects.filter(pk=project.pk).update(state="archived")
    assert words(changes(start)) == ["archived project mine"]
    archived = Position.now()
    Project.objects.filter(pk=project.pk).update(state="published")
    back = ["is project mine", "is score mine", "is event mine"]
    assert words(changes(archived)) == back
    beginning = words(changes(Position.before_all()))
    assert sorted(beginning) == sorted(back), "each once, since the beginning"


def test_a_project_that_is_deleted_leaves_a_tombstone_and_a_draft_none() -> None:
    project, draft = make_project(key="mine", mineral=""), make_project(key="secret", state="draft")
    start = Position.now()
    Project.objects.filter(pk=draft.pk).update(name="Still secret")
    project.delete()
    assert words(changes(start)) == ["deleted project mine"]


def test_a_new_version_of_an_event_takes_the_place_of_the_old_one() -> None:
    project = make_project(key="mine")
    first = make_event(project)
    start = Position.now()
    second = make_event(project, supersedes=first, status="retracted")
    old, new = (one for one in changes(start) if one.kind == "event")
    assert (old.removed, old.number) == ("superseded", first.pk)
    assert (new.number, new.row and new.row["status"]) == (second.pk, "retracted")


def test_pages_of_any_size_give_the_same_and_what_comes_meanwhile_comes_next() -> None:
    start = Position.now()
    projects = [make_project(key=f"mine-{number}") for number in range(5)]
    for project in projects:
        make_score(project, 40.0)
        make_event(project)
    whole = [one.at for one in changes(start)]
    assert len(whole) == 15
    assert whole == sorted(set(whole))
    for size in (1, 2, 7):
        assert [one.at for one in changes(start, size)] == whole
    lens = make_job().lens
    first = delta(start, lens, size=4)
    make_score(projects[-1], 90.0)
    rest = delta(start, lens, size=1000, until=first.until, after=first.after)
    assert {one.at for one in [*first.changes, *rest.changes]} < set(whole)
    assert words(changes(first.until)) == ["is score mine-4"]


@pytest.mark.parametrize("kinds", [["project"], ["score", "event"]])
def test_only_the_kinds_that_are_asked_for_come(kinds: list[str]) -> None:
    start = Position.now()
    project = make_project(key="mine")
    make_score(project, 40.0)
    make_event(project)
    assert [one.kind for one in changes(start, kinds=kinds)] == kinds


def test_other_ids_and_capacities_of_a_project_are_changes_of_it() -> None:
    project = make_project(key="mine")
    for change in (
        lambda: ExternalId.objects.create(project=project, scheme="gem", value="G1"),
        lambda: ExternalId.objects.update(value="G2"),
        lambda: ExternalId.objects.all().delete(),
    ):
        start = Position.now()
        change()
        assert words(changes(start)) == ["is project mine"]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "-1",
        "x",
        "1-2-3",
        "9" * 19,
        "0-1-1-" + "9" * 19,
        "a-1-1-1.",
        "٣",
        "1-2-3-" + "1." * 20_000,
    ],
)
def test_what_is_no_position_of_ours_is_refused(given: str) -> None:
    with pytest.raises(UnknownPosition, match="since"):
        Position.given(given)


def test_a_position_of_another_database_is_refused() -> None:
    now = Position.now()
    elsewhere = str(now).replace(now.cluster, "abc", 1)
    with pytest.raises(UnknownPosition, match="another database"):
        Position.given(elsewhere)
    assert str(Position.given(str(now))) == str(now)
