"""Method v3 on the bundle: what proxy, by-product, prediction, bloc and finding can do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import method_v3
from benchmarks.bundle_frame import axes, projects, tables, units
from riskscore.engine.catalogue import INDICATORS, LISTING_LEVELS
from riskscore.engine.frame import Frame
from riskscore.engine.inputs.gather import gather
from riskscore.engine.inputs.units import Units
from riskscore.engine.method import Fitted, Method
from riskscore.engine.result import Result

FITTED: Fitted = Method.from_dict(method_v3.spec(3)).fit()
LEAVES = {leaf.code: leaf for leaf in FITTED.method.leaves}
COLUMNS = tuple(leaf.column for leaf in FITTED.method.leaves)


def mines(*pairs: tuple[str, str], importer: str = "WLD", **inputs: float) -> Result:
    """Mines of one mineral each about which nothing else is known."""
    seen, n = axes(importer), len(pairs)
    there = Units(
        keys=np.array(["/".join(pair) for pair in pairs]),
        place=np.array([seen.place(place) for place, _ in pairs], np.int32),
        kind=np.array(["mine"] * n),
        mineral_start=np.arange(n + 1, dtype=np.int64),
        mineral=np.array([seen.mineral(mineral) for _, mineral in pairs], np.int32),
        role=np.zeros(n, np.int8),
        inputs={key.replace("_", ".", 1): np.full(n, value) for key, value in inputs.items()},
    )
    known = {key: table for key, table in tables(importer).items() if key != "geo.disruption"}
    return FITTED.score(gather(known, there, FITTED.method))


def everyone(**columns: float) -> Result:
    """All projects of the bundle, with the same value of some columns for all."""
    frame = gather(tables(), units(), FITTED.method)
    values = frame.values.copy()
    for key, value in columns.items():
        values[:, frame.index(key.replace("_", ".", 1))] = value
    return FITTED.score(Frame(frame.keys, frame.columns, values, None, frame.group))


@pytest.mark.parametrize("mineral", ["graphite", "gallium", "germanium", "rare_earths"])
def test_for_japan_china_stands_above_latin_america_where_it_restricts_exports(
    mineral: str,
) -> None:
    pairs = [(place, mineral) for place in ("CHN", "ARG", "BRA", "CHL", "PER")]
    china, *others = mines(*pairs, importer="JPN").scores["geopolitical"]
    assert china > max(others) + 1


def test_for_japan_china_stands_above_argentina_for_copper_too() -> None:
    scores = mines(("CHN", "copper"), ("ARG", "copper"), importer="JPN").scores["geopolitical"]
    assert scores.round(1).tolist() == [41.7, 37.1]


def test_no_project_lies_below_its_national_context_through_the_proxy() -> None:
    result = everyone()
    known = ~np.isnan(result.scores["indigenous"])
    assert known.sum() == 378
    country = everyone(ind_language=np.nan).context["indigenous"]
    assert (result.scores["indigenous"] >= country - 1e-9)[known].all()


def test_a_locality_143_km_away_says_nothing_of_las_bambas() -> None:
    at = [project.name for project in projects()].index("Las Bambas")
    result = everyone()
    assert np.isnan(result.scores["indigenous"][at])
    assert result.context["indigenous"][at] == pytest.approx(43.867, abs=0.001)


@pytest.mark.parametrize("place", ["NOR", "FIN", "AUS", "CHL", "COD", "USA", "NCL"])
def test_verified_forced_labour_at_the_highest_severity_is_extreme_in_any_country(
    place: str,
) -> None:
    # 67.5 of 100 is what is left of it after 20 months: 100 · 0.5^(20.4 / 36).
    for value in (100.0, 67.5):
        result = mines((place, "copper"), lab_evidence=value)
        assert result.scores["labour"][0] >= 75 - 1e-9


def test_a_minor_finding_is_no_good_news() -> None:
    before = mines(("COD", "cobalt")).scores["labour"][0]
    after = mines(("COD", "cobalt"), lab_evidence=5.0).scores["labour"][0]
    assert after == before


@pytest.mark.parametrize("probability", [0.0, 0.01, 0.05, 0.07])
def test_an_ordinary_probability_of_disruption_moves_nothing(probability: float) -> None:
    without, with_it = everyone(geo_disruption=np.nan), everyone(geo_disruption=probability)
    for node in ("geopolitical", "composite"):
        np.testing.assert_array_equal(without.scores[node], with_it.scores[node])


def test_a_coin_toss_raises_a_dimension_of_30_to_39() -> None:
    without, with_it = everyone(geo_disruption=np.nan), everyone(geo_disruption=0.5)
    before, after = (result.scores["geopolitical"] for result in (without, with_it))
    known = ~np.isnan(before)
    expected = (before * 1.0 + 100 * 0.15) / 1.15
    without_buyer = known & (np.abs(everyone().coverage["geopolitical"] - 1) < 1e-9)
    np.testing.assert_allclose(after[without_buyer], expected[without_buyer], atol=1e-6)


def test_a_by_product_is_marked_and_counts_a_quarter_of_the_way() -> None:
    seen = axes()
    there = Units(
        keys=np.array(["alone", "with copper"]),
        place=np.array([seen.place("PER")] * 2, np.int32),
        kind=np.array(["mine"] * 2),
        mineral_start=np.array([0, 1, 3]),
        mineral=np.array([seen.mineral(code) for code in ("gold", "copper", "gold")], np.int32),
        role=np.array([0, 0, 1], np.int8),
        inputs={},
    )
    result = FITTED.score(gather(tables(), there, FITTED.method))
    at = result.leaves.index("lab.listing")
    levels = [LISTING_LEVELS[int(value)] for value in result.inputs[:, at]]
    assert levels == ["forced", "by_product_forced"]
    assert result.scaled[:, at].tolist() == [100, 55]  # 40 + (100 - 40) / 4


def test_every_level_that_a_by_product_becomes_is_a_level_of_its_row() -> None:
    for row in INDICATORS.values():
        assert set(row.by_product) | set(row.by_product.values()) <= set(row.levels)


def test_nickel_and_graphite_follow_the_newest_year_and_copper_the_mean_of_three() -> None:
    seen, share = axes(), tables()["con.largest_share"].values
    three = tables()["con.top_share"].values
    found = {
        code: (round(three[at], 3), round(share[at], 3))
        for code in ("nickel", "graphite", "copper")
        for at in [seen.mineral(code)]
    }
    assert found == {
        "nickel": (0.554, 0.622), "graphite": (0.718, 0.759), "copper": (0.238, 0.238),
    }  # fmt: skip


def test_publishers_that_differ_by_more_than_5_points_widen_the_error() -> None:
    seen, table = axes(), tables()["con.largest_share"]
    graphite, copper = seen.mineral("graphite"), seen.mineral("copper")
    # China's graphite: 75.9 % by World Mining Data, 85.1 % by the USGS (1,270,000 t).
    assert table.standard_errors is not None
    assert tables()["con.largest_elsewhere"].values[graphite] == pytest.approx(0.851, abs=0.001)
    assert table.standard_errors[graphite] == pytest.approx(0.092 / 2**0.5, abs=0.001)
    assert np.isnan(table.standard_errors[copper])


def test_low_score_and_high_are_in_order_everywhere() -> None:
    result = everyone()
    for node, score in result.scores.items():
        known = ~np.isnan(score)
        assert (result.low[node] <= score + 1e-9)[known].all()
        assert (score <= result.high[node] + 1e-9)[known].all()


RAISING = [code for code, leaf in LEAVES.items() if leaf.raises_only]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), leaf=st.sampled_from(RAISING), other=st.floats(0, 1))
def test_no_value_of_a_raising_leaf_lowers_any_score(seed: int, leaf: str, other: float) -> None:
    """1,000 random mines a time, whose cells are drawn from the leaves' ends, a third unknown."""
    frame = random_mines(seed, 1000)
    without, with_it = frame.values.copy(), frame.values.copy()
    at = frame.index(LEAVES[leaf].column)
    low, high = ends(leaf)
    without[:, at], with_it[:, at] = np.nan, low + other * (high - low)
    before, after = (
        FITTED.score(Frame(frame.keys, frame.columns, values)) for values in (without, with_it)
    )
    for node in ("geopolitical", "labour", "indigenous", "composite"):
        known = ~np.isnan(before.scores[node])
        assert (after.scores[node] >= before.scores[node] - 1e-9)[known].all()


def ends(code: str) -> tuple[float, float]:
    """The raw values at which a leaf scores least and most."""
    levels = INDICATORS[LEAVES[code].column].levels
    if levels:
        return 0.0, float(len(levels) - 1)
    by_code = {
        part[at]["indicator"]: part[at]["scaling"]
        for part, at in method_v3.leaves(method_v3.spec(3)["root"])
    }
    scaling = by_code[code]
    return float(scaling.get("from", 0)), float(scaling.get("to", 1))


def random_mines(seed: int, number: int) -> Frame:
    rng = np.random.default_rng(seed)
    values = np.empty((number, len(COLUMNS)))
    for at, (code, leaf) in enumerate(LEAVES.items()):
        low, high = ends(code)
        drawn = low + rng.random(number) * (high - low)
        discrete = bool(INDICATORS[leaf.column].levels) or code == "ind.c169"
        values[:, at] = np.round(drawn) if discrete else drawn
    values[rng.random(values.shape) < 1 / 3] = np.nan
    controls = tuple(control.column for control in FITTED.method.controls)
    values = np.hstack([values, np.full((number, len(controls)), np.nan)])
    return Frame(np.array([f"mine-{i}" for i in range(number)]), (*COLUMNS, *controls), values)


def test_the_page_shows_what_the_bundle_gives() -> None:
    page = method_v3.PAGE.read_text(encoding="utf-8")
    for name in ("WLD", "differences"):
        assert method_v3.TABLES[name]() == method_v3.marked(page, name)
