"""Who writes, how and why: settings of the transaction, which the triggers of the change log read.

``by`` says it for all that a block writes: a request, an import. The settings are local to the
transaction, so a connection that is kept never carries them to somebody else, and a statement that
stands alone gets a transaction of its own. Nothing is sent for what only reads.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from psycopg.pq import TransactionStatus

#: Statements after which a trigger may ask who wrote.
_WRITES = re.compile(
    r'\s*(?:WITH\b.*\b)?(?:INSERT INTO|UPDATE|DELETE FROM)\s+(?:ONLY\s+)?"?riskscore_', re.DOTALL
)
_SETTINGS = (
    "SELECT set_config('riskscore.author', %s, true), set_config('riskscore.how', %s, true),"
    " set_config('riskscore.reason', %s, true)"
)
#: Characters that a reason may have in the log.
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Author:
    """Who: a function that gives the number of a user or None, asked when something is written.
    How: admin, API or import."""

    who: Callable[[], int | None]
    how: str
    reason: str = ""


_AUTHOR: ContextVar[Author | None] = ContextVar("author", default=None)


@contextmanager
def by(who: Callable[[], int | None], how: str, reason: str = "") -> Iterator[None]:
    """Whatever this block writes was written by somebody, in some way."""
    mark = _AUTHOR.set(Author(who, how, reason))
    try:
        with connection.execute_wrapper(_signed):
            yield
    finally:
        _AUTHOR.reset(mark)
        _forget()


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Whatever this block writes was written for a reason, in words."""
    author = _AUTHOR.get()
    mark = _AUTHOR.set(replace(author, reason=reason) if author else None)
    try:
        yield
    finally:
        _AUTHOR.reset(mark)


def _forget() -> None:
    """Nobody's from here on, where the transaction is an outer one and goes on."""
    if connection.in_atomic_block and not connection.needs_rollback:
        with connection.connection.cursor() as cursor:
            if cursor.connection.info.transaction_status == TransactionStatus.INTRANS:
                cursor.execute(_SETTINGS, ("", "", ""))


def _signed(
    execute: Callable[..., Any],
    sql: Any,
    params: Any,
    many: bool,  # noqa: FBT001 - Django's signature
    context: dict[str, Any],
) -> Any:
    author = _AUTHOR.get()
    if author is None or not isinstance(sql, str) or not _WRITES.match(sql):
        return execute(sql, params, many, context)
    database = context["connection"]
    settings = (str(author.who() or ""), author.how, author.reason[:LONGEST])
    alone = not database.in_atomic_block
    with transaction.atomic(using=database.alias) if alone else nullcontext():
        with database.connection.cursor() as cursor:
            cursor.execute(_SETTINGS, settings)
        return execute(sql, params, many, context)


class AuthorshipMiddleware:
    """What a request writes was written by its user, in admin or through the API."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        how = "admin" if request.path_info.startswith("/admin/") else "API"
        with by(lambda: getattr(getattr(request, "user", None), "pk", None), how):
            return self.get_response(request)
