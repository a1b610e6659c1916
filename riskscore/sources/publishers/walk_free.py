"""Global Slavery Index: not to be passed on, so figures come in the generic table."""

from riskscore.sources.source_records import Source
from riskscore.sources.tables import observations
from riskscore.sources.tables.licence_restricted import rows_of
from riskscore.sources.tables.table import parser

SOURCE = Source(
    code="walk-free",
    publisher="Walk Free",
    title="Global Slavery Index",
    url="https://www.walkfree.org/global-slavery-index/",
    licence="all rights reserved; ask the publisher",
    redistributable=False,
    attribution="Walk Free, Global Slavery Index.",
)
columns = observations.columns
rows = rows_of(SOURCE.code)
parse = parser(rows)
