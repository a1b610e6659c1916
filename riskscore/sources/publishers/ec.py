"""European Commission criticality study 2023: trade parameter t per material, place and stage.

t multiplies a supplier's share: above 1 for export restrictions, 0.8 for an agreement with the
European Union (scope ``eu``, so the importer is the European Union). A material that the study
assessed has t = 1 wherever no row says otherwise; another material is unknown.
"""

from collections.abc import Iterator

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import number
from riskscore.sources.source_records import Source, SourceRecord

SOURCE = Source(
    code="ec",
    publisher="European Commission",
    title="Study on the critical raw materials for the EU 2023, trade parameters",
    url="https://doi.org/10.2873/725585",
    licence="MIT (transcription by CritMAT); reuse with attribution (study)",
    redistributable=True,
    attribution="European Commission {edition}, transcribed by CritMAT.",
)
YEAR = 2023
SCOPES: dict[str, str | None] = {"world": None, "eu": "EUU"}
LONGEST_HEADER = 4096
DEFAULT = 1.0
DEFAULT_LABEL = "default"


def parse(content: bytes) -> Iterator[SourceRecord]:
    """Records of the table of parameters, or of the table of results; told apart by header."""
    header = content[:LONGEST_HEADER].split(b"\n", 1)[0]
    yield from _parameters(content) if b"parameter" in header else _assessed(content)


def _parameters(content: bytes) -> Iterator[SourceRecord]:
    """One record per row; the label is the stage (primary or refined). A row may stand twice."""
    columns = ("material_name", "country_name", "parameter", "category", "scope")
    for row, cells in csv_rows(content, columns):
        if cells["scope"] not in SCOPES:
            raise BadFile(
                "an unknown scope",
                row=row,
                column="scope",
                value=cells["scope"],
                remedy=f"Use one of {', '.join(SCOPES)}.",
            )
        yield SourceRecord(
            indicator="ec.trade",
            place=cells["country_name"],
            mineral=cells["material_name"],
            importer=SCOPES[cells["scope"]],
            year=YEAR,
            value=number(cells["parameter"], row, "parameter"),
            label=cells["category"],
        )


def _assessed(content: bytes) -> Iterator[SourceRecord]:
    """The study's table of results: t = 1, for no place in particular, of what it assessed."""
    for _row, cells in csv_rows(content, ("material_name",)):
        yield SourceRecord(
            indicator="ec.trade",
            place=None,
            mineral=cells["material_name"],
            year=YEAR,
            value=DEFAULT,
            label=DEFAULT_LABEL,
        )
