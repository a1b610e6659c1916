"""The JSON Schema (2020-12) of a method spec, for editors and forms.

It knows keys, types and ranges. Rules that relate two values or need the whole tree (duplicate
codes, ends that differ, weights all zero) are checked by ``Method.from_dict`` alone. A test holds
the two together: what the parsers accept the schema accepts, and what the schema accepts the
parsers refuse only by such a rule. Null, which the parsers read as an absent key, has no place
here.
"""

from __future__ import annotations

from typing import Any

from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.formulas.aggregation import KINDS
from riskscore.engine.scaling.preparation import IMPUTATIONS
from riskscore.engine.spec.noise import MOST_DRAWS, MOST_STRETCH
from riskscore.engine.spec.parse_leaf import LARGEST, PICKS, ROLES, SMALLEST
from riskscore.engine.spec.parse_node import WEIGHTINGS
from riskscore.engine.spec.parse_scaling import READERS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
POSITIVE: Schema = {"type": "number", "exclusiveMinimum": 0}
FROM_ZERO: Schema = {"type": "number", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
FLAG: Schema = {"type": "boolean"}
TEXTS: Schema = {"type": "array", "items": TEXT}
PAIR: Schema = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
MINERAL_ROLES: Schema = {"type": "array", "minItems": 1, "items": {"enum": list(ROLES)}}
INDICATOR_OR_COLUMN = [{"required": ["indicator"]}, {"required": ["column"]}]
TABLE: Schema = {"type": "array", "items": {"type": "array", "items": NUMBER}}


def closed(properties: Schema, *required: str) -> Schema:
    """An object that has no other keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def either(*options: Schema) -> Schema:
    """Any one of several shapes."""
    return {"anyOf": list(options)}


def method_schema() -> Schema:
    """The schema of a whole method."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "riskscore method",
        **closed(
            {
                "code": TEXT,
                "version": {"type": "integer", "minimum": 1},
                "rules": {"enum": [1, 2]},
                "title": TEXT,
                "about": TEXT,
                "scale": PAIR,
                "bands": {"type": "array", "items": _band()},
                "screening": _screening(),
                "uncertainty": _uncertainty(),
                "leaf_defaults": {"type": "object"},
                "controls": {"type": "array", "items": _control()},
                "root": {"$ref": "#/$defs/node"},
            },
            "code",
            "version",
            "root",
        ),
        "$defs": {
            "node": _node(),
            "leaf": _leaf(),
            "scaling": _scaling(),
            "aggregation": _aggregation(),
            "weight": _weight(),
        },
    }


def _distribution() -> Schema:
    values = {"type": "array", "items": NUMBER, "minItems": 1}
    numbers, lists = {"type": "array", "items": NUMBER}, {"type": "array", "items": values}
    return closed({"overall": values, "cuts": numbers, "by_class": lists}, "overall")


def _node() -> Schema:
    return closed(
        {
            "code": TEXT,
            "label": TEXT,
            "weight": {"$ref": "#/$defs/weight"},
            "aggregation": {"$ref": "#/$defs/aggregation"},
            "weighting": _weighting(),
            "minimum": closed(
                {"weight": SHARE, "share": SHARE, "count": {"type": "integer", "minimum": 1}}
            ),
            "requires_any": TEXTS,
            "row_imputation": {"enum": ["none", "mean", "median"]},
            "mineral": _mineral_of_node(),
            "reason": TEXT,
            "source": TEXT,
            "children": {
                "type": "array",
                "minItems": 1,
                "items": either({"$ref": "#/$defs/leaf"}, {"$ref": "#/$defs/node"}),
            },
        },
        "code",
        "children",
    )


def _leaf() -> Schema:
    properties = {
        "code": TEXT,
        "label": TEXT,
        "indicator": {"enum": sorted(INDICATORS)},
        "column": TEXT,
        "weight": {"$ref": "#/$defs/weight"},
        "direction": {"enum": [1, -1]},
        "scaling": {"$ref": "#/$defs/scaling"},
        "optional": FLAG,
        "raises_only": FLAG,
        "when_present": FLAG,
        "mineral": _mineral(),
        "known_range": PAIR,
        "unknown_for": TEXTS,
        "denominator": either(TEXT, closed({"column": TEXT, "factor": NUMBER}, "column")),
        "imputation": {"enum": ["none", *IMPUTATIONS]},
        "transform": {"enum": ["identity", "log"]},
        "treatment": either({"enum": ["none", "default"]}, _treatment()),
        "reason": TEXT,
        "source": TEXT,
    }
    return {**closed(properties), "oneOf": INDICATOR_OR_COLUMN}


def _treatment() -> Schema:
    return closed(
        {
            "winsorise": {"type": "integer", "minimum": 0},
            "then": {"enum": ["log", "none"]},
            "skewness": FROM_ZERO,
            "kurtosis": NUMBER,
            "combine": FLAG,
        }
    )


def _scaling() -> Schema:
    kinds: dict[str, tuple[Schema, tuple[str, ...]]] = {
        "goalposts": ({"from": NUMBER, "to": NUMBER, "log": FLAG, "clip": FLAG}, ("from", "to")),
        "table": (
            {"scores": {"type": "object", "minProperties": 1, "additionalProperties": NUMBER}},
            ("scores",),
        ),
        "logistic": ({"midpoint": NUMBER, "steepness": POSITIVE}, ("midpoint", "steepness")),
        "minmax": ({"clip": FLAG}, ()),
        "zscore": ({"centre": NUMBER, "spread": POSITIVE}, ()),
        "distance_to_max": ({"cap": FLAG}, ()),
        "distance_to_reference": ({"unit": TEXT, "cap": FLAG}, ("unit",)),
        "distance_to_target": ({"target": NUMBER, "cap": FLAG}, ("target",)),
    }
    plain = [kind for kind in READERS if not kinds.get(kind, ({}, ()))[1]]
    shapes = []
    for kind in READERS:
        properties, required = kinds.get(kind, ({}, ()))
        shape = {"kind": {"const": kind}, "range": PAIR, **properties}
        shapes.append(closed(shape, "kind", *required))
    return either({"enum": plain}, *shapes)


def _aggregation() -> Schema:
    plain = [kind for kind in KINDS if kind != "power"]
    floor, never = {"floor": FROM_ZERO}, {"rescale": {"const": False}}
    return either(
        {"enum": plain},
        closed({"kind": {"enum": ["arithmetic", "max"]}, **never}, "kind"),
        closed({"kind": {"enum": ["geometric", "harmonic"]}, **floor, **never}, "kind"),
        closed({"kind": {"const": "power"}, "p": NUMBER, **floor, **never}, "kind", "p"),
        closed({"kind": {"const": "copeland"}, "rescale": FLAG}, "kind"),
    )


def _weight() -> Schema:
    weight = either({"const": 0}, {"type": "number", "minimum": SMALLEST, "maximum": LARGEST})
    by_group = {"type": "object", "required": ["default"], "additionalProperties": weight}
    return either(weight, by_group)


def _weighting() -> Schema:
    plain = [kind for kind in WEIGHTINGS if kind not in {"ahp", "budget"}]
    ahp = {"const": "ahp"}
    return either(
        {"enum": plain},
        closed({"kind": {"enum": [kind for kind in plain if kind != "pca"]}}, "kind"),
        closed({"kind": {"const": "pca"}, "allow_negative": FLAG}, "kind"),
        closed({"kind": ahp, "matrix": TABLE, "allow_inconsistent": FLAG}, "kind", "matrix"),
        closed({"kind": {"const": "budget"}, "votes": TABLE}, "kind", "votes"),
    )


def _control() -> Schema:
    properties = {
        "indicator": {"enum": sorted(INDICATORS)},
        "column": TEXT,
        "reduces": TEXTS,
        "at_most": SHARE,
        "reason": TEXT,
        "source": TEXT,
    }
    return {**closed(properties, "reduces", "at_most"), "oneOf": INDICATOR_OR_COLUMN}


def _band() -> Schema:
    return closed({"code": TEXT, "from": NUMBER}, "code", "from")


def _mineral() -> Schema:
    return closed({"pick": {"enum": list(PICKS)}, "roles": MINERAL_ROLES})


def _mineral_of_node() -> Schema:
    worst = {"const": "worst"}
    return either(worst, closed({"pick": worst, "roles": MINERAL_ROLES}, "pick"))


def _screening() -> Schema:
    return closed(
        {
            "known": SHARE,
            "nonzero": SHARE,
            "after_imputation": FLAG,
            "force_in": TEXTS,
            "force_out": TEXTS,
        }
    )


def _uncertainty() -> Schema:
    return closed(
        {
            "draws": {"type": "integer", "minimum": 1, "maximum": MOST_DRAWS},
            "seed": {"type": "integer", "minimum": 0},
            "weights": SHARE,
            "correlation": SHARE,
            "unknown": {"enum": ["between", "known", "distribution"]},
            "left_out": SHARE,
            "nodes_left_out": SHARE,
            "as_scored": SHARE,
            "stretch": {"type": "number", "minimum": 1, "maximum": MOST_STRETCH},
            "distributions": {"type": "object", "additionalProperties": _distribution()},
            "errors": FLAG,
            "scaling": _lists("scaling"),
            "aggregation": _lists("aggregation"),
        }
    )


def _lists(name: str) -> Schema:
    listed = {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}
    return {"type": "object", "additionalProperties": listed}
