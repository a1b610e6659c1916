"""How old facts are and which one would help most, on trees small enough to count by hand."""

import numpy as np
import pytest

from riskscore.engine.catalogue import Level
from riskscore.engine.frame import Frame
from riskscore.engine.inputs.axes import Table
from riskscore.engine.inputs.data_age import gaps, years_used
from riskscore.engine.inputs.gather import gather_all
from riskscore.engine.inputs.units import Units
from riskscore.engine.method import Method

NAN = float("nan")


def leaf(indicator: str, weight: float, **more: object) -> dict[str, object]:
    scaling = {"kind": "goalposts", "from": 1, "to": 0}
    return {"indicator": indicator, "weight": weight, "scaling": scaling, **more}


def method(minimum: float = 0.5) -> Method:
    return Method.from_dict(
        {
            "code": "tiny",
            "version": 1,
            "root": {
                "code": "composite",
                "aggregation": "arithmetic",
                "children": [
                    {
                        "code": "a",
                        "weight": 1,
                        "aggregation": "arithmetic",
                        "minimum": {"weight": minimum},
                        "children": [leaf("geo.law", 3), leaf("geo.stability", 1)],
                    },
                    {
                        "code": "b",
                        "weight": 1,
                        "aggregation": "arithmetic",
                        "children": [leaf("lab.voice", 1), leaf("lab.ihdi", 1)],
                    },
                ],
            },
        }
    )


def frame(*rows: tuple[float, float, float, float]) -> Frame:
    names = ("geo.law", "geo.stability", "lab.voice", "lab.ihdi")
    return Frame.from_columns(dict(zip(names, np.array(rows).T, strict=True)))


def test_the_gain_of_a_fact_is_its_weight_in_what_is_not_yet_known() -> None:
    found = gaps(method().fit(), frame((NAN, NAN, 0.5, NAN)), ("composite", "a", "b"))
    assert found.unknown.tolist() == [[True, True, False, True]]
    # a: 3/4 and 1/4 of its weight; b: the other half. Each dimension is half of the whole, which
    # counts what is known in dimensions that can be assessed: a quarter of a's weight opens none.
    assert found.gains["a"][0] == pytest.approx([0.75, 0.25, 0, 0])
    assert found.gains["b"][0] == pytest.approx([0, 0, 0, 0.5])
    assert found.gains["composite"][0] == pytest.approx([0.375, 0, 0, 0.25])
    assert found.best("composite").tolist() == [0]
    assert found.best("b").tolist() == [3]


def test_what_a_model_would_say_is_no_fact_to_look_for() -> None:
    spec = method().to_dict()
    up = {"kind": "goalposts", "from": 0, "to": 0.5}
    predicted = {"indicator": "geo.disruption", "weight": 1, "optional": True, "scaling": up}
    spec["root"]["children"][0]["children"].append(predicted)
    columns = {name: [0.5] for name in ("geo.stability", "lab.voice", "lab.ihdi")}
    units = Frame.from_columns({**columns, "geo.law": [NAN], "geo.disruption": [NAN]})
    found = gaps(Method.from_dict(spec).fit(), units, ("a",))
    assert found.unknown[0].tolist() == [True, False, False, False, False]


def test_a_fact_opens_a_dimension_only_when_it_brings_enough() -> None:
    found = gaps(method().fit(), frame((NAN, NAN, 0.5, 0.5)), ("a",))
    assert found.opens["a"].tolist() == [[True, False, False, False]]


def test_nothing_helps_where_everything_is_known() -> None:
    found = gaps(method().fit(), frame((0.1, 0.2, 0.3, 0.4)), ("composite",))
    assert not found.unknown.any()
    assert found.best("composite").tolist() == [-1]


def test_the_gain_of_a_unit_does_not_depend_on_the_others() -> None:
    rows = [(NAN, 0.2, NAN, 0.4), (0.1, NAN, 0.3, NAN), (NAN, NAN, NAN, NAN)]
    fitted = method().fit()
    whole = gaps(fitted, frame(*rows), ("composite",)).gains["composite"]
    for at, row in enumerate(rows):
        alone = gaps(fitted, frame(row), ("composite",)).gains["composite"]
        assert alone[0].tolist() == whole[at].tolist()


def test_years_are_those_of_the_values_that_were_used() -> None:
    law = Table(Level.PLACE, np.array([0.5, NAN]), None, np.array([2023, 0], np.int16))
    voice = Table(Level.PLACE, np.array([0.5, 0.6]), None, np.array([2021, 2019], np.int16))
    units = Units(
        keys=np.array(["x", "y"]),
        place=np.array([0, 1], np.int32),
        kind=np.array(["mine", "mine"]),
        mineral_start=np.array([0, 0, 0]),
        mineral=np.array([], np.int32),
        role=np.array([], np.int8),
        inputs={},
    )
    gathered = gather_all({"geo.law": law, "lab.voice": voice}, units, method())
    found = years_used(gathered, method())
    assert found.tolist() == [[2023, 0, 2021, 0], [0, 0, 2019, 0]]
