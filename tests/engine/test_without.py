"""A stored score with and without some of its inputs, on a tree small enough to count by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscore.engine.explain.without import Stored, scored_without, without, without_each
from riskscore.engine.frame import Frame
from riskscore.engine.method import Method

PREDICTED = ("geo.disruption",)


def leaf(indicator: str, weight: float, **more: object) -> dict[str, object]:
    worse = indicator == "geo.disruption"
    ends = {"from": 0, "to": 1} if worse else {"from": 1, "to": 0}
    return {"indicator": indicator, "weight": weight, "scaling": {"kind": "goalposts", **ends},
            **more}  # fmt: skip


def method(weight: float = 1.0, minimum: float = 0.0) -> Method:
    """Law and stability weigh 2 and 1; the prediction, where there is one, ``weight``."""
    children = [
        leaf("geo.law", 2),
        leaf("geo.stability", 1),
        leaf("geo.disruption", weight, optional=True),
    ]
    root = {"code": "composite", "minimum": {"weight": minimum}, "children": children}
    return Method.from_dict({"code": "tiny", "version": 1, "root": root})


#: Law 0.5 and stability 0.2 score 50 and 80; the prediction 0.1 scores 10.
STORED = Stored((0.5, 0.2, 0.1), {"composite": (2 * 50 + 80 + 10) / 4}, "mine", imports=False)


def test_what_a_prediction_weighs_falls_to_the_others() -> None:
    assert without(method(), STORED, PREDICTED) == {"composite": pytest.approx((2 * 50 + 80) / 3)}


def test_nothing_is_said_where_the_prediction_is_unknown_or_weighs_nothing() -> None:
    unknown = replace(STORED, inputs=(0.5, 0.2, None), scores={"composite": 60.0})
    assert without(method(), unknown, PREDICTED) == {}
    shown = replace(STORED, scores={"composite": 60.0})
    assert without(method(weight=0), shown, PREDICTED) == {}


def test_a_score_that_hangs_on_a_prediction_is_not_assessed_without_it() -> None:
    # Stability alone is 1 of 3, with the prediction 2 of 4.
    stored = Stored((None, 0.2, 0.1), {"composite": 45.0}, "mine", imports=False)
    assert without(method(minimum=0.5), stored, PREDICTED) == {"composite": None}


def test_scores_that_do_not_come_out_of_the_inputs_have_no_other_side() -> None:
    assert without(method(), replace(STORED, scores={"composite": 48.0}), PREDICTED) == {}


def test_many_rows_at_once_get_what_each_gets_alone() -> None:
    unknown = replace(STORED, inputs=(0.5, 0.2, None), scores={"composite": 60.0})
    from_a_buyer = replace(STORED, imports=True)
    rows = [STORED, unknown, from_a_buyer, replace(STORED, scores={"composite": 48.0}), STORED]
    alone = [without(method(), row, PREDICTED) for row in rows]
    assert without_each(method(), rows, PREDICTED) == alone
    assert without_each(method(), [], PREDICTED) == []


known = st.none() | st.floats(0, 1)


@given(
    st.lists(st.tuples(known, known, known), min_size=1, max_size=30),
    st.sampled_from([0.0, 1.0, 2.5]),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_as_it_is_scored_and_from_what_is_stored_it_is_the_same(
    inputs: list[tuple[float | None, float | None, float | None]], weight: float, minimum: float
) -> None:
    asked = method(weight=weight, minimum=minimum)
    columns = dict(
        zip(("geo.law", "geo.stability", *PREDICTED), zip(*inputs, strict=True), strict=True)
    )
    frame = Frame.from_columns({name: np.array(v, np.float64) for name, v in columns.items()})
    result = asked.fit().score(frame)
    composites = [None if np.isnan(one) else one for one in result.scores["composite"].tolist()]
    stored = [
        Stored(row, {"composite": score}, "mine", imports=False)
        for row, score in zip(inputs, composites, strict=True)
    ]
    found = scored_without(asked.fit(), result, PREDICTED)
    again = without_each(asked, stored, PREDICTED)
    assert found.rows.tolist() == [at for at, row in enumerate(again) if row]
    np.testing.assert_allclose(
        found.scores["composite"],
        np.array([again[at]["composite"] for at in found.rows], np.float64),
    )
