"""What a company is called: the same party under several spellings, by one rule and one table.

Two spellings are the same party when they differ in case, accents, punctuation, a bracket at the
end, or the legal form at the end only ("Vale SA", "Vale S.A."). All else (mergers, old names,
subsidiaries) is a row of ``companies.csv`` beside this file, never a guess.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from riskscore.sources.names import folded
from riskscore.sources.readers.delimited import csv_rows

#: Legal forms, as folded words; several may follow each other ("Co., Ltd.").
FORMS = (
    "ab", "ad", "ag", "as", "asa", "bhd", "berhad", "bv", "co", "company", "corp", "corporation",
    "ehf", "gmbh", "inc", "incorporated", "jsc", "kg", "limited", "limitada", "ltd", "ltda", "llc",
    "llp", "lp", "nl", "nv", "ojsc", "ooo", "oy", "oyj", "pcl", "pjsc", "plc", "psc", "pte", "pt",
    "pty", "pvt", "sa", "saa", "sab", "sac", "sas", "sarl", "sdn", "se", "spa", "srl", "tbk", "the",
)  # fmt: skip
#: Forms that are written letter by letter once points are taken off.
LETTERS = re.compile(r"(?<= )((?:[a-z] )+[a-z])$")
BRACKET = re.compile(r"\s*\([^()]*\)\s*$")
STATE = re.compile(
    r"^(?:government|republic|kingdom|state) of (?:the )?(?:republic of )?(?:the )?(?P<of>.+)$"
    r"|^(?P<adjective>.+?) (?:government|state)$"
)


def plain(name: str) -> str:
    """The words by which a party is known, without what differs between spellings of one name."""
    words = _without_form(folded(BRACKET.sub("", name)))
    return words or folded(name) or " ".join(name.casefold().split())


def _without_form(text: str) -> str:
    text = LETTERS.sub(lambda match: match.group().replace(" ", ""), text)
    words = text.split()
    while len(words) > 1 and words[-1] in FORMS:
        words.pop()
    return " ".join(words)


def slug(name: str) -> str:
    """A name as a key: 50 small letters, digits and hyphens at most."""
    text = plain(name)
    return re.sub(r"[^a-z0-9]+", "-", text)[:50].strip("-") or "company"


@dataclass(frozen=True, slots=True)
class KnownCompany:
    """A row of the committed table. Empty text and None are unknown.

    ``source`` is an address. No row was compared with it: they are from general knowledge, so
    every one is loaded as unverified.
    """

    name: str
    aliases: tuple[str, ...]
    place: str
    parent: str
    state_owned: bool | None
    source: str


@cache
def known_companies() -> tuple[KnownCompany, ...]:
    """The committed table (``companies.csv`` beside this file)."""
    content = files(__package__).joinpath("companies.csv").read_bytes()
    truth: dict[str, bool | None] = {"true": True, "false": False, "": None}
    return tuple(
        KnownCompany(
            row["name"],
            tuple(part for part in row["aliases"].split("|") if part),
            row["place"],
            row["parent"],
            truth[row["state_owned"]],
            row["source"],
        )
        for _, row in csv_rows(content, ("name", "aliases", "place", "parent", "source"))
    )


def by_plain_name(companies: Iterable[KnownCompany]) -> dict[str, KnownCompany]:
    """The rows by every name they have; ValueError when one name stands for two of them."""
    result: dict[str, KnownCompany] = {}
    for company in companies:
        for name in (company.name, *company.aliases):
            if result.setdefault(plain(name), company) != company:
                other = result[plain(name)].name
                raise ValueError(f"{name!r} is both {other!r} and {company.name!r}")
    return result


def state_of(name: str, places: Mapping[str, str], adjectives: Mapping[str, str]) -> str:
    """The code of the country whose state a name is ("Government of Ghana"), else "".

    ``places`` and ``adjectives`` lead from folded words to codes.
    """
    match = STATE.match(folded(name))
    if match is None:
        return ""
    return places.get(match["of"] or "", "") or adjectives.get(match["adjective"] or "", "")
