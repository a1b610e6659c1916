"""What changed since you were here last, each thing once, as it is now."""

from collections.abc import Generator, Iterator
from typing import cast

from riskscore_client.connection import Connection, Value
from riskscore_client.errors import RiskscoreError
from riskscore_client.records import ChangedRow
from riskscore_client.rows import snapshot

PATH = "/changes"


class Delta:
    """Changes of projects, scores and events. Iterating follows the pages.

    Keep ``position`` when all are read, and give it as ``since`` the next time: then nothing is
    lost and nothing comes twice without need. If your program stops before, begin again from the
    ``since`` that you had: to take a change twice does no more than to take it once.
    """

    def __init__(self, connection: Connection, parameters: dict[str, Value]) -> None:
        self._connection, self._parameters = connection, parameters
        self._position = ""

    @property
    def position(self) -> str:
        """``since`` of the next delta. Raises RiskscoreError before all changes are read."""
        if not self._position:
            raise RiskscoreError("Not all changes are read yet", "Read them to the end, then ask")
        return self._position

    def __iter__(self) -> Iterator[ChangedRow]:
        self._position = ""
        page = self._connection.get(PATH, **self._parameters)
        yield from page["items"]
        while page["next"]:
            page = self._connection.get(page["next"])
            yield from page["items"]
        self._position = page["position"]

    def stream(self) -> Iterator[ChangedRow]:
        """Give all changes of one snapshot in one answer, for many. Raises CutShort."""
        self._position = ""
        asked = {name: value for name, value in self._parameters.items() if name != "page_size"}
        rows = cast("Generator[ChangedRow, None, dict[str, str]]", snapshot(
            self._connection, PATH, asked
        ))  # fmt: skip
        end = yield from rows
        self._position = end["position"]
