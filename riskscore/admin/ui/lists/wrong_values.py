"""Values of an address that are none of the filter they are meant for: nothing fits them."""

from typing import Any

from django.contrib.admin import SimpleListFilter


def of(spec: Any) -> list[str]:
    """What a filter was asked for and does not know, a sentence without a full stop for each."""
    if not isinstance(spec, SimpleListFilter):
        return list(getattr(spec, "wrong", ()))
    sent = spec.value()
    if not sent or sent in {str(value) for value, _ in spec.lookup_choices}:
        return []
    return [f"{spec.title}: {sent[:40]!r} is no value of this filter"]
