"""Fundamental ILO conventions: not to be passed on, so figures come in the generic table."""

from riskscore.sources.source_records import Source
from riskscore.sources.tables import observations
from riskscore.sources.tables.licence_restricted import rows_of
from riskscore.sources.tables.table import parser

SOURCE = Source(
    code="ilo-fundamental",
    publisher="International Labour Organization",
    title="Ratifications of the fundamental conventions",
    url="https://normlex.ilo.org/",
    licence="ILO terms; check before passing on",
    redistributable=False,
    attribution="ILO NORMLEX, ratifications of the fundamental conventions.",
)
columns = observations.columns
rows = rows_of(SOURCE.code)
parse = parser(rows)
