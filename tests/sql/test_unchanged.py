"""What was read holds while nothing is committed, by whomever, and not a moment longer."""

import threading
from collections.abc import Callable
from math import inf
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, transaction

from riskscore.sql.unchanged import Unchanged
from tests.processes import until

pytestmark = pytest.mark.django_db(transaction=True)


class Reader:
    """Reads the names of all groups through what is kept, and counts how often it had to."""

    def __init__(self, lasts_s: float = inf) -> None:
        self.kept, self.reads, self.lasts_s = Unchanged[list[str]](most=3), 0, lasts_s

    def names(self, question: str = "all") -> list[str] | None:
        return self.kept.get(question, self._read, lambda _: self.lasts_s)

    def _read(self) -> list[str]:
        self.reads += 1
        return sorted(Group.objects.values_list("name", flat=True))


def elsewhere(work: Callable[[], Any]) -> None:
    """Do something on a connection of another thread."""

    def run() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.fixture
def reader() -> Reader:
    Group.objects.all().delete()
    return Reader()


def test_nothing_is_read_again_while_nothing_is_committed_though_others_read(
    reader: Reader,
) -> None:
    def round_in_which_nobody_committed() -> bool:
        before = snapshot()
        reader.names()
        reads = reader.reads
        elsewhere(User.objects.count)
        reader.names()
        elsewhere(reader.names)
        # Tests beside this one write to other databases of the server: its snapshot tells of all.
        return snapshot() == before and reader.reads == reads

    until(round_in_which_nobody_committed, "a round in which nothing is read again")


def snapshot() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])


COMMITS: dict[str, Callable[[], Any]] = {
    "here": lambda: Group.objects.create(name="new"),
    "by another": lambda: elsewhere(lambda: Group.objects.create(name="new")),
    "with a savepoint": lambda: elsewhere(_with_savepoint),
    "by raw SQL": lambda: elsewhere(
        lambda: connection.cursor().execute("INSERT INTO auth_group (name) VALUES ('new')")
    ),
}


def _with_savepoint() -> None:
    with transaction.atomic(), transaction.atomic():
        Group.objects.create(name="new")


@pytest.mark.parametrize("commit", COMMITS.values(), ids=COMMITS)
def test_whatever_is_committed_is_seen_at_the_next_question(
    reader: Reader, commit: Callable[[], Any]
) -> None:
    assert reader.names() == []
    commit()
    assert reader.names() == ["new"]


def test_of_two_transactions_that_overlap_each_is_seen_when_it_is_committed(
    reader: Reader,
) -> None:
    written, go_on = threading.Event(), threading.Event()

    def long() -> None:
        with transaction.atomic():
            Group.objects.create(name="long")
            written.set()
            go_on.wait(10)
        connection.close()

    thread = threading.Thread(target=long)
    thread.start()
    written.wait(10)
    assert reader.names() == []
    elsewhere(lambda: Group.objects.create(name="short"))
    assert reader.names() == ["short"]
    go_on.set()
    thread.join()
    assert reader.names() == ["long", "short"]


def test_within_a_transaction_ones_own_writing_is_seen_and_nothing_is_kept_of_it(
    reader: Reader,
) -> None:
    assert reader.names() == []
    with transaction.atomic():
        Group.objects.create(name="mine")
        assert reader.names() == ["mine"]
        transaction.set_rollback(True)
    assert reader.names() == []


def test_an_answer_ends_by_itself_and_none_is_kept_beyond_so_many(reader: Reader) -> None:
    short = Reader(lasts_s=0)
    assert [short.names(), short.names()] == [[], []]
    assert short.reads == 2
    for number in range(10):
        reader.names(str(number))
    assert len(reader.kept._read) <= 3


def test_a_connection_that_was_lost_is_replaced_and_what_is_read_is_of_now(reader: Reader) -> None:
    assert reader.names() == []
    connection.close()
    assert reader.names() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    elsewhere(lambda: connection.cursor().execute("SELECT pg_terminate_backend(%s)", [process]))
    with pytest.raises(Exception, match=r"terminat|closed"):
        reader.names()
    connection.close()
    elsewhere(lambda: Group.objects.create(name="new"))
    assert reader.names() == ["new"]
