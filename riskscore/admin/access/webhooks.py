"""Webhooks: made here, their secret shown once, tested, rotated, disabled and removed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from riskscore import errors
from riskscore.admin.ui import wording
from riskscore.admin.ui.confirmed_actions import Consequence
from riskscore.admin.ui.pages import Form, Page
from riskscore.models import MessageType, Mineral, Place, Webhook, WebhookDelivery
from riskscore.webhooks import replays, subscriptions

State = WebhookDelivery.State
#: Deliveries that the page of a webhook shows.
LATEST = 10


def _minerals() -> list[tuple[str, str]]:
    return list(Mineral.objects.order_by("name").values_list("code", "name"))


def _places() -> list[tuple[str, str]]:
    return list(Place.objects.order_by("name").values_list("code", "name"))


class WebhookForm(Form[Webhook]):
    """Where it is, and what it is told of."""

    types = forms.MultipleChoiceField(
        label="is told that", choices=MessageType.choices, widget=forms.CheckboxSelectMultiple
    )
    minerals = forms.MultipleChoiceField(choices=_minerals, required=False)
    places = forms.MultipleChoiceField(choices=_places, required=False)

    class Meta:
        model = Webhook
        fields = ("name", "url", "types", "about", "minerals", "places", "lens")


class WebhookAdmin(Page[Webhook]):
    """One's own webhooks; whoever oversees them sees all, and may stop those of others."""

    form = WebhookForm
    change_form_template = "admin/webhook.html"
    list_display = ("shown_name", "url", "owner", "types", "state", "created_at")
    list_filter = ("about",)
    list_select_related = ("owner", "lens__importer")
    search_fields = ("name", "url", "owner__username")
    actions = ("test_selected", "enable_selected", "disable_selected", "remove_selected")
    refusals = (errors.ValidationError, errors.ConflictError)
    fields = ("name", "url", "types", "about", "minerals", "places", "lens")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        return subscriptions.seen_by(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Webhook | None = None) -> bool:
        """One's own alone: whoever changed the address of another's would be sent what they see."""
        return super().has_change_permission(request) and (
            obj is None or obj.owner_id == request.user.pk
        )

    def has_remove_permission(self, request: HttpRequest) -> bool:
        """Who may remove webhooks."""
        return request.user.has_perm("riskscore.delete_webhook")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"types": MessageType.values, **super().get_changeform_initial_data(request)}

    def get_urls(self) -> list[URLPattern]:
        pages = {"rotate": self.rotate, "test": self.test, "replay_failed": self.replay_failed}
        return [
            *(
                path(
                    f"<path:object_id>/{name}/",
                    self.admin_site.admin_view(require_POST(page)),
                    name=f"riskscore_webhook_{name}",
                )
                for name, page in pages.items()
            ),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        values = {name: getattr(obj, name) for name in subscriptions.CHANGED}
        if change:
            subscriptions.change(Webhook.objects.get(pk=obj.pk), **values)
            return
        made, secret = subscriptions.create(request.user, **values)
        obj.__dict__.update(made.__dict__, plain=secret)

    def response_add(
        self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request, obj, obj.__dict__.pop("plain"))

    def _secret_page(self, request: HttpRequest, row: Webhook, secret: str) -> HttpResponse:
        """The only page that ever shows the secret: not a message, since messages are stored."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"The secret of {row}",
            "opts": self.opts,
            "webhook": row,
            "plain": secret,
        }
        return TemplateResponse(request, "admin/webhook_secret.html", context)

    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a new secret and show it."""
        row = self._own(request, object_id)
        secret = subscriptions.rotate(row)
        self.log_change(request, row, "Secret rotated.")
        row.refresh_from_db()
        return self._secret_page(request, row, secret)

    def test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a message that tells of nothing, and follow it."""
        row = self._own(request, object_id)
        try:
            delivery = subscriptions.send_test(row)
        except errors.ConflictError as error:
            self.message_user(request, f"{error}. {error.remedy}", messages.ERROR)
            return HttpResponseRedirect(reverse("admin:riskscore_webhook_change", args=[row.pk]))
        return HttpResponseRedirect(
            reverse("admin:riskscore_webhookdelivery_change", args=[delivery.pk])
        )

    def replay_failed(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send again all that failed."""
        row = self._own(request, object_id)
        try:
            number = replays.replay_failed(row)
        except errors.ConflictError as error:
            self.message_user(request, f"{error}. {error.remedy}", messages.ERROR)
        else:
            self.message_user(request, f"{wording.count(number, 'message')} will be sent again.")
        return HttpResponseRedirect(reverse("admin:riskscore_webhook_change", args=[row.pk]))

    def _own(self, request: HttpRequest, object_id: str) -> Webhook:
        row = self.row(request, object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied(f"{row} is not yours")
        return row

    def around(self, request: HttpRequest, row: Webhook) -> dict[str, Any]:
        latest = row.deliveries.order_by("-id")[:LATEST]
        return {
            "latest": latest,
            "failed": row.deliveries.filter(state=State.FAILED).exists(),
            "state": self.state(row),
            "is_own": self.has_change_permission(request, row),
        }

    def consequences(
        self, request: HttpRequest, action: str, chosen: QuerySet[Webhook]
    ) -> Sequence[Consequence]:
        living = chosen.filter(disabled_at=None).count()
        waiting = WebhookDelivery.objects.filter(webhook__in=chosen, state=State.WAITING).count()
        by_action = {
            "test_selected": (("will be sent a message that tells of nothing", living),),
            "enable_selected": (("are disabled, and will be told again", len(chosen) - living),),
            "disable_selected": (
                ("will be told nothing any more", living),
                ("messages that wait will not be sent; they can be replayed", waiting),
            ),
            "remove_selected": (
                ("will be gone with their secrets, for ever", len(chosen)),
                ("messages that wait will not be sent", waiting),
            ),
        }
        return by_action.get(action, ())

    @admin.action(description="Send a test to the selected webhooks", permissions=["change"])
    def test_selected(self, request: HttpRequest, chosen: QuerySet[Webhook]) -> None:
        rows = chosen.filter(owner=request.user.pk, disabled_at=None)
        number = len([subscriptions.send_test(row) for row in rows])
        self.message_user(request, f"{wording.count(number, 'test')} will be sent at once.")

    @admin.action(description="Enable the selected webhooks", permissions=["change"])
    def enable_selected(self, request: HttpRequest, chosen: QuerySet[Webhook]) -> None:
        rows = list(chosen.filter(owner=request.user.pk).exclude(disabled_at=None))
        for row in rows:
            subscriptions.enable(row)
            self.log_change(request, row, "Enabled.")
        self.message_user(request, f"{wording.count(len(rows), 'webhook')} enabled.")

    @admin.action(description="Disable the selected webhooks", permissions=["change"])
    def disable_selected(self, request: HttpRequest, chosen: QuerySet[Webhook]) -> None:
        rows = list(chosen.filter(disabled_at=None))
        for row in rows:
            own = row.owner_id == request.user.pk
            by = "its owner" if own else f"the operator {request.user}"
            subscriptions.disable(row, f"by {by}", alert=not own)
            self.log_change(request, row, "Disabled.")
        self.message_user(request, f"{wording.count(len(rows), 'webhook')} disabled.")

    @admin.action(description="Remove the selected webhooks", permissions=["remove"])
    def remove_selected(self, request: HttpRequest, chosen: QuerySet[Webhook]) -> None:
        rows = list(chosen.filter(owner=request.user.pk))
        for row in rows:
            self.log_deletions(request, Webhook.objects.filter(pk=row.pk))
            subscriptions.remove(row)
        self.message_user(request, f"{wording.count(len(rows), 'webhook')} removed.")

    @admin.display(description="name")
    def shown_name(self, row: Webhook) -> str:
        return str(row)

    @admin.display
    def state(self, row: Webhook) -> str:
        """Enabled, failing since when, or disabled and why."""
        if row.disabled_at:
            return f"disabled: {row.disabled_reason}"
        if row.failing_since:
            return f"failing since {row.failing_since:%-d %b %H:%M} UTC"
        return "enabled"
