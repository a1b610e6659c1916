"""OECD export restrictions: not to be passed on, so figures come in the generic table."""

from riskscore.sources.source_records import Source
from riskscore.sources.tables import observations
from riskscore.sources.tables.licence_restricted import rows_of
from riskscore.sources.tables.table import parser

SOURCE = Source(
    code="oecd",
    publisher="OECD",
    title="Inventory of Export Restrictions on Industrial Raw Materials",
    url="https://www.oecd.org/en/topics/sub-issues/raw-materials.html",
    licence="OECD terms; check before passing on",
    redistributable=False,
    attribution="OECD, Inventory of Export Restrictions on Industrial Raw Materials.",
)
columns = observations.columns
rows = rows_of(SOURCE.code)
parse = parser(rows)
