"""Keep webhooks of one's own. Those of others are as good as absent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import body_serializers as bodies
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import Problem, of_body
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.api.framework.viewsets import WEBHOOK, refuse_outdated
from riskscore.api.webhooks import webhook_fields as fields
from riskscore.api.webhooks.deliveries import shown_delivery
from riskscore.errors import ValidationError
from riskscore.jobs import requests
from riskscore.models import Lens, Webhook
from riskscore.webhooks import replays, subscriptions

HERE = "/api/v1/webhooks"


class WebhookViewSet(ListRows, RetrieveRow):
    """Your webhooks: services of yours that are told what happens here."""

    tag = "webhooks"
    shows = ("webhook",)
    takes = {
        "create": ("add_webhook",),
        "partial_update": ("change_webhook",),
        "destroy": ("delete_webhook",),
        "rotate": ("change_webhook",),
        "test": ("change_webhook",),
        "replay": ("change_webhook",),
    }
    write_scopes = frozenset({WEBHOOK})
    serializer_class = fields.WebhookSerializer
    about_one = "One of your webhooks."
    refusals = {
        "create": {409: "As many as may be"},
        "test": {409: "Disabled"},
        "replay": {409: "Disabled"},
    }
    orders = {"-id": Order("id", "id", descending=True), "id": Order("id", "id")}
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "number", "int"

    def get_queryset(self) -> QuerySet[Webhook]:
        """One's own."""
        return Webhook.objects.filter(owner=self.request.user.pk)

    def _mine(self, *, locked: bool = False) -> Webhook:
        """The one of the address; ``locked``: nobody else changes it meanwhile."""
        rows = self.one().select_related("owner", "lens")
        found = (rows.select_for_update(no_key=True, of=("self",)) if locked else rows).first()
        if not isinstance(found, Webhook):
            raise Http404
        return found

    @extend_schema(request=fields.NewWebhook, responses={201: fields.WebhookMade})
    def create(self, request: Request, **_: Any) -> Response:
        """Make a webhook; the answer holds its secret, which is never shown again."""
        said = bodies.check(request, fields.NewWebhook)
        with _refused():
            lens = _lens(said.pop("method", None), said.pop("importer", None))
            made, secret = subscriptions.create(
                request.user, said.pop("url"), said.pop("types"), lens=lens, **said
            )
        self.kwargs["number"] = made.pk
        return Response(
            {**self.shown(), "secret": secret},
            status=201,
            headers={"Location": f"{HERE}/{made.pk}", "Cache-Control": "no-store"},
        )

    @extend_schema(request=fields.WebhookChange, responses={200: fields.WebhookSerializer})
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Change where a webhook is or what it is told of; enable or disable it."""
        said = bodies.check(request, fields.WebhookChange)
        enabled = said.pop("enabled", None)
        with transaction.atomic(), _refused():
            webhook = self._mine(locked=True)
            refuse_outdated(request, self.shown())
            subscriptions.change(webhook, **said)
            if enabled is not None:
                subscriptions.enable(webhook) if enabled else subscriptions.disable(
                    webhook, "by its owner"
                )
        return Response(self.shown())

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **_: Any) -> Response:
        """Remove a webhook, its secret and all that was sent to it."""
        with transaction.atomic():
            webhook = self._mine(locked=True)
            refuse_outdated(request, self.shown())
            subscriptions.remove(webhook)
        return Response(status=204)

    @extend_schema(request=None, responses={200: fields.SecretSerializer})
    @action(detail=True, methods=["post"])
    def rotate(self, _request: Request, **_: Any) -> Response:
        """Make a new secret; for a day the one before signs beside it."""
        webhook = self._mine()
        secret = subscriptions.rotate(webhook)
        webhook.refresh_from_db()
        shown = {"secret": secret, "previous_until": webhook.previous_until}
        return Response(shown, headers={"Cache-Control": "no-store"})

    @extend_schema(request=None, responses={202: fields.DeliveryWithTries})
    @action(detail=True, methods=["post"])
    def test(self, _request: Request, **_: Any) -> Response:
        """Send a message that tells of nothing."""
        webhook = self._mine()
        delivery = subscriptions.send_test(webhook)
        return Response(
            shown_delivery(delivery.pk),
            status=202,
            headers={"Location": f"{HERE}/{webhook.pk}/deliveries/{delivery.pk}"},
        )

    @extend_schema(request=fields.Replay, responses={202: fields.ReplayedSerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, **_: Any) -> Response:
        """Send again all that failed, or failed since a moment."""
        webhook = self._mine()
        said = bodies.check(request, fields.Replay)
        number = replays.replay_failed(webhook, said.get("since"))
        return Response({"replayed": number}, status=202)


def _lens(method: str | None, importer: str | None) -> Lens:
    if method is None and importer is None:
        return requests.default_lens()
    found = Lens.objects.filter(
        method_code=method or settings.DEFAULT_METHOD, importer_id=importer or "WLD"
    ).first()
    if found is None:
        raise ValidationError("nothing is scored through this view", place="importer")
    return found


@contextmanager
def _refused() -> Iterator[None]:
    """Name the field of the body that was refused. Raises Problem."""
    try:
        yield
    except requests.CannotStart as error:
        raise Problem("cannot_start", str(error)) from None
    except ValidationError as error:
        words = f"{error.message}; {error.remedy[:1].lower()}{error.remedy[1:]}"
        raise of_body({f"/{error.place}": words}) from None
