"""The engine against tables that others published."""

import json
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from riskscore.engine import Frame, Method, MethodError
from riskscore.engine.formulas.aggregation import outranking
from riskscore.engine.formulas.concentration import hhi01
from riskscore.engine.formulas.geopolrisk import geopolrisk
from riskscore.engine.formulas.supply_risk import ec_bottleneck, ec_core, ec_group
from riskscore.engine.scaling.fitted import DistanceToTarget, MinMax
from riskscore.engine.scaling.fixed import Goalposts
from tests.engine.shared import number, rows

HDI: dict[str, Any] = {
    "code": "hdi",
    "version": 1,
    "scale": [0, 1],
    "root": {
        "code": "hdi",
        "aggregation": {"kind": "geometric", "floor": 0},
        "minimum": {"count": 3},
        "children": [
            {"column": "le", "scaling": {"kind": "goalposts", "from": 20, "to": 85}},
            {
                "code": "education",
                "children": [
                    {"column": "eys", "scaling": {"kind": "goalposts", "from": 0, "to": 18}},
                    {"column": "mys", "scaling": {"kind": "goalposts", "from": 0, "to": 15}},
                ],
            },
            {
                "column": "gnipc",
                "scaling": {"kind": "goalposts", "from": 100, "to": 75000, "log": True},
            },
        ],
    },
}


def test_the_human_development_index_of_every_country_is_undps() -> None:
    table = rows("hdi/hdi_2022.csv")
    columns = ("le", "eys", "mys", "gnipc")
    frame = Frame.from_columns({c: [number(row[c]) for row in table] for c in columns})
    result = Method.from_dict(HDI).fit().score(frame)
    published = np.array([number(row["hdi"]) for row in table])
    known = ~np.isnan(published)
    assert known.sum() >= 190
    assert np.abs(result.scores["hdi"] - published)[known].max() <= 5.1e-4
    assert np.nanmax(np.abs(result.contributions.sum(axis=1) - result.scores["hdi"])) < 1e-12


def test_geopolrisk_scores_are_those_of_the_published_package() -> None:
    world: dict[tuple[str, str], list[float]] = defaultdict(list)
    home: dict[tuple[str, str, str], float] = defaultdict(float)
    members: dict[str, set[str]] = defaultdict(set)
    for row in rows("geopolrisk/importer_members.csv"):
        members[row["importer"]].add(row["code"])
    for row in rows("geopolrisk/inputs_production.csv"):
        if row["Country_Code"] == "DELETE":
            continue
        if not row["production"]:
            continue
        amount = float(int(number(row["production"])))
        world[row["rawMaterial"], row["year"]].append(amount)
        home[row["rawMaterial"], row["year"], row["Country_Code"]] += amount
    trade: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows("geopolrisk/inputs_trade.csv"):
        trade[row["rawMaterial"], row["period"], row["reporterCode"]].append(row)
    checked = 0
    for row in rows("geopolrisk/outputs.csv"):
        material, year = row["Raw Material"], row["Year"]
        inside = members[row["Country [Economic Entity]"]]
        sold = [deal for code in inside for deal in trade[material, year, code]]
        risk = [
            0.0 if deal["partnerCode"] in inside else _governance(deal["partnerWGI"])
            for deal in sold
        ]
        found = geopolrisk(
            world[material, year],
            [number(deal["qty"]) for deal in sold],
            risk,
            sum(home[material, year, code] for code in inside),
            [number(deal["cifvalue"]) for deal in sold],
        )
        expected = [
            number(row[name]) for name in ("HHI", "Import Risk", "GeoPolRisk Score", "Price")
        ]
        assert np.allclose(found[:4], expected, rtol=1e-12, atol=1e-12), row["DBID"]
        factor = number(row["GeoPolRisk Characterization Factor [eq. Kg-Cu/Kg]"])
        assert found.characterisation == pytest.approx(factor, rel=1e-8)
        checked += 1
    assert checked > 200


def _governance(text: str) -> float:
    """A partner's risk, 0..1; half where the package knows none."""
    return float(np.nan_to_num(number(text), nan=0.5))


def _micro(function: str) -> list[tuple[Any, dict[str, Any], Any]]:
    found = []
    for row in rows("micro/micro_cases.csv"):
        if row["function"] == function:
            x = np.array(json.loads(row["input"]), dtype=float)
            found.append((x, json.loads(row["params"]), json.loads(row["expected"] or "null")))
    assert found
    return found


def _scored(x: Any, aggregation: dict[str, Any], weights: list[float] | None) -> float:
    """The value of one node over leaves that are already on its scale: the code that scores."""
    ends = [float(np.nanmin(x)), float(np.nanmax(x)) + 1.0]
    same = {"kind": "goalposts", "from": ends[0], "to": ends[1], "range": ends}
    children = [
        {"column": f"c{i}", "weight": w, "scaling": same}
        for i, w in enumerate(weights or [1.0] * len(x))
    ]
    root = {"code": "r", "aggregation": aggregation, "children": children}
    method = Method.from_dict({"code": "m", "version": 1, "root": root})
    frame = Frame.from_columns({f"c{i}": [value] for i, value in enumerate(x)})
    return float(method.fit().score(frame).scores["r"][0])


@pytest.mark.parametrize("kind", ["geometric", "harmonic"])
def test_means_are_coinrs_and_what_coinr_refuses_is_refused(kind: str) -> None:
    for x, params, expected in _micro(f"{kind}_mean"):
        if expected == "error":
            with pytest.raises(MethodError):
                _scored(x, {"kind": kind}, params.get("w"))
        else:
            found = _scored(x, {"kind": kind}, params.get("w"))
            assert found == pytest.approx(expected, abs=1e-12)


def test_power_means_are_coinrs() -> None:
    for x, params, expected in _micro("power_mean"):
        found = _scored(x, {"kind": "power", "p": params["p"]}, params.get("w"))
        assert found == pytest.approx(expected, abs=1e-12)


def test_outranking_and_copeland_are_coinrs() -> None:
    for x, _, expected in _micro("outranking_matrix"):
        even = np.full(x.shape[1], 1 / x.shape[1])
        found = outranking(x, x, even)
        np.fill_diagonal(found, 0.0)  # COINr leaves a unit's tie with itself out
        assert np.allclose(found, expected, atol=1e-12)
    for x, _, expected in _micro("copeland"):
        columns = {f"c{i}": x[:, i] for i in range(x.shape[1])}
        children = [{"column": name, "scaling": "identity"} for name in columns]
        root = {"code": "r", "aggregation": "copeland", "children": children}
        frame = Frame.from_columns(columns)
        method = Method.from_dict({"code": "m", "version": 1, "root": root}).fit(frame)
        assert method.score(frame).scores["r"].tolist() == expected


def test_scalings_are_coinrs() -> None:
    for x, params, expected in _micro("goalposts"):
        ends = (params["lower"], params["upper"])
        start, end = ends if params.get("direction", 1) > 0 else ends[::-1]
        scaling = Goalposts(start=start, end=end, lo=0, hi=params["scale"])
        assert np.allclose(scaling.column(x), expected, atol=1e-12)
    for x, params, expected in _micro("distance_to_target"):
        target = DistanceToTarget(
            target=params["target"], direction=params["direction"], cap=params["cap"], hi=1.0
        ).fit(x, np.arange(len(x)).astype(str))
        assert np.allclose(target.column(x), expected, atol=1e-12)
    for x, params, expected in _micro("minmax"):
        minmax = MinMax(lo=params["l"], hi=params["u"]).fit(x, np.arange(len(x)).astype(str))
        # The inputs are printed with fewer digits than the outputs.
        assert np.allclose(minmax.column(x), expected, atol=5e-5)


def test_a_node_below_its_data_threshold_is_not_assessed() -> None:
    for x, params, expected in _micro("weighted_mean_data_threshold"):
        assert expected is None
        children = [
            {"column": f"c{i}", "weight": w, "scaling": "identity"}
            for i, w in enumerate(params["w"])
        ]
        root = {"code": "r", "minimum": {"share": params["dat_thresh"]}, "children": children}
        method = Method.from_dict({"code": "m", "version": 1, "root": root})
        frame = Frame.from_columns({f"c{i}": [value] for i, value in enumerate(x)})
        assert np.isnan(method.fit().score(frame).scores["r"][0])


def test_the_commissions_supply_risk_is_the_greater_stage_and_groups_are_plain_means() -> None:
    table = {row["material_name"]: row for row in rows("ec_crm/ec2023_results_clean.csv")}
    for name, row in table.items():
        stages = [number(row["supply_risk_primary"]), number(row["supply_risk_refined"])]
        greatest = float(ec_bottleneck(*stages))
        if not np.isnan(greatest) and row["sr_equals_max_stage"] == "True":
            assert greatest == pytest.approx(number(row["supply_risk"]), abs=0.05), name
    light = ("Cerium", "Lanthanum", "Neodymium", "Praseodymium", "Samarium")
    mean = float(ec_group([number(table[name]["supply_risk"]) for name in light]))
    assert mean == pytest.approx(number(table["LREE"]["supply_risk"]), abs=0.05)


def test_the_commissions_single_mix_variants_use_the_mix_that_is_known() -> None:
    assert ec_core(4.0, np.nan, 0.6) == 4.0
    assert ec_core(np.nan, 3.0, 0.6) == 3.0
    assert ec_core(4.0, 3.0, 0.6) == pytest.approx(4.0 * 0.3 + 3.0 * 0.7)


def test_the_hhi_of_two_halves_is_a_half() -> None:
    assert hhi01([1.0, 1.0]) == 0.5
