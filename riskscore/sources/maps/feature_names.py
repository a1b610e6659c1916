"""What the features of a map are called, whose they are, and their numbers at the steward."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from riskscore.sources.maps.map_features import BadMap, Feature

#: Properties that are looked for where none is chosen, in this order.
USUAL = {
    "name": ("name", "terra_ind", "terrai_nom", "nome", "nombre", "nom", "title"),
    "people": ("people", "pueblo", "grupo", "etnia", "nation"),
    "code": ("code",),
}
LONGEST = {"name": 200, "people": 160, "code": 60}


@dataclass(frozen=True, slots=True)
class Shape:
    """A named polygon, multipolygon or point, valid, in degrees; the people and the steward's code
    where the file says them."""

    name: str
    geometry: BaseGeometry
    people: str = ""
    code: str = ""


def named(
    features: Sequence[Feature], geometries: Sequence[BaseGeometry], chosen: Mapping[str, str]
) -> Iterator[Shape]:
    """The features with their names. ``chosen``: name, people or code → the file's property."""
    for feature, geometry in zip(features, geometries, strict=True):
        known = {key.lower(): value for key, value in feature.properties.items()}
        words = {ours: _word(feature, known, ours, chosen.get(ours, "")) for ours in USUAL}
        yield Shape(words["name"] or feature.where, geometry, words["people"], words["code"])


def _word(feature: Feature, known: Mapping[str, object], ours: str, theirs: str) -> str:
    if theirs and theirs.lower() not in known:
        have = ", ".join(sorted(feature.properties)[:20]) or "none"
        raise BadMap(feature.where, f"has no property {theirs!r}", f"choose one of: {have}")
    for key in (theirs.lower(),) if theirs else USUAL[ours]:
        value = known.get(key)
        if isinstance(value, str | int) and str(value).strip():
            return str(value).strip().replace("\0", "")[: LONGEST[ours]]
    return ""
