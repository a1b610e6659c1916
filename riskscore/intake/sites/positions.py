"""Whether a site lies in its country: one check for rows of files and for forms.

By the newest outlines on record; where a country has none, by the known sites of that country.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import shapely

from riskscore.engine.inputs.outlines import EXCHANGED, Outlines
from riskscore.intake.location_check import FAR_KM, SWAPPED, Surroundings
from riskscore.models import CountryOutline


class Site(NamedTuple):
    """A point and the code of the place that it is said to lie in."""

    place: str
    latitude: float
    longitude: float


class Doubt(NamedTuple):
    """Why a point is doubted; ``is_swapped``: its axes are exchanged beyond doubt."""

    words: str
    is_swapped: bool


class Positions:
    """Looks at points; outlines and known sites are read once."""

    def __init__(self) -> None:
        self._outlines = current_outlines()
        self._surroundings = Surroundings()

    def doubts(self, sites: Sequence[Site]) -> list[Doubt | None]:
        """What is wrong with each site's position, None where nothing is."""
        latitude = np.array([site.latitude for site in sites], np.float64)
        longitude = np.array([site.longitude for site in sites], np.float64)
        found = self._outlines.elsewhere([site.place for site in sites], latitude, longitude)
        result: list[Doubt | None] = []
        for site, elsewhere in zip(sites, found, strict=True):
            if site.place not in self._outlines:
                result.append(self._by_known_sites(site))
            elif elsewhere is None:
                result.append(None)
            else:
                words = _words(site, elsewhere.seen, elsewhere.instead)
                result.append(Doubt(words, elsewhere.instead == EXCHANGED))
        return result

    def doubt(self, site: Site) -> Doubt | None:
        """The same of one site."""
        return self.doubts([site])[0]

    def _by_known_sites(self, site: Site) -> Doubt | None:
        if self._surroundings.is_swapped(*site):
            return Doubt(SWAPPED.format(place=site.place), is_swapped=True)
        if self._surroundings.is_disputed(*site):
            words = (
                f"{_point(site)} lies more than {FAR_KM:,.0f} km from every known site"
                f" of {site.place}"
            )
            return Doubt(words, is_swapped=False)
        return None


def _words(site: Site, seen: str, instead: str) -> str:
    where = f"lies in {seen}" if seen else "lies at sea or in no country"
    if site.latitude == site.longitude == 0:
        where = "is where points without coordinates end up"
    if instead == EXCHANGED:
        return f"{_point(site)} {where}, but in {site.place} with the axes swapped"
    hint = f"; {instead} it would lie there" if instead else ""
    return f"{_point(site)} {where}, not in {site.place}{hint}"


def _point(site: Site) -> str:
    return f"{site.latitude:g}, {site.longitude:g}"


def current_outlines() -> Outlines:
    """The newest outlines on record, none in a database without them."""
    newest = CountryOutline.objects.order_by("-release__edition_id", "-release_id")
    release = newest.values_list("release_id", flat=True).first()
    return _outlines(release)


@lru_cache(maxsize=1)
def _outlines(release: int | None) -> Outlines:
    """The outlines of a release, which never changes."""
    pieces = defaultdict(list)
    rows = CountryOutline.objects.filter(release=release).exclude(place=None).order_by("id")
    for place, outline in rows.values_list("place_id", "outline"):
        pieces[place].append(shapely.from_wkb(bytes(outline)))
    return Outlines({code: shapely.union_all(pieces[code]) for code in sorted(pieces)})
