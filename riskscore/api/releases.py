"""The register of releases: what was loaded from whom, under which licence, and what it covers."""

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.pagination import Order
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.models import Release
from riskscore.releases import register

ORDERS = {"code": Order("code", "id")}


class ReleaseSerializer(RowSerializer):
    """One edition of a source, as loaded. Cite it when you publish what was made from it."""

    code = serializers.CharField(help_text="Our code of the release.")
    source = serializers.CharField(help_text="Code of the source.", source="source_id")
    publisher = serializers.CharField(help_text="Who publishes it.", source="source__publisher")
    title = serializers.CharField(help_text="What it is.", source="source__title")
    published_edition = serializers.CharField(help_text="What the publisher calls this edition.")
    licence = serializers.CharField(help_text="Its licence.")
    redistributable = serializers.BooleanField(help_text="Whether the file may be passed on.")
    attribution = serializers.CharField(help_text="How to cite it.")
    url = serializers.CharField(help_text="Where it comes from.")
    sha256 = serializers.CharField(help_text="Hash of the publisher's file.")
    rows = serializers.IntegerField(help_text="Rows read.")
    edition = serializers.IntegerField(
        help_text="Since which edition we know it.", source="edition_id"
    )
    scored = serializers.BooleanField(
        help_text="False: an older edition, kept beside the one in force."
    )
    withdrawn = serializers.IntegerField(
        allow_null=True,
        help_text="The edition from which on it does not count.",
        source="withdrawal__edition_id",
    )
    withdrawn_reason = serializers.CharField(
        allow_null=True, help_text="Why it was withdrawn.", source="withdrawal__reason"
    )


class ReleaseCoverageIndicatorsItemSerializer(serializers.Serializer[Any]):
    """One indicator."""

    indicator = serializers.CharField(help_text="Key of the indicator.")
    rows = serializers.IntegerField(help_text="Its rows.")
    places = serializers.IntegerField(help_text="Countries that have one.")
    share = serializers.FloatField(help_text="The same as a share of all countries, 0..1.")
    first_year = serializers.IntegerField(help_text="The first year.")
    last_year = serializers.IntegerField(help_text="The last year.")


class ReleaseCoveragePlacesItemSerializer(serializers.Serializer[Any]):
    """One place."""

    place = serializers.CharField(help_text="Code of the place.")
    rows = serializers.IntegerField(help_text="Its rows.")
    newest_year = serializers.IntegerField(help_text="The newest year.")


class ReleaseCoverageSerializer(serializers.Serializer[Any]):
    """How much of the world a release covers."""

    stands = serializers.BooleanField(help_text="Whether it is in force: it feeds scores now.")
    indicators = ReleaseCoverageIndicatorsItemSerializer(
        help_text="Each indicator of the release.", many=True
    )
    places = ReleaseCoveragePlacesItemSerializer(
        help_text="Each place of which the release says something.", many=True
    )
    unknown_places = serializers.ListField(
        child=serializers.CharField(help_text="Code of the place."),
        help_text="Countries of which it says nothing.",
    )


class ReleaseViewSet(ListRows, RetrieveRow):
    """What was loaded from whom, with licences."""

    tag = "catalogues"
    shows = ("release",)
    queryset = Release.objects.all()
    serializer_class = ReleaseSerializer
    orders = ORDERS
    about_one = "One release by its code."
    lookup_field = "code"


class ReleaseCoverageViewSet(ApiViewSet):
    """How much of the world a release covers, by indicator and by place."""

    tag = "catalogues"
    shows = ("release", "observation")
    lookup_field = ""

    @extend_schema(responses=ReleaseCoverageSerializer)
    def retrieve(self, _request: Request, code: str) -> Response:
        """Return it; a country that is not named has no row in the release."""
        release = get_object_or_404(Release, code=code)
        places = register.by_place(release).items()
        return Response(
            {
                "stands": register.feeds_scores(release),
                "indicators": [asdict(row) for row in register.coverage(release)],
                "places": [
                    {"place": place, "rows": rows, "newest_year": newest}
                    for place, (rows, newest) in places
                ],
                "unknown_places": [place.code for place in register.unknown_places(release)],
            }
        )
