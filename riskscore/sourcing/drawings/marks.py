"""What a drawing is made of. Positions are in its own units, y downwards; ``look`` names a style.

A drawing knows no colour: the stylesheet has them for pages, the PDF writer for paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    look: str
    about: str = ""
    """What the box stands for, in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points (x, y)."""

    points: Sequence[tuple[float, float]]
    look: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float
    look: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A text at a point on its baseline; ``anchor`` is start, middle or end."""

    x: float
    y: float
    text: str
    look: str = "label"
    anchor: str = "start"
    upright: bool = True
    """False: turned by a quarter, read from below to above."""


Mark = Box | Line | Dot | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """Marks on a sheet. ``about`` says in words what is to be seen; ``stretched`` drawings fill
    the width that they are given, whatever their own."""

    kind: str
    width: float
    height: float
    about: str
    marks: Sequence[Mark]
    stretched: bool = False
