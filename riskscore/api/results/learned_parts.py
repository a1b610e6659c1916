"""A score with and without learned models, and what they say in it, with their reasons."""

from riskscore.api.framework import shapes
from riskscore.api.framework.resources import Resource, Row, item, made
from riskscore.api.learned import PREDICTION
from riskscore.api.lenses import NOBODY
from riskscore.api.results.explanation import specification
from riskscore.api.results.score_fields import SCORE_ITEM, known
from riskscore.engine.explain.without import Stored
from riskscore.models.scores import NODES
from riskscore.scoring import learned_contribution

COLUMNS = ("method_id", "method__hash", "inputs", "project__kind", "lens__importer_id", *NODES)
WITHOUT = shapes.optional(
    shapes.record(
        {node: shapes.optional(shapes.number("0 to 100.")) for node in NODES},
        "The same scores if nobody had asked a learned model: computed by the same method from the "
        "same inputs. Null where no learned model counts.",
    )
)
SPOKEN = shapes.record(
    {
        "indicator": shapes.text("Key of the indicator that it fills."),
        "model": shapes.text("Kind of the model: see /models."),
        "version": shapes.whole("Its version."),
        "points": shapes.optional(shapes.number("Points that it adds to the composite.")),
        **PREDICTION.schema()["properties"],
    },
    "One prediction. Its `mean` and the contributions, which are its reasons, sum to its "
    "`probability`.",
)
LEARNED = shapes.record(
    {
        "about": shapes.text("A sentence for readers."),
        "without": WITHOUT,
        "predictions": shapes.several(SPOKEN, "What learned models say of this project."),
    },
    "What learned models add to this score.",
)
NONE = "No learned model counts in this score."
BOTH = (
    "A method that people wrote joins what is on record with what models learnt. With the models "
    "the composite is {with_models}, without them {without_models}."
)


def without(row: Row) -> dict[str, float | None] | None:
    """The nodes' scores without learned models, or None where none counts."""
    stored = Stored(
        inputs=row["inputs"],
        scores={node: row[node] for node in NODES},
        kind=row["project__kind"],
        imports=row["lens__importer_id"] != NOBODY,
    )
    method = specification(row["method_id"], row["method__hash"])
    return learned_contribution.without_learned(method, stored) or None


def learned(row: Row) -> Row:
    """The part of an explanation that is about learned models."""
    method, bare = specification(row["method_id"], row["method__hash"]), without(row)
    said = learned_contribution.spoken(
        method, row["project_id"], row["edition"], row["inputs"], row["contributions"]
    )
    return {
        "about": _about(row, bare),
        "without": bare,
        "predictions": [
            {
                "indicator": each.leaf.code,
                "model": each.prediction.model.kind,
                "version": each.prediction.model.version,
                "points": known(each.points),
                **item(PREDICTION.fields, vars(each.prediction)),
            }
            for each in said
        ],
    }


def _about(row: Row, bare: dict[str, float | None] | None) -> str:
    if bare is None:
        return NONE
    return BOTH.format(
        with_models=_points(row["composite"]), without_models=_points(bare["composite"])
    )


def _points(value: float | None) -> str:
    return "not assessed" if value is None else f"{value:.1f}"


SCORE = Resource(
    "ScoreInFull",
    "The current score of a project through a lens, with and without learned models.",
    (*SCORE_ITEM.fields, made("without_learned", WITHOUT, without, *COLUMNS)),
)
