"""Texts of a shapefile's table are read in the encoding that it names, or not at all."""

import io
import zipfile

import pytest

from riskscore.sources import maps
from riskscore.sources.left_out import Remark
from riskscore.sources.maps import BadMap, code_pages
from tests.maps.files import geopackage, shapefile_parts, zipped
from tests.sources.published import needs_published, published


def table(name: str, encoding: str, driver: int = 0, cpg: bytes | None = None) -> bytes:
    """A shapefile of one land whose name is in an encoding, with a language driver and a .cpg."""
    parts = shapefile_parts(name="#" * 40)
    dbf = bytearray(parts["lands.dbf"])
    text = name.encode(encoding)[:40].ljust(40)
    at = dbf.rindex(b"#" * 40)
    dbf[at : at + 40] = text
    dbf[29] = driver
    more = {} if cpg is None else {"lands.cpg": cpg}
    return zipped({**parts, "lands.dbf": bytes(dbf), **more})


def read(content: bytes) -> tuple[str, str]:
    """The name of the land, and what is said of the file."""
    rows = list(maps.land_rows(maps.read(content), None))
    (name,) = [row[1].name for row in rows if isinstance(row, tuple)]
    return name, " ".join(row.text for row in rows if isinstance(row, Remark))


@pytest.mark.parametrize(
    ("name", "encoding", "driver"),
    [
        ("Atacameño", "cp1252", 0x03),
        ("Atacameño", "cp1252", 0x57),
        ("Tiínha", "cp1252", 0x58),
        ("Atacameño", "cp850", 0x02),
        ("São João", "cp850", 0x25),
        ("São João", "cp860", 0x24),
        ("Łódź", "cp1250", 0xC8),
        ("Карелия", "cp866", 0x65),
        ("Карелия", "cp1251", 0xC9),
        ("二風谷", "cp932", 0x13),
        ("苗族", "gbk", 0x4D),
        ("台灣", "cp950", 0x4F),
        ("ชาวเล", "cp874", 0x50),
    ],
)
def test_the_code_page_of_the_table_itself_is_read(name: str, encoding: str, driver: int) -> None:
    found, said = read(table(name, encoding, driver))
    assert found == name
    assert name in said


@pytest.mark.parametrize(
    ("word", "encoding"),
    [
        (b"ANSI 1252", "cp1252"), (b"1252", "cp1252"), (b"CP1252", "cp1252"),
        (b"windows-1252", "cp1252"), (b"ISO-8859-1", "cp1252"), (b"ISO 88591", "cp1252"),
        (b"88591", "cp1252"), (b"LATIN1", "cp1252"), (b"Latin-1\r\n", "cp1252"),
        (b"\xef\xbb\xbf1252 \r\n", "cp1252"), (b"\xff\xfe1\x002\x005\x002\x00", "cp1252"),
        (b"LDID/2", "cp850"), (b"OEM 850", "cp850"), (b"ISO-8859-15", "iso8859-15"),
        (b"UTF-8", "utf-8"), (b"utf8", "utf-8"), (b"65001", "utf-8"),
        (b"\xef\xbb\xbfUTF-8", "utf-8"),
    ],
)  # fmt: skip
def test_the_usual_words_of_a_cpg_file_are_known(word: bytes, encoding: str) -> None:
    found, said = read(table("Atacameño", encoding, cpg=word))
    assert found == "Atacameño"
    assert "as its .cpg says" in said


def test_the_cpg_wins_over_the_table() -> None:
    assert read(table("Atacameño", "utf-8", driver=0x03, cpg=b"UTF-8"))[0] == "Atacameño"


def test_without_a_word_utf_8_is_read_as_what_it_is() -> None:
    found, said = read(table("Atacameño", "utf-8"))
    assert found == "Atacameño"
    assert "no word speaks against" in said


@pytest.mark.parametrize("cpg", [None, b"", b"ANSI"])
def test_without_a_word_western_letters_are_read_and_shown_to_be_checked(cpg: bytes | None) -> None:
    found, said = read(table("Atacameño", "cp1252", cpg=cpg))
    assert found == "Atacameño"
    assert "check them: Atacameño" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (table("Atacameño", "cp850"), "“Atacame¤o” in cp1252, “Atacameño” in cp850"),
        (table("Карелия", "cp1251"), "does not say its encoding"),
        (table("苗族自治", "gbk"), "does not say its encoding"),
        (table("Atacameño", "cp1252", cpg=b"OEM"), "does not say its encoding"),
        (table("Atacameño", "cp1252", cpg=b"UTF-8"), "is not in utf-8.*Atacameño"),
        (table("Atacameño", "utf-8", driver=0x03), "two ways: “AtacameÃ±o” in cp1252"),
        (table("Atacameño", "utf-8", cpg=b"ISO 88591"), "two ways"),
        (table("Atacameño", "cp1252", cpg=b"rot13"), "'rot13', which is not known"),
        (table("Atacameño", "cp1252", cpg=b"IBM037"), "'IBM037', which is not known"),
        (table("Atacameño", "cp1252", cpg=b"\0\0"), "^$"),
    ],
)
def test_what_could_be_read_in_two_ways_or_in_none_is_refused(content: bytes, said: str) -> None:
    if said == "^$":  # blanks are no word
        assert read(content)[0] == "Atacameño"
        return
    with pytest.raises(BadMap, match=said) as caught:
        maps.read(content)
    assert ".cpg" in caught.value.remedy


def test_a_wrong_word_does_no_harm_where_all_is_plain() -> None:
    assert read(table("Xipaya", "ascii", driver=0x68, cpg=b"klingon"))[0] == "Xipaya"


def test_a_name_that_was_cut_within_a_letter_loses_that_half_letter_and_it_is_said() -> None:
    name = "a" * 39 + "ñandú"
    found, said = read(table(name, "utf-8", cpg=b"UTF-8"))
    assert found == "a" * 39
    assert "end in half a letter" in said


def test_letters_of_windows_are_read_where_latin_1_is_said() -> None:
    assert read(table("“Xipaya”", "cp1252", cpg=b"ISO-8859-1"))[0] == "“Xipaya”"


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\n"])
def test_a_mark_before_the_coordinate_system_is_skipped(mark: bytes) -> None:
    parts = shapefile_parts()
    content = zipped({**parts, "lands.prj": mark + parts["lands.prj"]})
    assert read(content)[0] == "Xipaya"


def test_a_table_of_another_name_or_length_is_not_taken_for_its_own() -> None:
    parts = shapefile_parts()
    other = {name.replace("lands.dbf", "rivers.dbf"): part for name, part in parts.items()}
    with pytest.raises(BadMap, match=r"rivers.dbf, which is called otherwise"):
        maps.read(zipped(other))
    dbf = bytearray(parts["lands.dbf"])
    dbf[4:8] = (2).to_bytes(4, "little")
    longer = bytes(dbf.removesuffix(b"\x1a")) + b" " + b"Arara".ljust(40) + b"\x1a"
    with pytest.raises(BadMap, match="has 1 shapes, but its table 2 rows"):
        maps.read(zipped({**parts, "lands.dbf": longer}))


def test_every_page_of_the_table_is_an_encoding_that_python_knows() -> None:
    for page in code_pages.PAGES:
        assert "A".encode(page) == b"A"


def test_letters_that_were_lost_before_are_never_stored() -> None:
    content = shapefile_parts(name="Atacame\N{REPLACEMENT CHARACTER}o")
    fault, *_ = maps.land_rows(maps.read(zipped({**content, "lands.cpg": b"UTF-8"})), None)
    assert "letters that are lost: “Atacame?o”" in str(fault)


def test_a_geopackage_whose_texts_are_not_utf_8_is_refused() -> None:
    blob = geopackage(maps.mapped_area("0 0 1 1").polygon or b"")
    broken = blob.replace(b"Xipaya", b"Xip\xf1ya")
    assert broken != blob
    with pytest.raises(BadMap, match="texts that are not UTF-8"):
        maps.read(broken)


@needs_published
@pytest.mark.parametrize(
    "case",
    ["cp1252_no_cpg", "cp1252_ldid03_no_cpg", "cpg_ansi1252", "cpg_iso88591", "cpg_1252",
     "cpg_iso_8859_1", "cpg_windows", "bom_prj", "utf8_cpg", "sad69"],
)  # fmt: skip
def test_the_files_of_the_field_give_their_letters(case: str) -> None:
    content = published(f"cases/field/shp_{case}.zip")
    assert zipfile.is_zipfile(io.BytesIO(content))
    names = [shape.name for shape in maps.lands(maps.read(content), None)]
    assert names == ["Tiínha", "Atacameño"]
