"""The reader of one mapping of a spec: each key read by type, each key left over an error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from riskscore.engine.errors import MethodError, did_you_mean

REQUIRED: Any = object()
"""The default that says: this key must be there."""


class SpecReader:
    """One mapping at one path. Read its keys, then call ``done`` to refuse those that are left."""

    def __init__(self, mapping: Any, path: str, what: str) -> None:
        self.path, self.what = path, what
        if not isinstance(mapping, Mapping):
            raise self.error("type", f"{what} must be a mapping, got {type(mapping).__name__}")
        self._mapping = mapping
        self._keys_read: set[str] = set()

    def error(self, rule: str, message: str) -> MethodError:
        """A MethodError at this path."""
        return MethodError(self.path, rule, message)

    def has(self, key: str) -> bool:
        """Whether the key is present (and not null)."""
        self._keys_read.add(key)
        return self._mapping.get(key) is not None

    def get(self, key: str, default: Any = REQUIRED) -> Any:
        """The value as it is; a missing required key is an error."""
        if self.has(key):
            return self._mapping[key]
        if default is REQUIRED:
            raise self.error("missing key", f"{self.what} needs the key {key!r}")
        return default

    def text(self, key: str, default: Any = REQUIRED) -> str:
        """A string."""
        value = self.get(key, default)
        if not isinstance(value, str):
            raise self.error("type", f"{key!r} must be text, got {value!r}")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise self.error("type", f"{key!r} must be true or false, got {value!r}")
        return value

    def number(
        self,
        key: str,
        default: Any = REQUIRED,
        low: float = -math.inf,
        high: float = math.inf,
    ) -> float:
        """A finite number within [low, high]."""
        return self.as_number(self.get(key, default), key, low, high)

    def as_number(
        self, value: Any, key: str, low: float = -math.inf, high: float = math.inf
    ) -> float:
        """``value`` as a finite float within [low, high]; bool and NaN are errors."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error("type", f"{key!r} must be a number, got {value!r}")
        if not math.isfinite(value):
            raise self.error("NaN", f"{key!r} must be a finite number, got {value!r}")
        if not low <= value <= high:
            raise self.error("range", f"{key!r} must lie in [{low:g}, {high:g}], got {value!r}")
        return float(value)

    def whole(self, key: str, default: Any = REQUIRED, low: int = 0, high: float = math.inf) -> int:
        """A whole number within [low, high]; 5.0 is one, 5.5 is an error."""
        value = self.number(key, default, low, high)
        if not value.is_integer():
            raise self.error("type", f"{key!r} must be a whole number, got {value:g}")
        return int(value)

    def texts(self, key: str, default: Any = ()) -> tuple[str, ...]:
        """A list of strings."""
        value = self.get(key, default)
        if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
            raise self.error("type", f"{key!r} must be a list of texts, got {value!r}")
        return tuple(value)

    def choice(self, key: str, options: Iterable[str], default: Any = REQUIRED) -> str:
        """A string out of ``options``."""
        value, allowed = self.text(key, default), tuple(options)
        if value not in allowed:
            hint = did_you_mean(value, allowed) or f"; one of {', '.join(allowed)}"
            raise self.error("unknown value", f"{key!r} cannot be {value!r}{hint}")
        return value

    def pair(self, key: str) -> tuple[float, float]:
        """Two numbers, the first below the second."""
        value = self.get(key)
        if not isinstance(value, (list, tuple)) or len(value) != 2:
            raise self.error("type", f"{key!r} must be two numbers, got {value!r}")
        low, high = (self.as_number(v, key) for v in value)
        if not low < high:
            raise self.error("range", f"{key!r} must go upwards, got {value!r}")
        return low, high

    def as_list(self, value: Any, key: str) -> list[Any]:
        """``value`` as a list."""
        if not isinstance(value, (list, tuple)):
            raise self.error("type", f"{key!r} must be a list, got {type(value).__name__}")
        return list(value)

    def sections(self, key: str, what: str) -> list[SpecReader]:
        """A list of mappings, each as a SpecReader at the same path."""
        return [SpecReader(item, self.path, what) for item in self.as_list(self.get(key, []), key)]

    def section(self, key: str, what: str, path: str | None = None) -> SpecReader:
        """A nested mapping; an absent one is empty."""
        return SpecReader(self.get(key, {}), self.path if path is None else path, what)

    def kind_section(self, key: str, what: str, default: str = "") -> SpecReader:
        """A nested mapping with a ``kind``; a bare text stands for ``{kind: text}``."""
        value = self.get(key, default) if default else self.get(key)
        return SpecReader({"kind": value} if isinstance(value, str) else value, self.path, what)

    def items(self) -> list[tuple[str, Any]]:
        """All keys and values, for mappings whose keys are free (names of groups, of levels)."""
        self._keys_read.update(str(key) for key in self._mapping)
        return [(str(key), value) for key, value in self._mapping.items()]

    def done(self) -> None:
        """Refuse every key that was not read."""
        for key in self._mapping:
            if key not in self._keys_read:
                hint = did_you_mean(str(key), self._keys_read)
                raise self.error("unknown key", f"{self.what} has no key {key!r}{hint}")
