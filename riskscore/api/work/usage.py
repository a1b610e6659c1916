"""How much of its plan a client has used."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import throttling
from riskscore.api.framework.viewsets import READ, ApiViewSet
from riskscore.api.work.jobs import MOST_OPEN, own
from riskscore.models import ApiKey, Job, Webhook
from riskscore.webhooks import subscriptions


class RateSerializer(serializers.Serializer[None]):
    """One rate of a plan."""

    name = serializers.CharField(help_text="`requests` for reading, `jobs` for writing.")
    limit = serializers.IntegerField(help_text="Tokens that may be taken at once.")
    seconds = serializers.IntegerField(help_text="Time in which all of them come back.")
    remaining = serializers.IntegerField(
        allow_null=True, help_text="Tokens that are left; null while nobody counts."
    )


class CountedSerializer(serializers.Serializer[None]):
    """How many there are, and how many there may be."""

    used = serializers.IntegerField(help_text="How many there are.")
    limit = serializers.IntegerField(help_text="How many there may be.")


class UsageSerializer(serializers.Serializer[None]):
    """What the client may take, and what of it is left."""

    plan = serializers.CharField(help_text="Name of the key's plan.")
    rates = RateSerializer(many=True, help_text="What a request takes tokens of.")
    open_jobs = CountedSerializer(help_text="Jobs of yours that have not ended.")
    webhooks = CountedSerializer(help_text="Webhooks of yours.")


class UsageViewSet(ApiViewSet):
    """Your plan: what it allows, and what is left."""

    tag = "usage"
    shows = ("project",)
    read_scopes = frozenset({READ, *ApiKey.Scope.values})
    serializer_class = UsageSerializer
    lookup_field = ""

    @extend_schema(responses={200: UsageSerializer})
    def retrieve(self, request: Request, **_: Any) -> Response:
        """Your plan: what it allows, and what is left."""
        open_jobs = own(request).exclude(state__in=Job.TERMINAL).count()
        kept = Webhook.objects.filter(owner=request.user.pk).count()
        return Response(
            {
                "plan": throttling.plan_of(request),
                "rates": [
                    {
                        "name": one.name,
                        "limit": one.limit,
                        "seconds": one.seconds,
                        "remaining": one.remaining,
                    }
                    for one in throttling.quotas(request)
                ],
                "open_jobs": {"used": open_jobs, "limit": MOST_OPEN},
                "webhooks": {"used": kept, "limit": subscriptions.MOST},
            }
        )
