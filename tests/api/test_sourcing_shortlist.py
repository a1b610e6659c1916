"""The shortlist over HTTP, on the bundle: Japan × lithium, and questions at the edges."""

from datetime import date
from typing import Any

import pytest

from riskscore.models import Offtake, Project
from tests.api.conftest import Api, problem
from tests.make import make_project

pytestmark = pytest.mark.django_db
SQM, XUXA, CAUCHARI, OLAROZ = "icmm-15667", "icmm-13488", "icmm-15709", "icmm-13791"


def ask(api: Api, **query: Any) -> dict[str, Any]:
    """A shortlist."""
    words = {"buyer": "JPN", "mineral": "lithium", "top": 200, **query}
    return dict(api.json("/sourcing/shortlist?" + "&".join(f"{k}={v}" for k, v in words.items())))


def use(item: dict[str, Any], amount: str, rule: str = "largest_first") -> dict[str, Any]:
    """One of the uses of a row."""
    (found,) = [row for row in item["uses"] if (row["amount"], row["rule"]) == (amount, rule)]
    return dict(found)


def by_key(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["key"]: item for item in found["items"]}


def test_sqm_in_chinas_place_concentrates_on_chile_and_xuxa_does_not(
    bundle: None, api: Api
) -> None:
    """Chile would hold .19 + .63 of the imports, and the HHI rise by .24; Brazil takes China's
    share as it is."""
    items = by_key(ask(api, region="latin-america"))
    sqm = use(items[SQM], "instead_of_largest")
    assert sqm["tonnes"] == pytest.approx(34_566, abs=1)
    assert sqm["import_hhi_change01"] == pytest.approx(0.24, abs=0.005)
    assert sqm["n1_change01"] == pytest.approx(0.19, abs=0.005)
    assert "raise the HHI of imports by 0.24" in items[SQM]["why"]
    xuxa = use(items[XUXA], "instead_of_largest")
    assert xuxa["import_hhi_change01"] == pytest.approx(0, abs=0.001)
    assert xuxa["n1_change01"] == pytest.approx(0, abs=0.001)
    assert items[XUXA]["verdict"]["word"] == "diversifying"


def test_capacities_are_counted_in_tonnes_of_what_is_traded(bundle: None, api: Api) -> None:
    """kt of lithium carbonate equivalent in 2030, as the reference has them."""
    items = by_key(ask(api, region="latin-america"))
    for key, kt in {SQM: 210, XUXA: 105, "busch-022": 84, OLAROZ: 43, "busch-005": 40}.items():
        assert items[key]["tonnes_high"] / 1000 == pytest.approx(kt, abs=1), key


def test_cauchari_may_be_chinese_owned_and_then_gains_nothing(bundle: None, api: Api) -> None:
    item = by_key(ask(api, region="ARG"))[CAUCHARI]
    china = next(part for part in item["owned_from"] if part["place"] == "CHN")
    assert china["unverified"] is True
    assert china["high"] >= 0.5
    assert "CHN" in item["owner_adjusted"]["places"]
    assert item["owner_adjusted"]["gain_low01"] == 0
    assert item["gain_low01"] > 0
    assert "Counted by owner" in item["why"]


def test_olaroz_names_its_neighbours_and_toyota_tsusho(bundle: None, api: Api) -> None:
    item = by_key(ask(api, region="ARG"))[OLAROZ]
    (toyota,) = [owner for owner in item["owners"] if "Toyota Tsusho" in owner["name"]]
    assert toyota["state"] == "unverified"
    assert toyota["place"] == "JPN"
    assert item["communities"][0]["km"] < 15


def test_no_argentine_project_is_told_apart_unless_the_bounds_are_apart(
    bundle: None, api: Api
) -> None:
    found = ask(api, region="ARG")
    items = found["items"]
    assert found["considered"] == len(items) > 15
    for item in items:
        better = [
            other
            for other in items
            if other["gain_low01"] >= item["gain_high01"]
            and other["human_cost"]["high"] <= item["human_cost"]["low"]
            and other["key"] != item["key"]
        ]
        assert item["not_dominated"] is (not better), item["key"]
    assert all(item["told_apart_from"] == 0 for item in items)
    assert all("Told apart from 0 of" in item["why"] for item in items)


def test_by_interval_a_fact_is_named_that_would_decide(bundle: None, api: Api) -> None:
    found = ask(api, region="latin-america", basis="interval")
    chile = by_key(found)["busch-043"]
    assert chile["indigenous"]["score"] is None
    assert chile["would_decide"]["fact"] == "indigenous"
    assert chile["would_decide"]["comparisons"] > 0
    assert chile["would_decide"]["indicator"]
    assert "One fact would tell it apart" in chile["why"]


def test_the_two_axes_are_never_joined(bundle: None, api: Api) -> None:
    item = ask(api)["items"][0]
    assert not {"score", "composite", "total"} & item.keys()
    for name in ("labour", "indigenous"):
        assert item[name]["low"] <= item["human_cost"]["high"]
    assert item["human_cost"]["low"] == max(item["labour"]["low"], item["indigenous"]["low"])
    assert item["human_cost"]["high"] == max(item["labour"]["high"], item["indigenous"]["high"])


def test_the_largest_partners_own_projects_are_not_diversifying(bundle: None, api: Api) -> None:
    items = ask(api, region="CHN")["items"]
    assert items
    for item in items:
        assert item["gain_high01"] == 0
        assert item["verdict"] == {
            "word": "not diversifying",
            "why": "CHN is the largest partner already",
        }


def test_offtake_of_others_is_not_free_and_of_the_buyer_is(bundle: None, api: Api) -> None:
    project = Project.objects.get(key=XUXA)
    before = by_key(ask(api, region="BRA"))[XUXA]["tonnes_high"]
    Offtake.objects.create(project=project, place_id="JPN", share=0.25)
    assert by_key(ask(api, region="BRA"))[XUXA]["tonnes_high"] == before
    Offtake.objects.create(project=project, place_id="KOR", share=0.5)
    item = by_key(ask(api, region="BRA"))[XUXA]
    assert item["tonnes_high"] == pytest.approx(before / 2)
    assert item["offtake_bound01"] == 0.5
    assert {row["place"] for row in item["offtake"]} == {"JPN", "KOR"}
    # What binds another product binds nothing of this one.
    Offtake.objects.create(project=project, place_id="KOR", share=0.5, mineral_id="tantalum")
    assert by_key(ask(api, region="BRA"))[XUXA]["offtake_bound01"] == 0.5


def test_offtake_of_another_product_or_of_yesterday_binds_nothing(bundle: None, api: Api) -> None:
    """The Salar de Atacama yields potash too: who buys that has no claim on the lithium."""
    before = by_key(ask(api, region="CHL"))[SQM]
    sold = {"project": Project.objects.get(key=SQM), "place_id": "KOR", "share": 0.5}
    Offtake.objects.create(**sold, mineral_id="potash")
    Offtake.objects.create(**sold, until=date(2020, 1, 1))
    item = by_key(ask(api, region="CHL"))[SQM]
    assert (item["tonnes_high"], item["offtake"]) == (before["tonnes_high"], [])
    Offtake.objects.create(**sold, mineral_id="lithium")
    item = by_key(ask(api, region="CHL"))[SQM]
    assert item["tonnes_high"] == pytest.approx(before["tonnes_high"] / 2)


def test_offtake_on_file_with_another_project_of_the_site_binds_it_too(
    bundle: None, api: Api
) -> None:
    twin = Project.objects.filter(duplicate_of__key=XUXA).first()
    if twin is None:
        twin = make_project(key="xuxa-twin", place="BRA")
        Project.objects.filter(pk=twin.pk).update(duplicate_of=Project.objects.get(key=XUXA))
    Offtake.objects.create(project=twin, place_id="KOR", share=0.5)
    item = by_key(ask(api, region="BRA"))[XUXA]
    assert item["offtake_bound01"] == 0.5
    assert [row["place"] for row in item["offtake"]] == ["KOR"]


def test_a_stated_capacity_is_not_called_unknown_where_the_years_disagree(
    bundle: None, api: Api
) -> None:
    """Argentina was the largest seller of lithium to the United States in one of the three years:
    Cauchari's 40 kt are stated, and would have changed nothing then."""
    item = by_key(ask(api, buyer="USA", region="ARG"))["busch-005"]
    assert item["capacity"]["low"] == item["capacity"]["high"]
    assert (item["gain_low01"], item["verdict"]["word"]) == (0, "not told")
    assert item["verdict"]["why"] == (
        "N-1 falls by nothing that matters with the imports of one of the years, and by up to 7.4 %"
        " with those of another"
    )


def test_a_ceiling_leaves_out_what_exceeds_it_and_keeps_what_may(bundle: None, api: Api) -> None:
    found = ask(api, region="latin-america", indigenous__lte=50)
    assert found["left_out"] == {"indigenous": 50 - found["considered"]}
    assert found["left_out"]["indigenous"] > 10
    assert all(item["indigenous"]["low"] <= 50 for item in found["items"])
    assert any(item["indigenous"]["score"] is None for item in found["items"])
    sure = ask(api, region="latin-america", indigenous__lte=50, certain="true")
    assert all(item["indigenous"]["high"] <= 50 for item in sure["items"])


def test_a_buyers_own_projects_are_own_production(bundle: None, api: Api) -> None:
    found = ask(api, buyer="USA", region="USA")
    largest = [item for item in found["items"] if item["gain_high01"] > 0.01]
    assert largest
    change = use(largest[0], "best_use")
    assert change["n1_change01"] < 0


def test_one_projects_row_is_that_of_the_shortlist(bundle: None, api: Api) -> None:
    one = api.json(f"/sourcing/projects/{XUXA}?buyer=JPN&mineral=lithium")
    listed = by_key(ask(api))[XUXA]
    for name in ("gain_low01", "gain_high01", "uses", "human_cost", "told_apart_from", "of"):
        assert one[name] == listed[name], name


def test_counted_by_a_chinese_owner_cauchari_takes_the_place_of_nobody(
    bundle: None, api: Api
) -> None:
    one = api.json(f"/sourcing/projects/{CAUCHARI}?buyer=JPN&mineral=lithium")
    (china,) = [row for row in one["uses_by_owner"] if row["place"] == "CHN"]
    best = use(china, "best_use")
    assert best["tonnes"] == 0
    assert best["n1_change01"] == 0
    assert use(china, "instead_of_largest")["n1_change01"] > 0
    assert use(one, "best_use")["n1_change01"] < -0.2


def test_copper_is_traded_as_ore_so_what_a_mine_gives_has_no_upper_bound(
    bundle: None, api: Api
) -> None:
    items = ask(api, mineral="copper", region="PAN")["items"]
    assert any(item["tonnes_high"] is None for item in items)


@pytest.mark.parametrize("mineral", ["gallium", "natural_gas"])
def test_a_mineral_without_a_trade_code_is_answered(bundle: None, api: Api, mineral: str) -> None:
    found = ask(api, mineral=mineral)
    assert found["baseline"]["imports_t"] is None
    assert all(item["gain_low01"] is None for item in found["items"])
    assert all(item["verdict"]["word"] == "not told" for item in found["items"])
    assert found["notes"][0].startswith("No imports of")


def test_nothing_to_list_is_an_empty_list(bundle: None, api: Api) -> None:
    found = ask(api, region="JPN", mineral="lithium")
    assert found["items"] == []
    assert found["considered"] == 0


@pytest.mark.parametrize(
    ("query", "about"),
    [
        ("buyer=JPN", "mineral"),
        ("mineral=lithium", "buyer"),
        ("buyer=WLD&mineral=lithium", "buyer"),
        ("buyer=JPN&mineral=lithium&region=atlantis", "region"),
        ("buyer=JPN&mineral=lithium&labour__lte=101", "labour__lte"),
        ("buyer=JPN&mineral=lithium&top=0", "top"),
        ("buyer=JPN&mineral=lithium&stage=shipping", "stage"),
        ("buyer=JPN&mineral=copper&basis=interval", "basis"),
    ],
)
def test_an_impossible_question_is_refused_by_name(
    bundle: None, api: Api, query: str, about: str
) -> None:
    found = problem(api.get(f"/sourcing/shortlist?{query}"), 400, "invalid")
    assert about in str(found)


def test_a_project_without_the_mineral_is_not_found(bundle: None, api: Api) -> None:
    problem(api.get(f"/sourcing/projects/{XUXA}?buyer=JPN&mineral=copper"), 404, "not_found")
