"""From all that a publisher's reader says of a file to its records alone."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside

Record = TypeVar("Record")


def records_of(
    parts: Callable[[bytes], Iterator[Record | Aside]],
) -> Callable[[bytes], Iterator[Record]]:
    """The ``parse`` of a publisher's module whose ``parts`` yields records and what is beside them.

    The first fault raises; what is left out and what is remarked is for the report of an import.
    """

    def parse(content: bytes) -> Iterator[Record]:
        for part in parts(content):
            if isinstance(part, BadFile):
                raise part
            if not isinstance(part, Aside):
                yield part

    return parse
