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

import numpy as np

from riskscore.engine.errors import MethodError
from riskscore.engine.fit_tree import (
    filled_frame,
    fit_tree,
    needs_reference,
    restore,
    state_of,
)
from riskscore.engine.frame import Frame
from riskscore.engine.result import Result
from riskscore.engine.scaling.screening import Screening, screen
from riskscore.engine.score_tree import score
from riskscore.engine.spec.noise import Noise, parse_noise
from riskscore.engine.spec.parser import (
    DEEPEST,
    Parser,
    check_minerals,
    parse_bands,
    parse_controls,
    parse_screening,
)
from riskscore.engine.spec.reader import SpecReader
from riskscore.engine.spec.tree import Band, Control, Leaf, Node
from riskscore.engine.unknown_cells import with_distributions, with_given

LATEST_RULES = 2
"""The newest rules of joining: bounds that hold, raising leaves that cannot lower."""


@dataclass(frozen=True)
class Method:
    """A parsed and valid method spec. Two methods are equal when their specs say the same.

    Make one by ``from_dict``.

    Parameters
    ----------
    code, version, title
        As in the spec.
    scale : tuple of float
        Lowest and highest score.
    root : Node
        The tree of nodes and leaves.
    controls : tuple of Control
        Evidence that lowers the residual score.
    bands : tuple of Band
        Named ranges of the scale, rising.
    screening : Screening, optional
        Which units may shape what ``fit`` learns.
    uncertainty : Noise
        What the draws vary.
    spec : mapping
        The spec as it was given, in JSON types.

    Examples
    --------
    >>> spec = {
    ...     "code": "demo",
    ...     "version": 1,
    ...     "bands": [{"code": "low", "from": 0}, {"code": "high", "from": 50}],
    ...     "root": {
    ...         "code": "risk",
    ...         "children": [
    ...             {"column": "a", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...             {"column": "b", "scaling": {"kind": "goalposts", "from": 0, "to": 10}},
    ...         ],
    ...     },
    ... }
    >>> method = Method.from_dict(spec)
    >>> [leaf.code for leaf in method.leaves]
    ['a', 'b']
    >>> frame = Frame.from_columns({"a": [2.0], "b": [8.0]})
    >>> method.fit().score(frame).scores["risk"].tolist()
    [50.0]
    """

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
        """Parse a spec (see docs/method-spec.md).

        Parameters
        ----------
        spec : mapping
            The spec as YAML or JSON gives it.

        Returns
        -------
        Method
            The valid method.

        Raises
        ------
        MethodError
            For the first rule that the spec breaks: ``path`` is the node's path, ``rule`` a stable
            short name, and the message says what to write instead.

        Examples
        --------
        >>> Method.from_dict({"code": "m", "version": 1, "root": {"code": "r", "childen": []}})
        Traceback (most recent call last):
        ...
        riskscore.engine.errors.MethodError: r: node needs the key 'children' [missing key]
        """
        section = SpecReader(spec, "", "the method")
        scale = section.pair("scale") if section.has("scale") else (0.0, 100.0)
        defaults = section.get("leaf_defaults", {})
        rules = int(section.number("rules", 1, low=1, high=LATEST_RULES))
        root = Parser(scale, rules, _mapping(section, defaults)).child(section.get("root"), "")
        if isinstance(root, Leaf):
            raise section.error("root", "the root must be a node with children, not a leaf")
        check_minerals(root)
        _refuse_learning_below_a_choice(root)
        method = cls(
            code=section.text("code"),
            version=section.whole("version", low=1),
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
        """Return a copy of the spec that the method was parsed from.

        Returns
        -------
        dict
            JSON types only; ``from_dict`` of it is an equal method.

        Examples
        --------
        >>> leaf = {"column": "a", "scaling": "identity"}
        >>> spec = {"code": "m", "version": 1, "root": {"code": "r", "children": [leaf]}}
        >>> Method.from_dict(spec).to_dict() == spec
        True
        """
        return copy.deepcopy(dict(self.spec))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the spec's canonical JSON, as 64 hexadecimal digits.

        Equal specs have equal hashes, whatever their key order and however numbers were written
        (1 or 1.0).
        """
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
        """Learn what depends on data (bounds, weights, imputed values) and freeze it.

        Parameters
        ----------
        frame : Frame, optional
            The reference population. A method of fixed scales needs none.

        Returns
        -------
        Fitted
            The method with everything that scoring needs.

        Raises
        ------
        FitError
            If something must be learnt and the reference is missing or cannot teach it; the message
            names leaf and column.

        Examples
        --------
        >>> leaf = {"column": "a", "scaling": "minmax"}
        >>> method = Method.from_dict(
        ...     {"code": "m", "version": 1, "root": {"code": "r", "children": [leaf]}}
        ... )
        >>> fitted = method.fit(Frame.from_columns({"a": [0.0, 4.0]}))
        >>> fitted.score(Frame.from_columns({"a": [1.0]})).scores["r"].tolist()
        [25.0]
        """
        screened_out: tuple[str, ...] = ()
        if frame is not None and self.screening is not None:
            passes = screen(self._screened(frame), self.screening)
            screened_out = tuple(np.asarray(frame.keys)[~passes].astype(str).tolist())
            frame = frame.take(passes)
        root = fit_tree(self.root, frame, self.scale)
        root = with_given(root, self.uncertainty.distributions)
        if frame is not None and self.uncertainty.unknown == "distribution":
            root = with_distributions(root, frame, self.scale)
        return Fitted(self, root, screened_out)

    def _screened(self, frame: Frame) -> Frame:
        """What screening looks at: the frame as it came, or with its gaps filled."""
        if self.screening is None or not self.screening.after_imputation:
            return frame
        return filled_frame(self.root, frame)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A method whose data-dependent bounds are frozen; scoring a unit depends on that unit only.

    Two are equal when they hold the same spec and have learnt the same numbers.

    Parameters
    ----------
    method : Method
        What was fitted.
    root : Node
        Its tree with everything learnt in place.
    screened_out : tuple of str
        Keys of the reference's units that screening kept out of what was learnt.

    Examples
    --------
    >>> leaf = {"column": "a", "scaling": "minmax"}
    >>> method = Method.from_dict(
    ...     {"code": "m", "version": 1, "root": {"code": "r", "children": [leaf]}}
    ... )
    >>> fitted = method.fit(Frame.from_columns({"a": [0.0, 4.0]}))
    >>> Fitted.from_dict(fitted.to_dict()) == fitted
    True
    """

    method: Method
    root: Node
    screened_out: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fitted) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.method)

    def score(self, frame: Frame) -> Result:
        """Score every unit of a frame.

        Parameters
        ----------
        frame : Frame
            Every column that the method reads, but those of ``when_present`` leaves.

        Returns
        -------
        Result
            Scores on the method's scale; the same bits for a unit whatever units stand beside it.

        Raises
        ------
        FrameError
            If a column is missing.
        NumberError
            If a calculation overflows; the message names node and unit.

        Examples
        --------
        >>> leaf = {"column": "a", "scaling": {"kind": "goalposts", "from": 0, "to": 10}}
        >>> method = Method.from_dict(
        ...     {"code": "m", "version": 1, "root": {"code": "r", "children": [leaf]}}
        ... )
        >>> method.fit().score(Frame.from_columns({"a": [2.5, float("nan")]})).scores["r"].tolist()
        [25.0, nan]
        """
        return score(self.root, self.method.controls, self.method.bands, self.method.scale, frame)

    def to_dict(self) -> dict[str, Any]:
        """Return spec and learnt numbers as plain values that JSON keeps exactly.

        Returns
        -------
        dict
            ``method`` (the spec), ``learnt`` (by node or leaf code), ``screened_out`` (keys).
        """
        return {
            "method": self.method.to_dict(),
            "learnt": state_of(self.root),
            "screened_out": list(self.screened_out),
        }

    @classmethod
    def from_dict(cls, frozen: Mapping[str, Any]) -> Fitted:
        """Restore a fitted method from ``to_dict``, exactly.

        Parameters
        ----------
        frozen : mapping
            What ``to_dict`` gave.

        Returns
        -------
        Fitted
            Scores with it are the same bits.

        Raises
        ------
        MethodError
            If the spec in it is not valid.
        FitError
            If a learnt number is missing.
        """
        method = Method.from_dict(frozen["method"])
        screened_out = tuple(frozen.get("screened_out", ()))
        return cls(method, restore(method.root, frozen["learnt"]), screened_out)


def _refuse_learning_below_a_choice(root: Node) -> None:
    """Which mineral is the worst must be known before there is a frame to learn from."""
    for node in root.nodes():
        if node.mineral is not None and needs_reference(node):
            raise MethodError(
                node.path,
                "mineral",
                "a node that chooses the mineral needs scales and weights that are written, not "
                "learnt; write them below it",
            )


def _mapping(section: SpecReader, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise section.error("type", f"'leaf_defaults' must be a mapping, got {value!r}")
    return value


def _plain(value: Any, path: str, depth: int = 0) -> Any:
    """A deep copy of JSON types only; dates and the like are errors that name their place."""
    if depth > 4 * DEEPEST:  # a level of the tree is a mapping within a list within a mapping
        raise MethodError(path, "depth", "nested deeper than any method needs")
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{path}/{key}", depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, path, depth + 1) for item in value]
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
