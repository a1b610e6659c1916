"""Every address of admin, asked of Django itself: new pages are measured and tested by themselves.

Lists come from the registry of the site, with every order, filter, search and page of theirs; all
other pages from its addresses, their parameters filled with rows of the database.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse

#: Converters that take no slash, and what stands for a parameter in an address.
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
#: Addresses that only answer what other pages send, or that lead out.
NO_PAGES = {"logout", "view_on_site", "login", "autocomplete"}
#: What a map asks for when it is opened, moved and filtered.
MAP_QUERIES = (
    "", "zoom=2", "zoom=5&box=-80,-40,-50,0", "zoom=2&band=4", "zoom=2&band=0",
    "zoom=2&band=3&by=labour", "zoom=2&mineral=lithium", "zoom=2&mineral=copper&band=2",
    "zoom=2&unranked=on", "zoom=2&unranked=on&band=2", "zoom=3&place=Chile&band=3",
    "zoom=2&by=indigenous&kind=mine",
)  # fmt: skip
#: A word that many rows have, and one that no row has.
COMMON, ABSENT = "chile", "zzyzxq"
#: A buyer's question, for the pages that ask one.
QUESTIONS = ("", "buyer=JPN&mineral=lithium", "buyer=USA&mineral=copper&place=latin-america")


@dataclass(frozen=True, slots=True)
class Address:
    """A page, and what is asked of it."""

    page: str
    """The pattern of its address: the same for all rows."""
    path: str


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Each address of admin as (route, pattern), without those that any path matches."""
    for each in get_resolver().url_patterns:
        if getattr(each, "app_name", None) == "admin":
            yield from _below(each, str(each.pattern))


def _below(resolver: Any, start: str) -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        route = start + str(each.pattern)
        if isinstance(each, URLPattern):
            if each.name is not None:
                yield route, each
        else:
            yield from _below(each, route)


def registered() -> list[type[Model]]:
    """The models that have pages."""
    return list(admin.site._registry)


def changelist(model: type[Model], query: str, user: User) -> Any:
    """The list of a model as its page makes it."""
    request = RequestFactory().get(f"{list_path(model)}?{query}")
    request.user = user
    request.session = {}  # type: ignore[assignment]
    setattr(request, "_messages", FallbackStorage(request))  # noqa: B010
    return admin.site._registry[model].get_changelist_instance(request)


def list_path(model: type[Model]) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")


def lists(user: User) -> Iterator[Address]:
    """Every list: its pages, its orders, a search that finds and one that finds nothing, and each
    filter with the first and the last of its values."""
    for model in registered():
        page = list_path(model)
        yield from (Address(page, f"{page}?{query}") for query in _queries(model, user))


def _queries(model: type[Model], user: User) -> Iterator[str]:
    shown = changelist(model, "", user)
    yield ""
    last = shown.paginator.num_pages
    yield from (f"p={number}" for number in sorted({2, last}) if 1 < number <= last)
    for at, name in enumerate(shown.list_display):
        if shown.get_ordering_field(name) and _may_sort(shown, name):
            yield from (f"o={at}", f"o=-{at}")
            if last > 1:
                yield f"o={at}&p={last}"
    if shown.search_fields:
        yield from (f"q={COMMON}", f"q={ABSENT}")
    for spec in shown.filter_specs:
        chosen = list(_choices(spec, shown))
        yield from dict.fromkeys([*chosen[:1], *chosen[-1:]])


def _may_sort(shown: Any, name: Any) -> bool:
    return shown.sortable_by is None or name in shown.sortable_by


def _choices(spec: Any, shown: Any) -> Iterator[str]:
    """What choosing a value of a filter puts into the address."""
    for choice in spec.choices(shown):
        query = str(choice.get("query_string") or "")
        if choice.get("value") not in (None, ""):
            yield urlencode({spec.parameter_name: choice["value"]})
        elif len(query) > 1 and not choice.get("selected"):
            yield query[1:]


def others(client: Client) -> Iterator[Address]:
    """Every page but lists that answers GET."""
    for route, pattern in patterns():
        name = str(pattern.name)
        if name in NO_PAGES or name.endswith(("_changelist", "_delete")):
            continue
        path = filled(route, name, client)
        if path is not None:
            queries: Sequence[str] = ("",)
            if name.startswith("map"):
                queries = MAP_QUERIES if name in ("map", "map_clusters") else MAP_QUERIES[:3]
            elif name.startswith("sourcing"):
                queries = QUESTIONS
            yield from (Address(route, f"{path}?{query}") for query in queries)
    yield from autocompletes()


def autocompletes() -> Iterator[Address]:
    """What the boxes ask for that find a row while one types."""
    path = reverse("admin:autocomplete")
    for page in admin.site._registry.values():
        for holder in (page, *page.inlines):
            model = page.model if holder is page else holder.model
            for name in holder.autocomplete_fields:
                for term in ("", "co", ABSENT):
                    asked = {
                        "app_label": model._meta.app_label, "model_name": model._meta.model_name,
                        "field_name": name, "term": term,
                    }  # fmt: skip
                    about = f"{path} {model._meta.model_name}.{name}"
                    yield Address(about, f"{path}?{urlencode(asked)}")


def filled(route: str, name: str, client: Client) -> str | None:
    """An address of the route with a row that is there; None if no row or only POST fits it.

    A page that asks for a question answers 400 without one.
    """
    for path in _paths(route, name):
        if client.get(path).status_code in (200, 400):
            return path
    return None


def _paths(route: str, name: str) -> Iterator[str]:
    """The route for the rows whose names may fit it: those of its own model, or of any."""
    if "(?P<" in route:
        yield reverse(f"admin:{name}", kwargs={"app_label": "riskscore"})
    elif not PARAMETER.search(route):
        yield f"/{route}"
    else:
        models = registered()
        own = [model for model in models if route.startswith(list_path(model)[1:])]
        for model in own or models:
            for value in keys_of(model):
                yield "/" + PARAMETER.sub(quote(str(value)), route)


@lru_cache(maxsize=128)
def keys_of(model: type[Model]) -> tuple[Any, ...]:
    """What names a row of a model in addresses: its number, its key, its code."""
    row = model._default_manager.order_by("pk").first()
    named = (getattr(row, name, None) for name in ("pk", "key", "code")) if row else ()
    return tuple(dict.fromkeys(value for value in named if value is not None))
