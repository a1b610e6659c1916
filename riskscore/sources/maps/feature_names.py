"""What the features of a map are called, whose they are, and their numbers at the steward."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from riskscore.sources.maps.map_features import BadMap, Feature

#: Properties that are looked for where none is chosen, in this order.
USUAL = {
    "name": ("name", "terra_ind", "terrai_nom", "nome", "nombre", "nom", "title"),
    "people": ("people", "pueblo", "grupo", "etnia", "nation"),
    "code": ("code",),
}
#: What programs write for a letter that they could not read.
LOST = "\N{REPLACEMENT CHARACTER}"
LONGEST = {"name": 200, "people": 160, "code": 60}


@dataclass(frozen=True, slots=True)
class Shape:
    """A named polygon, multipolygon or point, valid, in degrees; the people and the steward's code
    where the file says them."""

    name: str
    geometry: BaseGeometry
    people: str = ""
    code: str = ""


def check_chosen(features: Sequence[Feature], chosen: Mapping[str, str]) -> None:
    """Raise BadMap for a chosen property that no feature has. ``chosen``: name, people or code →
    the file's property."""
    there = {key.casefold() for feature in features for key in feature.properties}
    for theirs in chosen.values():
        if theirs and theirs.casefold() not in there:
            have = ", ".join(sorted(features[0].properties)[:20]) or "none"
            raise BadMap(features[0].where, f"has no property {theirs!r}", f"choose one of: {have}")


def words(feature: Feature, chosen: Mapping[str, str]) -> dict[str, str]:
    """The name, people and code of a feature, "" where it says none. Raises BadMap for letters that
    were lost before the file was written."""
    known = {key.casefold(): value for key, value in feature.properties.items()}
    found = {ours: _word(known, ours, chosen.get(ours, "")) for ours in USUAL}
    for ours, word in found.items():
        if LOST in word:
            what = f"has a {ours} with letters that are lost: “{word.replace(LOST, '?')[:60]}”"
            raise BadMap(feature.where, what, "export it again in UTF-8 from where it is whole")
    return found


def called(feature: Feature, chosen: Mapping[str, str]) -> str:
    """How a message names a feature: its number, and its name where it has one."""
    known = {key.casefold(): value for key, value in feature.properties.items()}
    name = _word(known, "name", chosen.get("name", "")).replace(LOST, "?")[:60]
    return f"{feature.where} “{name}”" if name else feature.where


def _word(known: Mapping[str, object], ours: str, theirs: str) -> str:
    for key in (theirs.casefold(),) if theirs else USUAL[ours]:
        value = known.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str | int) and str(value).strip():
            return str(value).strip().replace("\0", "")[: LONGEST[ours]]
    return ""
