"""Maps of peoples' lands, areas, communities and languages: whose they are is said at each load.

Their files are read by :mod:`riskscore.sources.maps`; here stands only that they can be imported.
"""

from riskscore.sources.source_records import Source

SOURCE = Source(
    code="map-layers",
    publisher="the steward of each layer",
    title="Map layers: lands, traditional areas, communities, languages",
    url="",
    licence="stated for each layer",
    redistributable=False,
    attribution="Each layer names its steward, source and licence.",
)
