"""The sections of a leaf that say what happens before its scale."""

from __future__ import annotations

import math

from riskscore.engine.scaling.preparation import IMPUTATIONS, Imputation, Preparation
from riskscore.engine.scaling.treatment import Treatment
from riskscore.engine.spec.reader import SpecReader
from riskscore.engine.spec.tree import MineralChoice, Weight

ROLES = ("primary", "secondary", "other")
SMALLEST, LARGEST = 1e-100, 1e100
"""Beyond these, a weight times a value would lose its digits."""
PICKS = ("worst", "primary", "mean")


def parse_preparation(leaf: SpecReader) -> Preparation:
    """``known_range``, ``unknown_for``, ``denominator``, ``imputation``, ``transform``,
    ``treatment`` of a leaf."""
    kind = leaf.choice("imputation", ("none", *IMPUTATIONS), "none")
    column, factor = _denominator(leaf)
    return Preparation(
        known_range=leaf.pair("known_range") if leaf.has("known_range") else None,
        unknown_for=leaf.texts("unknown_for"),
        denominator=column,
        factor=factor,
        imputation=None if kind == "none" else Imputation(kind),
        log=leaf.choice("transform", ("identity", "log"), "identity") == "log",
        treatment=_treatment(leaf),
    )


def _denominator(leaf: SpecReader) -> tuple[str, float]:
    """Column to divide by, "" for none, and the factor of its unit."""
    value = leaf.get("denominator", "none")
    if isinstance(value, str):
        return ("" if value == "none" else value), 1.0
    section = leaf.section("denominator", "denominator")
    column, factor = section.text("column"), section.number("factor", 1.0)
    section.done()
    return column, factor


def _treatment(leaf: SpecReader) -> Treatment | None:
    if not leaf.has("treatment") or leaf.get("treatment") == "none":
        return None
    value = leaf.get("treatment")
    section = leaf.section("treatment", "treatment") if isinstance(value, dict) else None
    if section is None:
        leaf.choice("treatment", ("none", "default"))
        return Treatment()
    result = Treatment(
        winsorise=section.whole("winsorise", 5),
        then=section.choice("then", ("log", "none"), "log"),
        skew=section.number("skewness", 2.0, low=0),
        kurtosis=section.number("kurtosis", 3.5),
        combine=section.flag("combine", default=False),
    )
    section.done()
    return result


def parse_weight(section: SpecReader) -> Weight:
    """A number, or a mapping of groups to numbers with a ``default``."""
    value = section.get("weight", 1.0)
    if not isinstance(value, dict):
        return Weight(_weight(section, value))
    by_group = SpecReader(value, section.path, "weight")
    default = _weight(by_group, by_group.get("default"))
    others = [(name, _weight(by_group, v)) for name, v in by_group.items() if name != "default"]
    return Weight(default, tuple(others))


def _weight(section: SpecReader, value: object) -> float:
    if isinstance(value, float) and math.isnan(value):
        raise section.error("NaN", "a weight cannot be NaN")
    number = section.as_number(value, "weight")
    if number < 0:
        raise section.error("negative weight", f"a weight cannot be negative, got {number:g}")
    if number and not SMALLEST <= number <= LARGEST:
        raise section.error("range", f"weights lie between {SMALLEST:g} and {LARGEST:g}, or 0")
    return number


def parse_minerals(section: SpecReader) -> MineralChoice:
    """``mineral`` of a leaf: which of a project's minerals feeds it."""
    inner = section.section("mineral", "mineral")
    choice = MineralChoice(inner.choice("pick", PICKS, "worst"), _roles(inner))
    inner.done()
    return choice


def parse_mineral_of_node(section: SpecReader) -> MineralChoice | None:
    """``mineral`` of a node, ``worst`` or a mapping with ``roles``; None where leaves choose."""
    if not section.has("mineral"):
        return None
    value = section.get("mineral")
    mapping = {"pick": value} if isinstance(value, str) else value
    inner = SpecReader(mapping, section.path, "mineral")
    choice = MineralChoice(inner.choice("pick", ("worst",)), _roles(inner))
    inner.done()
    return choice


def _roles(inner: SpecReader) -> tuple[str, ...]:
    roles = inner.texts("roles", ("primary", "secondary"))
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise inner.error("unknown value", f"'roles' are some of {ROLES}, got {roles}")
    return roles
