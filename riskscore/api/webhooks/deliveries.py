"""What was sent to a webhook: how it stands, each attempt, and sending it again."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.query_fields import ChoiceField, Several
from riskscore.api.framework.row_serializers import Row, columns_of, item
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.api.framework.viewsets import WEBHOOK
from riskscore.api.webhooks import webhook_fields as fields
from riskscore.models import Webhook, WebhookAttempt, WebhookDelivery
from riskscore.webhooks import replays

#: Of each attempt.
SHOWN = ("at", "status", "seconds", "reply", "error")


def add_tries(rows: list[Row]) -> None:
    """Give each delivery its attempts, by one query."""
    by_key: dict[Any, Row] = {row["pk"]: row for row in rows}
    for row in rows:
        row["tries"] = []
    found = WebhookAttempt.objects.filter(delivery__in=by_key).order_by("id")
    for one in found.values("delivery_id", *SHOWN):
        by_key[one.pop("delivery_id")]["tries"].append(one)


def shown_delivery(key: Any) -> Row:
    """A delivery as a GET of it answers."""
    columns = fields.DeliveryWithTries.chosen(None)
    row = WebhookDelivery.objects.values(*columns_of(columns) - {"tries"}, "pk").get(pk=key)
    add_tries([row])
    return item(columns, row)


class DeliveryFilters(FilterSet):
    """Which messages."""

    state = Filter(
        Several(ChoiceField(WebhookDelivery.State.values), help_text="Only in these states."),
        "state__in",
    )
    type = Filter(Several(ChoiceField(fields.TYPES), help_text="Only of these types."), "type__in")


class DeliveryViewSet(ListRows, RetrieveRow):
    """Messages to one of your webhooks, the latest first; kept for 30 days after they ended."""

    tag = "webhooks"
    shows = ("webhook", "webhookdelivery", "webhookattempt")
    takes = {"replay": ("change_webhook",)}
    write_scopes = frozenset({WEBHOOK})
    serializer_class = fields.DeliverySerializer
    detail_serializer = fields.DeliveryWithTries
    filterset_class = DeliveryFilters
    about_one = "A message to one of your webhooks, with every attempt."
    refusals = {"replay": {409: "Under way, or disabled"}}
    orders = {"-id": Order("id", "id", descending=True), "id": Order("id", "id")}
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "delivery", "uuid"

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        """Those to one's own webhook. Raises Http404 for another's."""
        number = self.kwargs["number"]
        if not Webhook.objects.filter(pk=number, owner=self.request.user.pk).exists():
            raise Http404
        return WebhookDelivery.objects.filter(webhook=number)

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Their attempts, where these are asked for."""
        if "tries" in names:
            add_tries(rows)

    @extend_schema(request=None, responses={202: fields.DeliveryWithTries})
    @action(detail=True, methods=["post"])
    def replay(self, _request: Request, **_: Any) -> Response:
        """Send a message again that has ended, under the same id."""
        delivery = self.one().first()
        if delivery is None:
            raise Http404
        replays.replay(delivery)
        return Response(shown_delivery(delivery.pk), status=202)
