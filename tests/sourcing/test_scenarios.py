"""What scenarios do to the buyers of the bundle."""

import csv
import gzip
import io
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from riskscore.bundle.load_scenarios import load_scenarios
from riskscore.curation import scenario_edits
from riskscore.curation.scenario_edits import ScenarioTaken, Written
from riskscore.engine.sourcing.stated_shocks import BadShocks
from riskscore.models import Scenario
from riskscore.scoring.indicators import supply_risk_rows
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sources.bad_file import BadFile
from riskscore.sourcing import buyers
from riskscore.sourcing.scenarios import scenario_effects, world_supply
from riskscore.sourcing.scenarios.scenario_effects import Question

pytestmark = pytest.mark.django_db

STOP = {"kind": "export_cut", "place": "CHN", "mineral": "all", "cut": 1}


def question(*shocks: dict[str, Any], to: str = "", of: str = "") -> Question:
    """Shocks asked about buyers (``JPN USA``, several as one ``JPN+USA``) and minerals."""
    named = tuple(Buyer.of(*one.split("+")) for one in to.split())
    return Question(scenario_edits.checked(list(shocks)), named or None, of.split() or None)


def effect(*shocks: dict[str, Any], to: str, of: str) -> dict[str, Any]:
    """The one row of a buyer and mineral."""
    (row,) = scenario_effects.rows(question(*shocks, to=to, of=of))
    return row


def library(code: str) -> list[dict[str, Any]]:
    return list(Scenario.objects.get(code=code, version=1).shocks)


# --- The ground
@pytest.mark.parametrize("codes", [["JPN"], ["USA"], ["CHN"], ["EUU"], ["JPN", "USA"], ["DEU"]])
def test_the_cube_holds_what_each_buyer_gets(bundle: None, codes: list[str]) -> None:
    world, now = world_supply.current(), buyers.now(buyers.buyer_of(codes))
    seen = world.seen(
        np.flatnonzero(world.importers_in(codes)), world.is_in(codes), world.imports_t,
        world.output_t,
    )  # fmt: skip
    alone = codes in (["JPN"], ["USA"], ["CHN"])
    same: dict[str, Any] = {"rtol": 0 if alone else 1e-14, "atol": 0 if alone else 1e-9}
    np.testing.assert_allclose(seen.imports, now.supply.imports, equal_nan=True, **same)
    np.testing.assert_allclose(seen.home, now.supply.home, equal_nan=True, **same)
    assert world.axes.as_of.year == now.year


@pytest.mark.parametrize("code", ["JPN", "USA", "EUU"])
def test_figures_before_are_those_of_supply_risks(bundle: None, code: str) -> None:
    rows = scenario_effects.rows(question(STOP, to=code))
    stated = {row["mineral"]: row for row in supply_risk_rows.of_buyer(Buyer.of(code), 3)
              if row["year"] == 2024}  # fmt: skip
    for row in rows:
        other = stated[row["mineral"]]
        for name in ("geopolrisk01", "import_quantity_hhi01", "largest_supplier_share01",
                     "imports_t", "own_production_t"):  # fmt: skip
            expected = other[name]
            if expected is not None and row["imports_t_before"] is not None:
                assert row[f"{name}_before"] == pytest.approx(expected, rel=1e-12), row["id"]
        if row["largest_supplier_share01_before"] is not None:
            assert row["largest_supplier_before"] == other["largest_supplier"]


def test_every_importer_on_record_and_the_european_union_stand_in_the_heat_map(
    bundle: None,
) -> None:
    rows = scenario_effects.rows(question(STOP))
    assert len({row["buyer"] for row in rows}) == 36
    assert "EUU" in {row["buyer"] for row in rows}
    assert len(rows) == 36 * 65


# --- Damage
@pytest.mark.parametrize(
    ("buyer", "mineral", "lost"),
    [  # China's share of imports, mean 2022–24, as the reference states it in per cent
        ("JPN", "lithium", 63), ("USA", "lithium", 0.4), ("JPN", "copper", 0),
        ("JPN", "cobalt", 8), ("USA", "cobalt", 2), ("JPN", "graphite", 90),
        ("USA", "graphite", 45), ("JPN", "rare_earths", 58), ("USA", "rare_earths", 76),
    ],
)  # fmt: skip
def test_china_stops_everything(bundle: None, buyer: str, mineral: str, lost: float) -> None:
    row = effect(*library("china-stops"), to=buyer, of=mineral)
    assert 100 * row["imports_lost01"] == pytest.approx(lost, abs=0.5 if lost >= 1 else 0.05)
    assert row["imports_t_before"] - row["imports_t_after"] == pytest.approx(row["lost_t"])


def test_japan_without_chinese_graphite(bundle: None) -> None:
    """53.2 kt imported, 90 % of it Chinese: some 5.4 kt are left, most of it from Madagascar."""
    row = effect(*library("china-graphite-licences"), to="JPN", of="graphite")
    assert row["imports_t_before"] == pytest.approx(53_226.334)
    assert row["imports_t_after"] == pytest.approx(5_448.984)
    assert (row["largest_supplier_before"], row["largest_supplier_after"]) == ("CHN", "MDG")
    assert row["above_eu_test_before"]
    assert not row["above_eu_test_after"]
    first = row["fillers"][0]
    assert first["place"] == "MDG"
    assert first["sells_buyer_t"] == pytest.approx(2_606.467, abs=1e-3)
    assert first["exports_t"] > first["sells_buyer_t"]
    assert any("2022 to 2024 holds time before and after it" in text for text in row["says"])
    assert any("outer bound" in text for text in row["says"])


def test_congo_hardly_shows_in_direct_trade_and_says_what_lies_behind(bundle: None) -> None:
    row = effect(*library("dr-congo-cobalt"), to="USA", of="cobalt")
    assert row["supply_lost01"] == pytest.approx(0, abs=0.001)
    assert row["world_output_hit01"] == pytest.approx(0.72, abs=0.01)
    assert any("refiners of Congolese cobalt" in text for text in row["says"])


def test_a_ban_on_one_buyer_leaves_the_others(bundle: None) -> None:
    ban = library("china-gallium-germanium-antimony")
    hit, spared = (effect(*ban, to=buyer, of="antimony") for buyer in ("USA", "JPN"))
    assert hit["lost_t"] == pytest.approx(0.464, abs=1e-3)
    assert spared["supply_lost01"] == 0
    both = effect(*ban, to="JPN+USA", of="antimony")
    assert both["lost_t"] == pytest.approx(hit["lost_t"])


def test_a_mineral_without_customs_code_is_an_answer_that_says_so(bundle: None) -> None:
    row = effect(*library("china-gallium-germanium-antimony"), to="USA", of="gallium")
    assert row["supply_lost01"] is row["imports_t_after"] is None
    assert "no customs code of its own" in row["why"]
    assert row["world_output_hit01"] > 0.9


def test_a_stage_that_customs_codes_do_not_show_is_not_guessed(bundle: None) -> None:
    """Lithium's codes are of chemicals: a ban on its ore does not show in them."""
    ban = {"kind": "export_cut", "place": "CHL", "mineral": "lithium", "stage": "ore", "cut": 1}
    row = effect(ban, to="JPN", of="lithium")
    assert row["supply_lost01"] == 0
    assert any("customs codes of lithium show processing" in text for text in row["says"])
    assert row["world_output_hit01"] == pytest.approx(0.35, abs=0.15)  # mined, so counted


def test_indonesia_banned_its_ore_before_the_years_on_record(bundle: None) -> None:
    row = effect(*library("indonesia-nickel-ore"), to="JPN", of="nickel")
    assert row["supply_lost01"] == pytest.approx(0, abs=1e-6)
    assert any("what it stopped before 2022" in text for text in row["says"])


def test_chile_doubles_what_each_buyer_gets_of_it(bundle: None) -> None:
    before = effect(STOP | {"cut": 0}, to="JPN", of="lithium")
    row = effect(*library("chile-lithium-doubles"), to="JPN", of="lithium")
    world = world_supply.current()
    chile = world.imports_t[
        world.importers.index("JPN"), world.axes.mineral("lithium"), world.axes.place("CHL")
    ]
    assert row["imports_t_after"] - before["imports_t_after"] == pytest.approx(chile)
    assert row["supply_lost01"] < 0
    assert row["fillers"] == []


def test_panama_shut_takes_its_tonnes_out_of_imports_and_of_the_world(bundle: None) -> None:
    row = effect(*library("panama-copper-shut"), to="JPN", of="copper")
    world = world_supply.current()
    at = world.axes.mineral("copper"), world.axes.place("PAN")
    assert world.output_t[at] == pytest.approx((350_438 + 330_863 + 0) / 3)
    assert row["lost_t"] == pytest.approx(world.imports_t[world.importers.index("JPN")][at])
    share = world.output_t[at] / world.output_t[at[0]].sum()
    assert row["world_output_hit01"] == pytest.approx(share)


def test_a_project_is_lost_in_proportion_to_its_countrys_output(bundle: None) -> None:
    """SQM's Atacama made 31,428.6 t Li in 2023, which are 67,650 t Li2O (× 29.879 ÷ 13.88), of
    115,617 t a year: a Chilean supply loses 58.5 % of itself."""
    row = effect({"kind": "project_lost", "project": "busch-001"}, to="JPN", of="lithium")
    lost = 31_428.6 * 29.879 / 13.88 / 115_616.667
    chilean = 0.1916486  # 10,588.5 of 55,249.7 t
    assert row["supply_lost01"] == pytest.approx(lost * chilean, rel=1e-5)


def test_tonnes_without_an_output_to_be_a_part_of_are_left_out_and_told(bundle: None) -> None:
    new = {"kind": "new_capacity", "place": "BOL", "mineral": "cobalt", "tonnes": 100}
    row = effect(new, to="JPN", of="cobalt")
    assert row["supply_lost01"] == 0
    assert any("BOL has no output of cobalt" in text for text in row["says"])


def test_agreements_move_no_tonnes_but_the_share_that_they_cover(bundle: None) -> None:
    signed = {"kind": "agreement_signed", "place": "CHN", "buyers": ["JPN"]}
    row = effect(signed, to="JPN", of="graphite")
    assert row["lost_t"] == 0
    gained = row["agreement_share01_after"] - row["agreement_share01_before"]
    assert gained == pytest.approx(0.8976, abs=1e-4)
    ended = effect(signed, signed | {"kind": "agreement_ended"}, to="JPN", of="graphite")
    assert ended["agreement_share01_after"] == pytest.approx(row["agreement_share01_before"])


def test_with_nobody_on_record_there_are_no_rows(bundle: None) -> None:
    """As in an installation that no trade is loaded into yet."""
    asked = Question(question(STOP).shocks, buyers=())
    assert scenario_effects.rows(asked) == []


def test_a_buyer_without_trade_on_record_is_told_so(bundle: None) -> None:
    row = effect(STOP, to="CHL", of="copper")
    assert row["why"] == "no imports of CHL are on record"
    assert row["supply_lost01"] is None
    part = effect(STOP, to="CHL+JPN", of="graphite")
    assert part["says"] == ["imports of CHL are not on record: they are left out"]
    assert part["supply_lost01"] is not None


# --- A ban and a social condition
def test_a_condition_alone_has_two_answers_where_something_is_unknown(bundle: None) -> None:
    """The list is made by the United States and leaves them out: unknown, not clean."""
    forced = {"kind": "social_condition", "condition": "forced_labour"}
    row = effect(forced, to="JPN", of="copper")
    assert row["supply_lost01"] == 0
    assert row["supply_lost_at_most01"] > 0.05
    child = effect(forced | {"condition": "child_or_forced_labour"}, to="CHN", of="cobalt")
    assert child["supply_lost01"] > 0.5  # what China buys in Congo


def test_a_ban_and_a_condition_say_which_dependence_remains(bundle: None) -> None:
    ban = library("china-stops")
    condition = {"kind": "social_condition", "condition": "child_or_forced_labour"}
    alone, both = (effect(*some, to="KOR", of="cobalt") for some in (ban, [*ban, condition]))
    assert alone["supply_lost01"] == pytest.approx(0.214, abs=5e-4)
    assert both["supply_lost01"] == pytest.approx(0.589, abs=5e-4)
    assert both["supply_lost_at_most01"] == pytest.approx(0.601, abs=5e-4)
    assert alone["largest_supplier_after"] == "COD"  # listed for child labour
    assert both["largest_supplier_after"] == "JPN"


def test_a_higher_ceiling_never_rules_out_more(bundle: None) -> None:
    lost = [
        effect({"kind": "social_condition", "condition": "labour_above", "ceiling": ceiling},
               to="JPN", of="copper")["supply_lost01"]
        for ceiling in (10, 30, 50, 90)
    ]  # fmt: skip
    assert lost == sorted(lost, reverse=True)
    assert lost[0] > lost[-1] == 0


# --- What must hold
CUTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["export_cut", "output_cut"]),
        "place": st.sampled_from(["CHN", "CHL", "AUS", "EUU"]),
        "mineral": st.sampled_from(["all", "lithium", "copper"]),
        "cut": st.floats(0, 1),
    }
)
FEW = hypothesis_settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FEW
@given(st.lists(CUTS, min_size=1, max_size=2), CUTS)
def test_adding_a_shock_and_taking_it_away_restores_every_number(
    bundle: None, some: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    first = scenario_effects.rows(question(*some, to="JPN EUU"))
    scenario_effects.rows(question(*some, more, to="JPN EUU"))
    assert scenario_effects.rows(question(*some, to="JPN EUU")) == first


@FEW
@given(CUTS)
def test_a_cut_of_nothing_changes_nothing(bundle: None, shock: dict[str, Any]) -> None:
    for row in scenario_effects.rows(question(shock | {"cut": 0}, to="JPN USA EUU JPN+USA")):
        for name, value in row.items():
            if name.endswith("_before"):
                assert row[name.replace("_before", "_after")] == value, (row["id"], name)
        assert row["supply_lost01"] in (0, None)


@FEW
@given(st.lists(CUTS, min_size=1, max_size=3))
def test_a_group_loses_what_its_members_lose_of_what_comes_from_outside(
    bundle: None, shocks: list[dict[str, Any]]
) -> None:
    found = scenario_effects.effects(question(*shocks, to="JPN USA JPN+USA"))
    world = found.world
    own = world.is_in(["JPN", "USA"])
    members = np.where(own, 0.0, np.nan_to_num(found.left_t[:2])).sum(axis=0)
    np.testing.assert_allclose(np.nan_to_num(found.left_t[2]), members, rtol=1e-12)


# --- The library, and what people store
def test_the_library_ships_seven_scenarios_and_loads_them_once(bundle: None) -> None:
    assert set(Scenario.objects.values_list("code", flat=True)) == {
        "china-gallium-germanium-antimony", "china-graphite-licences", "dr-congo-cobalt",
        "indonesia-nickel-ore", "chile-lithium-doubles", "panama-copper-shut", "china-stops",
    }  # fmt: skip
    assert load_scenarios(settings.FIXTURES / "scenarios") == 0


def test_every_dated_cut_of_the_library_stands_in_the_table_of_restrictions(bundle: None) -> None:
    path = settings.FIXTURES / "observations/restrictions-2025.csv.gz"
    stated = list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
    facts = {(row["place"], row["mineral"], row["label"], row["since"], row["until"],
              row["importer"]) for row in stated}  # fmt: skip
    found = 0
    for scenario in Scenario.objects.all():
        for shock in scenario.shocks:
            if shock.get("source") == "restrictions-2025":
                found += 1
                assert (
                    shock["place"], shock["mineral"], shock["stage"], shock["since"],
                    shock.get("until", ""), "".join(shock.get("buyers", ())),
                ) in facts  # fmt: skip
    assert found == 6


def test_a_changed_file_of_the_library_needs_the_next_version(bundle: None, tmp_path: Any) -> None:
    text = (settings.FIXTURES / "scenarios/china-stops-v1.yaml").read_text()
    (tmp_path / "china-stops-v1.yaml").write_text(text.replace("cut: 1", "cut: 0.5"))
    with pytest.raises(BadFile, match=r"scenarios/china-stops-v1.yaml.*the next .* is 2"):
        load_scenarios(tmp_path)
    changed = text.replace("cut: 1", "cut: 0.5").replace("version: 1", "version: 2")
    (tmp_path / "china-stops-v1.yaml").write_text(changed)
    assert load_scenarios(tmp_path) == 1
    (tmp_path / "china-stops-v1.yaml").write_text("code: [x]\ntitle: 7\nshocks: []\n")
    with pytest.raises(BadFile, match="/code: give a text"):
        load_scenarios(tmp_path)


def test_what_is_stored_never_changes(bundle: None, django_user_model: Any) -> None:
    ana = django_user_model.objects.create(username="ana")
    bob = django_user_model.objects.create(username="bob")
    first, new = scenario_edits.store(Written("mine", "Mine", [STOP]), by=ana)
    assert (new, first.version) == (True, 1)
    assert scenario_edits.store(Written("mine", "Mine", [STOP]), by=ana) == (first, False)
    second, _ = scenario_edits.store(Written("mine", "Mine", [STOP | {"cut": 0.5}]), by=ana)
    assert second.version == 2
    for written, by in (
        (Written("mine", "Other", [STOP]), bob),
        (Written("mine", "Other", [STOP], version=5), ana),
        (Written("china-stops", "Other", [STOP]), ana),
    ):
        with pytest.raises(ScenarioTaken):
            scenario_edits.store(written, by=by)
    with pytest.raises(BadShocks, match="/code"):
        scenario_edits.store(Written("Mine!", "Mine", [STOP]), by=ana)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Scenario.objects.filter(pk=first.pk).update(title="Another")
