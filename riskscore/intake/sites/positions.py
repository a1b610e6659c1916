"""Whether a site lies in its country: one check for rows of files and for forms.

By the newest outlines on record; where a country has none, by the known sites of that country.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import shapely

from riskscore.engine.inputs.country_outlines import EXCHANGED, Elsewhere, Outlines
from riskscore.intake.location_check import FAR_KM, SWAPPED, Surroundings
from riskscore.models import CountryOutline
from riskscore.sources.checks.fault import Fault

SWAP = "Put latitude into latitude; in GeoJSON the longitude comes first."


class Site(NamedTuple):
    """A point, the code of the place that it is said to lie in, and what that is called."""

    place: str
    latitude: float
    longitude: float
    called: str = ""


class Doubt(NamedTuple):
    """Why a point is doubted; ``is_swapped``: its axes are exchanged beyond doubt."""

    words: str
    is_swapped: bool

    @property
    def fault(self) -> Fault | None:
        """What is refused wherever it comes from: exchanged axes. The rest may be so."""
        return Fault(f"{self.words}: swap them back", SWAP) if self.is_swapped else None


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
        return [self._doubt(site, elsewhere) for site, elsewhere in zip(sites, found, strict=True)]

    def doubt(self, site: Site) -> Doubt | None:
        """The same of one site."""
        return self.doubts([site])[0]

    def _doubt(self, site: Site, elsewhere: Elsewhere | None) -> Doubt | None:
        if site.place in self._outlines and elsewhere is None:
            return None
        there, at = site.called or site.place, (site.place, site.latitude, site.longitude)
        is_far = self._surroundings.is_disputed(*at)
        if elsewhere and elsewhere.instead == EXCHANGED:
            words = f"{_where(site, elsewhere)}, but in {there} with the axes swapped"
            return Doubt(words, is_swapped=True)
        if is_far and self._surroundings.is_swapped(*at):
            return Doubt(SWAPPED.format(place=there), is_swapped=True)
        far = f"more than {FAR_KM:,.0f} km from every known site of {there}"
        if elsewhere is None:
            return Doubt(f"{_point(site)} lies {far}", is_swapped=False) if is_far else None
        hint = f"; {elsewhere.instead} it would lie there" if elsewhere.instead else ""
        words = f"{_where(site, elsewhere)}, not in {there}{f', {far}' if is_far else ''}{hint}"
        return Doubt(words, is_swapped=False)


def _where(site: Site, elsewhere: Elsewhere) -> str:
    """Where a point lies, in words."""
    if site.latitude == site.longitude == 0:
        return f"{_point(site)} is where points without coordinates end up"
    seen = elsewhere.seen
    return f"{_point(site)} lies {f'in {seen}' if seen else 'at sea or in no country'}"


def _point(site: Site) -> str:
    return f"{site.latitude:g}, {site.longitude:g}"


def current_outlines() -> Outlines:
    """The newest outlines on record, none in a database without them."""
    newest = CountryOutline.objects.order_by("-release__edition_id", "-release_id")
    row = newest.values_list("release_id", "release__sha256", "release__code").first()
    return _outlines(*row) if row else Outlines({})


@lru_cache(maxsize=2)
def _outlines(release: int, _sha256: str, _code: str) -> Outlines:
    """The outlines of a release, which never changes; its files and code tell it from a release
    of the same number in another database."""
    pieces = defaultdict(list)
    rows = CountryOutline.objects.filter(release=release).exclude(place=None).order_by("id")
    for place, outline in rows.values_list("place_id", "outline"):
        pieces[place].append(shapely.from_wkb(bytes(outline)))
    return Outlines({code: shapely.union_all(pieces[code]) for code in sorted(pieces)})
