"""What the method reads of a place or mineral: each value with its year and releases, and what
nobody knows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils import timezone

from riskscore.admin.profiles.numbers_from import NumbersFrom
from riskscore.admin.profiles.subject import Subject
from riskscore.admin.ui import wording
from riskscore.engine.catalogue import INDICATORS, Indicator, Level
from riskscore.engine.method import Method as Specification
from riskscore.models import Edition, Lens
from riskscore.scoring import inputs
from riskscore.scoring.stored_score import not_nan


@dataclass(frozen=True, slots=True)
class Value:
    """One indicator as it stands: in words, with unit and year."""

    label: str
    about: str
    value: str
    unit: str
    error: str
    year: str
    dimension: str
    releases: Sequence[str]


@dataclass(frozen=True, slots=True)
class Known:
    """``values``: what is known; ``unknown``: (label, dimension, what it would be) of the rest."""

    values: Sequence[Value]
    unknown: Sequence[tuple[str, str, str]]


def leaves(subject: Subject, specification: Specification) -> list[tuple[Indicator, str]]:
    """The indicators that the method reads of places or of minerals, with their dimension."""
    level = Level.MINERAL if subject.mineral else Level.PLACE
    found: dict[str, tuple[Indicator, str]] = {}
    for child in specification.root.children:
        for leaf in getattr(child, "leaves", list)():
            indicator = INDICATORS.get(leaf.column)
            if indicator is not None and indicator.level == level:
                found.setdefault(leaf.column, (indicator, child.label))
    return list(found.values())


def keys(subject: Subject, specification: Specification) -> set[str]:
    """The observations behind them."""
    return {key for one, _ in leaves(subject, specification) for key in one.derived_from}


def known(subject: Subject, lens: Lens, specification: Specification, cited: NumbersFrom) -> Known:
    """Values of one country or mineral, as scores read them today."""
    edition = Edition.objects.order_by("-number").values_list("number", flat=True).first()
    pinned = inputs.Pinned(edition or 0, timezone.now().date(), lens.importer_id)
    tables = inputs.known_at(pinned)
    axes = tables.axes
    at = axes.mineral(subject.mineral) if subject.mineral else axes.place(subject.code)
    values: list[Value] = []
    unknown: list[tuple[str, str, str]] = []
    for indicator, dimension in leaves(subject, specification):
        table = tables.tables.get(indicator.key)
        if table is None or at < 0 or np.isnan(table.values[at]):
            unknown.append((indicator.label, dimension, indicator.about))
            continue
        year = None if table.years is None else int(table.years[at]) or None
        error = None if table.standard_errors is None else not_nan(table.standard_errors[at])
        values.append(
            Value(
                indicator.label,
                indicator.about,
                wording.raw(indicator, float(table.values[at])),
                wording.unit(indicator),
                f"± {wording.number(error)}" if error else "",
                str(year or ""),
                dimension,
                cited.cite(indicator.derived_from, [year]),
            )
        )
    return Known(values, unknown)
