"""What the chapters of the summaries are called, and which mineral of ours each is about.

``commodities.csv``: the publisher's word, a word of its type where one chapter is about several
things, our code (empty: none of ours). The words are those of the files of 2022 to 2026; whole
groups (platinum-group metals) are no mineral of ours unless the type names one of them.
"""

import csv
import re
from functools import cache
from importlib.resources import files


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    text = files(__package__).joinpath("commodities.csv").read_text(encoding="utf-8")
    return tuple(
        (row["commodity"], row["words"], row["mineral"])
        for row in csv.DictReader(text.splitlines())
    )


def mineral_of(commodity: str, words: str = "") -> str:
    """Our code; "" for a commodity that is none of ours. One that is in no list comes back as it
    is, for the table of names of the installation to know or to refuse."""
    name, said = plain(commodity), words.casefold()
    for known, needed, mineral in _rows():
        if known == name and needed in said:
            return mineral
    return commodity.strip()


def named_in(words: str) -> str:
    """The commodity that a type names last: "Mine production, contained cobalt"; "" without."""
    known = {name for name, _, mineral in _rows() if mineral}
    found = [word for word in re.findall(r"[a-z]+", words.casefold()) if word in known]
    return found[-1] if found else ""


def plain(commodity: str) -> str:
    """A commodity as words are compared."""
    return " ".join(commodity.replace("\xa0", " ").split()).casefold()
