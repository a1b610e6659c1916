"""A method: people's written rules for one score. Parse, fit once, score for ever."""

from __future__ import annotations

import copy
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from riskscore.engine.errors import MethodError
from riskscore.engine.fit_tree import fit_tree, restore, state_of, with_distributions
from riskscore.engine.frame import Frame
from riskscore.engine.result import Result
from riskscore.engine.scaling.screening import Screening, screen
from riskscore.engine.score_tree import score
from riskscore.engine.spec.noise import Noise, parse_noise
from riskscore.engine.spec.parser import Parser, parse_bands, parse_controls, parse_screening
from riskscore.engine.spec.reader import SpecReader
from riskscore.engine.spec.tree import Band, Control, Leaf, Node

LATEST_RULES = 2
"""The newest rules of joining: bounds that hold, raising leaves that cannot lower."""


@dataclass(frozen=True)
class Method:
    """A parsed and valid method spec. Two methods are equal when their specs say the same."""

    code: str
    version: int
    title: str
    scale: tuple[float, float]
    root: Node
    controls: tuple[Control, ...]
    bands: tuple[Band, ...]
    screening: Screening | None
    uncertainty: Noise
    rules: int
    spec: Mapping[str, Any]

    @classmethod
    def from_dict(cls, spec: Mapping[str, Any]) -> Method:
        """Parse a spec (see docs/method-spec.md); raises MethodError naming node path and rule."""
        section = SpecReader(spec, "", "the method")
        scale = section.pair("scale") if section.has("scale") else (0.0, 100.0)
        defaults = section.get("leaf_defaults", {})
        rules = int(section.number("rules", 1, low=1, high=LATEST_RULES))
        root = Parser(scale, rules, _mapping(section, defaults)).child(section.get("root"), "")
        if isinstance(root, Leaf):
            raise section.error("root", "the root must be a node with children, not a leaf")
        method = cls(
            code=section.text("code"),
            version=int(section.number("version", low=1)),
            title=section.text("title", ""),
            scale=scale,
            root=root,
            controls=parse_controls(section, root),
            bands=parse_bands(section, scale),
            screening=parse_screening(section),
            uncertainty=parse_noise(section, root, scale),
            rules=rules,
            spec=_plain(spec, "method"),
        )
        section.text("about", "")
        section.done()
        return method

    def to_dict(self) -> dict[str, Any]:
        """The spec it was parsed from; ``from_dict(to_dict())`` is the same method."""
        return copy.deepcopy(dict(self.spec))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the spec's canonical JSON: equal specs, equal hash, whatever their key order
        and however their numbers were written (1 or 1.0)."""
        text = json.dumps(_canonical(self.spec), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Method) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """All leaves, depth first: the order of every per-leaf array."""
        return tuple(self.root.leaves())

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes, parents before children; the root is the first."""
        return tuple(self.root.nodes())

    def fit(self, frame: Frame | None = None) -> Fitted:
        """Learn what depends on data from a reference; a method of fixed scales needs none."""
        if frame is not None and self.screening is not None:
            frame = frame.take(screen(frame, self.screening))
        root = fit_tree(self.root, frame, self.scale)
        if frame is not None and self.uncertainty.unknown == "distribution":
            root = with_distributions(root, frame, self.scale)
        return Fitted(self, root)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A method whose data-dependent bounds are frozen. Scoring a unit depends on that unit only.

    Two are equal when they keep the same spec and have learnt the same numbers.
    """

    method: Method
    root: Node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fitted) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.method)

    def score(self, frame: Frame) -> Result:
        """Score every unit of a frame; arrays in, arrays out, no state."""
        return score(self.root, self.method.controls, self.method.bands, self.method.scale, frame)

    def to_dict(self) -> dict[str, Any]:
        """Spec and learnt numbers as plain values that JSON keeps exactly."""
        return {"method": self.method.to_dict(), "learnt": state_of(self.root)}

    @classmethod
    def from_dict(cls, frozen: Mapping[str, Any]) -> Fitted:
        """The inverse of ``to_dict``, exactly."""
        method = Method.from_dict(frozen["method"])
        return cls(method, restore(method.root, frozen["learnt"]))


def _mapping(section: SpecReader, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise section.error("type", f"'leaf_defaults' must be a mapping, got {value!r}")
    return value


def _plain(value: Any, path: str) -> Any:
    """A deep copy of JSON types only; dates and the like are errors that name their place."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{path}/{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, path) for item in value]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise MethodError(path, "type", f"{value!r} is no finite number, text, list or mapping")


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
