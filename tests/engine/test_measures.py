"""Units: what their words measure, and how they convert."""

import math

import pytest

from riskscore.engine.catalogue import INDICATORS, get
from riskscore.engine.inputs.measures import UnitDoubt, conversion, converted, measure, tonnes
from riskscore.engine.inputs.plausible import plausible


@pytest.mark.parametrize(
    ("value", "stated", "wanted", "expected"),
    [
        (58.8, "kt", "t", 58_800.0),
        (4.817, "thousand metric tons", "t", 4_817.0),
        (0.1, "Mt", "kt", 100.0),
        (7, "t", "kg", 7_000.0),
        (1, "ct", "g", 0.2),
        (5, "Mct", "t", 1.0),
        (2_500_000, "ct", "Mct", 2.5),
        (1, "lb", "kg", 0.45359237),
        (32.1507465686, "troy oz", "kg", 0.9999999999996637),
        (1, "short tons", "t", 0.90718474),
        (3, "million m³", "Mio m3", 3.0),
        (109_276_000, "persons", "millions", 109.276),
        (109_276, "thousand", "millions", 109.276),
        (1.2, "billion", "millions", 1_200.0),
        (70.4, "%", "0..1", 0.704),
        (0.0032, "share", "per 1,000 people", 3.2),
        (1.5, "million USD", "thousand USD", 1_500.0),
        (2.5, "thousand", "deaths", 2_500.0),
        (40, "kt/year", "t", 40_000.0),
        (40, "Tonnes (t)", "t", 40.0),
        (40, "tons (metric)", "t", 40.0),
        (40, "t (thousand)", "t", 40_000.0),
    ],
)
def test_a_value_in_another_unit_is_the_same_amount(
    value: float, stated: str, wanted: str, expected: float
) -> None:
    by = conversion(stated, wanted)
    assert by is not None
    assert converted(value, by) == pytest.approx(expected, rel=1e-11)
    if stated not in {"troy oz"}:
        assert converted(value, by) == expected


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [("m3", "t"), ("kt LCE", "t"), ("t (Li content)", "t"), ("dry tonnes", "t"), ("EUR", "USD"),
     ("%", "t"), ("thousand", "0..1")],
)  # fmt: skip
def test_units_of_two_kinds_do_not_convert(stated: str, wanted: str) -> None:
    assert conversion(stated, wanted) is None


@pytest.mark.parametrize(
    "words", ["tons", "ton", "mt", "MT", "oz", "koz", "thousand tons", "kg (t)"]
)
def test_what_could_be_two_units_is_doubtful(words: str) -> None:
    with pytest.raises(UnitDoubt):
        measure(words)


def test_tonnes_are_exact_and_a_volume_has_none() -> None:
    assert (tonnes("t"), tonnes("kg"), tonnes("ct"), tonnes("metr. t")) == (1.0, 1e-3, 2e-7, 1.0)
    assert math.isnan(tonnes("Mio m3"))


@pytest.mark.parametrize(
    ("indicator", "unit", "slip"),
    [
        ("hdr.population", "", 17.5e6),  # persons of Chile for millions
        ("hdr.hdi", "", 86.0),
        ("wgi.law", "", 55.2),
        ("walkfree.prevalence", "", 0.0032),
        ("walkfree.vulnerability", "", 400.0),
        ("ec.eol_rir", "", 32.0),
        ("wmd.production", "t", 3.9e9 * 1e3),
        ("wmd.production", "kt", 4e8),
        ("baci.import_value", "", 1.04e8 * 1e3),
        ("ucdp.onesided", "", 770_581_000),
    ],
)
def test_a_slip_of_the_unit_leaves_the_range(indicator: str, unit: str, slip: float) -> None:
    low, high = plausible(get(indicator), unit)
    assert not low <= slip <= high


def test_every_observed_indicator_that_is_no_amount_has_two_ends() -> None:
    open_ended = {
        key
        for key, row in INDICATORS.items()
        if row.kind == "observation" and not row.levels and plausible(row)[1] == math.inf
    }
    # Amounts in the unit of their mineral: their ends follow the unit that stands.
    assert open_ended == {
        "wmd.production", "usgs.production", "usgs.capacity", "usgs.reserves", "project.capacity",
    }  # fmt: skip
