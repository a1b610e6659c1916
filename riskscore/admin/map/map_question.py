"""What a map is asked for: which projects, which part of the world, how near."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from riskscore.errors import NotFoundError
from riskscore.models import Mineral, Project, ProjectStatus
from riskscore.models.scores import NODES, Band
from riskscore.sourcing import regions

#: Nearer than this nothing more is told apart: outlines are right to kilometres.
NEAREST = 12
#: The side of a cell at zoom 0, in degrees; half of it at the next one. A quarter of what one map
#: tile of 256 units shows, so that clusters stand 64 units apart.
WIDEST = 90.0
#: No answer has more cells than this, whatever box and zoom are asked for.
MOST_CELLS = 2048
LABELS = {
    "composite": "Composite", "geopolitical": "Geopolitical", "concentration": "Concentration",
    "labour": "Labour", "indigenous": "Indigenous",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the world in degrees. West lies east of east where it crosses the date line."""

    west: float = -180.0
    south: float = -90.0
    east: float = 180.0
    north: float = 90.0

    @property
    def parts(self) -> "list[Box]":
        """The box, cut at the date line."""
        if self.west <= self.east:
            return [self]
        return [replace(self, east=180.0), replace(self, west=-180.0)]

    @property
    def area(self) -> float:
        return sum((one.east - one.west) * (one.north - one.south) for one in self.parts)

    def in_cells(self, step: float) -> "Box":
        """The whole cells that the box touches, so that a cluster never changes while one pans."""
        return Box(
            _edge(self.west, 180.0, step, math.floor),
            _edge(self.south, 90.0, step, math.floor),
            _edge(self.east, 180.0, step, math.ceil),
            _edge(self.north, 90.0, step, math.ceil),
        )


def _edge(at: float, most: float, step: float, to: Callable[[float], int]) -> float:
    return min(most, max(-most, to((at + most) / step) * step - most))


WORLD = Box()


class BoxField(forms.CharField):
    """``west,south,east,north`` in degrees."""

    default_error_messages = {"box": "Write a box as west,south,east,north in degrees."}

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return WORLD
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            raise self._wrong() from None
        on_earth = all(-180 <= lon <= 180 for lon in (west, east)) and -90 <= south <= north <= 90
        if not on_earth:
            raise self._wrong()
        return Box(west, south, east, north)

    def _wrong(self) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages["box"], code="box")


class MapForm(forms.Form):
    """The filters of the map, from the address; everything is optional."""

    by = forms.ChoiceField(
        choices=[(node, LABELS[node]) for node in NODES], required=False, label="Coloured by"
    )
    mineral = forms.ModelChoiceField(
        Mineral.objects.order_by("name"), required=False, empty_label="all"
    )
    place = forms.CharField(
        required=False, max_length=80, label="Country or region",
        widget=forms.TextInput(attrs={"list": "map-places", "autocomplete": "off"}),
    )  # fmt: skip
    kind = forms.ChoiceField(choices=[("", "all"), *Project.Kind.choices], required=False)
    status = forms.ChoiceField(
        choices=[("", "all"), *((word.value, word.value) for word in ProjectStatus.Word)],
        required=False,
    )
    band = forms.ChoiceField(
        choices=[("", "all"), *((str(band.value), band.label) for band in Band)], required=False
    )
    unranked = forms.BooleanField(required=False, label="with those left out of rankings")
    box = BoxField(required=False, widget=forms.HiddenInput)
    zoom = forms.IntegerField(
        min_value=0, max_value=NEAREST, required=False, widget=forms.HiddenInput
    )

    def clean_by(self) -> str:
        return self.cleaned_data["by"] or NODES[0]

    def clean_place(self) -> frozenset[str] | None:
        """The countries that a code, a name or a region stands for; None for all."""
        name = self.cleaned_data["place"].strip()
        if not name:
            return None
        try:
            return regions.places_of([name])
        except NotFoundError as error:
            said = str(error).split("  ")[0]
            raise forms.ValidationError(said[:1].upper() + said[1:] + ".", code="place") from None

    @property
    def asked(self) -> "Asked":
        """The question of a valid form."""
        said = self.cleaned_data
        return Asked(
            by=said["by"],
            mineral=said["mineral"].pk if said["mineral"] else "",
            places=said["place"],
            kind=said["kind"],
            status=said["status"],
            band=int(said["band"]) if said["band"] else None,
            with_unranked=said["unranked"],
            box=said["box"],
            zoom=said["zoom"] or 0,
        )

    @property
    def filters(self) -> str:
        """What was chosen, as the end of an address, without the part of the world."""
        given = cast(QueryDict, self.data)
        names = [name for name in self.fields if name not in ("box", "zoom")]
        return urlencode([(name, given[name]) for name in names if given.get(name)])


@dataclass(frozen=True)
class Asked:
    """Which projects, coloured by which node, in which part of the world, from how near."""

    by: str = NODES[0]
    mineral: str = ""
    places: frozenset[str] | None = None
    kind: str = ""
    status: str = ""
    band: int | None = None
    with_unranked: bool = False
    box: Box = WORLD
    zoom: int = 0

    @cached_property
    def step(self) -> float:
        """The side of a cell in degrees: by the zoom, or wider so that the box has few."""
        step: float = WIDEST / 2.0**self.zoom
        while self.box.area / step**2 > MOST_CELLS:
            step *= 2
        return step
