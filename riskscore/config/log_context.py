"""What every line of a log carries while something is done: a request's id, its user, a job.

Whoever begins something says what it is ``about``; whoever learns more adds it. Jobs keep the id of
the request that started them, so that one search finds the lines of both.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: A text, or a function that gives it when a line is written ("" leaves it out).
Field = str | Callable[[], str]
_FIELDS: ContextVar[dict[str, Field] | None] = ContextVar("log_fields", default=None)


@contextmanager
def about(**fields: Field) -> Iterator[None]:
    """All lines that this block writes carry these fields, beside those around it."""
    mark = _FIELDS.set({**(_FIELDS.get() or {}), **fields})
    try:
        yield
    finally:
        _FIELDS.reset(mark)


def add(**fields: Field) -> None:
    """From now on, lines of the innermost block carry these fields too; outside one, nothing."""
    if (current := _FIELDS.get()) is not None:
        current.update(fields)


def fields() -> dict[str, str]:
    """What a line written now carries."""
    stated = (_FIELDS.get() or {}).items()
    texts = {name: field if isinstance(field, str) else field() for name, field in stated}
    return {name: text for name, text in texts.items() if text}
