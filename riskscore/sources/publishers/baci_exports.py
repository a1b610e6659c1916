"""CEPII BACI, seen from the exporters: a long panel of exports by HS6 code.

Values are thousand USD, quantities tonnes. A quantity of 0 beside a value is a quantity that
nobody stated. Exporters that never held 0.2 % of a code are not in the file.
"""

from collections.abc import Iterator

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.delimited import csv_rows
from riskscore.sources.readers.text import integer, number
from riskscore.sources.source_records import ExportRecord, Source

SOURCE = Source(
    code="baci-exports",
    publisher="CEPII",
    title="BACI, HS92: exports by code since 1995",
    url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    licence="Etalab Open Licence 2.0",
    redistributable=True,
    attribution="CEPII, BACI ({edition}), from UN Comtrade.",
)
COLUMNS = (
    "hs6",
    "exporter",
    "year",
    "quantity_t",
    "value_kusd",
    "partners",
    "destination_hhi",
)


def parse(content: bytes) -> Iterator[ExportRecord]:
    """Every row, in the file's order; BadFile for a negative number or an HHI above 1."""
    for row, cells in csv_rows(content, COLUMNS):
        value, quantity, hhi = (
            _at_least_zero(cells[name], row, name)
            for name in ("value_kusd", "quantity_t", "destination_hhi")
        )
        if hhi > 1:
            raise BadFile(
                "a sum of squared shares above 1",
                row=row,
                column="destination_hhi",
                value=hhi,
                remedy="Write it on the scale 0 to 1.",
            )
        yield ExportRecord(
            hs6=cells["hs6"],
            place=cells["exporter"],
            year=integer(cells["year"], row, "year"),
            value=value,
            quantity=None if quantity == 0 and value > 0 else quantity,
            partners=integer(cells["partners"], row, "partners"),
            destination_hhi=hhi,
        )


def _at_least_zero(cell: str, row: int, column: str) -> float:
    result = number(cell, row, column)
    if result < 0:
        raise BadFile(
            "a negative amount of trade",
            row=row,
            column=column,
            value=cell,
            remedy="Correct the row, or leave it out.",
        )
    return result
