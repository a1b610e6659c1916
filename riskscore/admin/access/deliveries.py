"""What was sent to webhooks: how it stands, each attempt and its reply, and sending it again."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from riskscore.admin.ui import wording
from riskscore.admin.ui.confirmed_actions import Consequence
from riskscore.admin.ui.pages import ReadOnly
from riskscore.errors import ConflictError
from riskscore.models import WebhookDelivery
from riskscore.webhooks import messages, replays, subscriptions


class WebhookDeliveryAdmin(ReadOnly[WebhookDelivery]):
    """Messages to one's own webhooks; whoever oversees webhooks sees those of all."""

    change_form_template = "admin/webhook_delivery.html"
    list_display = (
        "at", "type", "webhook", "state", "attempts", "status", "next_attempt", "error",
    )  # fmt: skip
    list_filter = ("state", "type")
    list_select_related = ("webhook",)
    search_fields = ("=id", "webhook__name", "webhook__url")
    ordering = ("-id",)
    actions = ("replay_selected",)
    fields = ("id", "webhook", "type", "at", "state", "attempts", "error", "finished_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        mine = subscriptions.seen_by(request.user).values("pk")
        return super().get_queryset(request).filter(webhook__in=mine).prefetch_related("tries")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may send again."""
        return request.user.has_perm("riskscore.change_webhook")

    def around(self, request: HttpRequest, row: WebhookDelivery) -> dict[str, Any]:
        return {"tries": row.tries.all(), "body": messages.body(row).decode()}

    def consequences(
        self, request: HttpRequest, action: str, chosen: QuerySet[WebhookDelivery]
    ) -> Sequence[Consequence]:
        own = chosen.filter(webhook__owner=request.user.pk)
        again = own.filter(state__in=WebhookDelivery.ENDED, webhook__disabled_at=None).count()
        return (
            ("will be sent again under the same number", again),
            ("are under way, another's, or of a webhook that is disabled", len(chosen) - again),
        )

    @admin.action(description="Send the selected messages again", permissions=["replay"])
    def replay_selected(self, request: HttpRequest, chosen: QuerySet[WebhookDelivery]) -> None:
        number = 0
        for row in chosen.filter(webhook__owner=request.user.pk):
            try:
                replays.replay(row)
            except ConflictError:
                continue
            number += 1
        self.message_user(request, f"{wording.count(number, 'message')} will be sent again.")

    @admin.display
    def status(self, row: WebhookDelivery) -> str:
        """What the receiver answered last, and how that begins."""
        last = max(row.tries.all(), key=lambda one: one.pk, default=None)
        if last is None or last.status is None:
            return "–"
        return f"{last.status} {last.reply[:40]}".strip()

    @admin.display
    def next_attempt(self, row: WebhookDelivery) -> str:
        """When it is tried again, if it is."""
        waits = row.state == WebhookDelivery.State.WAITING
        return f"{row.due_at:%-d %b %H:%M:%S} UTC" if waits else "–"
