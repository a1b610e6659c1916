"""What if: other inputs through the engine. A question in an address; nothing is saved."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.http import HttpRequest

from riskscore.admin.project_page import chosen_view
from riskscore.admin.ui import wording
from riskscore.config.plain_numbers import plain_number
from riskscore.engine.errors import EngineError
from riskscore.models import Project
from riskscore.models.scores import NODES, Band
from riskscore.scoring.comparisons.what_if import (
    P_RANGE,
    Answer,
    Input,
    Joining,
    Moved,
    Trial,
    trial,
)

LABELS = dict(zip(NODES, ("Composite", "Geopolitical", "Concentration", "Labour", "Indigenous"),
                  strict=True))  # fmt: skip
INPUT, WEIGHT, POWER = "x-", "w-", "p"
LONGEST = 40
#: No amount that is tried is as large.
LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class Field:
    """One number that can be tried: its name in the address, what stands in it, and its ends."""

    name: str
    label: str
    unit: str
    now: str
    text: str
    low: str
    high: str
    levels: Sequence[tuple[str, str]]
    fault: str = ""

    @property
    def is_moved(self) -> bool:
        """Whether something else stands in it than holds now."""
        return self.text != self.now


@dataclass(frozen=True, slots=True)
class Change:
    """One node or indicator, before and after, in words."""

    label: str
    before: str
    after: str
    difference: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer in words."""

    says: str
    band_before: str
    band_after: str
    nodes: Sequence[Change]
    indicators: Sequence[Change]
    coverage: str


def shown(request: HttpRequest, project: Project) -> dict[str, Any]:
    """For the templates ``admin/project_page/what_if.html`` and ``what_if_answer.html``."""
    score, views = chosen_view.of(request, project)
    if score is None:
        return {"views": views}
    tried = trial(score)
    asked = {name: str(value)[:LONGEST].strip() for name, value in request.GET.items()}
    groups = [
        (LABELS[node], [_field(one, asked) for one in tried.inputs if one.dimension == node])
        for node in NODES[1:]
    ]
    joining = _joining_fields(tried.joining, asked)
    every = [*(field for _, fields in groups for field in fields), *joining]
    outcome, fault = _outcome(tried, every)
    return {
        "views": views,
        "score": score,
        "groups": groups,
        "joining": joining,
        "outcome": outcome,
        "fault": fault,
        "faults": [field for field in every if field.fault],
        "moved": [field for field in every if field.is_moved],
        "as_stored": tried.as_stored,
    }


def _field(one: Input, asked: Mapping[str, str]) -> Field:
    levels = [(str(at), wording.code(level)) for at, level in enumerate(one.indicator.levels)]
    if one.indicator.unit == "0/1":
        levels = [("0", "no"), ("1", "yes")]
    now = "" if one.value is None else _written(one.value)
    name = f"{INPUT}{one.column}"
    text = asked.get(name, now)
    fault = "" if text in ("", now) else _fault(text, one.least, one.most)
    if levels and text not in ("", now, *dict(levels)):
        fault = "Choose one of the levels."
    if levels and now and now not in dict(levels):
        levels = [(now, now), *levels]
    return Field(
        name, one.leaf.label, wording.unit(one.indicator), now, text,
        _written(one.low), _written(one.high), levels, fault,
    )  # fmt: skip


def _joining_fields(joining: Joining, asked: Mapping[str, str]) -> list[Field]:
    fields = []
    if joining.p is not None:
        low, high = P_RANGE
        label = "Power p that joins the dimensions"
        fields.append(_plain(POWER, label, joining.p, low, high, asked))
    for code, weight in joining.weights.items():
        label = f"Weight of {LABELS.get(code, code).lower()}"
        fields.append(_plain(f"{WEIGHT}{code}", label, weight, 0, 1, asked))
    return fields


def _plain(
    name: str, label: str, value: float, low: float, high: float, asked: Mapping[str, str]
) -> Field:
    now = _written(value)
    text = asked.get(name, now)
    fault = "" if text == now else _fault(text, low, high)
    return Field(name, label, "", now, text, f"{low:g}", f"{high:g}", (), fault)


def _fault(text: str, low: float, high: float) -> str:
    """What is wrong with what was typed; "" if nothing."""
    if not text:
        return "A number is needed."
    value = plain_number(text)
    if value is None:
        return "Type a number, like 0.25."
    if math.isfinite(high):
        return "" if low <= value <= high else f"Between {low:g} and {high:g}."
    if value < low:
        return f"At least {low:g}."
    return "" if value < LARGEST else f"Less than {LARGEST:,.0f}."


def _written(value: float) -> str:
    """Four significant digits, as an address may write them: never 1e+05."""
    return np.format_float_positional(value, precision=4, fractional=False, trim="-")


def _outcome(tried: Trial, fields: Sequence[Field]) -> tuple[Outcome | None, str]:
    """The answer, or why there is none."""
    if any(field.fault for field in fields):
        return None, "Nothing was computed: correct what is marked."
    moved = {field.name: field.text for field in fields if field.is_moved}
    changes = {
        name.removeprefix(INPUT): float(text) if text else None
        for name, text in moved.items()
        if name.startswith(INPUT)
    }
    was = tried.joining
    weights = {code: float(moved.get(f"{WEIGHT}{code}", w)) for code, w in was.weights.items()}
    power = None if was.p is None else float(moved.get(POWER, was.p))
    if weights and not any(weights.values()):
        return None, "Nothing was computed: at least one dimension needs a weight above 0."
    try:
        answer = tried.answer(changes, Joining(power, weights))
    except EngineError as error:
        return None, f"Nothing was computed. {error}"
    return _in_words(answer), ""


def _in_words(answer: Answer) -> Outcome:
    composite = answer.nodes[0]
    before, after = (Band(band).label for band in (answer.band_before, answer.band_after))
    if not answer.moves:
        says = f"Composite {wording.points(composite.before)}, {before}: as it is now."
    else:
        stays = f"stays {after}" if before == after else f"from {before} to {after}"
        points = f"{wording.points(composite.before)} → {wording.points(composite.after)}"
        says = f"Composite {points}: {stays}."
    ordered = sorted(answer.indicators, key=lambda one: -abs(one.difference or 100.0))
    return Outcome(
        says,
        wording.band(answer.band_before),
        wording.band(answer.band_after),
        [_change(one, LABELS[one.code]) for one in answer.nodes],
        [_change(one, one.label) for one in ordered],
        f"{wording.share(answer.coverage_before)} → {wording.share(answer.coverage_after)}",
    )


def _change(moved: Moved, label: str) -> Change:
    difference = moved.difference
    signed = wording.NOTHING if difference is None else wording.signed(difference)
    return Change(label, wording.points(moved.before), wording.points(moved.after), signed)
