"""The only reader of the environment: typed, and loud by the variable's name."""

import os
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding spaces; an empty one counts as absent."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no variable; anything but the eight known words is refused."""
    raw = text(name).lower()
    if raw and raw not in TRUE + FALSE:
        raise ImproperlyConfigured(f"{name}={raw!r}: say one of {', '.join(TRUE + FALSE)}")
    return raw in TRUE if raw else default


def integer(name: str, default: int, *, low: int, high: int) -> int:
    """Return a whole number within [low, high]."""
    raw = text(name) or str(default)
    # isdecimal alone would let int() meet '²'; ascii digits keep the message ours.
    if not (raw.isascii() and raw.isdigit() and low <= int(raw) <= high):
        raise ImproperlyConfigured(f"{name}={raw!r}: say a whole number from {low} to {high}")
    return int(raw)


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    """Return one of the allowed words."""
    raw = text(name, default)
    if raw not in allowed:
        raise ImproperlyConfigured(f"{name}={raw!r}: say one of {', '.join(allowed)}")
    return raw


def names(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list, without empty items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]
