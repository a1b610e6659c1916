"""The parsers of a method spec and its JSON Schema are two descriptions of one thing."""

import copy
from typing import Any

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskscore.engine import Method, MethodError
from riskscore.engine.spec.schema import method_schema

SCHEMA = jsonschema.Draft202012Validator(method_schema())
#: Rules that relate two values or need the whole tree; a schema cannot say them.
BEYOND_A_SCHEMA = {
    *("bands", "controls", "cycle", "direction", "duplicate code", "floor", "goalposts"),
    *(
        "inconsistent",
        "mineral",
        "minimum",
        "negative",
        "ordinal table",
        "raises_only",
        "requires_any",
    ),
    *("row_imputation", "uncertainty", "weighting", "weights all zero", "zero without floor"),
}
NUMBERS = st.sampled_from([-1, 0, 0.5, 1, 1.0, 2, 2.5, 1e-200, 1e7])
PLAIN = st.one_of(NUMBERS, st.booleans(), st.sampled_from(["a", "b", "none", "max", "pca", "mean"]))
VALUES = st.one_of(
    PLAIN,
    st.lists(PLAIN, max_size=3),
    st.dictionaries(st.sampled_from(["kind", "default", "column", "a", "p"]), PLAIN, max_size=2),
)
GOALPOSTS = {"kind": "goalposts", "from": 1, "to": 100, "range": [1, 100]}
SCALINGS: list[Any] = [
    GOALPOSTS,
    {"kind": "goalposts", "from": 1, "to": 9, "log": True, "clip": True},
    {"kind": "table", "scores": {"1": 0, "2": 100}},
    {"kind": "logistic", "midpoint": 3, "steepness": 0.5},
    *("identity", "minmax", "percentile_rank", "rank", "borda", "fraction_of_max"),
    {"kind": "minmax", "clip": False},
    {"kind": "zscore", "centre": 50, "spread": 10},
    {"kind": "distance_to_max", "cap": True},
    {"kind": "distance_to_reference", "unit": "x"},
    {"kind": "distance_to_target", "target": 4, "cap": False},
]
AGGREGATIONS: list[Any] = [
    *("arithmetic", "max", "copeland"),
    {"kind": "geometric", "floor": 1},
    {"kind": "harmonic", "floor": 1},
    {"kind": "power", "p": 1},
    {"kind": "power", "p": -2, "floor": 1},
    {"kind": "copeland", "rescale": True},
]
WEIGHTINGS: list[Any] = [
    *("given", "equal", "entropy", "critic", "deviation", "pca"),
    {"kind": "pca", "allow_negative": True},
    {"kind": "ahp", "matrix": [[1, 3], [1 / 3, 1]]},
    {"kind": "budget", "votes": [[60, 40]]},
]
LEAF_KEYS: dict[str, list[Any]] = {
    "label": ["A leaf"],
    "weight": [0.5, {"default": 1, "mine": 0}],
    "direction": [1],
    "optional": [True],
    "mineral": [{}, {"pick": "mean", "roles": ["other"]}],
    "known_range": [[0, 5]],
    "unknown_for": [["mine"]],
    "denominator": ["none", "people", {"column": "people", "factor": 1000}],
    "imputation": ["none", "group_median"],
    "transform": ["log"],
    "treatment": ["none", "default", {}, {"winsorise": 3, "then": "none", "combine": True}],
    "reason": ["Because."],
}
NODE_KEYS: dict[str, list[Any]] = {
    "label": ["A node"],
    "aggregation": AGGREGATIONS,
    "weighting": WEIGHTINGS,
    "minimum": [{"count": 1}, {"weight": 0.5, "share": 0.5}],
    "row_imputation": ["none", "median"],
    "mineral": ["worst", {"pick": "worst", "roles": ["primary", "other"]}],
    "source": ["Here."],
}
METHOD_KEYS: dict[str, list[Any]] = {
    "title": ["A method"],
    "bands": [[{"code": "low", "from": 0}, {"code": "high", "from": 50}]],
    "controls": [[{"column": "ctl", "reduces": ["r"], "at_most": 0.5}]],
    "screening": [{"known": 0.5, "force_in": ["x"]}],
    "uncertainty": [
        {"draws": 8, "seed": 1, "unknown": "known", "scaling": {"a": ["identity"]}},
        {"errors": False, "weights": 0.1, "aggregation": {"r": ["max"]}},
    ],
}


def some_of(keys: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in keys.items()})


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A spec that uses a few of all keys that a spec may have; most are valid."""
    leaf, node = some_of(LEAF_KEYS), some_of(NODE_KEYS)
    children = [
        {"column": name, "scaling": draw(st.sampled_from(SCALINGS)), **draw(leaf)} for name in "ab"
    ]
    inner = {"code": "n", "children": [{"column": "c", "scaling": "minmax"}]}
    root = {"code": "r", "children": [*children, inner][: draw(st.integers(2, 3))], **draw(node)}
    return copy.deepcopy({"code": "m", "version": 1, "root": root, **draw(some_of(METHOD_KEYS))})


def places(value: Any) -> list[Any]:
    """Every mapping and list in a spec."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, (dict, list)) and value else []
    return own + [place for item in inside for place in places(item)]


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A spec with one value replaced, left out, or added under a key that belongs elsewhere."""
    spec = draw(specs())
    place = draw(st.sampled_from(places(spec)))
    key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
    match draw(st.sampled_from(["replace", "remove", "add"])):
        case "remove":
            del place[key]
        case "add" if isinstance(place, dict):
            other = draw(st.sampled_from(places(spec)))
            strange = draw(st.sampled_from([*(k for k in other if isinstance(k, str)), "x", "p"]))
            place[strange] = draw(VALUES)
        case _:
            place[key] = draw(VALUES)
    return spec


def refusal(spec: dict[str, Any]) -> MethodError | None:
    try:
        Method.from_dict(spec)
    except MethodError as error:
        return error
    return None


def agrees(spec: dict[str, Any]) -> None:
    wrong, error = next(SCHEMA.iter_errors(spec), None), refusal(spec)
    if error is None:
        assert wrong is None, f"the schema refuses what is accepted: {wrong and wrong.message}"
    elif wrong is None:
        beyond = error.rule in BEYOND_A_SCHEMA or "must go upwards" in str(error)
        # A leaf's scale may come from leaf_defaults, so the schema cannot ask for it.
        beyond = beyond or "leaf needs the key 'scaling'" in str(error)
        assert beyond, f"the schema accepts what is refused: {error}"


SETTINGS = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@SETTINGS
@given(specs())
def test_the_schema_and_the_parsers_agree_on_specs(spec: dict[str, Any]) -> None:
    agrees(spec)


@SETTINGS
@given(damaged())
def test_the_schema_and_the_parsers_agree_on_damaged_specs(spec: dict[str, Any]) -> None:
    agrees(spec)
