"""Mapped lands: which layers are loaded, and how a project lies to them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.pagination import Order
from riskscore.api.framework.row_serializers import Made, RowSerializer
from riskscore.api.framework.row_viewsets import ListRows
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.api.projects import published_or_404
from riskscore.engine.inputs.land_overlap import REACH_KM
from riskscore.models import LandLayer
from riskscore.scoring.project_inputs import land_distances, map_distances

KINDS = "; ".join(f"{kind.value}: {kind.label}" for kind in LandLayer.Kind)


class LandLayerSerializer(RowSerializer):
    """A version of a map. The newest of a code holds. Outlines are not passed on."""

    code = serializers.CharField(help_text="The same for all versions of a map.")
    kind = serializers.ChoiceField(LandLayer.Kind.values, help_text=KINDS)
    name = serializers.CharField(help_text="Its name.")
    steward = serializers.CharField(help_text="Who keeps it.")
    source = serializers.CharField(help_text="Where it comes from: an address.")
    published_edition = serializers.CharField(help_text="What its steward calls this edition.")
    licence = serializers.CharField(help_text="Its licence.")
    attribution = serializers.CharField(help_text="How its steward is to be named.")
    redistributable = serializers.BooleanField(help_text="Whether what is on it may be passed on.")
    lands = serializers.IntegerField(
        help_text="How many lands, areas or points it holds.", source="lands_count"
    )
    places = serializers.ListField(
        child=serializers.CharField(help_text="A code."),
        help_text="Countries that it covers: absence is absence.",
    )
    crs = serializers.CharField(help_text="The coordinate system that its file was read in.")
    sha256 = serializers.CharField(help_text="Hash of its file; empty if it is withdrawn.")
    withdrawn = Made(
        serializers.BooleanField(help_text="Whether this version ends the layer."),
        "sha256",
        make=lambda row: not row["sha256"],
    )
    edition = serializers.IntegerField(
        help_text="Since which edition we know it.", source="edition_id"
    )
    entered_at = serializers.DateTimeField(help_text="When it was loaded.")


ORDERS = {"code": Order("code", "id")}
FAR = f"Distance in km on WGS 84 from its outline or radius; {REACH_KM:.0f} is this far or farther."


class LandPositionSerializer(serializers.Serializer[Any]):
    """How a project lies to one layer."""

    layer = serializers.CharField(help_text="Name of the layer.")
    kind = serializers.ChoiceField(LandLayer.Kind.values, help_text=KINDS)
    covered = serializers.BooleanField(
        help_text="Whether the project lies in the layer's mapped area."
    )
    overlap_percent = serializers.FloatField(
        allow_null=True,
        help_text="Share of the project's area that lies on its lands; null for areas.",
    )
    distance_km = serializers.FloatField(help_text=FAR)
    nearest = serializers.CharField(
        allow_null=True, help_text="Name of the nearest land; null: none in reach."
    )


class LandOfProjectSerializer(serializers.Serializer[Any]):
    """How a project lies to mapped lands. No land in a mapped area is a known zero."""

    is_whole = True
    known = serializers.BooleanField(
        help_text="False: no loaded map covers the project, and nothing is known."
    )
    layers = LandPositionSerializer(
        help_text="Layers that know something, the nearest first.", many=True
    )


class LandLayerViewSet(ListRows):
    """All versions of all land layers."""

    tag = "catalogues"
    shows = ("landlayer",)
    queryset = LandLayer.objects.all()
    serializer_class = LandLayerSerializer
    orders = ORDERS


class LandOfProjectViewSet(ApiViewSet):
    """Overlap with mapped lands, and the distance to the nearest one."""

    tag = "projects"
    shows = ("project", "land")
    lookup_field = ""

    @extend_schema(responses=LandOfProjectSerializer)
    def retrieve(self, _request: Request, key: str) -> Response:
        """Return what each layer knows, by all that is known now."""
        project = published_or_404(key)
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
