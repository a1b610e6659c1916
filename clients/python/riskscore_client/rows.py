"""A listing: an iterator over all its pages, one page, an export, or a table of pandas."""

import json
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from riskscore_client.connection import Connection, Value
from riskscore_client.errors import CutShort, RiskscoreError

if TYPE_CHECKING:
    import pandas as pd

Row = TypeVar("Row")
NDJSON, CSV = "application/x-ndjson", "text/csv"


class Rows(Generic[Row]):
    """The rows of a listing. Nothing is asked before the first one is wanted.

    Iterating follows the pages. ``stream`` and ``dataframe`` read one snapshot in one answer.
    """

    def __init__(self, connection: Connection, path: str, parameters: dict[str, Value]) -> None:
        self._connection, self._path, self._parameters = connection, path, parameters

    def __iter__(self) -> Iterator[Row]:
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[list[Row]]:
        """Give page after page; ``page_size=`` of the listing says how large."""
        page = self._connection.get(self._path, **self._parameters)
        yield page["items"]
        while page["next"]:
            page = self._connection.get(page["next"])
            yield page["items"]

    def first(self) -> Row | None:
        """Return the first row, or None where there is none."""
        page = self._connection.get(self._path, **{**self._parameters, "page_size": 1})
        return cast("Row", page["items"][0]) if page["items"] else None

    def stream(self) -> Iterator[Row]:
        """Give all rows of one snapshot. Raises CutShort where the end does not come."""
        yield from snapshot(self._connection, self._path, self._exported())

    def csv(self) -> Iterator[str]:
        """Give the export as CSV, piece by piece: all rows of one snapshot."""
        with self._connection.stream(self._path, CSV, self._exported()) as response:
            yield from response.iter_text()

    def _exported(self) -> dict[str, Value]:
        return {name: value for name, value in self._parameters.items() if name != "page_size"}

    def dataframe(self) -> "pd.DataFrame":
        """Return all rows of one snapshot as a table; ``a.b`` is the field ``b`` of ``a``."""
        return frame(list(self.stream()))


def snapshot(
    connection: Connection, path: str, parameters: dict[str, Value]
) -> Generator[Any, None, dict[str, Any]]:
    """Give the rows of an export line by line; return its last line. Raises CutShort without it."""
    rows = 0
    with connection.stream(path, NDJSON, parameters) as response:
        for line in response.iter_lines():
            row = json.loads(line)
            if "_end" not in row:
                rows += 1
                yield row
            elif row["rows"] == rows:
                return cast("dict[str, Any]", row)
            else:
                break
    raise CutShort(f"The export of {path} ended after {rows} rows", "Ask again")


def frame(rows: list[Any]) -> "pd.DataFrame":
    """Return rows as a table of pandas. Raises RiskscoreError where pandas is not installed."""
    try:
        import pandas as pd
    except ImportError:
        remedy = "Install it: pip install 'riskscore-client[pandas]'"
        raise RiskscoreError("A DataFrame needs pandas", remedy) from None
    return pd.json_normalize(rows)
