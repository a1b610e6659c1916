"""Why a score changed between two moments: the address, its shape, and its rows as JSON."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time
from functools import reduce
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.framework import shapes
from riskscore.api.framework.bodies import DAY
from riskscore.api.framework.endpoint import Endpoint
from riskscore.api.framework.parameters import Parameter, moment
from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.resources import Row, columns_of, item
from riskscore.api.results.score_fields import HISTORY_ITEM, add_without_learned
from riskscore.api.results.scores import current_of
from riskscore.models.scores import NODES
from riskscore.scoring.changes import (
    Changes,
    IndicatorChange,
    NodeChange,
    Parts,
    before,
    changes,
    in_force,
)
from riskscore.scoring.replay import Row as StoredRow

PARTS = shapes.optional(
    shapes.record(
        {
            "data": shapes.number("From other values of what is on record."),
            "method": shapes.number("From another version of the method."),
            "model": shapes.number("From other predictions of learned models."),
        },
        "What the difference came from, in points. The three add up to it within 1e-9. Null where "
        "a score is not assessed or cannot be computed again.",
    )
)
SCORE = shapes.number("0 to 100; null is not assessed.")
NODE = shapes.record(
    {
        "node": shapes.one_of(NODES, "The composite or a dimension."),
        "label": shapes.text("Its name."),
        "before": shapes.optional(SCORE),
        "after": shapes.optional(SCORE),
        "difference": shapes.optional(
            shapes.number("After less before; null where either is not assessed.")
        ),
        "parts": PARTS,
    },
    "How one node moved.",
)
INDICATOR = shapes.record(
    {
        "indicator": shapes.text("Key in the catalogue, or code of the leaf."),
        "label": shapes.text("Its name."),
        "unit": shapes.text("Unit of the raw value."),
        "value_before": shapes.optional(shapes.number("Raw value; null is unknown.")),
        "value_after": shapes.optional(shapes.number("Raw value; null is unknown.")),
        "level_before": shapes.optional(shapes.text("The word for it, if it is ordinal.")),
        "level_after": shapes.optional(shapes.text("The word for it, if it is ordinal.")),
        "contribution_before": shapes.optional(
            shapes.number("Points that it added to the composite.")
        ),
        "contribution_after": shapes.optional(shapes.number("Points that it adds now.")),
        "parts": PARTS,
    },
    "One indicator that moved. An unchanged value may add other points than before: its weight "
    "rises when another one becomes unknown, and a power mean shares the points out anew.",
)
CHANGES = shapes.record(
    {
        "before": shapes.reference(HISTORY_ITEM.name),
        "after": shapes.reference(HISTORY_ITEM.name),
        "nodes": shapes.several(NODE, "The composite, then the dimensions."),
        "indicators": shapes.several(
            INDICATOR,
            "Those that moved. Where the difference is split, the parts of all of them add up to "
            "those of the composite within 1e-9.",
        ),
        "replayed": shapes.flag(
            "Both scores were computed again to the last bit. If not, the stored values are "
            "compared, and nothing is split."
        ),
        "notes": shapes.several(shapes.text("A sentence."), "What a reader must be told."),
    },
    "The scores in force at two moments, and what the difference came from: data, method or "
    "learned model.",
)


def moment_or_day(text: str) -> datetime:
    """A moment, or the end of a day in UTC."""
    if not DAY.fullmatch(text):
        return moment(text)
    try:
        return datetime.combine(date.fromisoformat(text), time.max, UTC)
    except ValueError:
        raise ValueError("say a day such as 2026-01-31, or a time") from None


def _moment_parameter(name: str, about: str) -> Parameter:
    words = f"{about} A moment (2026-01-31T12:00:00Z), or a day, which means its end in UTC."
    return Parameter(name=name, schema=shapes.text(words), read=moment_or_day)


class ScoreChanges(Endpoint):
    """Why a score changed between two moments."""

    tag = "scores"
    shows = ("project", "score", "scorehistory")
    parameters = (
        _moment_parameter(
            "from", "The score in force then; by default the one that the other replaced."
        ),
        _moment_parameter("to", "The score in force then; by default now."),
        *lenses.LENS_PARAMETERS,
    )
    answers = {"get": (200, shapes.reference("ScoreChanges"))}

    def get(self, _request: Request, key: str) -> Response:
        """Return both scores, and the difference split into data, method and learned model."""
        start, end = self.query_values["from"], self.query_values["to"] or timezone.now()
        if start and start > end:
            raise of_parameters({"from": "is later than `to`"})
        lens = lenses.chosen(self.query_values)
        project = current_of(lens, key).values_list("project_id", flat=True).get()
        new = in_force(project, lens.pk, end)
        old = in_force(project, lens.pk, start) if start else before(new)
        return Response(_laid_out(changes(old, new)))


def _laid_out(result: Changes) -> Row:
    return {
        "before": _score(result.before),
        "after": _score(result.after),
        "nodes": [_node(each) for each in result.nodes],
        "indicators": [_indicator(each) for each in result.indicators],
        "replayed": result.replayed,
        "notes": list(result.notes),
    }


def _score(score: StoredRow) -> Row:
    def value(column: str) -> Any:
        return reduce(getattr, column.split("__"), score)

    fields = HISTORY_ITEM.fields
    row = {column: value(column) for column in columns_of(fields)}
    add_without_learned([row])
    return item(fields, row)


def _node(result: NodeChange) -> Row:
    return {
        "node": result.code,
        "label": result.label,
        "before": result.before,
        "after": result.after,
        "difference": result.difference,
        "parts": _parts(result.parts),
    }


def _indicator(result: IndicatorChange) -> Row:
    return {
        "indicator": result.leaf.code,
        "label": result.leaf.label,
        "unit": result.indicator.unit,
        "value_before": result.before.value,
        "value_after": result.after.value,
        "level_before": result.before.level,
        "level_after": result.after.level,
        "contribution_before": result.before.points,
        "contribution_after": result.after.points,
        "parts": _parts(result.parts),
    }


def _parts(parts: Parts | None) -> Row | None:
    return None if parts is None else asdict(parts)
