"""BACI as CEPII ships it: its columns, its numbers for places, its revisions, its zip of years."""

import io
import zipfile
from collections import Counter
from typing import Any

import pytest

from riskscore.sources import names
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import LeftOut, Remark
from riskscore.sources.publishers import baci, baci_exports
from riskscore.sources.reading import Reading
from riskscore.sources.trade import hs_revisions

MINERALS = {
    "282520": ("lithium",), "283691": ("lithium",), "282200": ("cobalt",), "810510": ("cobalt",),
    "260300": ("copper",), "250310": ("sulfur",), "250390": ("sulfur",), "252890": ("boron",),
    "810710": ("cadmium",), "283030": ("cadmium",), "252400": ("asbestos",),
    "250700": ("kaolin",), "250840": ("kaolin",), "811230": ("germanium",), "810600": ("bismuth",),
}  # fmt: skip
STAGES = {"850511": (("rare_earths", "product"),), "740311": (("copper", "refined"),)}
OURS = "year,hs6,exporter,importer,value_kusd,quantity_t\n"
THEIRS = "t,i,j,k,v,q\n"


def read(text: str | bytes, name: str = "file.csv", **said: Any) -> list[Any]:
    content = text.encode() if isinstance(text, str) else text
    return list(baci.rows(io.BytesIO(content), name, Reading(**said), MINERALS, STAGES))


def sums(parts: list[Any]) -> dict[tuple[str, ...], float]:
    return {
        (part[1].indicator.split("_")[1], part[1].place, part[1].mineral, part[1].importer):
        part[1].value for part in parts if isinstance(part, tuple)
    }  # fmt: skip


def left_out(parts: list[Any]) -> dict[str, int]:
    result: Counter[str] = Counter()
    for part in parts:
        if isinstance(part, LeftOut):
            result[part.reason] += part.count
    return dict(result)


def faults(parts: list[Any]) -> list[BadFile]:
    return [part for part in parts if isinstance(part, BadFile)]


def test_codes_of_2017_are_summed_as_those_of_1992_that_they_stand_for() -> None:
    """By hand: 900 + 50 + 10 thousand USD, 90 + 5 + 1 t of cobalt."""
    found = read(
        OURS + "2024,282520,CHL,JPN,800,80\n2024,810520,COD,JPN,900,90\n"
        "2024,810530,COD,JPN,50,5\n2024,282200,COD,JPN,10,1\n",
        "baci_hs17.csv",
    )
    assert sums(found) == {
        ("value", "CHL", "lithium", "JPN"): 800, ("quantity", "CHL", "lithium", "JPN"): 80,
        ("value", "COD", "cobalt", "JPN"): 960, ("quantity", "COD", "cobalt", "JPN"): 96,
    }  # fmt: skip
    assert {part[1].label for part in found if isinstance(part, tuple)} == {
        "282520", "282200;810510"
    }  # fmt: skip
    assert left_out(found) == {}


def test_the_publishers_columns_numbers_for_places_and_padded_na_are_read() -> None:
    """A quantity of NA is unknown: there is none, and never 0."""
    found = read(
        THEIRS + "2023,152,392,282520,1200.5,   80.0\n2023,180,392,282200,500.25,          NA\n"
        "2023,4,251,260300,7.5,1.0\n2023, 36,842,260300,1,\n"
    )
    assert sums(found) == {
        ("value", "152", "lithium", "392"): 1200.5, ("quantity", "152", "lithium", "392"): 80,
        ("value", "180", "cobalt", "392"): 500.25,
        ("value", "004", "copper", "251"): 7.5, ("quantity", "004", "copper", "251"): 1,
        ("value", "036", "copper", "842"): 1,
    }  # fmt: skip


def test_numbers_that_mean_another_place_than_in_iso_3166_are_those_of_cepiis_list() -> None:
    """CEPII's list of 2025: 736 is Sudan to 2011, 058 Belgium with Luxembourg to 1998, 280 Germany.
    It has no Monaco: 492 is Comtrade's "Europe EU, nes", which the table of names leaves out."""
    rows = (f"2023,{number},842,260300,{number}.5,1\n" for number in (736, 58, 280, 492, 729))
    exporters = [place for kind, place, *_ in sums(read(THEIRS + "".join(rows))) if kind == "value"]
    assert exporters == ["SDN", "BEL", "DEU", "Europe EU, nes", "729"]
    assert names.shipped(()).place("Europe EU, nes") is None


def test_columns_stand_in_any_order_and_one_more_is_named() -> None:
    found = read('"t","k","i","j","v","q","a"\n2002,260300,152,392,3,2,x\n')
    assert sums(found)["quantity", "152", "copper", "392"] == 2
    assert left_out(found) == {"a column that is not used": 1}


@pytest.mark.parametrize(
    ("text", "code"),
    [("282520.0", "282520"), ("2836.91", "283691"), ("30617", "030617"), (" 260300 ", "260300"),
     ("2605", None), ("TOTAL", None), ("28369", "028369"), ("28252000", None)],
)  # fmt: skip
def test_a_code_is_six_digits_however_a_spreadsheet_wrote_it(text: str, code: str | None) -> None:
    assert hs_revisions.six_digits(text) == code


def test_what_is_not_of_ours_is_counted_with_the_first_examples() -> None:
    found = read(OURS + "2024,010121,CHL,JPN,1,1\n2024,010121,PER,JPN,1,1\n2024,2605,PER,JPN,1,1\n"
                 "2024,260300,CHL,CHL,1,1\n2024,260300,CHL,JPN,NA,\n")  # fmt: skip
    assert sums(found) == {}
    assert left_out(found) == {
        "goods that are not of ours": 2,
        "not a code of six digits: a heading or a total": 1,
        "a place's trade with itself": 1,
        "neither a value nor a quantity is stated": 1,
    }
    assert any("010121" in part.example for part in found if isinstance(part, LeftOut))


@pytest.mark.parametrize("named", ["BACI_HS12_Y2015_V202501.csv", "trade hs2012.csv"])
def test_a_code_that_covers_more_than_ours_never_counts_and_marks_the_sum(named: str) -> None:
    """252800 of HS2012 is boron (252890) with sodium borates (252810); 250840 and 250820."""
    found = read(
        OURS + "2015,252800,TUR,JPN,9,9\n2015,250840,CHN,JPN,8,8\n2015,250700,CHN,JPN,2,1\n"
        "2015,250700,GBR,JPN,5,4\n2015,850511,CHN,JPN,3,3\n", named,
    )  # fmt: skip
    assert sums(found) == {
        ("value", "CHN", "kaolin", "JPN"): 2, ("quantity", "CHN", "kaolin", "JPN"): 1,
        ("value", "GBR", "kaolin", "JPN"): 5, ("quantity", "GBR", "kaolin", "JPN"): 4,
    }  # fmt: skip
    marks = {part[1].place: part[1].quality for part in found if isinstance(part, tuple)}
    assert marks == {"CHN": "partial", "GBR": ""}
    assert left_out(found) == {
        "a code of HS2012 that covers more than those of ours": 2,
        "a code of ours not checked against HS2012": 1,
    }


def test_merged_and_split_codes_are_read_where_all_of_them_are_ours() -> None:
    """HS1996 on: 250300 is all sulfur; HS2007 on: asbestos in two codes; HS2022: bismuth in two."""
    found = read(
        OURS + "2023,250300,CAN,JPN,5,50\n2023,252410,RUS,IND,1,2\n2023,252490,RUS,IND,3,4\n"
        "2023,810610,CHN,JPN,6,1\n2023,810690,CHN,JPN,2,1\n", "BACI_HS22_Y2023_V202501.csv",
    )  # fmt: skip
    assert sums(found)["quantity", "CAN", "sulfur", "JPN"] == 50
    assert sums(found)["value", "RUS", "asbestos", "IND"] == 4
    assert sums(found)["value", "CHN", "bismuth", "JPN"] == 8
    labels = {part[1].mineral: part[1].label for part in found if isinstance(part, tuple)}
    assert labels["sulfur"] == "250310;250390"


def test_the_revision_comes_from_a_person_before_the_name_and_from_codes_without_both() -> None:
    rows = OURS + "2015,250840,CHN,JPN,8,8\n"
    assert sums(read(rows, "x_hs17.csv", constants={"revision": "HS2002"})) != {}
    assert sums(read(rows, "x_hs17.csv")) == {}
    assert sums(read(rows, "x.csv")) != {}, "our own table holds codes of HS1992"
    by_code = read(THEIRS + "2015,156,392,250840,8,8\n2015,156,392,810510,1,1\n")
    assert sums(by_code)["value", "156", "kaolin", "392"] == 8
    assert any("HS1992" in part.text for part in by_code if isinstance(part, Remark))


def test_a_file_whose_revision_nobody_can_tell_is_refused_with_the_remedy() -> None:
    with pytest.raises(BadFile, match=r"HS1992.*HS2022.*--constant revision=HS17"):
        read(THEIRS + "2015,156,392,250840,8,8\n")
    with pytest.raises(BadFile, match="of several revisions"):
        read(THEIRS + "2015,156,392,810510,8,8\n2015,156,392,810520,8,8\n")
    with pytest.raises(BadFile, match="no revision"):
        read(THEIRS + "2015,156,392,810510,8,8\n", constants={"revision": "HS19"})


def test_what_has_no_meaning_for_the_publishers_own_file_is_refused() -> None:
    with pytest.raises(BadFile, match="its publisher's own columns"):
        read(OURS + "2015,260300,CHN,JPN,8,8\n", constants={"year": "2023"})
    with pytest.raises(BadFile, match="its publisher's own columns"):
        read(OURS + "2015,260300,CHN,JPN,8,8\n", mapping={"year": "t"})


def test_a_code_that_the_named_revision_does_not_have_is_a_fault_and_not_foreign() -> None:
    (found,) = faults(read(OURS + "2023,810510,COD,JPN,8,8\n", "BACI_HS17_Y2023_V202501.csv"))
    assert "HS2017 has no such code" in str(found)


def test_the_same_row_twice_is_one_and_another_figure_is_refused() -> None:
    twice = read(OURS + "2023,260300,CHL,JPN,8,8\n2023,260300,CHL,JPN,8,8\n")
    assert sums(twice)["value", "CHL", "copper", "JPN"] == 8
    assert left_out(twice) == {"the same row once more": 1}
    (found,) = faults(read(OURS + "2023,260300,CHL,JPN,8,8\n2023,260300,CHL,JPN,9,8\n"))
    assert found.row == 3
    assert "stands in line 2" in str(found)


@pytest.mark.parametrize(
    ("row", "column"),
    [("2023,260300,CHL,JPN,-1,8", "value_kusd"), ("2023,260300,CHL,JPN,1,many", "quantity_t"),
     ("23,260300,CHL,JPN,1,1", "year"), ("2023.5,260300,CHL,JPN,1,1", "year")],
)  # fmt: skip
def test_a_wrong_cell_is_a_fault_of_its_row(row: str, column: str) -> None:
    (found,) = faults(read(OURS + row + "\n"))
    assert (found.row, found.column) == (2, column)


def zipped(files: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as container:
        for name, text in files.items():
            container.writestr(name, text)
    return target.getvalue()


def test_a_zip_of_years_is_read_with_the_publishers_own_list_of_places() -> None:
    """Codes that are none of ISO (S19) stay numbers, for the table of names to know."""
    content = zipped({
        "BACI_HS17_Y2022_V202501.csv": THEIRS + "2022,152,392,260300,3,2\n",
        "BACI_HS17_Y2023_V202501.csv": THEIRS + "2023,490,842,810520,4,1\n",
        "country_codes_V202501.csv": "country_code,country_name,country_iso2,country_iso3\n"
        "152,Chile,CL,CHL\n392,Japan,JP,JPN\n490,Other Asia nes,N/A,S19\n842,USA,US,USA\n",
        "product_codes_HS17_V202501.csv": "code,description\n260300,Copper ores\n",
        "Readme.txt": "Trade flows\n",
    })  # fmt: skip
    found = read(content, "BACI_HS17_V202501.zip")
    assert sums(found) == {
        ("value", "CHL", "copper", "JPN"): 3, ("quantity", "CHL", "copper", "JPN"): 2,
        ("value", "490", "cobalt", "USA"): 4, ("quantity", "490", "cobalt", "USA"): 1,
    }  # fmt: skip
    assert left_out(found) == {
        "a file of the zip that is no table": 1,
        "a file of the zip beside its tables: only for the codes of its places": 1,
        "a file of the zip beside its tables: it holds no trade": 1,
    }


def test_two_files_of_one_year_in_a_zip_are_refused() -> None:
    both = zipped({f"BACI_{name}_Y2023_V202501.csv": THEIRS + "2023,152,392,260300,3,2\n"
                   for name in ("HS92", "HS17")})  # fmt: skip
    with pytest.raises(BadFile, match="two files of the zip state 2023"):
        read(both, "baci.zip")


def test_the_edition_is_what_the_name_says() -> None:
    assert baci.stated_edition("BACI_HS17_Y2023_V202501.csv") == "HS17, V202501"
    assert baci.stated_edition("BACI_HS92_V202401b.zip") == "HS92, V202401"
    assert baci.stated_edition("trade.csv") == ""


def test_each_of_the_programs_codes_stands_in_the_table_of_revisions() -> None:
    """By hand from the correlation tables: cobalt, tantalum, cadmium and beryllium were split in
    2002, asbestos in 2007, bismuth in 2022; sulfur was merged in 1996."""
    exact = {name: hs_revisions.revision(name).exact for name in hs_revisions.REVISIONS}
    for code, since in (("810530", "HS02"), ("810330", "HS02"), ("811213", "HS02"),
                        ("252410", "HS07"), ("810690", "HS22"), ("250300", "HS96")):  # fmt: skip
        first = next(name for name in hs_revisions.REVISIONS if code in exact[name])
        assert first == since, code
    assert exact["HS22"]["811261"] == ("810710",)
    assert hs_revisions.revision("HS22").wider["811269"] == ("810710",)


def exports(text: str, name: str = "panel.csv") -> list[Any]:
    header = "hs6,exporter,year,quantity_t,value_kusd,partners,destination_hhi,world_share\n"
    return list(baci_exports.rows(io.BytesIO((header + text).encode()), name, Reading()))


def test_a_panel_of_exports_is_read_with_its_columns_and_codes_as_they_come() -> None:
    found = exports("282520.0,CHL,2023,NA,5,3,0.5,0.1\n2836.91,152,2023,0,5,3,0.5,0.1\n"
                    "260300,PER,2023,2,5,3,0.5,0.1\nTOTAL,PER,2023,2,5,3,0.5,0.1\n")  # fmt: skip
    records = [part[1] for part in found if isinstance(part, tuple)]
    assert [(row.hs6, row.place, row.quantity) for row in records] == [
        ("282520", "CHL", None), ("283691", "152", None), ("260300", "PER", 2),
    ]  # fmt: skip
    assert left_out(found) == {
        "a column that is not used": 1, "not a code of six digits: a heading or a total": 1,
    }  # fmt: skip


def test_of_a_panel_of_a_later_revision_codes_that_stand_alone_are_read() -> None:
    """Partners and concentration of 810520 and 810530 cannot be added to those of 810510."""
    found = exports(
        "260300,CHL,2023,1,5,3,0.5,0\n810520,COD,2023,1,5,3,0.5,0\n252800,TUR,2023,1,5,3,0.5,0\n"
        "010121,TUR,2023,1,5,3,0.5,0\n810510,COD,2023,1,5,3,0.5,0\n", "panel_HS17.csv",
    )  # fmt: skip
    assert [part[1].hs6 for part in found if isinstance(part, tuple)] == ["260300"]
    assert left_out(found) == {
        "a column that is not used": 1,
        "one of several codes that make up one of ours": 1,
        "a code of HS2017 that covers more than those of ours": 1,
        "goods that are not of ours": 1,
    }
    assert [fault.value for fault in faults(found)] == ["810510"]
