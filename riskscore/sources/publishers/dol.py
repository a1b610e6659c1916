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
from riskscore.sources.forms.parts import records_of
from riskscore.sources.left_out import Aside, LeftOut, Remark
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
NOT_STATED = ("", "N/A", "Unknown", "Unavailable")
LABOUR = ("Child_Labor", "Forced_Labor", "Forced_Child_Labor")
ANSWERS = ("Yes", "No", "", "N/A")
# A dash with blanks, in most editions an en dash, parts the level from what held it back.
QUALIFIER = re.compile(r"\s+[\u2013\u2014-]\s+")
COMPLICIT = "complicit"
PLAIN = {
    "Significant Advancement": "significant",
    "Moderate Advancement": "moderate",
    "Minimal Advancement": "minimal",
    "No Advancement": "none",
}
QUALIFIED = {"minimal": "minimal_delayed", "none": "none_complicit"}


def year_of_edition(edition: str) -> int | None:
    """The year by which an edition is named ("2024"); None where it names none."""
    years = FULL_YEAR.findall(edition)
    return max(map(int, years)) if years else None


def of_edition(edition: str) -> Parse:
    """The parser of the files of an edition, named by its year ("2024"); of none if it has none."""
    return partial(parse, year=year_of_edition(edition))


def parts(content: bytes, year: int | None = None) -> Iterator[SourceRecord | Aside]:
    """Records of the list of goods (root ``Goods``) or of the findings (root ``Countries``), and
    what of them is not used.

    ``year`` is that of the edition; None: the file must say it. Raises BadFile where neither does,
    or where the findings are of another edition.
    """
    document = root(content)
    match document.tag:
        case "Goods":
            agreed = _agreed(year, None)
            yield Remark(f"the list of goods: every listing as of {agreed}")
            yield from _goods(document, agreed)
        case "Countries":
            agreed = _agreed(year, _stated_year(document))
            yield Remark(f"the findings: about {agreed}, as most of their descriptions begin")
            yield from _findings(document, agreed)
        case tag:
            raise BadFile(
                "neither goods nor countries", value=tag, remedy="Check that it is a DOL file."
            )


def parse(content: bytes, year: int | None = None) -> Iterator[SourceRecord]:
    """The records of :func:`parts`."""
    return records_of(partial(parts, year=year))(content)


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


def _goods(document: Element, year: int) -> Iterator[SourceRecord | LeftOut]:
    """Each listed pair of mined good and country; the label is the good's name."""
    for good in document.findall("Good"):
        name, sector = child_text(good, "Good_Name"), child_text(good, "Good_Sector")
        countries = list(good.iter("Country"))
        if sector != SECTOR:
            yield LeftOut("a sector that is not mining", None, f"{name}: {sector}", len(countries))
            continue
        for country in countries:
            place = child_text(country, "Country_Name")
            level = _good_level(country, f"{name} of {place}")
            if level == "none":
                yield LeftOut("listed with neither kind of labour", None, f"{name}: {place}")
                continue
            yield SourceRecord(
                indicator="dol.good",
                place=place,
                mineral=name,
                year=year,
                value=float(GOOD_LEVELS.index(level)),
                label=name,
            )


def _good_level(country: Element, what: str) -> str:
    said = {name: child_text(country, name) for name in LABOUR}
    for name, word in said.items():
        if word not in ANSWERS:
            raise BadFile(
                "neither Yes nor No", column=f"{name}, {what}", value=word,
                remedy="Check that this is the publisher's file.",
            )  # fmt: skip
    if said["Forced_Labor"] == "Yes" or said["Forced_Child_Labor"] == "Yes":
        return "forced"
    return "child" if said["Child_Labor"] == "Yes" else "none"


def _findings(document: Element, year: int) -> Iterator[SourceRecord | LeftOut]:
    """Advancement level and the ratification of C138 and C182, where stated."""
    for country in document.findall("Country"):
        place = child_text(country, "Name")
        stated = child_text(country, "Advancement_Level")
        if stated in NOT_ASSESSED:
            yield LeftOut("not assessed", None, f"{place}: {stated or 'no level'}")
        else:
            level = float(LEVELS.index(_advancement(stated, place)))
            yield SourceRecord("dol.advancement", place, year, level)
        for path, indicator in CONVENTIONS.items():
            word = child_text(country, path)
            if word in RATIFIED:
                yield SourceRecord(indicator, place, year, RATIFIED[word])
            elif word in NOT_STATED:
                yield LeftOut("ratification not stated", None, f"{place}: {path} {word}".strip())
            else:
                raise BadFile(
                    "neither Yes nor No", column=f"{path}, {place}", value=word,
                    remedy="Check that this is the publisher's file.",
                )  # fmt: skip
        if goods := len(country.findall("Goods/Good")):
            yield LeftOut(
                "goods on a country's page: the list of goods has them", None, place, goods
            )


def _advancement(stated: str, place: str) -> str:
    head, *qualifier = QUALIFIER.split(stated, maxsplit=1)
    plain = PLAIN.get(head)
    level = plain
    if qualifier:
        level = QUALIFIED.get(plain or "")
        if level == "none_complicit" and COMPLICIT not in qualifier[0].casefold():
            level = None
    if level is None:
        raise BadFile(
            "an unknown advancement level",
            column=f"Advancement_Level, {place}",
            value=stated,
            remedy=f"Known: {', '.join(PLAIN)}.",
        )
    return level
