"""The encoding of a file: recognised, said, and refused where no reading is safe."""

import gzip
import io
import json
from collections.abc import Callable

import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers import text
from riskscore.sources.readers.delimited import delimited_rows
from riskscore.sources.readers.encodings import of_bytes, recognised
from riskscore.sources.readers.markup import root

HEADER = "indicator,place,year,value\n"
IVORY = HEADER + "walkfree.prevalence,Côte d’Ivoire,2023,4.2\n"
SPANISH = HEADER + "a,México,1,2\na,Perú,1,2\na,Panamá,1,2\na,España,1,2\n"


def rows(content: bytes) -> list[list[str]]:
    return [cells for _line, cells in delimited_rows(io.BytesIO(content))]


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("encoding", "remark"),
    [
        ("utf-8", "read as UTF-8"),
        ("utf-8-sig", "read as UTF-8, with a byte order mark"),
        ("utf-16", "read as UTF-16"),
        ("cp1252", "read as Windows-1252: check that these words are right: “Côte”, “d’Ivoire”"),
    ],
)
def test_the_usual_encodings_give_the_same_words(
    encoding: str, remark: str, packed: Callable[[bytes], bytes]
) -> None:
    content = packed(IVORY.encode(encoding))
    assert rows(content)[1][1] == "Côte d’Ivoire"
    assert recognised(io.BytesIO(content)).remark == remark


def test_utf_16_of_either_byte_order_is_read() -> None:
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert rows(mark + IVORY.encode(codec))[1][1] == "Côte d’Ivoire"


def test_plain_ascii_needs_no_remark() -> None:
    assert of_bytes(HEADER.encode()).remark == ""


@pytest.mark.parametrize(
    "name",
    ["Türkiye", "São Tomé e Príncipe", "Curaçao", "Réunion", "Åland", "«Perú»", "L’Éclair", "ŒUVRE",
     "Ñuble", "naïve", "Straße", "DE BEERS™", "10 µm", "Norte–Sur", "€ 5", "N° 3", "d´Ivoire"],
)  # fmt: skip
def test_western_words_are_read_as_windows_1252(name: str) -> None:
    assert rows(f"{HEADER}a,{name},1,2\n".encode("cp1252"))[1][1] == name


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("mac-roman", SPANISH),
        ("cp850", SPANISH),
        ("cp437", SPANISH),
        ("mac-roman", HEADER + "a,Québec,1,2\n"),
        ("mac-roman", HEADER + "a,Côte,1,2\n"),
        ("cp850", HEADER + "a,São Tomé,1,2\n"),
        ("cp850", HEADER + "a,Perú,1,2\n"),
        ("cp1251", HEADER + "a,Россия,1,2\n"),
        ("koi8-r", HEADER + "a,Россия,1,2\n"),
        ("cp1253", HEADER + "a,Χιλή,1,2\n"),
        ("gbk", HEADER + "a,智利,1,2\n"),
        ("shift-jis", HEADER + "a,チリ,1,2\n"),
        ("big5", HEADER + "a,剛果民主共和國,1,2\n"),
    ],
)
def test_an_encoding_that_cannot_be_told_is_refused_with_the_line_and_the_remedy(
    encoding: str, words: str
) -> None:
    with pytest.raises(BadFile, match="not UTF-8") as caught:
        rows(words.encode(encoding))
    assert caught.value.row is not None
    assert caught.value.row >= 2
    assert "UTF-8" in caught.value.remedy


def test_a_byte_that_windows_1252_does_not_know_is_named() -> None:
    with pytest.raises(BadFile, match="0x81 is nothing in Windows-1252") as caught:
        rows(HEADER.encode() + b"a,T\x81rkiye,1,2\n")
    assert caught.value.row == 2


def test_utf_8_mixed_with_windows_1252_is_refused() -> None:
    with pytest.raises(BadFile, match="not UTF-8") as caught:
        rows((HEADER + "a,Côte,1,2\n").encode() + "a,Perú,1,2\n".encode("cp1252"))
    assert caught.value.row == 2


def test_utf_16_cut_in_the_middle_of_a_letter_is_refused() -> None:
    with pytest.raises(BadFile, match="UTF-16"):
        rows(IVORY.encode("utf-16")[:-1])


def test_json_and_xml_are_decoded_by_the_same_rule() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert json.loads(text.decoded('{"a": "Côte"}'.encode(encoding))) == {"a": "Côte"}
        assert root("<a>Côte</a>".encode(encoding)).text == "Côte"
    declared = '<?xml version="1.0" encoding="iso-8859-1"?><a>Côte</a>'
    assert root(declared.encode("latin-1")).text == "Côte"
