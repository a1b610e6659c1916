"""Methods: read as a tree, compared, changed by a table of weights or as YAML, and reviewed."""

from collections.abc import Set
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from riskscore.admin.methods import comparison, draft_meeting, spec_text
from riskscore.admin.methods.outline import outline
from riskscore.admin.methods.review_page import review_page
from riskscore.admin.methods.weights_page import is_own, weights_page
from riskscore.admin.ui.pages import ReadOnly
from riskscore.curation import method_edits
from riskscore.engine.errors import EngineError
from riskscore.engine.method import Method as Specification
from riskscore.errors import RiskscoreError
from riskscore.models import Method, MethodChoice
from riskscore.models.methods import scoring_method


class NewVersion(forms.Form):
    """The whole specification of a new version, and why it exists."""

    reason = forms.CharField(
        max_length=400,
        help_text="Why this version exists; it stands beside the version for ever.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    text = forms.CharField(
        label="specification (YAML)",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 36, "class": "spec", "spellcheck": "false"}),
    )

    def clean_text(self) -> dict[str, Any]:
        """The parsed and valid specification; an error names the line or node."""
        try:
            spec = spec_text.read(self.cleaned_data["text"])
            Specification.from_dict(spec)
        except (spec_text.BadText, EngineError) as error:
            raise forms.ValidationError(str(error)) from None
        return spec


class MethodAdmin(ReadOnly[Method]):
    """Versions of methods."""

    change_form_template = "admin/method.html"
    list_display = (
        "__str__",
        "state",
        "scores",
        "reason",
        "created_by",
        "reviewed_by",
        "created_at",
        "edition",
    )
    list_filter = ("code", "state")
    list_select_related = ("created_by", "reviewed_by", "edition")
    search_fields = ("code", "reason")
    fields = (
        ("code", "version", "state"),
        "reason",
        ("created_by", "created_at", "based_on"),
        ("submitted_by", "submitted_at"),
        ("reviewed_by", "reviewed_at", "review"),
        ("edition", "hash"),
    )

    def around(self, request: HttpRequest, row: Method) -> dict[str, Any]:
        return _shown(row, request)

    def prepared(self, rows: list[Any], names: Set[str]) -> list[Any]:
        """With the version of each method that scores now, asked for once per method."""
        found = super().prepared(rows, names)
        scoring = {code: scoring_method(code) for code in {row.code for row in found}}
        for row in found:
            row.scores_now = scoring[row.code] == row
        return found

    @admin.display(description="scores")
    def scores(self, row: Method) -> SafeString | str:
        """A mark at the version that scores now."""
        if not getattr(row, "scores_now", False):
            return ""
        return format_html('<span class="state running">{}</span>', "scores now")

    def get_urls(self) -> list[URLPattern]:
        own = {
            "new-version": self.new_version,
            "weights": self.weights,
            "review": self.review,
            "compare": self.compare,
            "discard": require_POST(self.discard),
        }
        pages = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"riskscore_method_{name.replace('-', '_')}",
            )
            for name, view in own.items()
        ]
        return [*pages, *super().get_urls()]

    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write a draft from this version as YAML, or change one's own."""
        method = self._drawn_from(request, object_id)
        initial = _initial(request, method)
        sent, shown = _met(request, method, initial)
        form = NewVersion(sent or None, initial=initial)
        if request.method == "POST" and not shown.get("clashes") and form.is_valid():
            kept = _keep(request, method, form)
            if kept is not None:
                messages.success(request, f"{kept} is kept as a draft.")
                place = reverse("admin:riskscore_method_review", args=[kept.pk])
                return HttpResponseRedirect(place)
        title = f"New version from {method}, as YAML"
        return self._page(request, "new_version", method, title, {**shown, "form": form})

    def weights(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Try other weights, see who moves, and keep them as a draft."""
        method = self._drawn_from(request, object_id)
        shown = weights_page(request, method)
        return self._page(request, "method_weights", method, f"Other weights than {method}", shown)

    def review(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a version changes, who moves, and the next step."""
        method = self.row(request, object_id)
        shown = review_page(request, method)
        return self._page(request, "method_review", method, f"{method}: what it changes", shown)

    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """This version beside another one, node by node."""
        method = self.row(request, object_id)
        shown = _compared(request, method)
        return self._page(request, "method_compare", method, f"{method} compared", shown)

    def discard(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Delete a draft; the record of actions keeps that there was one, and its reason."""
        method = self.row(request, object_id)
        if method_edits.may_not_discard(method, request.user):
            raise PermissionDenied
        said = f"The draft {method} is discarded ({method.reason or 'no reason given'})."
        try:
            with transaction.atomic():
                self.log_deletions(request, Method.objects.filter(pk=method.pk))
                method_edits.discard(method, by=request.user)
        except RiskscoreError as error:
            messages.error(request, str(error))
            place = reverse("admin:riskscore_method_review", args=[method.pk])
            return HttpResponseRedirect(place)
        messages.success(request, said)
        return HttpResponseRedirect(reverse("admin:riskscore_method_changelist"))

    def _drawn_from(self, request: HttpRequest, object_id: str) -> Method:
        if not request.user.has_perm(method_edits.DRAW):
            raise PermissionDenied
        return self.row(request, object_id)

    def _page(
        self,
        request: HttpRequest,
        template: str,
        method: Method,
        title: str,
        shown: dict[str, Any] | HttpResponse,
    ) -> HttpResponse:
        if isinstance(shown, HttpResponse):
            return shown
        frame = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "original": method,
            "may_draw": request.user.has_perm(method_edits.DRAW),
        }
        return TemplateResponse(request, f"admin/{template}.html", {**frame, **shown})


def _initial(request: HttpRequest, method: Method) -> dict[str, str]:
    """The text of one's own draft, or of the next free version."""
    if is_own(request, method):
        return {"text": spec_text.write(method.spec), "reason": method.reason}
    version = method_edits.next_version(method.code)
    return {"text": spec_text.write({**method.spec, "version": version})}


def _met(
    request: HttpRequest, method: Method, now: dict[str, str]
) -> tuple[QueryDict, dict[str, Any]]:
    """What was sent, joined with one's own draft, and what its page shows of that."""
    if not is_own(request, method):
        return request.POST, {}
    if request.method != "POST":
        return request.POST, {"version": draft_meeting.version_of(method, now)}
    met = draft_meeting.meet(request.POST, method, now, {"text": "The specification"})
    return met.data, {"version": met.version, "clashes": met.clashes}


def _keep(request: HttpRequest, method: Method, form: NewVersion) -> Method | None:
    """Keep a draft; None with the error on the form where it is refused."""
    spec, reason = form.cleaned_data["text"], form.cleaned_data["reason"]
    try:
        if is_own(request, method):
            return method_edits.redraft(method, spec, by=request.user, reason=reason, seen=method)
        base = method if method.state in Method.EVER_PUBLISHED else method.based_on
        return method_edits.draft(spec, by=request.user, reason=reason, based_on=base)
    except (RiskscoreError, EngineError) as error:
        form.add_error("text", str(error))
        return None


def _compared(request: HttpRequest, method: Method) -> dict[str, Any]:
    """The version that was chosen beside this one; by default what it came from, or one before."""
    others = Method.objects.filter(code=method.code).exclude(pk=method.pk)
    sent = request.GET.get("with", "")
    other = others.filter(pk=int(sent)).first() if sent.isdecimal() and len(sent) < 19 else None
    other = other or method.based_on or others.filter(version__lt=method.version).first()
    other = other or others.first()
    if other is None:
        return {"others": [], "other": None}
    before, after = sorted((other, method), key=lambda row: row.version)
    shown = {"others": others, "other": other, "before": before, "after": after}
    try:
        return {**shown, "lines": comparison.lines(before, after)}
    except EngineError as error:
        return {**shown, "fault": str(error)}


def _shown(method: Method, request: HttpRequest) -> dict[str, Any]:
    """What the page of a method shows: a draft may not parse, and says why."""
    shown: dict[str, Any] = {
        "text": spec_text.write(method.spec),
        "may_draw": request.user.has_perm(method_edits.DRAW),
        "now": scoring_method(method.code),
        "is_open": method.state in (Method.State.DRAFT, Method.State.REVIEW),
    }
    try:
        specification = Specification.from_dict(method.spec)
    except EngineError as error:
        return {**shown, "fault": str(error)}
    return {**shown, "specification": specification, "rows": outline(specification)}


class MethodChoiceAdmin(ReadOnly[MethodChoice]):
    """Which earlier version scores again, from which edition on, and why."""

    list_display = ("method", "edition", "reason", "decided_by", "decided_at")
    list_select_related = ("method", "edition", "decided_by")
