"""Two versions of a method, node by node: what is new, gone and changed, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from riskscore.engine.spec.tree import Node
from riskscore.engine.spec.weight_table import code_of, shares_by_code

NEW, GONE, CHANGED = "new", "gone", "changed"
THE_METHOD = ""
"""The code under which changes beside the tree stand: bands, controls, rules."""
WORDS = frozenset({"reason", "source", "label", "title", "about", "version"})
"""Keys that move no score."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How one node, leaf or (code "") the rest of a method differs between two versions.

    ``keys`` are the changed keys with what stood before and what stands now, None for nothing;
    ``under`` is the node above. Weights count as shares of their node, to a thousandth: what a
    node says in other numbers of the same proportion is no change. ``counts`` is whether a score
    could move.
    """

    code: str
    label: str
    kind: str
    keys: tuple[tuple[str, Any, Any], ...]
    reason: str
    counts: bool

    @property
    def asks(self) -> bool:
        """Whether somebody must confirm the reason: what counts changed, the reason did not."""
        told = any(key == "reason" for key, _, _ in self.keys)
        return bool(self.code) and self.counts and self.kind == CHANGED and not told


@dataclass(frozen=True, slots=True)
class Version:
    """A specification and its parsed root."""

    spec: Mapping[str, Any]
    root: Node


def differences(before: Version, after: Version) -> list[Difference]:
    """All differences, in the order of the newer tree; what is gone comes last."""
    old, new = (dict(_parts(version)) for version in (before, after))
    shown = [
        found
        for code, part in new.items()
        if (found := _difference(code, old.get(code), part)) is not None
    ]
    return shown + [_whole(code, part, GONE) for code, part in old.items() if code not in new]


def _difference(
    code: str, old: Mapping[str, Any] | None, new: Mapping[str, Any]
) -> Difference | None:
    if old is None:
        return _whole(code, new, NEW)
    keys = tuple(
        (key, old.get(key), new.get(key))
        for key in dict.fromkeys([*new, *old])
        if old.get(key) != new.get(key)
    )
    if not keys:
        return None
    counts = any(key not in WORDS for key, _, _ in keys)
    return Difference(code, _label(code, new), CHANGED, keys, str(new.get("reason", "")), counts)


def _whole(code: str, part: Mapping[str, Any], kind: str) -> Difference:
    sides = ((None, value) if kind == NEW else (value, None) for value in part.values())
    keys = tuple((key, *side) for key, side in zip(part, sides, strict=True))
    reason = str(part.get("reason", ""))
    return Difference(code, _label(code, part), kind, keys, reason, counts=True)


def _label(code: str, part: Mapping[str, Any]) -> str:
    return str(part.get("label", code)) if code else "the method itself"


def _parts(version: Version) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each node's own keys by its code; the root's siblings (bands …) under the empty code."""
    yield THE_METHOD, {key: value for key, value in version.spec.items() if key != "root"}
    yield from _below(version.spec["root"], "", shares_by_code(version.root))


def _below(
    part: Mapping[str, Any], under: str, shares: Mapping[str, Mapping[str, int]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    code = code_of(part)
    own = {key: value for key, value in part.items() if key not in ("children", "weight")}
    if code in shares:
        own["weight"] = {group: share / 1000 for group, share in shares[code].items()}
    elif "weight" in part:
        own["weight"] = part["weight"]
    yield code, {**own, "under": under} if under else own
    for child in part.get("children", ()):
        yield from _below(child, code, shares)
