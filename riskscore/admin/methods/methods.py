"""Methods: a published version is read as a tree; a change is a new version, written as YAML."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from riskscore.admin.methods import spec_text
from riskscore.admin.methods.outline import outline
from riskscore.admin.ui.pages import ReadOnly
from riskscore.curation import project_edits
from riskscore.engine.errors import EngineError
from riskscore.engine.method import Method as Specification
from riskscore.jobs import requests
from riskscore.models import Lens, Method


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
    list_display = ("__str__", "state", "reason", "created_by", "created_at", "edition")
    list_filter = ("code", "state")
    list_select_related = ("created_by", "edition")
    search_fields = ("code", "reason")
    fields = (
        ("code", "version", "state"),
        "reason",
        ("created_by", "created_at", "edition"),
        "hash",
    )

    def around(self, request: HttpRequest, row: Method) -> dict[str, Any]:
        return _shown(row, request)

    def get_urls(self) -> list[URLPattern]:
        new = path(
            "<path:object_id>/new-version/",
            self.admin_site.admin_view(self.new_version),
            name="riskscore_method_new_version",
        )
        return [new, *super().get_urls()]

    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write the next version from this one, and publish it."""
        if not request.user.has_perm("riskscore.add_method"):
            raise PermissionDenied
        method = self.row(request, object_id)
        form = NewVersion(request.POST or None, initial={"text": _next(method)})
        if request.method == "POST" and form.is_valid():
            published = self._publish(request, form)
            if published is not None:
                place = reverse("admin:riskscore_method_change", args=[published.pk])
                return HttpResponseRedirect(place)
        context = {
            **self.admin_site.each_context(request),
            "title": f"New version from {method}",
            "opts": self.opts,
            "original": method,
            "form": form,
        }
        return TemplateResponse(request, "admin/new_version.html", context)

    def _publish(self, request: HttpRequest, form: NewVersion) -> Method | None:
        try:
            published = project_edits.publish_method(
                form.cleaned_data["text"], by=request.user, reason=form.cleaned_data["reason"]
            )
        except (project_edits.CannotPublish, requests.CannotStart) as error:
            form.add_error("text", str(error))
            return None
        self.log_addition(request, published, "Published.")
        seen = Lens.objects.filter(method_code=published.code, kept_current=True).exists()
        follows = "all projects are being rescored by it" if seen else "no lens uses it yet"
        messages.success(request, f"{published} is published; {follows}.")
        return published


def _next(method: Method) -> str:
    """The specification of the next free version, as text."""
    newest = Method.objects.filter(code=method.code).order_by("-version").first() or method
    return spec_text.write({**method.spec, "version": newest.version + 1})


def _shown(method: Method, request: HttpRequest) -> dict[str, Any]:
    """What the page of a method shows: a draft may not parse, and says why."""
    shown: dict[str, Any] = {
        "text": spec_text.write(method.spec),
        "may_publish": request.user.has_perm("riskscore.add_method"),
    }
    try:
        specification = Specification.from_dict(method.spec)
    except EngineError as error:
        return {**shown, "fault": str(error)}
    return {**shown, "specification": specification, "rows": outline(specification)}
