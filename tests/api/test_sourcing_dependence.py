"""The buyer's view over HTTP, on the bundle: trade of 2022 to 2024 and all formulas beside it."""

import csv
from typing import Any

import pytest

from riskscore.engine.formulas.concentration import hhi01
from riskscore.engine.formulas.geopolrisk import partner_risk
from riskscore.models import Observation
from tests.api.conftest import Api, problem
from tests.engine.shared import CASES

pytestmark = pytest.mark.django_db
FIGURES = CASES.parent / "figures"
SIX = ("CHL", "ARG", "BOL", "BRA", "PER", "PAN")

#: Imports in kt, the shares of China and of the six in percent (or None where it is no whole
#: number), N-1 in percent with its name, and the HHI of imports: computed by hand from BACI's mean
#: of 2022 to 2024 in tonnes of traded product.
TABLE = {
    ("JPN", "lithium"): (55.2, 63, 28, 63, "CHN", 0.443),
    ("USA", "lithium"): (16.1, 0.4, 97, 52, "CHL", 0.472),
    ("JPN", "copper"): (4373, 0, 50, 29, "CHL", 0.165),
    ("JPN", "cobalt"): (7.1, 8, 0, 44, "FIN", 0.229),
    ("USA", "cobalt"): (10.8, 2, 0, 19, "NOR", 0.101),
    ("JPN", "graphite"): (53.2, 90, 1, 90, "CHN", 0.809),
    ("USA", "graphite"): (76.4, 45, 3, 45, "CHN", 0.267),
    ("JPN", "nickel"): (1405, 0, 0, 60, "NCL", 0.507),
    ("JPN", "rare_earths"): (24.6, 58, 0, 58, "CHN", 0.370),
    ("USA", "rare_earths"): (15.3, 76, 0, 76, "CHN", 0.599),
}


def ask(api: Api, buyer: str, mineral: str, **more: Any) -> dict[str, Any]:
    """The one row of a buyer and mineral."""
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    page = api.json(f"/sourcing/dependence?buyer={buyer}&mineral={mineral}{rest}")
    (found,) = page["items"]
    return dict(found)


def tonnes(buyer: str, mineral: str) -> dict[str, float]:
    """Mean tonnes of 2022 to 2024 by partner, from what is stored."""
    result: dict[str, float] = {}
    rows = Observation.objects.filter(
        indicator="baci.import_quantity", importer=buyer, mineral=mineral, year__gte=2022
    )
    for place, value in rows.values_list("place_id", "value"):
        result[place or ""] = result.get(place or "", 0.0) + value / 3
    return result


@pytest.mark.parametrize(("buyer", "mineral"), TABLE)
def test_the_table_of_trade_is_reproduced_to_its_last_digit(
    bundle: None, api: Api, buyer: str, mineral: str
) -> None:
    imports_kt, china, six, largest, name, hhi = TABLE[buyer, mineral]
    found = ask(api, buyer, mineral)
    bought = tonnes(buyer, mineral)
    assert found["year"] == 2024
    assert found["import_years"] == [2022, 2023, 2024]
    digits = 0 if imports_kt > 1000 else 1
    assert round(found["imports_t"] / 1000, digits) == pytest.approx(imports_kt, abs=1)
    assert 100 * found["named"]["share01"] == pytest.approx(china, abs=0.51)
    shares = sum(bought.get(code, 0.0) for code in SIX) / found["imports_t"]
    assert 100 * shares == pytest.approx(six, abs=0.51)
    assert found["largest"]["place"] == name
    assert 100 * found["largest"]["share01"] == pytest.approx(largest, abs=0.51)
    assert found["import_quantity_hhi01"] == pytest.approx(hhi, abs=0.00051)


#: With World Mining Data of 2023 alone and the World Bank's edition with 2024.
GEOPOLRISK = {
    ("JPN", "lithium"): 0.140,
    ("USA", "lithium"): 0.126,
    ("JPN", "copper"): 0.054,
    ("JPN", "cobalt"): 0.212,
    ("USA", "cobalt"): 0.195,
    ("JPN", "graphite"): 0.289,
    ("USA", "graphite"): 0.313,
    ("JPN", "nickel"): 0.139,
    ("JPN", "rare_earths"): 0.236,
    ("USA", "rare_earths"): 0.061,
}


@pytest.mark.skipif(
    not FIGURES.exists(), reason="the publishers' files are not beside this project"
)
@pytest.mark.parametrize(("buyer", "mineral"), GEOPOLRISK)
def test_geopolrisk_differs_from_the_reference_by_its_edition_and_years_alone(
    bundle: None, api: Api, buyer: str, mineral: str
) -> None:
    """The bundle holds the edition with 2023 and means of three years of output; with the edition
    of 2024, the output of 2023 and no estimate for Taiwan (which trade tables call S19) the same
    trade gives the reference's figure within 1 of its last digit."""
    with (FIGURES / "wgi_political_stability_1996_2024.csv").open() as lines:
        stability = {
            row["iso3"]: float(row["estimate"])
            for row in csv.DictReader(lines)
            if row["year"] == "2024" and row["estimate"] and row["iso3"] != "TWN"
        }
    output = Observation.objects.filter(indicator="wmd.production", mineral=mineral, year=2023)
    home = sum(output.filter(place=buyer).values_list("value", flat=True))
    bought = tonnes(buyer, mineral)
    risk = partner_risk([stability.get(code, float("nan")) for code in bought])
    exposed = sum(float(g) * f for g, f in zip(risk, bought.values(), strict=True))
    world = float(hhi01(list(output.exclude(place="WLD").values_list("value", flat=True))))
    expected = world * exposed / (sum(bought.values()) + home)
    assert expected == pytest.approx(GEOPOLRISK[buyer, mineral], abs=0.00101)
    assert ask(api, buyer, mineral)["geopolrisk01"] == pytest.approx(expected, abs=0.05)


def test_several_buyers_are_their_sum_less_their_own_trade(bundle: None, api: Api) -> None:
    both = ask(api, "USA,JPN", "lithium")
    japan, america = tonnes("JPN", "lithium"), tonnes("USA", "lithium")
    without = sum(japan.values()) + sum(america.values())
    among = japan.get("USA", 0.0) + america.get("JPN", 0.0)
    assert both["imports_t"] == pytest.approx(without - among)
    assert both["buyer"] == "JPN+USA"
    assert both["members"] == ["JPN", "USA"]
    assert not {"JPN", "USA"} & {partner["place"] for partner in both["mix"]}


def test_the_mix_adds_up_and_names_agreements(bundle: None, api: Api) -> None:
    found = ask(api, "JPN", "lithium")
    assert sum(row["share01"] for row in found["mix"]) == pytest.approx(1)
    assert sum(row["tonnes"] for row in found["mix"]) == pytest.approx(found["imports_t"])
    assert [row["place"] for row in found["mix"]][:2] == ["CHN", "CHL"]
    levels = {row["place"]: row["agreement"] for row in found["mix"]}
    assert levels["CHL"] == "trade_agreement"
    # RCEP is a trade bloc: no partnership about lithium with China.
    assert levels["CHN"] == "trade_bloc"
    assert found["agreement_share01"] < 1 - found["named"]["share01"]


def test_where_the_formulas_disagree_it_says_so_and_why(bundle: None, api: Api) -> None:
    found = ask(api, "JPN", "graphite")
    assert found["named"]["above_65_percent"] is True
    kinds = {finding["code"] for finding in found["disagreements"]["findings"]}
    assert {"stable_monopolist", "unforeseen_decree"} <= kinds
    (move,) = [row for row in found["disagreements"]["moves"] if row["to"] == "BRA"]
    assert move["from"] == "CHN"
    assert move["tonnes"] == pytest.approx(found["imports_t"] / 10)
    assert move["n1_change01"] == pytest.approx(-0.1)
    assert move["import_hhi_change01"] == pytest.approx(-0.158, abs=0.0005)
    assert move["feasible"] is True
    assert found["expected_loss01"] < 0.02


def test_rare_earths_from_brazil_are_not_feasible(bundle: None, api: Api) -> None:
    """It mines 1.3 kt where a tenth of Japan's imports is 2.5 kt: no producer of 1 % at all."""
    moves = ask(api, "JPN", "rare_earths")["disagreements"]["moves"]
    assert "BRA" not in {row["to"] for row in moves if row["feasible"]}


def test_the_trend_ends_with_the_year_asked_for(bundle: None, api: Api) -> None:
    found = ask(api, "JPN", "lithium", year=2023)
    assert [row["year"] for row in found["trend"]] == [2020, 2021, 2022, 2023]
    assert found["trend"][-1]["largest_share01"] == found["largest"]["share01"]
    assert found["trend"][-1]["geopolrisk01"] == found["geopolrisk01"]


def test_the_supply_risks_and_the_buyers_view_say_the_same(bundle: None, api: Api) -> None:
    (other,) = api.json("/supply-risks?importer=EUU&mineral=cobalt&year=2024")["items"]
    found = ask(api, "EUU", "cobalt")
    for name in other.keys() - {"id", "importer"}:
        assert found[name] == other[name], name


@pytest.mark.parametrize(
    ("query", "about"),
    [
        ("mineral=lithium", "buyer"),
        ("buyer=WLD", "buyer"),
        ("buyer=XYZ", "buyer"),
        ("buyer=JPN&mineral=unobtainium", "mineral"),
        ("buyer=JPN&year=1999", "year"),
        ("buyer=JPN&named=EUU", "named"),
    ],
)
def test_a_question_that_has_no_answer_is_refused_by_name(
    bundle: None, api: Api, query: str, about: str
) -> None:
    found = problem(api.get(f"/sourcing/dependence?{query}"), 400, "invalid")
    assert about in str(found)


def test_a_mineral_without_a_trade_code_is_unknown_and_says_why(bundle: None, api: Api) -> None:
    found = ask(api, "JPN", "gallium")
    assert found["largest"] is None
    assert found["mix"] == []
    assert found["named"]["share01"] is None
    assert found["disagreements"] == {"moves": [], "findings": []}
    assert "no customs code" in found["why"]


def test_a_buyer_whose_trade_is_not_on_record_is_answered(bundle: None, api: Api) -> None:
    found = ask(api, "CHL", "lithium")
    assert found["imports_t"] is None
    assert found["why"]


def test_two_queries_give_one_page_for_all_minerals(bundle: None, api: Api) -> None:
    page = api.json("/sourcing/dependence?buyer=JPN&page_size=100&fields=mineral,largest")
    assert len(page["items"]) > 60
