"""Rows of trade between places as streams: our own table, CEPII's yearly CSV, CEPII's zip of years.

Memory is bounded whatever the file: a row about goods that nobody asked for is counted and
forgotten. Columns are told by name, in any order: ``t,i,j,k,v,q`` as CEPII ships them, or
``year,exporter,importer,hs6,value_kusd,quantity_t``.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut
from riskscore.sources.readers.chosen_rows import chosen_rows
from riskscore.sources.readers.delimited import check_delimiter, delimited_rows, wrong_width
from riskscore.sources.readers.text import integer, number
from riskscore.sources.readers.zipped_tables import Table
from riskscore.sources.trade.hs_revisions import six_digits

#: Our column: the same in the publisher's file.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "year": ("year", "t"),
    "exporter": ("exporter", "i"),
    "importer": ("importer", "j"),
    "hs6": ("hs6", "k", "hs_code", "product"),
    "value_kusd": ("value_kusd", "v"),
    "quantity_t": ("quantity_t", "q"),
}
#: Where CEPII's list of places has its numbers.
NUMBERED = ("country_code", "code", "i")
#: Numbers that stand for other places than in ISO 3166, or for none of it, as CEPII's list
#: (``country_codes_V202501.csv``) has them. It has no Monaco, which France's 251 holds: 492 is
#: Comtrade's area.
NUMBERS = {"058": "BEL", "280": "DEU", "492": "Europe EU, nes", "736": "SDN"}
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "..", "."})
FOREIGN = "goods that are not of ours"
NO_CODE = "not a code of six digits: a heading or a total"
EXAMPLES = 5
#: The first year of UN Comtrade, and one that none of us sees.
EARLIEST, LATEST = 1962, 2100


class Trade(NamedTuple):
    """What a row says: thousand USD and tonnes, None where nothing is stated."""

    year: int
    exporter: str
    importer: str
    code: str
    value: float | None
    quantity: float | None


def is_trade(header: list[str]) -> bool:
    """Whether the columns are those of rows of trade."""
    return all(any(word in header for word in COLUMNS[name]) for name in ("hs6", "exporter"))


def trades(
    table: Table, wanted: Callable[[str], bool], countries: Mapping[str, str]
) -> Iterator[tuple[int, Trade] | Aside]:
    """(line, trade) of each row about a code that is ``wanted``; what is left out, by reason.

    ``countries``: the publisher's number for a place, of three digits, to its code.
    """
    header = table.names()
    at = _positions(header)
    yield from _unused(header, at)
    foreign: Counter[str] = Counter()

    def chosen(text: str) -> bool:
        code = six_digits(text)
        return code is None or wanted(code)

    for line, cells in chosen_rows(table.open(), at["hs6"], len(header), chosen, foreign):
        if len(cells) != len(header):
            yield wrong_width(line, len(cells), len(header))
            continue
        code = six_digits(cells[at["hs6"]])
        if code is None:
            yield LeftOut(NO_CODE, line, cells[at["hs6"]])
        elif wanted(code):
            yield _trade(cells, at, code, line, countries)
        else:
            foreign[code] += 1
    if foreign:
        first = ", ".join(list(foreign)[:EXAMPLES])
        yield LeftOut(FOREIGN, None, f"{table.name}: {first}", foreign.total())


def codes_of(table: Table) -> set[str]:
    """Every code of six digits in the file."""
    header, texts = table.names(), Counter[str]()
    code_at = _positions(header)["hs6"]
    odd = chosen_rows(table.open(), code_at, len(header), lambda _text: False, texts)
    codes = {six_digits(cells[code_at]) for _, cells in odd if len(cells) == len(header)}
    return {code for code in (*codes, *map(six_digits, texts)) if code}


def countries(table: Table) -> dict[str, str]:
    """The list of places beside the tables: the number of three digits to the code of ISO 3166.

    Codes that are none of ISO (``S19``, ``R20``) are left to their numbers.
    """
    lines = delimited_rows(table.open())
    _, header = next(lines, (1, []))
    plain = [cell.strip().casefold() for cell in header]
    number_at = next((plain.index(name) for name in NUMBERED if name in plain), None)
    code_at = next((at for at, name in enumerate(plain) if "iso" in name and "3" in name), None)
    if number_at is None or code_at is None:
        return {}
    return {
        cells[number_at].strip().zfill(3): cells[code_at].strip()
        for _, cells in lines
        if len(cells) == len(header) and cells[code_at].strip().isalpha()
        and len(cells[code_at].strip()) == len("CHL")
    }  # fmt: skip


def _positions(header: list[str]) -> dict[str, int]:
    """Where each of our columns stands. Raises BadFile for one that is missing or stands twice."""
    check_delimiter(header)
    plain = [cell.strip().casefold() for cell in header]
    result = {}
    for name, words in COLUMNS.items():
        found = [at for at, word in enumerate(plain) if word in words]
        if len(found) != 1:
            raise BadFile(
                "this column is missing" if not found else "this column stands twice",
                row=1, column=name, value=", ".join(header)[:200],
                remedy="Use CEPII's CSV (t,i,j,k,v,q) or ours "
                "(year,hs6,exporter,importer,value_kusd,quantity_t).",
            )  # fmt: skip
        result[name] = found[0]
    return result


def _unused(header: list[str], at: Mapping[str, int]) -> Iterator[LeftOut]:
    for place, name in enumerate(header):
        if place not in at.values():
            yield LeftOut("a column that is not used", 1, name)


def _trade(
    cells: list[str], at: Mapping[str, int], code: str, line: int, codes: Mapping[str, str]
) -> tuple[int, Trade] | BadFile:
    try:
        return line, Trade(
            _year(cells[at["year"]], line),
            place_term(cells[at["exporter"]], codes),
            place_term(cells[at["importer"]], codes),
            code,
            amount(cells[at["value_kusd"]], line, "value_kusd"),
            amount(cells[at["quantity_t"]], line, "quantity_t"),
        )
    except BadFile as error:
        return error


def _year(text: str, line: int) -> int:
    result = integer(text, line, "year")
    if not EARLIEST <= result <= LATEST:
        raise BadFile(
            "not a year of trade", row=line, column="year", value=text,
            remedy="Write a year of four digits.",
        )  # fmt: skip
    return result


def place_term(text: str, codes: Mapping[str, str]) -> str:
    """The publisher's word; a number as its own list names it, else as three digits (``004``)."""
    plain = text.strip().removesuffix(".0")
    if not plain.isdecimal():
        return plain
    numeric = plain.zfill(3)
    return codes.get(numeric) or NUMBERS.get(numeric, numeric)


def amount(text: str, line: int, column: str) -> float | None:
    """Not negative; None where the cell says that nothing is known."""
    if text.strip().casefold() in MISSING:
        return None
    result = number(text, line, column)
    if result < 0:
        raise BadFile(
            "a negative amount of trade", row=line, column=column, value=text,
            remedy="Correct the row, or leave it out.",
        )  # fmt: skip
    return result
