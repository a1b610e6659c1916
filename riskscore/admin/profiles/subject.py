"""Whose profile it is: a country, a group, a region or a mineral."""

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from riskscore.errors import NotFoundError
from riskscore.models import Mineral, Place, Region
from riskscore.sourcing import regions


@dataclass(frozen=True, slots=True)
class Subject:
    """``kind``: country, group, region or mineral. ``places``: the countries that are meant, all
    of them for a mineral (None); ``mineral``: "" for places."""

    kind: str
    code: str
    name: str
    places: frozenset[str] | None = None
    mineral: str = ""

    @property
    def is_buyer(self) -> bool:
        """Whether it imports: pages of sourcing have its side."""
        return self.kind in ("country", "group")

    @property
    def link(self) -> str:
        """Its own page."""
        return reverse(f"admin:profile_{'mineral' if self.mineral else 'place'}", args=[self.code])

    @property
    def record(self) -> str:
        """The page where its record is kept."""
        kind = {"mineral": "mineral", "region": "region"}.get(self.kind, "place")
        return reverse(f"admin:riskscore_{kind}_change", args=[self.code])


def place(code: str) -> Subject:
    """A country or group by its code in any case, or a region by its code or one of its names.
    Raises Http404."""
    row = Place.objects.filter(code=code.upper()).exclude(code__in=["WLD", "ROW"]).first()
    if row is not None:
        return Subject(row.kind, row.code, row.name, regions.places_of([row.code]))
    try:
        found = regions.found([code])
    except NotFoundError as error:
        raise Http404(str(error)) from None
    if not found.regions:
        raise Http404(f"there is no place or region with the code {code}")
    region = Region.objects.get(code=found.regions[0])
    return Subject("region", region.code, region.name, found.places)


def mineral(code: str) -> Subject:
    """A mineral by its code, in any case. Raises Http404."""
    row = Mineral.objects.filter(code=code.lower().replace("-", "_")).first()
    if row is None:
        raise Http404(f"there is no mineral with the code {code}")
    return Subject("mineral", row.code, row.name, mineral=row.code)
