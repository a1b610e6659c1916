"""Owners and companies: statements to review, and the pages on which one is corrected."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from riskscore.admin.projects.owner_decisions import Decided
from riskscore.admin.ui.pages import Form, Page
from riskscore.curation import owner_edits, record_checks
from riskscore.models import Company, Domicile, Ownership
from riskscore.releases import owner_statements

STATED = (("stated_on", "credibility"), "url", "note", "replaces")
OF_RECORD = ("where", "release", "note", "entered_by", "entered_at", "edition", "supersedes")


class OwnershipForm(Form[Ownership]):
    """A new statement, or with ``replaces`` a corrected version of one."""

    begins_empty = ("credibility",)

    replaces = forms.ModelChoiceField(
        Ownership.objects.filter(superseded_by__isnull=True),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "That statement already has a newer version."},
    )

    class Meta:
        model = Ownership
        fields = (
            "project", "company", "share", "since", "until", "stated_on", "credibility", "url",
            "note",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("url") and "url" not in self.errors:
            self.add_error("url", "Say where it can be read: an owner without a source is none.")
        if not self.errors:
            self._check_others(cleaned)
        return cleaned

    def _check_others(self, cleaned: dict[str, Any]) -> None:
        old = cleaned.get("replaces")
        if old is not None and (old.project, old.company) != (
            cleaned["project"], cleaned["company"],
        ):  # fmt: skip
            self.add_error(None, "A new version is about the same project and company.")
        others = owner_statements.owners().filter(project=cleaned["project"], until__isnull=True)
        if old is not None:
            others = others.exclude(pk=old.pk)
        if others.filter(company=cleaned["company"], since=cleaned.get("since")).exists():
            self.add_error(None, "This owner is on file already: correct that statement.")

    def faults(self) -> Iterator[record_checks.Found]:
        return record_checks.of_ownership(self.cleaned_data)


class OwnershipAdmin(Decided[Ownership]):
    """Who owns what: unverified statements are reviewed here, many at once or one by one."""

    form = OwnershipForm
    list_display = (
        "project", "company", "share", "state", "credibility", "basis", "doubt", "where",
        "stated_on", "is_current",
    )  # fmt: skip
    list_display_links = ("project", "company")
    list_select_related = ("project", "company", "release", "superseded_by")
    search_fields = ("=project__key", "project__name", "company__name", "=company__key")
    search_help_text = "project, or company"
    autocomplete_fields = ("project", "company")

    def get_fields(self, request: HttpRequest, obj: Ownership | None = None) -> tuple[Any, ...]:
        about = ("project", "company", "share", ("since", "until"))
        if obj is None:
            return (*about, *STATED)
        return (*about, ("state", "credibility", "stated_on"), ("basis", "doubt"), *OF_RECORD)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Ownership | None = None
    ) -> tuple[str, ...]:
        return ("where", "entered_at") if obj else ()

    def save_model(self, request: HttpRequest, obj: Ownership, form: Any, change: bool) -> None:
        old = form.cleaned_data.get("replaces")
        obj.state = Ownership.State.CORRECTED if old else Ownership.State.CONFIRMED
        if old is not None:
            obj.basis, obj.doubt = old.basis, old.doubt
        owner_edits.record(obj, by=request.user, replaces=old)


class DomicileForm(Form[Domicile]):
    """What is said of a company, or with ``replaces`` a corrected version."""

    begins_empty = ("credibility",)

    replaces = forms.ModelChoiceField(
        Domicile.objects.filter(superseded_by__isnull=True),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "That statement already has a newer version."},
    )

    class Meta:
        model = Domicile
        fields = (
            "company", "place", "parent", "state_owned", "stated_on", "credibility", "url", "note",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("url") and "url" not in self.errors:
            self.add_error("url", "Say where it can be read.")
        company, parent, old = (cleaned.get(name) for name in ("company", "parent", "replaces"))
        if company is None:
            return cleaned
        if parent is not None and parent.pk in owner_statements.subsidiaries([company.pk]):
            self.add_error("parent", "That company stands below this one, or is it.")
        if old is not None and old.company != company:
            self.add_error(None, "A new version is about the same company.")
        if old is None and owner_statements.current_domicile(company.pk):
            self.add_error(None, "Something is said of it already: correct that statement.")
        return cleaned


class DomicileAdmin(Decided[Domicile]):
    """Where companies are at home, who stands above them, whether they are a state's."""

    form = DomicileForm
    list_display = (
        "company", "place", "parent", "state_owned", "state", "credibility", "where", "stated_on",
        "is_current",
    )  # fmt: skip
    list_select_related = ("company", "place", "parent", "release", "superseded_by")
    search_fields = ("company__name", "=company__key", "parent__name", "=place__code")
    search_help_text = "company, parent, or code of a place"
    autocomplete_fields = ("company", "place", "parent")

    def get_fields(self, request: HttpRequest, obj: Domicile | None = None) -> tuple[Any, ...]:
        about = ("company", ("place", "parent"), "state_owned")
        if obj is None:
            return (*about, *STATED)
        return (*about, ("state", "credibility", "stated_on"), *OF_RECORD)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Domicile | None = None
    ) -> tuple[str, ...]:
        return ("where", "entered_at") if obj else ()

    def save_model(self, request: HttpRequest, obj: Domicile, form: Any, change: bool) -> None:
        old = form.cleaned_data.get("replaces")
        obj.state = Domicile.State.CORRECTED if old else Domicile.State.CONFIRMED
        owner_edits.record(obj, by=request.user, replaces=old)


class CompanyAdmin(Page[Company]):
    """Names of companies; what is said of them are statements of their own."""

    list_display = ("name", "key", "home", "parent", "state_owned", "looked_at", "other_names")
    search_fields = ("name", "=key", "aliases")
    search_help_text = "name, other name, or the whole key"
    fields = ("key", "name", "aliases")
    change_form_template = "admin/company.html"

    def get_readonly_fields(
        self, request: HttpRequest, obj: Company | None = None
    ) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def around(self, request: HttpRequest, row: Company) -> dict[str, Any]:
        said = Domicile.objects.filter(company=row).select_related("place", "parent", "entered_by")
        owned = owner_statements.owners().filter(company=row).select_related("project")
        return {
            "versions": [(one, one.source) for one in said.order_by("-id")],
            "newest": owner_statements.current_domicile(row.pk),
            "owned": owned.order_by("project__name")[:200],
            "may_decide": request.user.has_perm("riskscore.add_domicile"),
        }

    @admin.display(description="home")
    def home(self, row: Company) -> str:
        said = self._said(row)
        return said.place_id or "" if said else ""

    @admin.display
    def parent(self, row: Company) -> str:
        said = self._said(row)
        return str(said.parent or "") if said else ""

    @admin.display(boolean=True)
    def state_owned(self, row: Company) -> bool | None:
        said = self._said(row)
        return said.state_owned if said else None

    @admin.display(description="state", empty_value="")
    def looked_at(self, row: Company) -> str:
        """Who has looked at what is said of it."""
        said = self._said(row)
        return said.state if said else ""

    @admin.display
    def other_names(self, row: Company) -> str:
        return ", ".join(row.aliases)[:120]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        """With what is said of each now, in one query a page."""
        said = Domicile.objects.filter(superseded_by__isnull=True).select_related("parent")
        prefetch = Prefetch("domiciles", said, to_attr="said")
        return super().get_queryset(request).prefetch_related(prefetch)

    @staticmethod
    def _said(row: Company) -> Domicile | None:
        said: list[Domicile] = row.said  # type: ignore[attr-defined]
        standing = [one for one in said if one.state != Domicile.State.REJECTED]
        return standing[0] if standing else None
