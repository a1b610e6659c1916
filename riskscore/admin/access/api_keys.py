"""API keys: made here, shown once, revoked here."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from riskscore import api_keys
from riskscore.admin.ui import wording
from riskscore.admin.ui.confirmed_actions import Consequence
from riskscore.admin.ui.pages import Form, Page, ReadOnly
from riskscore.models import ApiKey, IdempotencyKey

#: The plan of whoever chooses none.
USUAL = "standard"


class ApiKeyForm(Form[ApiKey]):
    """A name to know the key by, and what it may do: nothing that its user may not."""

    #: Whose key it will be where the form does not ask.
    owner: Any = None

    scopes = forms.MultipleChoiceField(
        choices=ApiKey.Scope.choices,
        initial=[ApiKey.Scope.READ],
        widget=forms.CheckboxSelectMultiple,
    )
    plan = forms.ChoiceField(
        required=False,
        initial=USUAL,
        help_text="How often it may ask; RISKSCORE_RATE_PLANS names them.",
    )

    class Meta:
        model = ApiKey
        fields = ("name", "user", "scopes", "plan", "expires_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "plan" in self.fields:
            plans = [(name, _in_words(name)) for name in settings.RATE_PLANS]
            cast(forms.ChoiceField, self.fields["plan"]).choices = plans
        if self.owner is not None and "scopes" in self.fields:
            may = api_keys.scopes_of(self.owner)
            offered = [(scope, words) for scope, words in ApiKey.Scope.choices if scope in may]
            cast(forms.MultipleChoiceField, self.fields["scopes"]).choices = offered

    def clean_plan(self) -> str:
        """The plan, the usual one where none is chosen."""
        return self.cleaned_data["plan"] or USUAL

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        owner = cleaned.get("user") or self.owner
        may = api_keys.scopes_of(owner) if owner is not None else []
        beyond = [scope for scope in cleaned.get("scopes", ()) if scope not in may]
        if owner is not None and beyond:
            words = f"{owner} may not do what the scope {', '.join(beyond)} is for"
            self.add_error("scopes", f"{words}; give the account a group that may, or leave it out")
        return cleaned


def _in_words(plan: str) -> str:
    rates = settings.RATE_PLANS[plan]
    return f"{plan}: {rates['requests']} requests, {rates['jobs']} writes"


class ApiKeyAdmin(Page[ApiKey]):
    """A key acts as its user, so only superusers make keys for others, and choose plans."""

    form = ApiKeyForm
    list_display = (
        "name", "prefix", "user", "scopes", "plan", "state", "created_at", "expires_at",
        "last_used_at",
    )  # fmt: skip
    list_filter = ("revoked_at", "plan")
    list_select_related = ("user",)
    search_fields = ("name", "=prefix", "user__username")
    autocomplete_fields = ("user",)
    actions = ("revoke_selected",)
    fields = ("name", "user", "scopes", "plan", "expires_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        rows = super().get_queryset(request)
        return rows if _is_superuser(request) else rows.filter(user=request.user.pk or 0)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Of a key its plan alone is edited; the list of keys still offers to revoke some."""
        may = super().has_change_permission(request)
        return may and (obj is None or _is_superuser(request))

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[Any, ...]:
        if obj is not None:
            shown = ("prefix", "state", "created_at", "expires_at", "revoked_at", "last_used_at")
            return ("name", "user", "scopes", "plan", *shown)
        if _is_superuser(request):
            return ("name", "user", "scopes", "plan", "expires_at")
        return ("name", "scopes", "expires_at")

    def get_form(
        self, request: HttpRequest, obj: ApiKey | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        made = super().get_form(request, obj, change=change, **kwargs)
        owner = None if _is_superuser(request) else request.user
        return type(made.__name__, (made,), {"owner": owner})

    def get_readonly_fields(
        self, request: HttpRequest, obj: ApiKey | None = None
    ) -> tuple[str, ...]:
        fixed = ("name", "user", "scopes", "expires_at")
        shown = ("prefix", "state", "created_at", "revoked_at", "last_used_at")
        return (*fixed, *shown) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user.pk, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            ApiKey.objects.filter(pk=obj.pk).update(plan=obj.plan)
            return
        user = obj.user if _is_superuser(request) else request.user
        plain = api_keys.issue(user, obj.name, obj.scopes, expires_at=obj.expires_at, plan=obj.plan)
        issued = api_keys.find(plain) or ApiKey.objects.get(prefix=plain.split("_")[1])
        obj.__dict__.update(issued.__dict__, plain=plain)

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The only page that ever shows the key: not a message, since messages are stored."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"The key {obj.name}",
            "opts": self.opts,
            "key": obj,
            "plain": obj.__dict__.pop("plain"),
        }
        return TemplateResponse(request, "admin/issued_key.html", context)

    def consequences(
        self, request: HttpRequest, action: str, chosen: QuerySet[ApiKey]
    ) -> Sequence[Consequence]:
        living = chosen.filter(revoked_at__isnull=True)
        lately = living.filter(last_used_at__gte=timezone.now() - timedelta(days=7))
        return (
            ("will open nothing any more, for ever", living.count()),
            ("of these were used within the last seven days", lately.count()),
            ("are revoked already", chosen.count() - living.count()),
        )

    @admin.action(description="Revoke the selected keys", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        living = list(chosen.filter(revoked_at__isnull=True))
        ApiKey.objects.filter(pk__in=[key.pk for key in living]).update(revoked_at=timezone.now())
        for key in living:
            self.log_change(request, key, "Revoked.")
        self.message_user(
            request,
            f"{wording.count(len(living), 'key')} revoked: nothing is opened by it any more.",
        )

    @admin.display
    def state(self, row: ApiKey) -> str:
        if row.revoked_at:
            return "revoked"
        return "expired" if row.expires_at and row.expires_at <= timezone.now() else "valid"


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


class IdempotencyKeyAdmin(ReadOnly[IdempotencyKey]):
    list_display = ("created_at", "user", "route", "key", "job")
    list_select_related = ("user", "job")
    search_fields = ("=key", "user__username")
    ordering = ("-id",)
