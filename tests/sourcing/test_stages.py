"""Ore → refining → buyer from the bundle: figures of the IEA, World Mining Data and BACI."""

import pytest

from riskscore.engine.sourcing.stages import Way
from riskscore.errors import NotFoundError
from riskscore.models import Job, Release, Score, TradeCode
from riskscore.releases.editions import next_edition
from riskscore.scoring.compute import compute
from riskscore.sourcing import buyers
from riskscore.sourcing.chain import stages
from riskscore.sourcing.chain.stages import Route
from tests.intake.files import take_in

pytestmark = pytest.mark.usefixtures("bundle")


def chain(mineral: str, *buyer: str) -> Route:
    return stages.route(buyers.now(buyers.buyer_of(buyer or ("JPN",))), mineral)


def weakest(route: Route) -> tuple[str, str, str, float]:
    row = route.weakest
    assert row is not None
    assert row.counts is not None
    assert row.counts.lost is not None
    return row.stage, row.counts.scope, row.counts.lost.place, round(row.counts.lost.share01, 2)


@pytest.mark.parametrize(
    ("buyer", "mineral", "expected"),
    [
        # China refines 11,860 of 26,944 kt of copper, 1,794.8 of 1,875.3 kt of graphite (IEA 2024).
        ("JPN", "copper", ("refining", "world", "CHN", 0.44)),
        ("JPN", "graphite", ("refining", "world", "CHN", 0.96)),
        # New Caledonia sells Japan 60 % of its nickel ore, China 63 % of its lithium chemicals.
        ("JPN", "nickel", ("mining", "buyer", "NCL", 0.60)),
        ("JPN", "lithium", ("refining", "buyer", "CHN", 0.63)),
        ("USA", "lithium", ("refining", "buyer", "CHL", 0.52)),
        # The United States mine copper: 7 kt of foreign ore are not what they hang on.
        ("USA", "copper", ("refining", "world", "CHN", 0.44)),
        ("JPN", "cobalt", ("mining", "world", "COD", 0.71)),
    ],
)
def test_the_weakest_stage_counts(
    buyer: str, mineral: str, expected: tuple[str, str, str, float]
) -> None:
    assert weakest(chain(mineral, buyer)) == expected


def test_refined_in_china_is_shown_beside_the_ore_that_is_not_chinese() -> None:
    copper = chain("copper")
    ore, refined = copper.stage("mining").buyer, copper.stage("refining").world
    assert ore is not None
    assert refined is not None
    assert tuple(ore.named) == ("CHN", pytest.approx(0.0, abs=1e-3))
    assert tuple(refined.named) == ("CHN", pytest.approx(11860 / 26944))
    assert refined.rest01 == pytest.approx(9890 / 26944)
    assert refined.own_t == 1_578_000
    assert refined.hhi_low01 < refined.hhi_high01


def test_what_is_missing_is_said_with_the_codes_that_would_show_it() -> None:
    told = " ".join(chain("copper").missing)
    assert "refined forms (HS 740311, 740312, 740313, 740319) are not in the releases" in told
    assert "37 % of the world's is a rest without names" in told
    assert "no release loaded says who makes it" in " ".join(chain("gallium").missing)


@pytest.mark.parametrize(
    ("buyer", "mineral", "place", "kind", "way", "said"),
    [
        # Japan refines 45 kt of graphite and buys 53 kt of ore; the United States 1 of 76.
        ("JPN", "graphite", "BRA", "mine", Way.BY_BUYER, True),
        ("USA", "graphite", "BRA", "mine", Way.BOTTLENECK, False),
        ("USA", "graphite", "BRA", "plant", Way.ITSELF, True),
        ("JPN", "rare_earths", "BRA", "deposit", Way.BOTTLENECK, False),
        ("JPN", "rare_earths", "AUS", "mine", Way.BOTTLENECK, False),
        ("JPN", "lithium", "CHL", "mine", Way.OPEN, True),
        ("CHN", "graphite", "CHN", "mine", Way.BY_BUYER, True),
        ("JPN", "zinc", "PER", "mine", Way.UNKNOWN, None),
    ],
)
def test_a_project_that_ships_to_a_90_percent_stage_is_not_called_diversifying(
    buyer: str, mineral: str, place: str, kind: str, way: Way, said: object
) -> None:
    found = chain(mineral, buyer).of_project(place, kind)
    assert (found.way, found.diversifying) == (way, said)
    assert found.why


def test_chile_and_argentina_refine_the_lithium_that_they_mine_and_australia_does_not() -> None:
    lithium = chain("lithium")
    said = {place: lithium.of_project(place, "mine").why for place in ("CHL", "ARG", "AUS")}
    assert "CHL is seen to refine 100 % of what it mines" in said["CHL"]
    assert "ARG is seen to refine 100 % of what it mines" in said["ARG"]
    assert "AUS is seen to refine 5 % of what it mines" in said["AUS"]


def test_an_unknown_mineral_and_a_buyer_without_trade_are_told() -> None:
    with pytest.raises(NotFoundError, match="unobtainium"):
        chain("unobtainium")
    # No import release covers Chile: the world stands in, and it says so.
    lithium = chain("lithium", "CHL")
    assert lithium.stage("refining").buyer is None
    assert any("CHL" in words for words in lithium.missing)


REFINED = (
    "indicator,place,mineral,importer,year,value,unit\n"
    "baci.refined_quantity,CHL,copper,JPN,2024,30000,740311\n"
    "baci.refined_quantity,PHL,copper,JPN,2024,10000,740311\n"
)


def test_refined_trade_on_record_takes_the_place_of_the_worlds() -> None:
    """Japan would buy 30 kt of refined copper from Chile and 10 kt from the Philippines."""
    copper = TradeCode.objects.filter(mineral="copper", stage="refined").values_list("hs6")
    assert list(copper) == [("740311",), ("740312",), ("740313",), ("740319",)]
    before = chain("copper").stage("mining").buyer
    take_in(REFINED, "baci", layout="observations", release_code="baci-refined")
    found = chain("copper")
    refined = found.stage("refining").buyer
    assert refined is not None
    assert refined.largest == ("CHL", 0.75)
    assert (refined.years, refined.source) == ((2024,), "baci.refined_quantity")
    # Of 40 kt bought and 1,578 kt refined in Japan, 30 kt are lost with Chile.
    assert tuple(refined.lost or ()) == ("CHL", pytest.approx(30 / 1618))
    assert weakest(found) == ("mining", "buyer", "CHL", 0.29)
    assert found.stage("mining").buyer == before
    assert not any("740311" in words for words in found.missing)
    assert "baci-refined" in stages.releases()


def test_flows_of_other_stages_move_no_score() -> None:
    copper = Score.objects.filter(lens__importer="JPN", project__minerals__mineral="copper")
    at = copper.order_by("project__key").first()
    assert at is not None
    before = bytes(at.digest)
    take_in(REFINED, "baci", layout="observations", release_code="baci-refined")
    assert Release.objects.filter(code="baci-refined").exists()
    after = compute(
        Job(
            edition_id=next_edition("after").pk, as_of=at.as_of, lens=at.lens,
            method_id=at.method_id, draws=at.job.draws, seed=at.job.seed,
        ),
        [at.project_id],
    )  # fmt: skip
    assert after.columns["digest"][0] == before
