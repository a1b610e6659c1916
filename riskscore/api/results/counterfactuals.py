"""What would move a score to the next band: the address, its shape, and its rows as JSON."""

from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Endpoint
from riskscore.api.framework.parameters import choice
from riskscore.api.framework.resources import Row
from riskscore.api.results.score_fields import BANDS
from riskscore.api.results.scores import current_of
from riskscore.engine.catalogue import Level
from riskscore.models.scores import NODES
from riskscore.scoring.counterfactuals import NextBand, Step, next_band

DIRECTIONS = ["lower", "higher"]
STEP = shapes.record(
    {
        "indicator": shapes.text("Key in the catalogue, or code of the leaf."),
        "label": shapes.text("Its name."),
        "unit": shapes.text("Unit of the raw value."),
        "belongs_to": shapes.one_of(
            [level.value for level in Level],
            "What one value belongs to, as the catalogue has it: only a value of the `project` is "
            "the project's own; any other is shared by all projects of the place or mineral.",
        ),
        "now": shapes.number("Raw value now."),
        "needed": shapes.number("The nearest raw value that is enough, others as they are."),
        "level_now": shapes.optional(shapes.text("The word for it, if it is ordinal.")),
        "level_needed": shapes.optional(shapes.text("The word for it, if it is ordinal.")),
        "score": shapes.number("Score of the node then, 0 to 100."),
        "effort": shapes.number("The way between the two as a share of the scale, 0 to 1."),
        "caution": shapes.text("Show this text wherever the value is shown."),
    },
    "One change of one input that is enough by itself.",
)
COUNTERFACTUALS = shapes.record(
    {
        "node": shapes.one_of(NODES, "The composite or a dimension."),
        "label": shapes.text("Its name."),
        "direction": shapes.one_of(DIRECTIONS, "Which band was looked for."),
        "score": shapes.optional(shapes.number("0 to 100; null is not assessed.")),
        "band": shapes.one_of(BANDS.values(), "Its band."),
        "next_band": shapes.optional(
            shapes.one_of(BANDS.values(), "The band that was looked for; null if there is none.")
        ),
        "changes": shapes.several(STEP, "Least effort first; empty where no single one can do it."),
        "unknown": shapes.several(
            shapes.text("Key in the catalogue, or code of the leaf."),
            "Inputs of the node that nobody knows. They are not guessed at.",
        ),
        "notes": shapes.several(shapes.text("A sentence."), "What a reader must be told."),
    },
    "Single changes that would bring a score into the next band.",
)


class Counterfactuals(Endpoint):
    """What would move a score to the next band: single changes of one input."""

    tag = "scores"
    shows = ("project", "score")
    parameters = (
        choice("node", NODES, "The composite or a dimension.", default=NODES[0]),
        choice("direction", DIRECTIONS, "The next lower or the next higher band.", default="lower"),
        *lenses.LENS_PARAMETERS,
    )
    answers = {"get": (200, shapes.reference("Counterfactuals"))}
    refusals = {409: "The project has changed since it was scored"}

    def get(self, _request: Request, key: str) -> Response:
        """Return the changes, found with the inputs that the score's own job pinned."""
        direction = self.query_values["direction"]
        scores = current_of(lenses.chosen(self.query_values), key)
        score = scores.select_related("method", "lens").get()
        node = self.query_values["node"]
        result = next_band(score, node, upwards=direction == "higher")
        return Response({"direction": direction, **_laid_out(result)})


def _laid_out(result: NextBand) -> Row:
    return {
        "node": result.node,
        "label": result.label,
        "score": result.score,
        "band": str(result.band.label),
        "next_band": None if result.target is None else str(result.target.label),
        "changes": [_step(step) for step in result.steps],
        "unknown": [leaf.code for leaf in result.unknown],
        "notes": list(result.notes),
    }


def _step(step: Step) -> Row:
    return {
        "indicator": step.leaf.code,
        "label": step.leaf.label,
        "unit": step.indicator.unit,
        "belongs_to": step.indicator.level.value,
        "now": step.now,
        "needed": step.needed,
        "level_now": step.level_now,
        "level_needed": step.level_needed,
        "score": step.score,
        "effort": step.effort,
        "caution": step.indicator.caution,
    }
