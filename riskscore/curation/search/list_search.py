"""The search box of a list: the same comparison as everywhere, over the columns of the list."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP

from riskscore.curation.search import folding, project_terms
from riskscore.models import Company, Project

#: Names of these are asked of an index; of others, of each row.
INDEXED: dict[type[Model], Any] = {
    Project: project_terms.matching, Company: project_terms.companies,
}  # fmt: skip


def narrowed(rows: QuerySet[Any], columns: Sequence[str], text: str) -> QuerySet[Any]:
    """The rows of which each word of the text fits some column: a part of it, or, of a column
    with ``=``, all of it. Names of projects and companies fit by the beginnings of their words;
    a project fits also by its place and minerals."""
    parts = folding.plain(text).split()
    if not parts:
        return rows
    if rows.model is Project:
        return project_terms.narrowed(rows, text)
    for part in parts:
        rows = rows.filter(_fits(rows.model, columns, part))
    return rows


def _fits(model: type[Model], columns: Sequence[str], part: str) -> Q:
    ways = [_by_index(path, part) for path in _indexed(model, columns)]
    for column in columns:
        owner, way, field = _owner(model, column.lstrip("=^@"))
        if owner in INDEXED:
            continue
        fits = _fits_column(f"{column[0] if column[0] in '=^@' else ''}{field.name}", field, part)
        if fits is None:
            continue
        # Another table is asked by itself: its rows are few, and each is compared once.
        ways.append(
            Q(**{f"{way}__in": owner._default_manager.filter(fits).values("pk")}) if way else fits
        )
    return reduce(or_, ways, Q(pk__in=[]))


def _fits_column(column: str, field: Any, part: str) -> Q | None:
    """That a column of a table fits one word; None where the word has nothing to compare."""
    name, words = column.lstrip("=^@"), folding.words(part)
    if column.startswith("="):
        return Q(**{f"{name}__iexact": part})
    if not folding.is_text(field):
        return Q(**{f"{name}__icontains": part})
    return Q(*(Q(**{f"{name}__folded__contains": word}) for word in words)) if words else None


def _indexed(model: type[Model], columns: Sequence[str]) -> list[tuple[type[Model], str]]:
    """The indexed tables among the owners of columns, each with the way to it ("": itself)."""
    owners = (_owner(model, column.lstrip("=^@"))[:2] for column in columns)
    return list(dict.fromkeys(owner for owner in owners if owner[0] in INDEXED))


def _by_index(owner: tuple[type[Model], str], part: str) -> Q:
    table, way = owner
    return Q(**{f"{way or 'pk'}__in": INDEXED[table](part).values("pk")})


def _owner(model: type[Model], name: str) -> tuple[type[Model], str, Any]:
    """Whose column a name such as ``project__place__name`` is, the way there, and the column."""
    *way, last = name.split(LOOKUP_SEP)
    for step in way:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model, LOOKUP_SEP.join(way), model._meta.get_field(last)
