"""Two versions of a method side by side, in words and in the YAML of experts."""

from dataclasses import dataclass
from typing import Any

import yaml

from riskscore.admin.ui.wording import NOTHING
from riskscore.curation.method_edits import compared
from riskscore.engine.spec.differences import CHANGED, WORDS, Difference
from riskscore.models import Method

#: Words for keys of a specification; others are their own.
KEYS = {
    "weight": "share of its node",
    "under": "lies under",
    "requires_any": "asks for one of",
    "when_present": "counts only where it is known",
    "raises_only": "can only raise",
    "known_range": "known range",
    "unknown_for": "unknown for",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One node that differs: its changed keys as (word, before, after)."""

    difference: Difference
    keys: list[tuple[str, str, str]]

    @property
    def is_words_only(self) -> bool:
        """Whether no score can move by it."""
        return not self.difference.counts


def lines(before: Method, after: Method) -> list[Line]:
    """Every node that differs, and every key of it; of new and gone nodes what counts only.

    Raises MethodError where one of both is not valid.
    """
    return [_line(found) for found in compared(before.spec, after.spec)]


def lines_of(differences: list[Difference]) -> list[Line]:
    """The same of differences that were found before."""
    return [_line(found) for found in differences]


def _line(found: Difference) -> Line:
    keys = [
        (KEYS.get(key, key), _text(key, old), _text(key, new))
        for key, old, new in found.keys
        if key != "version" and (found.kind == CHANGED or key not in WORDS | {"indicator"})
    ]
    return Line(found, keys)


def _text(key: str, value: Any) -> str:
    if value is None:
        return NOTHING
    if key == "weight" and isinstance(value, dict):
        return _shares(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}"
    text = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000
    )
    return text.strip()


def _shares(by_group: dict[str, float]) -> str:
    default = by_group.get("default", 0.0)
    others = {group: share for group, share in by_group.items() if share != default}
    return f"{default:.3f}" + "".join(
        f"; {group} {share:.3f}" for group, share in others.items() if group != "default"
    )
