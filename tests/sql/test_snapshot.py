"""An answer of many rows sees one state of the database, and few are made at a time."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection

from riskscore.models import Project
from riskscore.sql import snapshot
from riskscore.sql.snapshot import Occupied, Snapshot
from tests.make import make_project

pytestmark = pytest.mark.django_db(transaction=True)


def names() -> list[str]:
    return list(Project.objects.order_by("key").values_list("name", flat=True))


def elsewhere(**changed: str) -> None:
    """Change every project over another connection, committed at once."""

    def change() -> None:
        Project.objects.update(**changed)
        connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    thread.join()


def test_rows_that_change_between_two_pages_are_seen_as_they_were() -> None:
    make_project(key="a-1", name="First")
    make_project(key="a-2", name="Second")

    def pages() -> Iterator[bytes]:
        yield " ".join(names()).encode()
        elsewhere(name="Changed")
        yield " ".join(names()).encode()

    assert list(Snapshot().streaming(pages())) == [b"First Second", b"First Second"]
    assert names() == ["Changed", "Changed"], "the transaction has ended with the stream"


def test_nothing_is_written_under_a_snapshot() -> None:
    make_project(key="a-1", name="First")

    def writes() -> Iterator[bytes]:
        Project.objects.update(name="x")
        yield b""

    with pytest.raises(Exception, match="read-only transaction"):
        list(Snapshot().streaming(writes()))
    assert names() == ["First"]


def test_an_answer_that_is_given_up_lets_go() -> None:
    held = Snapshot()
    assert connection.in_atomic_block
    held.close()
    held.close()
    assert not connection.in_atomic_block
    many = [Snapshot() for _ in range(snapshot.AT_ONCE)]
    began = time.monotonic()
    for _ in range(25):
        with pytest.raises(Occupied, match="several exports are being made"):
            Snapshot()
    assert time.monotonic() - began < 1.0, "who has to wait holds a thread"
    for one in reversed(many):
        one.close()
    Snapshot().close()
