"""From observations to indicators: the domain rules on small worlds."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from riskscore.engine.catalogue import ALIGNMENT_LEVELS, LISTED_LEVELS, RESTRICTION_LEVELS
from riskscore.engine.derive.derivation import derive
from riskscore.engine.inputs.axes import Axes, Observations, Table

PLACES = ("AUS", "CHL", "CHN", "COD", "DEU", "FRA", "USA", "EUU", "ROW", "WLD")
MINERALS = ("aluminium", "bauxite", "cobalt", "copper", "gallium")
AXES = Axes(
    PLACES,
    MINERALS,
    "WLD",
    frozenset(),
    date(2025, 12, 1),
    {"EUU": frozenset({"DEU", "FRA"}), "ROW": frozenset(), "WLD": frozenset()},
)
FIELDS: dict[str, Any] = {
    "place": None,
    "mineral": None,
    "importer": None,
    "year": 2023,
    "value": np.nan,
    "error": np.nan,
    "since": None,
    "until": None,
    "label": "",
}


def seen_by(importer: str) -> Axes:
    members = AXES.groups.get(importer, frozenset({importer}))
    return replace(AXES, importer=importer, members=members)


def observe(*rows: dict[str, Any]) -> Observations:
    full = [{**FIELDS, **row} for row in rows]

    def index(names: tuple[str, ...], key: str) -> Any:
        return np.array([-1 if r[key] is None else names.index(r[key]) for r in full], np.int32)

    return Observations(
        place=index(PLACES, "place"),
        mineral=index(MINERALS, "mineral"),
        importer=index(PLACES, "importer"),
        year=np.array([r["year"] for r in full], np.int16),
        value=np.array([r["value"] for r in full], np.float64),
        standard_error=np.array([r["error"] for r in full], np.float64),
        since=np.array([r["since"] for r in full], "datetime64[D]"),
        until=np.array([r["until"] for r in full], "datetime64[D]"),
        label=np.array([r["label"] for r in full], object),
    )


def at(table: Table, place: str = "", mineral: str = "") -> float:
    where = tuple(
        names.index(name) for names, name in ((PLACES, place), (MINERALS, mineral)) if name
    )
    return float(table.values[where])


def test_the_newest_value_counts_with_its_error_and_an_old_one_is_unknown() -> None:
    rows = observe(
        {"place": "CHL", "year": 2022, "value": 0.1, "error": 0.2},
        {"place": "CHL", "year": 2023, "value": 0.3, "error": 0.4},
        {"place": "COD", "year": 2010, "value": -2.0, "error": 0.1},
        {"place": "USA", "year": 2027, "value": 9.0, "error": 0.1},
    )
    table = derive({"wgi.stability": rows}, AXES)["geo.stability"]
    assert at(table, "CHL") == 0.3
    assert table.standard_errors is not None
    assert table.standard_errors[PLACES.index("CHL")] == 0.4
    assert np.isnan(at(table, "COD"))
    assert np.isnan(at(table, "USA"))


def test_a_country_left_out_of_the_conflict_file_is_unknown_and_zeros_are_peace() -> None:
    deaths = [{"place": "CHL", "year": y, "value": 0.0} for y in (2021, 2022, 2023)]
    war = [{"place": "COD", "year": y, "value": v} for y, v in ((2021, 60), (2022, 30), (2023, 0))]
    people = [{"place": p, "value": 10.0} for p in ("CHL", "COD", "AUS")]
    world = {
        "ucdp.state": observe(*deaths, *war),
        "ucdp.onesided": observe(*deaths, *war),
        "hdr.population": observe(*people),
    }
    table = derive(world, AXES)["geo.violence"]
    assert at(table, "CHL") == 0.0
    assert at(table, "COD") == pytest.approx(2 * 30 / 10)
    assert np.isnan(at(table, "AUS"))


def produced(mineral: str, **amounts: float) -> list[dict[str, Any]]:
    return [
        {"place": place, "mineral": mineral, "value": value, "label": "t"}
        for place, value in amounts.items()
    ]


def test_refinery_output_is_no_mining_and_aluminium_takes_bauxites() -> None:
    rows = observe(
        *produced("gallium", CHN=99, USA=1),
        *produced("bauxite", AUS=50, CHN=50),
        *produced("aluminium", CHN=100),
        *produced("copper", CHL=75, COD=25),
    )
    tables = derive({"wmd.production": rows}, AXES)
    assert np.isnan(at(tables["con.mining"], mineral="gallium"))
    assert at(tables["con.mining"], mineral="aluminium") == 0.5
    assert at(tables["con.mining"], mineral="copper") == pytest.approx(0.625)
    assert at(tables["con.refining"], mineral="gallium") == pytest.approx(0.9802)
    assert at(tables["con.refining"], mineral="aluminium") == 1.0
    assert np.isnan(at(tables["con.refining"], mineral="copper"))
    assert at(tables["con.own_share"], "AUS", "aluminium") == 0.5
    assert at(tables["con.own_share"], "DEU", "copper") == 0.0
    assert np.isnan(at(tables["con.own_share"], "CHL", "cobalt"))
    assert np.isnan(at(tables["con.own_share"], "EUU", "copper"))
    assert at(tables["con.top_share"], mineral="copper") == 0.75


def test_refining_takes_the_middle_of_the_bounds_and_their_width_as_error() -> None:
    rows = observe(
        {"place": "CHN", "mineral": "copper", "value": 40.0},
        {"place": "CHL", "mineral": "copper", "value": 20.0},
        {"place": "ROW", "mineral": "copper", "value": 40.0},
        {"place": "WLD", "mineral": "copper", "value": 97.0},
    )
    table = derive({"iea.refining": rows}, AXES)["con.refining"]
    assert at(table, mineral="copper") == pytest.approx((0.2 + 0.28) / 2)
    assert table.standard_errors is not None
    assert table.standard_errors[MINERALS.index("copper")] == pytest.approx(0.04 / 1.645)


def listings() -> Observations:
    return observe(
        {"place": "COD", "mineral": "cobalt", "value": 1, "label": "Cobalt ore"},
        {"place": "COD", "mineral": "copper", "value": 2, "label": "Copper"},
        {"place": "CHN", "value": 1, "label": "Jade"},
    )


def test_a_listing_knows_four_levels_and_says_nothing_of_the_lists_own_country() -> None:
    table = derive({"dol.good": listings()}, AXES)["lab.listed"]
    assert LISTED_LEVELS[int(at(table, "COD", "cobalt"))] == "child"
    assert LISTED_LEVELS[int(at(table, "COD", "copper"))] == "forced"
    assert LISTED_LEVELS[int(at(table, "COD", "gallium"))] == "another_mining_good"
    assert LISTED_LEVELS[int(at(table, "CHN", "gallium"))] == "another_mining_good"
    assert LISTED_LEVELS[int(at(table, "AUS", "cobalt"))] == "no_mining_good"
    assert np.isnan(at(table, "USA", "cobalt"))


def restrictions() -> Observations:
    ban, licence = RESTRICTION_LEVELS.index("ban"), RESTRICTION_LEVELS.index("licence")
    return observe(
        {"place": "CHN", "mineral": "gallium", "value": licence, "since": "2023-08-01"},
        {
            "place": "CHN",
            "mineral": "gallium",
            "importer": "USA",
            "value": ban,
            "since": "2024-12-03",
            "until": "2025-11-09",
        },
    )


def restriction(importer: str, day: date) -> float:
    axes = replace(AXES if importer == "WLD" else seen_by(importer), as_of=day)
    table = derive({"trade.restriction": restrictions()}, axes)["geo.export_restriction"]
    return at(table, "CHN", "gallium")


def test_a_ban_on_one_buyer_counts_for_that_buyer_and_a_suspended_one_as_its_licence() -> None:
    licence, ban = RESTRICTION_LEVELS.index("licence"), RESTRICTION_LEVELS.index("ban")
    assert restriction("USA", date(2025, 6, 1)) == ban
    assert restriction("WLD", date(2025, 6, 1)) == licence
    assert restriction("DEU", date(2025, 6, 1)) == licence
    assert restriction("USA", date(2025, 11, 10)) == licence
    assert np.isnan(restriction("WLD", date(2023, 7, 31)))
    assert np.isnan(restriction("CHN", date(2025, 6, 1)))


def test_the_eu_scope_of_the_trade_parameter_is_for_buyers_in_the_eu() -> None:
    rows = observe(
        {"mineral": "copper", "value": 1.0, "label": "default"},
        {"place": "CHL", "mineral": "copper", "value": 1.2, "label": "primary"},
        {"place": "CHL", "mineral": "copper", "value": 1.1, "label": "refined"},
        {
            "place": "CHL",
            "mineral": "copper",
            "importer": "EUU",
            "value": 0.8,
            "label": "primary",
        },
    )
    world = derive({"ec.trade": rows}, AXES)["geo.trade_parameter"]
    assert at(world, "CHL", "copper") == 1.2
    assert at(world, "AUS", "copper") == 1.0
    assert np.isnan(at(world, "AUS", "cobalt"))
    for buyer in ("EUU", "DEU"):
        own = derive({"ec.trade": rows}, seen_by(buyer))["geo.trade_parameter"]
        assert at(own, "CHL", "copper") == 1.1


def test_alignment_is_the_closest_agreement_and_needs_a_buyer_that_somebody_looked_at() -> None:
    rows = observe(
        {"place": "CHL", "importer": "EUU", "value": 3, "since": "2024-01-01"},
        {"place": "CHL", "importer": "EUU", "value": 0, "since": "2003-01-01"},
        {"place": "COD", "importer": "EUU", "value": 2, "since": "2023-01-01"},
        {"place": "AUS", "importer": "EUU", "value": 4, "since": "2024-01-01"},
        {"place": "CHN", "importer": "EUU", "value": 0, "since": "2030-01-01"},
    )
    assert "geo.alignment" not in derive({"trade.agreement": rows}, AXES)
    table = derive({"trade.agreement": rows}, seen_by("DEU"))["geo.alignment"]
    levels = {p: ALIGNMENT_LEVELS[int(at(table, p))] for p in ("CHL", "COD", "AUS", "CHN", "DEU")}
    assert levels == {
        "CHL": "trade_agreement",
        "COD": "partner",
        "AUS": "forum",
        "CHN": "none",
        "DEU": "domestic",
    }
    unseen = derive({"trade.agreement": rows}, seen_by("USA"))["geo.alignment"]
    assert np.isnan(at(unseen, "CHL"))


def test_a_groups_imports_leave_out_what_its_members_sell_each_other() -> None:
    deals = [("DEU", "CHL", 30.0), ("FRA", "COD", 10.0), ("DEU", "FRA", 500.0)]
    rows = [
        {"importer": buyer, "place": seller, "mineral": "copper", "value": amount}
        for buyer, seller, amount in deals
    ]
    world = {
        "baci.import_quantity": observe(*rows),
        "baci.import_value": observe(*rows),
        "wmd.production": observe(*produced("copper", DEU=60, CHL=100)),
        "wgi.stability": observe({"place": "COD", "value": -2.5}, {"place": "CHL", "value": 2.5}),
    }
    tables = derive(world, seen_by("EUU"))
    assert at(tables["con.import_hhi"], mineral="copper") == pytest.approx(0.625)
    assert at(tables["con.import_risk"], mineral="copper") == pytest.approx(10 / 100)
    assert np.isnan(at(tables["con.import_risk"], mineral="gallium"))
    assert "con.import_risk" not in derive(world, AXES)


def test_a_treaty_that_is_not_listed_is_not_ratified() -> None:
    rows = observe(
        {"place": "CHL", "value": 1, "since": "2008-09-15", "year": 2008},
        {"place": "DEU", "value": 1, "since": "2030-01-01", "year": 2030},
    )
    table = derive({"ilo.c169": rows}, AXES)["ind.c169"]
    assert [at(table, p) for p in ("CHL", "DEU", "AUS")] == [1.0, 0.0, 0.0]
    assert np.isnan(at(table, "EUU"))


def test_every_value_knows_the_newest_year_behind_it_and_what_is_in_force_has_no_age() -> None:
    seen = {
        "wmd.production": observe(
            {"place": "CHL", "mineral": "copper", "year": 2022, "value": 3},
            {"place": "CHL", "mineral": "copper", "year": 2024, "value": 3},
            {"place": "AUS", "mineral": "bauxite", "year": 2021, "value": 3},
        ),
        "ilo.c169": observe({"place": "CHL", "value": 1, "since": "2008-09-15", "year": 2008}),
        "dol.c138": observe({"place": "CHL", "value": 1, "year": 2022}),
    }
    tables = derive(seen, AXES)
    years = {key: table.years for key, table in tables.items() if table.years is not None}
    assert len(years) == len(tables)
    assert years["con.mining"][MINERALS.index("copper")] == 2024
    assert years["con.own_share"][PLACES.index("AUS"), MINERALS.index("copper")] == 2024
    assert years["con.mining"][MINERALS.index("cobalt")] == 0
    assert years["lab.c138_c182"][PLACES.index("CHL")] == 2022
    assert years["lab.c138_c182"][PLACES.index("AUS")] == 0
    assert not years["ind.c169"].any()


def test_nothing_observed_derives_nothing() -> None:
    assert derive({}, AXES) == {}
    assert derive({}, seen_by("USA")) == {}
