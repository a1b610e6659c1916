"""What an importer depends on, from small worlds and from the published cases of GeoPolRisk."""

from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import pytest

from riskscore.engine.inputs.axes import Axes, Observations
from riskscore.releases.effective import InForce
from riskscore.scoring.indicators.import_dependence import Dependence, dependence
from riskscore.scoring.indicators.releases_of_values import credited
from tests.engine.shared import number, rows

Rows = list[tuple[str | None, str | None, str | None, int, float, str]]


def observe(axes: Axes, found: Rows) -> Observations:
    """Rows (place, mineral, importer, year, value, unit) as arrays."""
    place, mineral, importer, year, value, unit = zip(*found, strict=True)
    size = len(found)
    return Observations(
        place=np.array([axes.place(code or "") for code in place]),
        mineral=np.array([axes.mineral(code or "") for code in mineral]),
        importer=np.array([axes.place(code or "") for code in importer]),
        year=np.array(year, np.int16),
        value=np.array(value, np.float64),
        standard_error=np.full(size, np.nan),
        since=np.full(size, "NaT", "datetime64[D]"),
        until=np.full(size, "NaT", "datetime64[D]"),
        label=np.array(unit, object),
    )


def world(importer: str = "JPN", members: frozenset[str] | None = None) -> Axes:
    return Axes(
        ("AUS", "CHL", "FIN", "JPN"), ("cobalt",), importer, members or frozenset({importer}),
        date(2024, 12, 31),
    )  # fmt: skip


def seen(axes: Axes, more: dict[str, Rows], sold: float = np.nan) -> Dependence:
    """Chile sells 60 t, Finland 20 t, Japan mines 20 t; the world mines 80 t in Chile."""
    tables: dict[str, Rows] = {
        "baci.import_quantity": [
            ("CHL", "cobalt", "JPN", 2024, 60.0, ""),
            ("FIN", "cobalt", "JPN", 2024, 20.0, ""),
        ],
        "baci.import_value": [
            ("CHL", "cobalt", "JPN", 2024, 300.0, ""),
            ("FIN", "cobalt", "JPN", 2024, 100.0, ""),
        ],
        "wmd.production": [
            ("CHL", "cobalt", None, 2024, 80.0, "t"),
            ("JPN", "cobalt", None, 2024, 20.0, "t"),
        ],
        "wgi.stability": [("CHL", None, None, 2024, 0.0, ""), ("JPN", None, None, 2024, 2.5, "")],
        **more,
    }
    found = {key: observe(axes, each) for key, each in tables.items()}
    return dependence(found, axes, np.array([sold]), 3)


def test_a_small_world_gives_what_was_calculated_by_hand() -> None:
    found = seen(world(), {})
    expected = {
        "imports_t": 80.0,
        "import_value_kusd": 400.0,
        "own_production_t": 20.0,
        "production_hhi01": 0.8**2 + 0.2**2,
        # Chile 0.5, Finland without an estimate 0.5: (60 + 20) · 0.5 / (80 + 20)
        "import_risk01": 0.4,
        "geopolrisk01": 0.68 * 0.4,
        "price_kusd_per_t": 5.0,
        "geopolrisk_midpoint_kusd_per_t": 0.68 * 0.4 * 5,
        "import_value_hhi01": 0.75**2 + 0.25**2,
        "import_quantity_hhi01": 0.75**2 + 0.25**2,
        "supply_hhi01": 0.6**2 + 0.2**2 + 0.2**2,
        "largest_supplier_share01": 0.75,
        "n1_imports_left01": 0.25,
        "n1_supply_left01": 0.4,
        "known_partner_share01": 0.75,
    }
    got = {name: float(found.columns[name][0]) for name in expected}
    assert got == pytest.approx(expected, rel=1e-12)
    assert found.supplier == ["CHL"]
    assert (found.import_years, found.production_years) == ([2024], [2024])


def test_the_commissions_formula_is_put_together_from_its_parts() -> None:
    six = ("voice", "stability", "effectiveness", "regulation", "law", "corruption")
    governed: dict[str, Rows] = {
        f"wgi.{name}": [
            ("CHL", None, None, 2024, 0.5, ""),
            ("FIN", None, None, 2024, 1.5, ""),
            ("JPN", None, None, 2024, 1.0, ""),
        ]
        for name in six
    }
    commission: dict[str, Rows] = {
        "ec.trade": [("CHL", "cobalt", None, 2023, 1.1, "primary")],
        "ec.eol_rir": [(None, "cobalt", None, 2023, 0.2, "")],
        "ec.substitution": [(None, "cobalt", None, 2023, 0.9, "")],
    }
    found = seen(world(), {**governed, **commission}, sold=10.0).columns
    of_world = 0.8**2 * 4 * 1.1 + 0.2**2 * 3
    own = 0.6**2 * 4 * 1.1 + 0.2**2 * 2 + 0.2**2 * 3
    reliance = (80 - 10) / (20 + 80 - 10)
    core = of_world * reliance / 2 + own * (1 - reliance / 2)
    assert found["ec_hhi_wgi_t_world10"][0] == pytest.approx(of_world)
    assert found["ec_hhi_wgi_t_importer10"][0] == pytest.approx(own)
    assert found["import_reliance01"][0] == pytest.approx(reliance)
    assert found["ec_supply_risk"][0] == pytest.approx(core * 0.8 * 0.9)
    assert found["ec_supply_risk_at_most"][0] == pytest.approx(core * 0.8 * 0.9)
    del commission["ec.substitution"]
    unsure = seen(world(), {**governed, **commission}).columns
    assert np.isnan(unsure["ec_supply_risk"][0])
    ends = (own, of_world / 2 + own / 2)
    assert unsure["ec_supply_risk_at_most"][0] == pytest.approx(max(ends) * 0.8)


def test_what_members_sell_each_other_is_left_out() -> None:
    found = seen(world("JPN", frozenset({"JPN", "FIN"})), {})
    assert found.columns["imports_t"][0] == 60.0
    assert found.columns["n1_imports_left01"][0] == 0.0


def test_every_single_country_of_the_published_package_has_its_score() -> None:
    code_of = {
        row["importer"]: row["code"]
        for row in rows("geopolrisk/importer_members.csv")
        if row["importer"] != "EU"
    }
    amounts: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows("geopolrisk/inputs_trade.csv"):
        amounts[row["rawMaterial"], row["period"], row["reporterCode"]].append(row)
    mined: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows("geopolrisk/inputs_production.csv"):
        if row["Country_Code"] != "DELETE" and row["production"]:
            mined[row["rawMaterial"], row["year"]].append(row)
    checked = 0
    for row in rows("geopolrisk/outputs.csv"):
        name, material, year = row["Country [Economic Entity]"], row["Raw Material"], row["Year"]
        if name not in code_of:
            continue
        code = code_of[name]
        found = _published(amounts[material, year, code], mined[material, year], code, int(year))
        expected = [number(row[key]) for key in ("HHI", "Import Risk", "GeoPolRisk Score", "Price")]
        got = [
            float(found.columns[key][0])
            for key in ("production_hhi01", "import_risk01", "geopolrisk01", "price_kusd_per_t")
        ]
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-12), row["DBID"]
        checked += 1
    assert checked == 8 * 4 * 7


def _published(
    sold: list[dict[str, str]], mined: list[dict[str, str]], code: str, year: int
) -> Dependence:
    """The dependence of one importer in a case, whose governance is 0..1 already."""
    partners = {row["partnerCode"] for row in sold}
    places = tuple(sorted({code, *partners, *(row["Country_Code"] for row in mined)}))
    axes = Axes(places, ("m",), code, frozenset({code}), date(year, 12, 31))
    quantity: Rows = [(r["partnerCode"], "m", code, year, number(r["qty"]), "") for r in sold]
    value: Rows = [(r["partnerCode"], "m", code, year, number(r["cifvalue"]), "") for r in sold]
    made: Rows = [
        (r["Country_Code"], "m", None, year, float(int(number(r["production"]))), "t")
        for r in mined
    ]
    risk: Rows = [
        (r["partnerCode"], None, None, year, 2.5 - 5 * number(r["partnerWGI"]), "")
        for r in sold
        if r["partnerWGI"]
    ]
    tables: dict[str, Rows] = {
        "baci.import_quantity": quantity,
        "baci.import_value": value,
        "wmd.production": made,
        "wgi.stability": risk,
    }
    found = {key: observe(axes, each) for key, each in tables.items() if each}
    return dependence(found, axes, np.array([np.nan]), 1)


def test_of_many_corrections_those_that_change_a_value_are_named_for_it() -> None:
    values: dict[int, Any] = {2: ("a", 20), 5: ("b", 50)}

    def derived(releases: InForce) -> dict[str, int]:
        return {"a": 1, "b": 1} | dict(values[key] for key in releases.corrected if key in values)

    found = credited(InForce([1], [2, 3, 4, 5], {}), [2, 3, 4, 5], derived)
    assert found == {"a": [2], "b": [5]}


def test_corrections_that_only_change_a_value_together_are_named_together() -> None:
    def derived(releases: InForce) -> dict[str, bool]:
        return {"a": bool({2, 3} & set(releases.corrected))}

    assert credited(InForce([1], [2, 3], {}), [2, 3], derived) == {"a": [2, 3]}
