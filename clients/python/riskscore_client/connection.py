"""Requests to one server: the key, waiting as it asks, asking again where that is safe, errors."""

import random
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any

import httpx

from riskscore_client import errors

PREFIX = "/api/v1"
AGENT = "riskscore-client/0.1.0"
LOCAL = ("127.0.0.1", "localhost", "::1")
LONGEST_PAUSE_S = 30.0
#: Answers that ask to come again: too often, and just now unable.
LATER = (429, 503)

#: A value of a parameter; several are sent separated by commas, and None is left out.
Value = str | int | float | bool | date | Iterable[str] | None


class Connection:
    """A pool of connections to one server, for one key. Threads may share it."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout: float = 60.0,
        patience: float = 120.0,
        insecure: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.origin = httpx.URL(url)
        if self.origin.scheme not in ("http", "https") or not self.origin.host:
            raise errors.RiskscoreError(f"{url} is no address", "Write https://host")
        if self.origin.scheme == "http" and self.origin.host not in LOCAL and not insecure:
            raise errors.RiskscoreError(
                f"{url} would send the key unencrypted", "Use https, or say insecure=True"
            )
        self.patience, self._timeout_s = patience, timeout
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {key}", "User-Agent": AGENT},
            timeout=self._timeout(),
            transport=transport,
        )

    def _timeout(self, more_s: float = 0.0) -> httpx.Timeout:
        """How long to wait for an answer that the server may hold back for ``more_s``."""
        return httpx.Timeout(self._timeout_s + more_s, connect=10.0)

    def close(self) -> None:
        """Close what is open."""
        self._http.close()

    def address(self, path: str) -> httpx.URL:
        """Return the whole address of a path under the API, or of a link that it gave.

        Raises RiskscoreError for a link to another server, which would be told the key.
        """
        where = self.origin.join(path if path.startswith((PREFIX, "http")) else PREFIX + path)
        if (where.scheme, where.netloc) != (self.origin.scheme, self.origin.netloc):
            # Behind a proxy the server may know itself by another name: the path is what counts.
            where = self.origin.join(where.raw_path.decode())
        return where

    def get(self, path: str, **parameters: Value) -> Any:
        """Return the JSON value at a path."""
        return self.send("GET", path, parameters=parameters).json()

    def send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, Value] | None = None,
        headers: Mapping[str, str] | None = None,
        again: bool | None = None,
        held_s: float = 0.0,
        **content: Any,
    ) -> httpx.Response:
        """Return the answer, which is no error. Raises Problem and Unreachable.

        ``held_s``: so long the server may wait before it answers, beyond the usual ``timeout``.
        It is asked again after what the server says where it is busy. Where no answer came, only if
        ``again``: asking twice must do no more than asking once. By default that is so of reads.
        """
        request = self._http.build_request(
            method,
            self.address(path),
            params=_plain(parameters),
            headers=headers,
            timeout=self._timeout(held_s),
            **content,
        )
        response = self._answered(request, again=method == "GET" if again is None else again)
        if response.is_error:
            raise errors.of_response(response)
        return response

    @contextmanager
    def stream(
        self,
        path: str,
        accept: str,
        parameters: Mapping[str, Value],
        *,
        headers: Mapping[str, str] | None = None,
        held_s: float = 0.0,
    ) -> Iterator[httpx.Response]:
        """Give an answer whose body is read while it comes. Raises as ``send``."""
        request = self._http.build_request(
            "GET",
            self.address(path),
            params=_plain(parameters),
            headers={"Accept": accept, **(headers or {})},
            timeout=self._timeout(held_s),
        )
        response = self._answered(request, again=True, stream=True)
        try:
            if response.is_error:
                response.read()
                raise errors.of_response(response)
            yield response
        finally:
            response.close()

    def _answered(
        self, request: httpx.Request, *, again: bool, stream: bool = False
    ) -> httpx.Response:
        """Send until there is an answer to keep, or patience ends."""
        end = time.monotonic() + self.patience
        for tried in count():
            backoff = min(0.25 * 2**tried, LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)
            try:
                response = self._http.send(request, stream=stream)
            except httpx.TransportError as error:
                if not again or time.monotonic() + backoff > end or tried >= 4:
                    raise self._unreachable(error) from error
                pause = backoff
            else:
                pause = _retry_after(response, backoff)
                later = response.status_code == 429 or (again and response.status_code in LATER)
                if not later or time.monotonic() + pause > end:
                    return response
                response.close()
            time.sleep(pause)
        raise AssertionError("count() has no end")

    def _unreachable(self, error: Exception) -> errors.Unreachable:
        why = str(error) or type(error).__name__
        return errors.Unreachable(
            f"{self.origin} does not answer: {why}", "Is RISKSCORE_URL right, and does it run?"
        )


def _retry_after(response: httpx.Response, default: float) -> float:
    """Return the seconds that an answer asks to wait, written as a number or as a moment."""
    given = response.headers.get("Retry-After", "")
    try:
        return max(float(given), 0.0)
    except ValueError:
        pass
    try:
        return max((parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return default


def _plain(parameters: Mapping[str, Value] | None) -> dict[str, str] | None:
    """Write parameters as the API reads them. None at all leaves those of the address."""
    found = {name: _words(value) for name, value in (parameters or {}).items() if value is not None}
    return found or None


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int | float):
        return str(value)
    return ",".join(str(each) for each in value or ())
