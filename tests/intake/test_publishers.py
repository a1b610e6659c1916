"""Publishers' own files over the loaded bundle: what is known already changes nothing."""

import pytest

from riskscore.models import Release
from tests.intake.files import take_in
from tests.maps.files import zipped
from tests.sources.published import needs_published, published

pytestmark = [pytest.mark.django_db, needs_published]

SEVERAL = {
    "dol": ("data/dol_sweat_toil_goods_2016.xml", "data/dol_sweat_toil_countries_2016.xml"),
    "ec": ("cases/ec_crm/ec2023_trade_parameters.csv", "cases/ec_crm/ec2023_results_clean.csv"),
}


@pytest.mark.parametrize("source", SEVERAL)
def test_what_a_publisher_states_in_several_files_comes_as_one_zip(
    bundle: None, source: str
) -> None:
    parts = {name.rsplit("/", 1)[1]: published(name) for name in SEVERAL[source]}
    done = take_in(zipped(parts), source, "release.zip", skip_bad=True, published_edition="2022")
    standing = Release.objects.get(source=source)
    assert (done.state, done.error) == ("succeeded", "")
    assert (done.added, done.changed, done.gone) == (0, 0, 0)
    assert done.unchanged == standing.observations.count()


@pytest.mark.parametrize("source", SEVERAL)
def test_one_of_several_files_alone_is_refused_with_the_remedy(bundle: None, source: str) -> None:
    done = take_in(published(SEVERAL[source][1]), source, "part")
    assert done.state == "failed"
    assert "one zip of them" in done.error


@pytest.mark.parametrize(
    ("source", "path", "rows", "left_out"),
    [
        ("wgi", "data/wgidataset.xlsx", 30_914, 1_186),
        ("hdr", "data/HDR23-24_Composite_indices_complete_time_series.csv", 14_206, 11),
        ("ucdp", "data/ucdp_organizedviolencecy_v25_1.csv", 20_784, 24),
        ("iea", "data/iea_critical_minerals_explorer.json", 85, 14),
        ("ilo", "data/ilo_c169_ratifications.csv", 24, 0),
        ("icmm", "data/icmm-global-mining-dataset-2025-09.xlsx", 4_323, 4_185),
        ("busch", "data/lithium_deposits_pmbusch.csv", 160, 0),
        ("wmd", "figures/world_mining_data_2018_2024.csv.gz", 13_400, 0),
        ("baci", "figures/baci_imports_2020_2024.csv.gz", 185_750, 0),
        ("agreements", "figures/agreements.csv", 175, 0),
        ("restrictions", "figures/export_restrictions.csv", 23, 0),
    ],
)
def test_the_file_that_the_bundle_was_made_of_changes_nothing(
    bundle: None, source: str, path: str, rows: int, left_out: int
) -> None:
    done = take_in(published(path), source, path.rsplit("/", 1)[1])
    assert done.state == "succeeded", done.error
    assert (done.added, done.changed, done.unchanged, done.gone) == (0, 0, rows, 0)
    assert (done.rejected, done.left_out) == (0, left_out)
    assert done.release is None


@pytest.mark.parametrize(
    ("path", "added", "unchanged", "older"),
    [
        ("data/usgs_MCS2026_Commodities_Data.csv", 507, 1_411, 0),
        ("data/usgs_MCS2025_World_Data.csv", 1_480, 493, 42),
    ],
)
def test_a_publishers_file_of_which_the_bundle_holds_a_part_adds_and_changes_nothing(
    bundle: None, path: str, added: int, unchanged: int, older: int
) -> None:
    done = take_in(published(path), "usgs", path.rsplit("/", 1)[1])
    assert done.state == "succeeded", done.error
    assert (done.added, done.changed, done.unchanged, done.gone) == (added, 0, unchanged, 0)
    left = [one for why, one in done.left_out_by_reason.items() if "older edition" in why]
    assert sum(one["count"] for one in left) == older


def test_of_an_older_file_reserves_alone_change_which_no_newer_edition_states(bundle: None) -> None:
    text = (
        "SOURCE,COMMODITY,COUNTRY,TYPE,UNIT_MEAS,PROD_2023,PROD_EST_ 2024,PROD_NOTES,CAP_2023,"
        "CAP_EST_ 2024,CAP_NOTES,RESERVES_2024,RESERVE_NOTES\n"
        "MCS2025,Graphite,Mozambique,Mine production,metric tons,98000,75000,,,,,26000000,\n"
        "MCS2025,Graphite,Norway,Mine production,metric tons,6480,7000,,,,,600000,\n"
    )
    done = take_in(text, "usgs", "usgs_MCS2025.csv")
    assert done.error == ""
    # 2023 is new; 2024 stands as 39,000 and 5,340 in the edition of 2026; reserves are its own.
    assert (done.added, done.changed, done.unchanged) == (2, 1, 1)
