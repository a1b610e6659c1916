"""The buyer's question: whose supply hangs on whom, and which projects would change it."""

import re
import unicodedata
import uuid
from collections.abc import Iterable
from typing import cast

from riskscore_client.connection import Connection, Value
from riskscore_client.errors import NotFound
from riskscore_client.records import Record, Region, Shortlist
from riskscore_client.rows import Rows

Some = str | Iterable[str]


class Sourcing:
    """What lies under `/sourcing`. A buyer is a country, a group, or several seen as one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def dependence(self, buyer: Some, mineral: Some | None = None, **more: Value) -> Rows[Record]:
        """Give a row per mineral: the mix, N-1 with a name, concentration, what would move it."""
        asked = {"buyer": buyer, "mineral": mineral, **more}
        return Rows(self._connection, "/sourcing/dependence", asked)

    def shortlist(
        self, buyer: Some, mineral: str, region: Some | None = None, **more: Value
    ) -> Shortlist:
        """Return the projects by what they take off the dependence and by human cost."""
        asked = {"buyer": buyer, "mineral": mineral, "region": region, **more}
        return cast("Shortlist", self._connection.get("/sourcing/shortlist", **asked))

    def project(self, key: str, buyer: Some, mineral: str, **more: Value) -> Record:
        """Return what one project would change, by rule and amount."""
        asked = {"buyer": buyer, "mineral": mineral, **more}
        return cast("Record", self._connection.get(f"/sourcing/projects/{key}", **asked))

    def stages(self, buyer: Some, **more: Value) -> Rows[Record]:
        """Give who holds ore, refining and trade of each mineral, and the weakest of these."""
        return Rows(self._connection, "/sourcing/stages", {"buyer": buyer, **more})

    def regions(self) -> Rows[Region]:
        """Give the parts of the world that have names here."""
        return Rows(self._connection, "/sourcing/regions", {})

    def region(self, name: str) -> Region:
        """Return a region by its code, name, alias or number. Raises NotFound."""
        try:
            return cast("Region", self._connection.get(f"/sourcing/regions/{_slug(name)}"))
        except NotFound as error:
            error.message, error.remedy = f"No region {name!r}", "`riskscore regions` lists them"
            raise

    def portfolios(self, **filters: Value) -> Rows[Record]:
        """Give your portfolios."""
        return Rows(self._connection, "/sourcing/portfolios", filters)

    def portfolio(self, name: str) -> Record:
        """Return a portfolio with its positions and limits."""
        return cast("Record", self._connection.get(f"/sourcing/portfolios/{name}"))

    def begin_portfolio(self, name: str, **parts: object) -> Record:
        """Begin a portfolio: ``positions``, ``limits``, … Raises Conflict if it is there."""
        answer = self._connection.send(
            "POST",
            "/sourcing/portfolios",
            json={"name": name, **parts},
            headers={"Idempotency-Key": str(uuid.uuid4())},
            again=True,
        )
        return cast("Record", answer.json())

    def portfolio_and_etag(self, name: str) -> tuple[Record, str]:
        """Return a portfolio, and its version for ``if_match``."""
        answer = self._connection.send("GET", f"/sourcing/portfolios/{name}")
        return answer.json(), answer.headers["ETag"]

    def change_portfolio(
        self, name: str, *, if_match: str | None = None, **parts: object
    ) -> Record:
        """Replace parts of a portfolio, each as a whole.

        ``if_match`` is the ETag of what you read. Raises PreconditionFailed if it has changed.
        """
        headers = {"If-Match": if_match} if if_match else None
        path = f"/sourcing/portfolios/{name}"
        # To replace twice is to replace once, unless someone else may have been between.
        answer = self._connection.send(
            "PATCH", path, json=parts, headers=headers, again=if_match is None
        )
        return cast("Record", answer.json())

    def exposure(self, name: str, **more: Value) -> Record:
        """Return what a portfolio exposes to, by position; ``add``, ``drop`` try changes."""
        return cast("Record", self._connection.get(f"/sourcing/portfolios/{name}/exposure", **more))

    def crossings(self, name: str, **more: Value) -> Rows[Record]:
        """Give each time that a limit of a portfolio was crossed, the latest first."""
        return Rows(self._connection, f"/sourcing/portfolios/{name}/crossings", more)


def _slug(name: str) -> str:
    """Write a name as addresses have it: case, accents and blanks do not matter."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "-"
