"""From events of an outside list to projects: by key, by name, by coordinates, or by country."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from riskscore.engine.inputs.geometry import haversine_km
from riskscore.sources.registers.defensoria import folded
from riskscore.sources.tables.outside_events import OutsideEvent

#: Rules in the order in which they are tried.
RULES = ("key", "name", "coordinates", "country")


@dataclass(frozen=True, slots=True)
class Site:
    """A project that events may be about."""

    id: int
    key: str
    name: str
    place: str
    minerals: frozenset[str]
    lat: float
    lon: float


@dataclass
class Joined:
    """The projects that events are about, and how many events were joined by which rule."""

    ids: set[int] = field(default_factory=set)
    by_rule: Counter[str] = field(default_factory=Counter)
    unjoined: list[int] = field(default_factory=list)


class Join:
    """Finds the projects of an event. A point takes the nearest project within ``km``."""

    def __init__(self, sites: Sequence[Site], external: Mapping[str, int], km: float) -> None:
        self.sites, self.km = sites, km
        self.by_key = {site.key: site.id for site in sites} | dict(external)
        self.by_name: dict[tuple[str, str], list[int]] = {}
        for site in sites:
            self.by_name.setdefault((site.place, folded(site.name)), []).append(site.id)
        self.lat = np.array([site.lat for site in sites])
        self.lon = np.array([site.lon for site in sites])

    def of(self, events: Iterable[OutsideEvent], places: Mapping[str, str]) -> Joined:
        """All events; ``places`` turns the list's words for countries into our codes."""
        result = Joined()
        for event in events:
            rule, ids = self._one(event, places.get(event.place, ""))
            if ids:
                result.by_rule[rule] += 1
                result.ids.update(ids)
            else:
                result.unjoined.append(event.line)
        return result

    def _one(self, event: OutsideEvent, place: str) -> tuple[str, list[int]]:
        if event.project:
            found = self.by_key.get(event.project)
            return "key", [] if found is None else [found]
        if event.name and (named := self.by_name.get((place, folded(event.name)))):
            # A name that two projects of a country bear tells neither.
            return "name", named if len(named) == 1 else []
        if event.point is not None:
            return "coordinates", self._nearest(*event.point)
        # A name that is not ours says more than its country: it is not spread over all of it.
        return "country", [] if event.name else self._of_place(place, event.mineral)

    def _nearest(self, lat: float, lon: float) -> list[int]:
        if not self.sites:
            return []
        km = haversine_km(lat, lon, self.lat, self.lon)
        at = int(np.argmin(km))
        return [self.sites[at].id] if km[at] <= self.km else []

    def _of_place(self, place: str, mineral: str) -> list[int]:
        return [
            site.id
            for site in self.sites
            if site.place == place and (not mineral or mineral in site.minerals)
        ]
