"""The search box of a list, answered from indexes where there are millions of rows."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.admin.utils import get_fields_from_path
from django.db.models import CharField, Field, ForeignKey, Model, Q
from django.db.models.constants import LOOKUP_SEP
from django.utils.text import smart_split, unescape_string_literal

from riskscore.admin.ui import refused

#: A search of more words than this is refused: each costs a look at every table that is searched.
MOST_WORDS = 12
#: Up to so many rows of another table are named in the question.
MANY = 10_000


def having(text: str, fields: Sequence[str], model: type[Model]) -> Q:
    """The rows of a model that have each word of a text in one of the fields; ``fields`` as in
    Django's ``search_fields``, words between quotes stay together.

    Rows of other tables that have a word are looked up first, so that each part of the question is
    answered from an index; only where they are many does the database join the tables. Raises
    refused.Unanswerable.
    """
    words = [_unquoted(word) for word in smart_split(text)]
    if len(words) > MOST_WORDS:
        raise refused.Unanswerable(f"A search has at most {MOST_WORDS} words, not {len(words)}")
    return reduce(Q.__and__, (_has(word, fields, model) for word in words), Q())


def _unquoted(word: str) -> str:
    is_quoted = len(word) > 1 and word[0] in "\"'" and word[0] == word[-1]
    return unescape_string_literal(word) if is_quoted else word


def _has(word: str, fields: Sequence[str], model: type[Model]) -> Q:
    return reduce(or_, _ways(word, fields, model))


def _ways(word: str, fields: Sequence[str], model: type[Model]) -> Iterator[Q]:
    elsewhere: dict[str, list[str]] = {}
    for field in fields:
        start, _, rest = field.lstrip("=").partition(LOOKUP_SEP)
        if rest and isinstance(model._meta.get_field(start), ForeignKey):
            elsewhere.setdefault(start, []).append(f"={rest}" if field[0] == "=" else rest)
        else:
            yield _lookup(field, word, model)
    for start, rests in elsewhere.items():
        yield from _ways_elsewhere(word, start, rests, model)


def _ways_elsewhere(word: str, start: str, rests: Sequence[str], model: type[Model]) -> Iterator[Q]:
    key: Any = model._meta.get_field(start)
    rows = key.related_model._default_manager.filter(_has(word, rests, key.related_model))
    named = rows.order_by().values_list(key.target_field.attname, flat=True)
    values = list(named[: MANY + 1])
    if len(values) <= MANY:
        yield Q(**{f"{start}__in": values})
        return
    for rest in rests:
        path = f"{start}{LOOKUP_SEP}{rest.lstrip('=')}"
        yield _lookup(f"={path}" if rest[0] == "=" else path, word, model)


def _lookup(field: str, word: str, model: type[Model]) -> Q:
    """``=`` means the whole value; of texts as it is written, in small or in capital letters."""
    name = field.lstrip("=")
    if field[0] != "=":
        return Q(**{f"{name}__icontains": word})
    column: Field[Any, Any] = get_fields_from_path(model, name)[-1]
    if not isinstance(column, CharField):
        return Q(**{f"{name}__iexact": word})
    return Q(**{f"{name}__in": list(dict.fromkeys((word, word.lower(), word.upper())))})
