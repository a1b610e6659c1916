"""Saved lists: what is kept of an address, whose they are, and which is whose default."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from riskscore.admin.ui.lists.list_view import COLUMNS, List
from riskscore.errors import ConflictError, ValidationError
from riskscore.models import DefaultList, SavedList

Query = dict[str, list[str]]


class NameIsTaken(ConflictError):
    """The person has a saved list of this name for this table."""

    code = "saved_list_name_taken"
    remedy = "Give another name, or delete the other list first."


class TooLong(ValidationError):
    """The address holds more than a list that a person has put together."""

    code = "saved_list_too_long"
    remedy = "Choose fewer values."


class NotUnderstood(ValidationError):
    """What was sent is no list and no name."""

    code = "saved_list_not_understood"


def seen_by(user: Any, rows: str) -> QuerySet[SavedList]:
    """The saved lists of a table that a person may open: their own and the shared ones.

    ``is_default`` says which one opens first.
    """
    defaults = DefaultList.objects.filter(user=user, rows=rows, saved=OuterRef("pk"))
    own = SavedList.objects.filter(Q(owner=user) | Q(shared=True), rows=rows)
    return own.annotate(is_default=Exists(defaults)).select_related("owner")


def default_of(user: Any, rows: str) -> SavedList | None:
    """What a person sees first of a table, if that is still theirs to see."""
    default = DefaultList.objects.filter(user=user, rows=rows).values("saved")
    return seen_by(user, rows).filter(pk__in=default).first()


def worth_keeping(shown: List) -> Query:
    """The parameters of a list and their values, as far as they mean something to it.

    A list that was made has refused parameters that it does not know.
    """
    given: Mapping[str, list[Any]] = {
        **shown.get_filters_params(),
        **{name: shown.filter_params.get(name, []) for name in (SEARCH_VAR, ORDER_VAR)},
        COLUMNS: shown.model_admin.chosen_columns(shown.filter_params.get(COLUMNS, [])),
    }
    query = {name: list(map(str, values)) for name, values in given.items()}
    for spec in shown.filter_specs:
        if valid := getattr(spec, "kept", None):
            asked = set(map(str, spec.expected_parameters()))
            query = {name: query[name] for name in query if name not in asked} | valid()
    return {name: values for name, values in sorted(query.items()) if any(values)}


def address(query: Mapping[str, Iterable[str]]) -> str:
    """The query of an address that opens a list so."""
    return "?" + (urlencode(sorted(query.items()), doseq=True) or "q=")


def save(user: Any, rows: str, name: str, query: Query, *, shared: bool) -> SavedList:
    """Keep a list under a name. Raises NameIsTaken."""
    saved = SavedList(owner=user, rows=rows, name=name, query=query, shared=shared)
    _store(saved)
    return saved


def rename(saved: SavedList, name: str) -> None:
    """Give a list another name. Raises NameIsTaken."""
    saved.name = name
    _store(saved)


def share(saved: SavedList, *, shared: bool) -> None:
    """Show a list to everybody who may see its table, or to its owner only."""
    saved.shared = shared
    _store(saved)


def _store(saved: SavedList) -> None:
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        if "saved_list_name_once" in str(error):
            raise NameIsTaken(f"You have a list called {saved.name!r} already.") from None
        if "saved_list_query_is_short" in str(error):
            raise TooLong("The list was not saved: it chooses too much.") from None
        raise


def make_default(user: Any, rows: str, saved: SavedList | None) -> None:
    """Let a list open first for a person; None: the whole table, as for everybody."""
    if saved is None:
        DefaultList.objects.filter(user=user, rows=rows).delete()
    else:
        DefaultList.objects.update_or_create(user=user, rows=rows, defaults={"saved": saved})
