"""IEA Critical Minerals Data Explorer: mining and refining by place in kt, of any edition.

Only the top places are named. "Rest of world" is a remainder that must never be read as one
place, and ``total`` need not equal the sum of the named (nickel: 3 % less). The first year of an
edition is the observed one; later years are projections of announced projects, and are left out.
The file does not say which edition it is.

The explorer's JSON as a public converter makes it, or the publisher's own workbook
(:mod:`riskscore.sources.forms.supply_sheet`).
"""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from riskscore.sources.bad_file import BadFile
from riskscore.sources.forms import supply_sheet
from riskscore.sources.forms.form_cells import figure
from riskscore.sources.forms.parts import records_of
from riskscore.sources.forms.supply_sheet import WORLD
from riskscore.sources.left_out import Aside, LeftOut, Remark
from riskscore.sources.readers.text import decoded
from riskscore.sources.readers.zip_guard import ZIP_MAGIC
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="iea",
    publisher="International Energy Agency",
    title="Critical Minerals Data Explorer",
    url="https://www.iea.org/data-and-statistics/data-tools/critical-minerals-data-explorer",
    licence="CC BY 4.0",
    redistributable=True,
    attribution="IEA Critical Minerals Data Explorer, through a public converter.",
)
STAGES = {"mining": "iea.mining", "refining": "iea.refining"}
TOTAL = "total"
PLACES = "countries"
UNIT = "kt"
YEAR = re.compile(r"(?:19|20)\d\d")
#: "IEA Critical Minerals Data Explorer (2024), CC BY 4.0"
SOURCE_YEAR = re.compile(r"\((20\d\d)\)")


def parts(content: bytes) -> Iterator[SourceRecord | Aside]:
    """Mining and refining of each mineral: the named places, the rest and the file's total.

    Of observed years alone; the later ones are left out as projections.
    """
    if content.startswith(ZIP_MAGIC):
        yield from _of_workbook(content)
        return
    document = _document(content)
    years = _years(document)
    observed = _observed(years, document)
    yield Remark(f"observed: {', '.join(map(str, observed))}")
    if late := [year for year in years if year not in observed]:
        yield LeftOut("projected years", None, ", ".join(map(str, late)), len(late), is_row=False)
    for name in document:
        if name not in ("supply", "source"):
            yield LeftOut("a table that is not about supply", None, name, is_row=False)
    for mineral, stages in document["supply"].items():
        for stage, stated in stages.items():
            if stage in STAGES:
                yield from _stage(STAGES[stage], mineral, (stage, stated), observed)
            else:
                yield LeftOut("a stage that is not used", None, f"{mineral}: {stage}")


parse = records_of(parts)


def _document(content: bytes) -> dict[str, Any]:
    """The explorer's JSON, its tables checked as far as they are used."""
    try:
        document = json.loads(decoded(content))
        stages = [
            (mineral, stage, stated)
            for mineral, stages in document["supply"].items()
            for stage, stated in stages.items()
        ]
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BadFile(
            f"not the explorer's JSON ({error})", remedy="Fetch the file again."
        ) from error
    for mineral, stage, stated in stages:
        if not isinstance(stated, dict) or not isinstance(stated.get(PLACES, {}), dict):
            raise BadFile(
                "no table of places", column=f"supply, {mineral}, {stage}",
                remedy="Fetch the file again.",
            )  # fmt: skip
    return cast(dict[str, Any], document)


def _figures(stated: dict[str, Any]) -> dict[str, Any]:
    """What a stage says by place; the total under the name of the world."""
    total = {WORLD: stated[TOTAL]} if TOTAL in stated else {}
    return {**stated.get(PLACES, {}), **total}


def _years(document: dict[str, Any]) -> list[int]:
    """Every year of the tables of supply, in order. Raises BadFile where there is none."""
    found = {
        int(year)
        for stages in document["supply"].values()
        for stage in set(stages) & set(STAGES)
        for values in _figures(stages[stage]).values()
        if isinstance(values, dict)
        for year in values
        if YEAR.fullmatch(year)
    }
    if not found:
        raise BadFile("no year in the tables of supply", remedy="Fetch the file again.")
    return sorted(found)


def _observed(years: list[int], document: dict[str, Any]) -> list[int]:
    """The years that are no projections: the first, and all up to that of the file's source."""
    source = SOURCE_YEAR.search(str(document.get("source", "")))
    newest = max(years[0], int(source[1]) if source else 0)
    return [year for year in years if year <= newest]


def _stage(
    indicator: str, mineral: str, stage: tuple[str, dict[str, Any]], observed: list[int]
) -> Iterator[SourceRecord | LeftOut]:
    name, stated = stage
    for other in stated:
        if other not in (PLACES, TOTAL):
            yield LeftOut("a derived figure", None, f"{mineral}, {name}: {other}")
    for place, values in _figures(stated).items():
        for year in observed:
            column = f"{mineral}, {name}, {place[:60]}, {year}"
            # Foot notes of the original sheet stand among the places; they hold no figures.
            value = figure(
                values.get(str(year)) if isinstance(values, dict) else None, None, column
            )
            if value is None:
                yield LeftOut("no figure: a note or an empty cell", None, column)
            else:
                yield SourceRecord(
                    indicator, place, year, value, mineral=mineral, label=UNIT, column=column
                )


def _of_workbook(content: bytes) -> Iterator[SourceRecord | Aside]:
    years = set()
    for part in supply_sheet.supply(content):
        if isinstance(part, LeftOut):
            yield part
            continue
        years.add(part.year)
        yield SourceRecord(
            STAGES[part.stage], part.place, part.year, part.value, mineral=part.mineral,
            label=UNIT, row=part.row, column=part.column,
        )  # fmt: skip
    yield Remark(f"observed: {', '.join(map(str, sorted(years)))}")
