"""What a list is narrowed down by: a word for each, and the address without it."""

from typing import Any, NamedTuple

from django.contrib.admin.views.main import SEARCH_VAR


class Chip(NamedTuple):
    """One condition: what it is about, its value in words, the address of the list without it."""

    about: str
    value: str
    without: str


def of(shown: Any) -> list[Chip]:
    """The conditions of a list: search, filters, and what its address says beside them."""
    found: list[Chip] = []
    if shown.query:
        found.append(Chip("search", shown.query, _without(shown, [SEARCH_VAR])))
    known: set[Any] = {SEARCH_VAR}
    for spec in shown.filter_specs:
        known.update(spec.expected_parameters())
        if own := getattr(spec, "chips", None):
            found += own(shown)
        else:
            found += _of_django(spec, shown)
    rest = shown.get_filters_params()
    found += [
        Chip(name.replace("__", " "), ", ".join(map(str, values)), _without(shown, [name]))
        for name, values in rest.items()
        if name not in known
    ]
    return found


def _of_django(spec: Any, shown: Any) -> list[Chip]:
    """One of Django's filters: the choice that is selected, unless that is everything."""
    if not spec.used_parameters:
        return []
    words = [str(one["display"]) for one in spec.choices(shown) if one.get("selected")]
    without = _without(shown, spec.expected_parameters())
    return [Chip(str(spec.title), ", ".join(words) or "chosen", without)]


def _without(shown: Any, names: list[str]) -> str:
    return str(shown.get_query_string(dict.fromkeys(names)))
