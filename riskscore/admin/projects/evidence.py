"""Evidence: statements are added and superseded, never changed."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from riskscore.admin.projects.severity_examples import EXAMPLES
from riskscore.admin.projects.severity_examples import LEVELS as LEVEL_EXAMPLES
from riskscore.admin.ui import wording
from riskscore.admin.ui.filters import VersionFilter
from riskscore.admin.ui.pages import Form, Rescoring
from riskscore.admin.ui.superseding import Superseding
from riskscore.curation import challenges, evidence_preview, project_edits, record_checks
from riskscore.curation.writes import stated_facts
from riskscore.engine.catalogue import CONSENT_LEVELS
from riskscore.engine.inputs.evidence_kinds import KINDS
from riskscore.engine.inputs.evidence_values import CERTIFICATION
from riskscore.models import Challenge, Evidence

#: The button that shows what a statement would do.
PREVIEW = "_preview"


class EvidenceForm(Form[Evidence]):
    """A new statement, or with ``replaces`` a new version of one."""

    begins_empty = ("severity", "credibility")
    #: Whether the person asked what it would do, and may see it: the statement can be made.
    previewed = False

    replaces = forms.ModelChoiceField(
        Evidence.objects.filter(superseded_by__isnull=True),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "That statement already has a newer version."},
    )

    answers = forms.ModelChoiceField(
        Challenge.objects.filter(state=Challenge.State.OPEN),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "That challenge is answered already."},
    )

    class Meta:
        model = Evidence
        fields = (
            "project", "kind", "level", "happened_on", "expires_on", "severity", "reach",
            "credibility", "status", "self_disclosed", "url", "reference", "note",
        )  # fmt: skip
        help_texts = {
            "level": "Consent: "
            + ", ".join(CONSENT_LEVELS)
            + ". Certification: "
            + ", ".join(CERTIFICATION)
            + ". Other kinds have no level.",
            "severity": "0 to 1: how grave it is among statements of its kind, by the examples "
            "below.",
            "reference": "What its source calls the case. A later row of the same project, kind, "
            "source and reference is a new version of it, whatever its day.",
            "credibility": "0 to 1: how far its source can be believed. A court or an audit of "
            "this site 1, a newspaper with names and days 0.7, one unnamed voice 0.3.",
        }

    def _ask(self) -> None:
        super()._ask()
        if PREVIEW in self.data and not self.errors:
            self.previewed = True
            self.add_error(None, "Save it if this is what you mean.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        old = cleaned.get("replaces")
        if old is None and not self.errors:
            self._refuse_twice(cleaned)
        if old is not None and cleaned.get("project") not in (None, old.project):
            self.add_error("project", "A new version is about the same project as the old one.")
        challenge = cleaned.get("answers")
        if challenge is not None and cleaned.get("project") not in (None, challenge.project):
            self.add_error("project", "The evidence is about the project that was challenged.")
        return cleaned

    def faults(self) -> Iterator[record_checks.Found]:
        return record_checks.of_evidence(self.cleaned_data)

    def implausible(self) -> Iterator[tuple[str, str]]:
        """What is announced is asked about: most days to come are slips."""
        day: date = self.cleaned_data["happened_on"]
        if "happened_on" in self.changed_data and day > timezone.localdate() + timedelta(days=1):
            yield "happened_on", "It is not in the past. Check the day, if it is not announced."

    def _refuse_twice(self, cleaned: dict[str, Any]) -> None:
        """The same event from the same source would count twice."""
        names = ("project", "kind", "url", "reference", "happened_on")
        same = stated_facts.on_file(Evidence(**{name: cleaned[name] for name in names}))
        if same is not None:
            self.add_error(
                None, f"This is on file already, as statement {same.pk}: enter a new version of it."
            )


class EvidenceAdmin(Superseding[Evidence], Rescoring[Evidence]):
    """A change is a new version; both stay. Adding one rescores its project."""

    form = EvidenceForm
    add_form_template = "admin/evidence.html"
    change_form_template = "admin/evidence.html"
    list_display = (
        "happened_on", "project", "kind", "level", "status", "severity", "credibility", "source",
        "is_current",
    )  # fmt: skip
    list_filter = (VersionFilter, "kind", "status", "self_disclosed")
    list_select_related = ("project", "superseded_by")
    search_fields = ("=project__key", "project__name", "note", "url")
    search_help_text = "project, note or URL"
    autocomplete_fields = ("project",)

    def has_change_permission(self, request: HttpRequest, obj: Evidence | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Evidence | None = None) -> tuple[Any, ...]:
        stated = (
            "project", ("kind", "level"), ("happened_on", "expires_on"),
            ("severity", "reach"), ("credibility", "status", "self_disclosed"),
        )  # fmt: skip
        if obj is None:
            return (*stated, "url", "reference", "note", "replaces", "answers")
        return (
            *stated, "source", "reference", "note", "release", "entered_by", "entered_at",
            "edition", "supersedes",
        )  # fmt: skip

    def get_readonly_fields(
        self, request: HttpRequest, obj: Evidence | None = None
    ) -> tuple[str, ...]:
        return ("source", "entered_by", "entered_at", "edition", "supersedes") if obj else ()

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With the table of kinds below, so that a curator sees what a statement will do."""
        rule = [(Evidence.Kind(kind.name).label, kind) for kind in KINDS.values()]
        shown = {"rule": rule, "severities": EXAMPLES, "levels": LEVEL_EXAMPLES}
        return super().add_view(request, form_url, {**(extra_context or {}), **shown})

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """With what the statement would do, if that was asked for."""
        form = context["adminform"].form
        if getattr(form, "previewed", False):
            replaces = form.cleaned_data.get("replaces")
            context["previewed"] = True
            context["previews"] = evidence_preview.of_statement(form.instance, replaces)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version starts from the old one, an answer from the challenge."""
        return {**super().get_changeform_initial_data(request), **_challenged(request)}

    def save_model(self, request: HttpRequest, obj: Evidence, form: Any, change: bool) -> None:
        challenge = form.cleaned_data.get("answers")
        if challenge is not None:
            if not request.user.has_perm("riskscore.change_challenge"):
                raise PermissionDenied
            challenges.accept(challenge, obj, by=request.user)
            return
        project_edits.add_evidence(obj, by=request.user, replaces=form.cleaned_data.get("replaces"))

    def response_post_save_add(self, request: HttpRequest, obj: Evidence) -> HttpResponseRedirect:
        """Back to the project, whose score is made again."""
        if request.user.has_perms(("riskscore.view_project", "riskscore.view_score")):
            return HttpResponseRedirect(reverse("admin:project_score", args=[obj.project_id]))
        return super().response_post_save_add(request, obj)

    @admin.display(description="source")
    def source(self, row: Evidence) -> SafeString:
        """Where it stands."""
        return wording.link(row.url)

    @admin.display(description="current", boolean=True)
    def is_current(self, row: Evidence) -> bool:
        return not hasattr(row, "superseded_by")


def _challenged(request: HttpRequest) -> dict[str, Any]:
    """What an accepting curator starts from; the rest is theirs to judge."""
    number = request.GET.get("answers", "")
    challenge = Challenge.objects.filter(pk=number).first() if number.isdecimal() else None
    if challenge is None:
        return {}
    old = challenge.disputes
    started = forms.model_to_dict(old, EvidenceForm.Meta.fields) if old else {}
    initial = {"kind": challenge.kind, "happened_on": challenge.happened_on}
    return {
        **started,
        **{name: value for name, value in initial.items() if value},
        "project": challenge.project_id,
        "url": challenge.url,
        "note": challenge.statement[:400],
    }
