"""US Department of Labor: mined goods made by child or forced labour, and findings by country.

Two files, told apart by their root element. Only levels and codes are read, none of the text.
The list of goods leaves out the United States itself (unknown there, not clean) and is mostly
about artisanal mining. The findings assess no high-income country, nor China, Russia and others:
unknown as well.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.markup import child_text, root
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="dol",
    publisher="US Department of Labor, Bureau of International Labor Affairs",
    title="Sweat & Toil: goods and findings on child and forced labour",
    url="https://www.dol.gov/agencies/ilab",
    licence="public domain",
    redistributable=True,
    attribution="US Department of Labor, Bureau of International Labor Affairs.",
)
# The files' names say 2016; their content is the edition of 2022 (findings of 2021–22).
YEAR = 2022
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


def parse(content: bytes) -> Iterator[SourceRecord]:
    """Records of the list of goods (root ``Goods``) or of the findings (root ``Countries``)."""
    document = root(content)
    match document.tag:
        case "Goods":
            yield from _goods(document)
        case "Countries":
            yield from _findings(document)
        case tag:
            raise BadFile(
                "neither goods nor countries", value=tag, remedy="Check that it is a DOL file."
            )


def _goods(document: Element) -> Iterator[SourceRecord]:
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
                    year=YEAR,
                    value=float(GOOD_LEVELS.index(level)),
                    label=name,
                )


def _good_level(country: Element) -> str:
    def says(name: str) -> bool:
        return child_text(country, name) == "Yes"

    if says("Forced_Labor") or says("Forced_Child_Labor"):
        return "forced"
    return "child" if says("Child_Labor") else "none"


def _findings(document: Element) -> Iterator[SourceRecord]:
    """Advancement level and the ratification of C138 and C182, where stated."""
    for country in document.findall("Country"):
        place = child_text(country, "Name")
        stated = child_text(country, "Advancement_Level")
        if stated not in NOT_ASSESSED:
            level = float(LEVELS.index(_advancement(stated)))
            yield SourceRecord("dol.advancement", place, YEAR, level)
        for path, indicator in CONVENTIONS.items():
            ratified = RATIFIED.get(child_text(country, path))
            if ratified is not None:
                yield SourceRecord(indicator, place, YEAR, ratified)


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
