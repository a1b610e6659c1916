"""Small method specs that tests build on."""

from typing import Any

import numpy as np

from riskscore.engine import Fitted, Frame, Method, Result

Spec = dict[str, Any]
Cells = dict[str, list[float]]
NAN = float("nan")


def leaf(column: str, **keys: Any) -> Spec:
    """A leaf on 0..100 that is already on its scale."""
    return {"column": column, "scaling": {"kind": "goalposts", "from": 0, "to": 100}, **keys}


def node(code: str, *children: Spec, **keys: Any) -> Spec:
    """A node over some children."""
    return {"code": code, "children": list(children), **keys}


def method(root: Spec, **keys: Any) -> Method:
    """A method of one root."""
    return Method.from_dict({"code": "m", "version": 1, "root": root, **keys})


def fitted(root: Spec, cells: Cells | None = None, **keys: Any) -> Fitted:
    """The same, fitted on some cells."""
    return method(root, **keys).fit(None if cells is None else Frame.from_columns(cells))


def score(root: Spec, cells: Cells, **keys: Any) -> Result:
    """Scores of some cells under a method fitted on them."""
    return fitted(root, cells, **keys).score(Frame.from_columns(cells))


def values(root: Spec, cells: Cells, **keys: Any) -> list[float]:
    """The root's scores as plain numbers."""
    return [float(value) for value in score(root, cells, **keys).scores[root["code"]]]


def grid(rng: np.random.Generator, n: int, k: int, unknown: float = 0.2) -> np.ndarray[Any, Any]:
    """(n, k) values 0..100 with some unknown."""
    cells = rng.random((n, k)) * 100
    cells[rng.random((n, k)) < unknown] = np.nan
    return cells
