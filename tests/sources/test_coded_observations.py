"""From a record in a publisher's words to observations in our codes: one rule for all callers."""

from riskscore.sources.coded_observations import coded
from riskscore.sources.source_records import SourceRecord

PLACES = {"Chile": "CHL", "Japan": "JPN", "Atlantis": None}
MINERALS = {"copper": ("copper",), "platinum group": ("platinum", "palladium"), "bricks": ()}


def codes(**stated: str) -> list[tuple[str | None, str | None, str | None]]:
    """(place, mineral, importer) of each observation of a record."""
    record = SourceRecord(**{"indicator": "x", "place": "Chile", **stated}, year=2023, value=1.0)  # type: ignore[arg-type]
    rows = coded(record, lambda term, _column: PLACES[term], MINERALS.__getitem__)
    return [(row.place, row.mineral, row.importer) for row in rows]


def test_a_record_without_a_mineral_is_one_observation_and_of_a_group_one_for_each() -> None:
    assert codes() == [("CHL", None, None)]
    assert codes(mineral="platinum group") == [
        ("CHL", "platinum", None),
        ("CHL", "palladium", None),
    ]


def test_a_record_about_a_place_or_mineral_that_is_left_out_is_no_observation() -> None:
    assert codes(place="Atlantis") == []
    assert codes(mineral="bricks") == []


def test_what_is_stated_for_an_importer_that_is_left_out_does_not_become_true_for_all() -> None:
    assert codes(importer="Japan") == [("CHL", None, "JPN")]
    assert codes(importer="Atlantis") == []


def test_a_mined_good_that_is_no_mineral_of_ours_still_speaks_of_its_place() -> None:
    assert codes(indicator="dol.good", mineral="bricks") == [("CHL", None, None)]
