"""Supply risk of an importer by mineral and year, and the values of derived indicators."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Count

from riskscore.engine.formulas.geopolrisk import COPPER_KUSD_PER_T
from riskscore.models import ExportFlow, Observation, Release, Score
from riskscore.scoring import inputs
from riskscore.scoring.indicators import buyer_tables, derived_values
from riskscore.scoring.methods import fitted_method
from tests.api.conftest import Api, problem
from tests.engine.shared import number, rows
from tests.intake.files import take_in

pytestmark = pytest.mark.django_db
#: Names of the published package.
MINERALS = {
    "Cobalt": "cobalt",
    "Graphite": "graphite",
    "Lithium": "lithium",
    "Rare earth": "rare_earths",
}


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Releases of a test are taken back; what was made from them is not to outlive it."""
    yield
    for kept in (
        buyer_tables._by_year,
        buyer_tables._shared,
        derived_values._cells,
        inputs.known_at,
    ):
        kept.cache_clear()


def row(api: Api, importer: str, mineral: str, year: int = 2024, **more: Any) -> dict[str, Any]:
    """The one row of an importer, mineral and year."""
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    page = api.json(f"/supply-risks?importer={importer}&mineral={mineral}&year={year}{rest}")
    (found,) = page["items"]
    return dict(found)


def stored(indicator: str, **where: Any) -> dict[str, float]:
    """Sums per seller of what is stored."""
    found: dict[str, float] = {}
    for place, value in Observation.objects.filter(indicator=indicator, **where).values_list(
        "place_id", "value"
    ):
        found[place] = found.get(place, 0.0) + value
    return found


def test_figures_of_one_year_are_those_calculated_by_hand_from_the_stored_tables(
    bundle: None, api: Api
) -> None:
    found = row(api, "JPN", "cobalt", 2023, span=1)
    asked = {"mineral": "cobalt", "year": 2023}
    bought = stored("baci.import_quantity", importer="JPN", **asked)
    worth = stored("baci.import_value", importer="JPN", **asked)
    mined = stored("wmd.production", **asked)
    tonnes = sum(bought.values())
    assert found["imports_t"] == pytest.approx(tonnes, rel=1e-12)
    assert found["own_production_t"] == mined.get("JPN", 0.0) == 0.0
    hhi = sum(amount**2 for amount in mined.values()) / sum(mined.values()) ** 2
    assert found["production_hhi01"] == pytest.approx(hhi, rel=1e-12)
    stability = stored("wgi.stability", year=2023)
    risk = {
        place: min(max((2.5 - stability[place]) / 5, 0), 1) if place in stability else 0.5
        for place in bought
    }
    exposed = sum(amount * risk[place] for place, amount in bought.items())
    assert found["import_risk01"] == pytest.approx(exposed / tonnes, rel=1e-12)
    score = hhi * exposed / tonnes
    assert found["geopolrisk01"] == pytest.approx(score, rel=1e-12)
    price = sum(worth.values()) / tonnes
    assert found["price_kusd_per_t"] == pytest.approx(price, rel=1e-12)
    factor = found["geopolrisk_cf_kg_cu_eq_per_kg"]
    assert factor == pytest.approx(score * price / COPPER_KUSD_PER_T, rel=1e-12)
    largest = max(bought, key=lambda place: bought[place])
    assert found["largest_supplier"] == largest
    assert found["largest_supplier_share01"] == pytest.approx(bought[largest] / tonnes)
    assert found["n1_imports_left01"] == pytest.approx(1 - bought[largest] / tonnes)
    squares = sum((amount / tonnes) ** 2 for amount in bought.values())
    assert found["import_quantity_hhi01"] == pytest.approx(squares, rel=1e-12)
    assert (found["import_years"], found["production_years"]) == ([2023], [2023])


def test_the_buyers_figures_of_the_bundle_are_those_of_the_published_package(
    bundle: None, api: Api
) -> None:
    published = rows("geopolrisk/outputs.csv")
    checked = 0
    for importer, name in (("JPN", "Japan"), ("USA", "USA"), ("CHN", "China")):
        for line in published:
            year, mineral = int(line["Year"]), MINERALS[line["Raw Material"]]
            if line["Country [Economic Entity]"] != name or not 2020 <= year <= 2023:
                continue
            found = row(api, importer, mineral, year, span=1)
            expected = number(line["HHI"]), number(line["Price"])
            got = found["production_hhi01"], found["price_kusd_per_t"]
            # The package cuts production to whole tonnes.
            assert got == pytest.approx(expected, rel=1e-3), found["id"]
            # It has the WGI of 2025, which rates China's stability of 2023 -0.17, the bundle -0.51.
            score = number(line["GeoPolRisk Score"])
            assert found["geopolrisk01"] == pytest.approx(score, rel=0.15, abs=1e-4), found["id"]
            checked += 1
    assert checked >= 36


@pytest.mark.parametrize("importer", ["JPN", "USA"])
def test_import_risk_is_the_one_that_projects_of_the_mineral_are_scored_by(
    bundle: None, api: Api, importer: str
) -> None:
    scores = Score.objects.filter(lens__importer=importer, project__flags=[]).order_by("pk")
    page = api.json(f"/supply-risks?importer={importer}&year=2024")["items"]
    shown = {each["mineral"]: each["import_risk01"] for each in page}
    values = api.json(f"/indicators/con.import_risk/values?importer={importer}")["items"]
    derived = {each["mineral"]: each["value"] for each in values}
    assert derived == {mineral: risk for mineral, risk in shown.items() if risk is not None}
    for mineral in ("copper", "lithium", "nickel", "zinc"):
        about_it = scores.annotate(minerals=Count("project__minerals")).filter(
            minerals=1, pk__in=scores.filter(project__minerals__mineral=mineral)
        )
        score = about_it.first()
        assert score is not None, mineral
        leaves = [leaf.column for leaf in fitted_method(score.method_id).method.leaves]
        assert score.inputs[leaves.index("con.import_risk")] == shown[mineral], mineral


def test_the_commissions_supply_risk_needs_the_substitution_index_and_is_bounded_without_it(
    bundle: None, api: Api
) -> None:
    before = row(api, "JPN", "cobalt")
    assert before["ec_supply_risk"] is before["substitution01"] is None
    assert "substitution01, ec_supply_risk: no release" in before["why"]
    done = take_in(
        "indicator,mineral,year,value\nec.substitution,cobalt,2023,0.9\n",
        "ec",
        layout="observations",
        release_code="ec-si",
    )
    assert (done.error, done.added) == ("", 1)
    after = row(api, "JPN", "cobalt")
    mixes = after["ec_hhi_wgi_t_world10"], after["ec_hhi_wgi_t_importer10"]
    reliance = after["import_reliance01"]
    assert (after["ec_mix"], after["eol_rir01"], after["substitution01"]) == ("both", 0.22, 0.9)
    core = mixes[0] * reliance / 2 + mixes[1] * (1 - reliance / 2)
    assert after["ec_supply_risk"] == pytest.approx(core * (1 - 0.22) * 0.9, rel=1e-12)
    assert before["ec_supply_risk_at_most"] == pytest.approx(core * (1 - 0.22), rel=1e-12)
    assert "ec-si" in after["releases"]
    assert "ec-si" not in row(api, "JPN", "copper")["releases"]
    assert row(api, "JPN", "copper")["ec_supply_risk"] is None


def test_the_worlds_concentration_is_near_the_one_in_the_commissions_table(
    bundle: None, api: Api
) -> None:
    table = {line["material_name"]: line for line in rows("ec_crm/ec2023_results_clean.csv")}
    for name in ("Cobalt", "Niobium"):
        published = table[name]
        assert published["eu_used_supply_primary"] == "GSonly"
        # The study of 2023 takes means of 2016 to 2020; the bundle's production begins in 2018.
        found = row(api, "EUU", name.lower(), 2020)
        core = number(published["implied_core_primary"])
        assert found["ec_hhi_wgi_t_world10"] == pytest.approx(core, rel=0.15), name


def test_a_group_leaves_out_what_its_members_of_that_day_trade_and_says_so(
    bundle: None, api: Api
) -> None:
    found = row(api, "EUU", "copper", 2023, span=1)
    assert len(found["members"]) == 27
    assert "GBR" not in found["members"]
    assert found["note"].startswith("EUU is its 27 members of 2023-12-31: what they trade among")
    trade = Observation.objects.filter(
        indicator="baci.import_quantity", mineral="copper", year=2023,
        importer__in=found["members"],
    ).exclude(place__in=found["members"])  # fmt: skip
    assert found["imports_t"] == pytest.approx(sum(trade.values_list("value", flat=True)))
    sold = ExportFlow.objects.filter(hs6="260300", year=2023, place__in=found["members"])
    sellers = set(sold.values_list("place_id", flat=True))
    among = Observation.objects.filter(
        indicator="baci.import_quantity", mineral="copper", year=2023,
        importer__in=found["members"], place__in=sellers,
    )  # fmt: skip
    net = found["imports_t"] - (
        sum(flow.quantity or 0.0 for flow in sold) - sum(among.values_list("value", flat=True))
    )
    assert found["import_reliance01"] == pytest.approx(net / (net + found["own_production_t"]))
    assert row(api, "JPN", "copper", 2023)["note"] is None


def test_unknown_is_null_and_says_why(bundle: None, api: Api) -> None:
    gallium = row(api, "JPN", "gallium")
    for name in (
        "imports_t",
        "import_risk01",
        "geopolrisk01",
        "largest_supplier",
        "n1_supply_left01",
    ):
        assert gallium[name] is None, name
    assert gallium["why"].startswith("imports: the mineral has no customs code of its own")
    assert gallium["production_hhi01"] > 0.9
    gas = row(api, "JPN", "natural_gas")
    assert gas["own_production_t"] is None
    assert "own_production_t: output is not stated in a unit of mass" in gas["why"]
    assert row(api, "JPN", "steam_coal")["imports_t"] is None


def test_n_1_of_supply_counts_own_output_as_left(bundle: None, api: Api) -> None:
    found = row(api, "USA", "copper")
    lost = found["imports_t"] * found["largest_supplier_share01"]
    supply = found["imports_t"] + found["own_production_t"]
    assert found["n1_supply_left01"] == pytest.approx(1 - lost / supply)
    assert found["n1_supply_left01"] > found["n1_imports_left01"]


def test_a_correction_reaches_the_row_it_is_about_and_is_named_there_only(
    bundle: None, api: Api
) -> None:
    before = row(api, "JPN", "cobalt")
    take_in(
        "indicator,place,mineral,importer,year,value,unit\n"
        "baci.import_quantity,FIN,cobalt,JPN,2024,0,282200;810510\n",
        "baci",
        layout="observations",
        release_code="baci-fix",
        accept_jumps=True,
    )
    assert Release.objects.get(code="baci-fix").partial
    after = row(api, "JPN", "cobalt")
    assert after["imports_t"] < before["imports_t"]
    assert "baci-fix" in after["releases"]
    assert set(before["releases"]) < set(after["releases"])
    assert "baci-fix" not in row(api, "JPN", "copper")["releases"]
    assert "baci-fix" not in row(api, "JPN", "cobalt", 2023)["releases"]
    (value,) = api.json("/indicators/con.import_risk/values?importer=JPN&mineral=cobalt")["items"]
    assert value["value"] == after["import_risk01"]
    assert "baci-fix" in value["releases"]


def test_pages_and_exports_hold_each_row_once_in_the_order_asked_for(
    bundle: None, api: Api
) -> None:
    path = (
        "/supply-risks?importer=JPN,USA&year=2024&order=-geopolrisk01&page_size=40"
        "&fields=id,geopolrisk01"
    )
    walked: list[dict[str, Any]] = []
    while path:
        page = api.json(path)
        walked += page["items"]
        path = (page["next"] or "").removeprefix("http://testserver/api/v1")
    assert len({each["id"] for each in walked}) == len(walked) == 2 * 65
    known = [each["geopolrisk01"] for each in walked if each["geopolrisk01"] is not None]
    assert known == sorted(known, reverse=True)
    assert all(each["geopolrisk01"] is None for each in walked[len(known) :])
    export = api.get("/supply-risks?importer=JPN&mineral=cobalt", Accept="text/csv")
    lines = list(csv.DictReader(io.StringIO(b"".join(export.streaming_content).decode())))
    assert [line["year"] for line in lines] == ["2020", "2021", "2022", "2023", "2024"]
    assert lines[-1]["import_years"] == "2022;2023;2024"


def test_whose_it_is_must_be_said(api: Api) -> None:
    for query in ("", "?importer=WLD"):
        (fault,) = problem(api.get("/supply-risks" + query), 400, "invalid")["errors"]
        assert fault["parameter"] == "importer"


def test_an_indicator_asked_as_an_observation_names_the_address_of_its_values(
    bundle: None, api: Api
) -> None:
    (fault,) = problem(api.get("/observations?indicator=con.import_risk"), 400, "invalid")["errors"]
    assert "/api/v1/indicators/con.import_risk/values" in fault["detail"]
    (fault,) = problem(api.get("/indicators/con.import_risk/values"), 400, "invalid")["errors"]
    assert fault["parameter"] == "importer"


def test_values_of_an_indicator_have_place_year_error_and_releases(bundle: None, api: Api) -> None:
    (law,) = api.json("/indicators/geo.law/values?place=CHL")["items"]
    stated = Observation.objects.get(indicator="wgi.law", place="CHL", year=2023)
    assert (law["value"], law["standard_error"]) == (stated.value, stated.standard_error)
    assert (law["year"], law["mineral"], law["releases"]) == (2023, None, ["wgi-1996-2023"])
    share = api.json("/indicators/con.own_share/values?place=COD&mineral=cobalt")["items"]
    assert [(each["place"], each["mineral"]) for each in share] == [("COD", "cobalt")]


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("wgi.law", "/api/v1/observations?indicator=wgi.law"),
        ("geo.disruption", "/api/v1/models/disruption/"),
        ("ind.consent", "/score/explanation"),
    ],
)
def test_what_is_not_derived_is_not_found_and_says_where_it_is(
    api: Api, key: str, address: str
) -> None:
    assert address in problem(api.get(f"/indicators/{key}/values"), 404, "not_found")["detail"]


def test_an_unknown_indicator_has_no_values(api: Api) -> None:
    problem(api.get("/indicators/geo.nothing/values"), 404, "not_found")
