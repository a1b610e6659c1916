"""What came of a write: the record, and the jobs that make its scores anew."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db import IntegrityError, transaction

from riskscore.errors import ConflictError
from riskscore.models import Job

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Written(Generic[Record]):
    """A record as it is now, and one job for each buyer's view that is kept current.

    No jobs: no score follows from what was written.
    """

    record: Record
    jobs: Sequence[Job] = field(default=())


class WrittenMeanwhile(ConflictError):
    """Somebody else stored a record of the same key or id at the same moment."""

    code = "written_meanwhile"
    remedy = "Look at how things stand now, and send it again if it is still wanted."


@contextmanager
def whole() -> Iterator[None]:
    """A transaction. Raises WrittenMeanwhile where a key or id was given by somebody else first."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        first = str(error).splitlines()[0]
        raise WrittenMeanwhile(f"somebody else was quicker ({first})") from None


@contextmanager
def rehearsal(*, only: bool) -> Iterator[None]:
    """A transaction; with ``only`` everything in it is taken back at its end, jobs too.

    So a check is the write itself, and cannot say another thing.
    """
    with transaction.atomic():
        yield
        if only:
            transaction.set_rollback(True)
