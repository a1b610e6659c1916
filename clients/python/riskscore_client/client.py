"""`Riskscore`: everything that the API offers, begun from one object."""

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self, cast

import httpx

from riskscore_client import lists_of_sites, settings
from riskscore_client.connection import Connection, Value
from riskscore_client.deltas import Delta
from riskscore_client.exports import Export
from riskscore_client.imports import Import
from riskscore_client.jobs import Job
from riskscore_client.lists_of_sites import Line, Lookup
from riskscore_client.records import (
    JobCheck,
    JobRecord,
    Match,
    Mineral,
    Place,
    Project,
    Record,
    Score,
)
from riskscore_client.rows import Rows
from riskscore_client.sourcing import Sourcing
from riskscore_client.webhooks import Webhooks

Some = str | Iterable[str]


class Riskscore:
    """A client for one server and one key.

    Parameters
    ----------
    url
        Address of the server. Default: `RISKSCORE_URL`, else `http://127.0.0.1:8000`.
    key
        API key. Default: `RISKSCORE_KEY`, else the file that `riskscore login` wrote. Raises NoKey.
    timeout
        Seconds to wait for an answer.
    patience
        Seconds in which a busy or silent server is asked again.
    insecure
        Send the key to another machine without encryption.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        timeout: float = 60.0,
        patience: float = 120.0,
        insecure: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.connection = Connection(
            url or settings.address(),
            key or settings.key(),
            timeout=timeout,
            patience=patience,
            insecure=insecure,
            transport=transport,
        )
        self.sourcing = Sourcing(self.connection)
        self.webhooks = Webhooks(self.connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open."""
        self.connection.close()

    # --- What is scored ------------------------------------------------------------------------

    def scores(self, *, region: Some | None = None, **filters: Value) -> Rows[Score]:
        """Give the current scores, riskiest first; ``filters`` are the parameters of `/scores`."""
        return Rows(self.connection, "/scores", self._within(region, filters))

    def projects(self, *, region: Some | None = None, **filters: Value) -> Rows[Project]:
        """Give projects; ``filters`` are the parameters of `/projects`."""
        return Rows(self.connection, "/projects", self._within(region, filters))

    def project(self, key: str, **more: Value) -> Project:
        """Return one project. Raises NotFound."""
        return cast("Project", self.connection.get(f"/projects/{key}", **more))

    def score(self, key: str, **more: Value) -> Score:
        """Return the current score of one project. Raises NotFound."""
        return cast("Score", self.connection.get(f"/projects/{key}/score", **more))

    def explanation(self, key: str, **more: Value) -> Record:
        """Return every indicator behind a score: value, contribution, reason, source."""
        return cast("Record", self.connection.get(f"/projects/{key}/score/explanation", **more))

    def changes(self, key: str, *, since: str | None = None, **more: Value) -> Record:
        """Return why a score changed ``since`` a moment; by default since the one before it."""
        asked = {"from": since, **more}
        return cast("Record", self.connection.get(f"/projects/{key}/score/changes", **asked))

    def history(self, key: str, **more: Value) -> Rows[Record]:
        """Give how a score was before, a row per change."""
        return Rows(self.connection, f"/projects/{key}/score/history", more)

    def evidence(self, key: str, **more: Value) -> Rows[Record]:
        """Give what is on file about a project."""
        return Rows(self.connection, f"/projects/{key}/evidence", more)

    # --- Many at once --------------------------------------------------------------------------

    def lookup(self, keys: Iterable[str], *, what: str = "scores", **more: str) -> Lookup:
        """Return the scores, or with ``what="projects"`` the projects, of any number of keys.

        ``more``: ``importer``, ``method``. Each key is answered once; what has no row is `missing`.
        """
        return lists_of_sites.look_up(self.connection, keys, {"what": what, **more})

    def match(self, lines: Iterable[str | Line]) -> list[Match]:
        """Return which projects the lines of a list mean, each with a score and its reasons.

        A line is a name, or has ``name``, ``place``, ``mineral`` and a ``ref`` of yours. Any number
        of lines; the answers come in their order.
        """
        return lists_of_sites.match(self.connection, lines)

    def changes_since(self, since: str | int = 0, **filters: Value) -> Delta:
        """Give what changed ``since`` an edition, or the ``position`` of the delta before.

        ``filters`` are the parameters of `/changes`: ``kinds``, ``importer``, ``page_size``.
        """
        return Delta(self.connection, {"since": str(since), **filters})

    # --- What scores are made of ---------------------------------------------------------------

    def places(self, **filters: Value) -> Rows[Place]:
        """Give countries and groups."""
        return Rows(self.connection, "/places", filters)

    def minerals(self, **filters: Value) -> Rows[Mineral]:
        """Give the minerals."""
        return Rows(self.connection, "/minerals", filters)

    def rows(self, path: str, **filters: Value) -> Rows[Record]:
        """Give the rows of any listing: `rows("/observations", indicator="gov.voice")`."""
        return Rows(self.connection, path, filters)

    def get(self, path: str, **parameters: Value) -> Any:
        """Return the JSON value at any path under `/api/v1`."""
        return self.connection.get(path, **parameters)

    # --- Work ----------------------------------------------------------------------------------

    def rescore(
        self,
        *,
        keys: Iterable[str] | None = None,
        filter: Mapping[str, Iterable[str]] | None = None,  # noqa: A002 - the API's own word
        idempotency_key: str | None = None,
        **more: Any,
    ) -> Job:
        """Start a job for these projects, by default for all of them, and return it.

        ``more`` is the rest of the body: ``importer``, ``method``, ``as_of``, ``seed``, ``reason``.
        The same ``idempotency_key`` and body again give the same job; by default it is a new one.
        """
        answer = self.connection.send(
            "POST",
            "/jobs",
            json={"scope": _scope(keys, filter), **more},
            headers={"Idempotency-Key": idempotency_key or str(uuid.uuid4())},
            again=True,
        )
        return Job(self.connection, answer.json(), answer.headers.get("Retry-After"))

    def check_rescore(
        self,
        *,
        keys: Iterable[str] | None = None,
        filter: Mapping[str, Iterable[str]] | None = None,  # noqa: A002
        **more: Any,
    ) -> JobCheck:
        """Return what `rescore` would take and pin; nothing is started."""
        answer = self.connection.send(
            "POST",
            "/jobs",
            parameters={"validate_only": True},
            json={"scope": _scope(keys, filter), **more},
            again=True,
        )
        return cast("JobCheck", answer.json())

    def export(
        self,
        what: str = "scores",
        format: str = "parquet",  # noqa: A002 - the API's own word
        *,
        keys: Iterable[str] | None = None,
        filter: Mapping[str, Iterable[str]] | None = None,  # noqa: A002
        **more: str,
    ) -> Export:
        """Ask for a file of all rows, or of those of some projects; ``save`` it once it is made.

        ``what`` and ``format`` are those of `POST /exports`; ``more``: ``importer``, ``method``.
        """
        body = {"what": what, "format": format, "scope": _scope(keys, filter), **more}
        return Export(self.connection, self.connection.send("POST", "/exports", json=body).json())

    def import_file(self, file: str | Path, source: str, **options: Value) -> Import:
        """Upload a file for a preview; ``confirm`` of what comes back loads it.

        ``source`` says whose figures these are; ``options`` are the fields of `POST /imports`.
        """
        return Import.of_file(self.connection, Path(file), source, options)

    def job(self, number: str) -> Job:
        """Return one of your jobs. Raises NotFound."""
        return Job.at(self.connection, number)

    def jobs(self, **filters: Value) -> Rows[JobRecord]:
        """Give your jobs, the latest first."""
        return Rows(self.connection, "/jobs", filters)

    def places_in(self, region: Some) -> list[str]:
        """Return the codes of the countries in a region, or in several. Raises NotFound."""
        names = [region] if isinstance(region, str) else region
        places = [code for name in names for code in self.sourcing.region(name)["places"]]
        return list(dict.fromkeys(places))

    def _within(self, region: Some | None, filters: dict[str, Value]) -> dict[str, Value]:
        """Add the countries of regions to the places that are asked for."""
        if region is None:
            return filters
        given = cast("Some", filters.get("place") or ())
        places = [given] if isinstance(given, str) else list(given)
        return {**filters, "place": list(dict.fromkeys([*places, *self.places_in(region)]))}


def _scope(
    keys: Iterable[str] | None, chosen: Mapping[str, Iterable[str]] | None
) -> dict[str, Any]:
    """Write the scope of a job: keys, a filter, or all."""
    if keys is not None:
        return {"keys": [keys] if isinstance(keys, str) else list(keys)}
    if chosen:
        return {"filter": {name: _listed(name, value) for name, value in chosen.items()}}
    return {"all": True}


def _listed(name: str, value: Iterable[str]) -> Any:
    """Write what a filter asks: a list of words, but for its one moment."""
    if isinstance(value, str):
        return value if name == "stale_since" else [value]
    return list(value)
