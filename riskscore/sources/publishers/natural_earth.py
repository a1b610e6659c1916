"""Natural Earth 110m countries: names, codes and continents (not the outlines, too coarse)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.text import decoded
from riskscore.sources.source_records import Source

SOURCE = Source(
    code="natural-earth",
    publisher="Natural Earth",
    title="110m cultural vectors, countries",
    url="https://www.naturalearthdata.com",
    licence="public domain",
    redistributable=True,
    attribution="Made with Natural Earth.",
)


@dataclass(frozen=True, slots=True)
class ContinentRecord:
    """A country's name, as the map writes it, and its continent."""

    place: str
    continent: str


def parse(content: bytes) -> Iterator[ContinentRecord]:
    """Every country by name, because some carry the code -99."""
    try:
        features = json.loads(decoded(content))["features"]
        for feature in features:
            facts = feature["properties"]
            yield ContinentRecord(facts["name"], facts["continent"])
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise BadFile(f"not the countries' GeoJSON ({error})", remedy="Fetch it again.") from error
