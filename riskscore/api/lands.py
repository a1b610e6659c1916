"""Mapped lands: which layers are loaded, and how a project lies to them."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Endpoint, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.resources import Resource, made, plain
from riskscore.api.projects import published
from riskscore.engine.inputs.land_overlap import REACH_KM
from riskscore.models import LandLayer
from riskscore.scoring.project_inputs import land_distances, map_distances

KINDS = "; ".join(f"{kind.value}: {kind.label}" for kind in LandLayer.Kind)
LAYER = Resource(
    "LandLayer",
    "A version of a map. The newest of a code holds. Outlines are not passed on.",
    (
        plain("code", shapes.text("The same for all versions of a map.")),
        plain("kind", shapes.one_of(LandLayer.Kind.values, KINDS)),
        plain("name", shapes.text("Its name.")),
        plain("steward", shapes.text("Who keeps it.")),
        plain("source", shapes.text("Where it comes from: an address.")),
        plain("published_edition", shapes.text("What its steward calls this edition.")),
        plain("licence", shapes.text("Its licence.")),
        plain("attribution", shapes.text("How its steward is to be named.")),
        plain("redistributable", shapes.flag("Whether what is on it may be passed on.")),
        plain("lands", shapes.whole("How many lands, areas or points it holds."), "lands_count"),
        plain(
            "places",
            shapes.several(shapes.text("A code."), "Countries that it covers: absence is absence."),
        ),
        plain("crs", shapes.text("The coordinate system that its file was read in.")),
        plain("sha256", shapes.text("Hash of its file; empty if it is withdrawn.")),
        made(
            "withdrawn",
            shapes.flag("Whether this version ends the layer."),
            lambda row: not row["sha256"],
            "sha256",
        ),
        plain("edition", shapes.whole("Since which edition we know it."), "edition_id"),
        plain("entered_at", shapes.moment("When it was loaded.")),
    ),
)
ORDERS = {"code": Order("code", "id")}
FAR = f"Distance in km on WGS 84 from its outline or radius; {REACH_KM:.0f} is this far or farther."
POSITION = shapes.record(
    {
        "layer": shapes.text("Name of the layer."),
        "kind": shapes.one_of(LandLayer.Kind.values, KINDS),
        "covered": shapes.flag("Whether the project lies in the layer's mapped area."),
        "overlap_percent": shapes.optional(
            shapes.number("Share of the project's area that lies on its lands; null for areas.")
        ),
        "distance_km": shapes.number(FAR),
        "nearest": shapes.optional(shapes.text("Name of the nearest land; null: none in reach.")),
    },
    "How a project lies to one layer.",
)
POSITIONS = shapes.record(
    {
        "known": shapes.flag("False: no loaded map covers the project, and nothing is known."),
        "layers": shapes.several(POSITION, "Layers that know something, the nearest first."),
    },
    "How a project lies to mapped lands. No land in a mapped area is a known zero.",
    required=["known", "layers"],
)


class Layers(Listing):
    """All versions of all land layers."""

    tag = "catalogues"
    shows = ("landlayer",)
    resource = LAYER
    orders = ORDERS
    parameters = listing_parameters(LAYER, ORDERS)

    def queryset(self) -> QuerySet[Any]:
        """All of them."""
        return LandLayer.objects.all()


class LandOfProject(Endpoint):
    """Overlap with mapped lands, and the distance to the nearest one."""

    tag = "projects"
    shows = ("project", "land")
    answers = {"get": (200, shapes.reference("LandOfProject"))}

    def get(self, _request: Request, key: str) -> Response:
        """Return what each layer knows, by all that is known now."""
        project = published().filter(key=key).first()
        if project is None:
            raise Http404
        layers = [
            {
                "layer": position.layer,
                "kind": LandLayer.Kind.LANDS,
                "covered": position.covered,
                "overlap_percent": position.share,
                "distance_km": position.km,
                "nearest": position.land or None,
            }
            for position in land_distances.positions(project)
        ]
        layers += [_area(near) for near in map_distances.areas_of(project)]
        layers.sort(key=lambda row: (row["distance_km"], row["layer"]))
        return Response({"known": bool(layers), "layers": layers})


def _area(near: map_distances.Neighbour) -> dict[str, Any]:
    """A people's traditional area; its outline is too rough for a share of overlap."""
    return {
        "layer": near.layer.name,
        "kind": LandLayer.Kind.AREAS,
        "covered": near.covered,
        "overlap_percent": None,
        "distance_km": near.km,
        "nearest": near.name or None,
    }
