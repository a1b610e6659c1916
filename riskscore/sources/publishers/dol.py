"""US Department of Labor: mined goods made by child or forced labour, and findings by country.

Two files, told apart by their root element. Only levels and codes are read, none of the text.
The list of goods leaves out the United States itself (unknown there, not clean) and is mostly
about artisanal mining. The findings assess no high-income country, nor China, Russia and others:
unknown as well.

The year is that of the edition. The list of goods does not state it, and the names of files are no
guide (those of 2022 say 2016): whoever loads it says it. The findings open with it ("In 2022, …").
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from xml.etree.ElementTree import Element

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.markup import child_text, root
from riskscore.sources.source_records import Parse, Source, SourceRecord

SOURCE = Source(
    code="dol",
    publisher="US Department of Labor, Bureau of International Labor Affairs",
    title="Sweat & Toil: goods and findings on child and forced labour",
    url="https://www.dol.gov/agencies/ilab",
    licence="public domain",
    redistributable=True,
    attribution="US Department of Labor, Bureau of International Labor Affairs.",
)
#: An edition states all of it again, under a year of its own.
RESTATED = True
#: The list began in 2009.
FULL_YEAR = re.compile(r"(?<!\d)(?:2009|20[1-9]\d)(?!\d)")
OPENING = re.compile(r"\s*In (20\d\d)\b")
#: Findings are about the year before the edition of the goods, or about its own.
FARTHEST_YEARS = 1
SECTOR = "Mining"
GOOD_LEVELS = ("none", "child", "forced")
LEVELS = ("significant", "moderate", "minimal", "minimal_delayed", "none", "none_complicit")
NOT_ASSESSED = ("", "No Assessment")
CONVENTIONS = {"Conventions/C_138_Ratified": "dol.c138", "Conventions/C_182_Ratified": "dol.c182"}
RATIFIED = {"Yes": 1.0, "No": 0.0}
# An en dash with blanks parts the level from what held it back.
QUALIFIER = " \u2013 "
PLAIN = {
    "Significant Advancement": "significant",
    "Moderate Advancement": "moderate",
    "Minimal Advancement": "minimal",
    "No Advancement": "none",
}
QUALIFIED = {"minimal": "minimal_delayed", "none": "none_complicit"}


def of_edition(edition: str) -> Parse:
    """The parser of the files of an edition, named by its year ("2024"); of none if it has none."""
    years = FULL_YEAR.findall(edition)
    return partial(parse, year=max(map(int, years)) if years else None)


def parse(content: bytes, year: int | None = None) -> Iterator[SourceRecord]:
    """Records of the list of goods (root ``Goods``) or of the findings (root ``Countries``).

    ``year`` is that of the edition; None: the file must say it. Raises BadFile where neither does,
    or where the findings are of another edition.
    """
    document = root(content)
    match document.tag:
        case "Goods":
            yield from _goods(document, _agreed(year, None))
        case "Countries":
            yield from _findings(document, _agreed(year, _stated_year(document)))
        case tag:
            raise BadFile(
                "neither goods nor countries", value=tag, remedy="Check that it is a DOL file."
            )


def _stated_year(document: Element) -> int | None:
    """The year with which most descriptions of countries open; nothing else of them is read."""
    openings = (OPENING.match(child_text(row, "Description")) for row in document)
    years = Counter(int(opening[1]) for opening in openings if opening)
    return max(years, key=lambda year: (years[year], year)) if years else None


def _agreed(year: int | None, stated: int | None) -> int:
    """What the file states goes before what it was loaded as, if both can be true."""
    if year is None and stated is None:
        raise BadFile(
            "of which year this edition is, is not said",
            remedy="Say it with the edition: --edition 2024.",
        )
    if year is not None and stated is not None and abs(year - stated) > FARTHEST_YEARS:
        raise BadFile(
            f"its findings are about {stated}, and it was to be the edition of {year}",
            column="Description", value=stated, remedy="Correct the edition, or choose its file.",
        )  # fmt: skip
    return stated or year or 0


def _goods(document: Element, year: int) -> Iterator[SourceRecord]:
    """Each listed pair of mined good and country; the label is the good's name."""
    for good in document.findall("Good"):
        if child_text(good, "Good_Sector") != SECTOR:
            continue
        name = child_text(good, "Good_Name")
        for country in good.iter("Country"):
            level = _good_level(country)
            if level != "none":
                yield SourceRecord(
                    indicator="dol.good",
                    place=child_text(country, "Country_Name"),
                    mineral=name,
                    year=year,
                    value=float(GOOD_LEVELS.index(level)),
                    label=name,
                )


def _good_level(country: Element) -> str:
    def says(name: str) -> bool:
        return child_text(country, name) == "Yes"

    if says("Forced_Labor") or says("Forced_Child_Labor"):
        return "forced"
    return "child" if says("Child_Labor") else "none"


def _findings(document: Element, year: int) -> Iterator[SourceRecord]:
    """Advancement level and the ratification of C138 and C182, where stated."""
    for country in document.findall("Country"):
        place = child_text(country, "Name")
        stated = child_text(country, "Advancement_Level")
        if stated not in NOT_ASSESSED:
            level = float(LEVELS.index(_advancement(stated)))
            yield SourceRecord("dol.advancement", place, year, level)
        for path, indicator in CONVENTIONS.items():
            ratified = RATIFIED.get(child_text(country, path))
            if ratified is not None:
                yield SourceRecord(indicator, place, year, ratified)


def _advancement(stated: str) -> str:
    head, _, qualifier = stated.partition(QUALIFIER)
    plain = PLAIN.get(head)
    level = QUALIFIED.get(plain or "") if qualifier else plain
    if level is None:
        raise BadFile(
            "an unknown advancement level",
            column="Advancement_Level",
            value=stated,
            remedy=f"Known: {', '.join(PLAIN)}.",
        )
    return level
