"""Projects: what a curator edits, and beside it what came out of it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from riskscore.admin.project_page import tabs
from riskscore.admin.projects.inlines import (
    CapacitiesOfProject,
    MineralsOfProject,
    OfftakesOfProject,
    StatusesOfProject,
)
from riskscore.admin.projects.project_rows import ProjectRows
from riskscore.admin.ui.pages import Form
from riskscore.admin.work import start_jobs
from riskscore.curation import project_edits, record_checks
from riskscore.engine.inputs.land_overlap import STAGES
from riskscore.intake.sites import alike_sites
from riskscore.intake.sites.positions import Positions, Site
from riskscore.models import Job, Project
from riskscore.models.facts import Stated

KEY = RegexValidator(
    r"^[a-z0-9][a-z0-9-]{1,59}$", "Use 2 to 60 small letters, digits and hyphens, like icmm-00026."
)


class ProjectForm(Form[Project]):
    """Flags as boxes to tick, and a key that can be read."""

    flags = forms.MultipleChoiceField(
        choices=Project.Flag.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    stage = forms.ChoiceField(required=False)

    class Meta:
        model = Project
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stage_before = self.instance.stage
        if "stage" in self.fields:
            known = dict.fromkeys(("", *STAGES, self.instance.stage))
            stages: Any = self.fields["stage"]
            stages.choices = [(word, word or "unknown") for word in known]
        if "key" in self.fields:
            self.fields["key"].validators.append(KEY)
            self.fields["key"].help_text = "Public, and for ever: it cannot be changed later."

    def faults(self) -> Iterator[record_checks.Found]:
        return record_checks.of_project(self.cleaned_data, stage=self.stage_before)

    def implausible(self) -> Iterator[tuple[str, str]]:
        """A point outside its country, and a new project that may be a known one: as in files."""
        site = self._moved_to()
        if site and (doubt := Positions().doubt(site)):
            yield "latitude", f"{doubt.words}. Check the point and the country."
        if site and self.instance._state.adding and not self.cleaned_data.get("duplicate_of"):
            same = alike_sites.of_one(
                self.cleaned_data.get("name", ""),
                self.cleaned_data.get("kind", ""),
                (site.latitude, site.longitude),
                self._minerals(),
            )
            if same:
                yield "name", f"It may be a project that is known: {same.words()}."

    def _minerals(self) -> list[str]:
        """The minerals that the form states beside the project."""
        each = (name for name in self.data if name.startswith("minerals-"))
        return [str(self.data[name]) for name in each if name.endswith("-mineral")]

    def _moved_to(self) -> Site | None:
        """Country and point, if they were changed and make sense."""
        is_moved = set(record_checks.WHERE) & set(self.changed_data)
        return record_checks.site_of(self.cleaned_data) if is_moved else None


class ProjectAdmin(ProjectRows):
    """Saving rescores. A project is archived, never deleted: its history stays."""

    form = ProjectForm
    change_form_template = "admin/project.html"
    inlines = (MineralsOfProject, OfftakesOfProject, StatusesOfProject, CapacitiesOfProject)
    autocomplete_fields = ("place", "duplicate_of")
    readonly_fields = ("input_version", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("key", "name", ("kind", "stage"), "state")}),
        ("Where", {"fields": ("place", ("latitude", "longitude"))}),
        ("Flags", {"fields": ("flags", "duplicate_of"), "classes": ("collapse",)}),
        (
            "As published",
            {
                "fields": ("release", "source_id", "confidence", "place_label", "place_rule"),
                "classes": ("collapse",),
            },
        ),
        (
            "Record",
            {"fields": ("input_version", "created_at", "updated_at"), "classes": ("collapse",)},
        ),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Project | None = None
    ) -> tuple[str, ...]:
        stable = ("key", "release", "source_id", "place_label", "place_rule") if obj else ()
        return (*stable, *self.readonly_fields)

    def around(self, request: HttpRequest, row: Project) -> dict[str, Any]:
        return tabs.around(request, row, tabs.FACTS)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form; who may only read is sent on to the score, unless they ask for the facts."""
        reads = request.method == "GET" and not self.has_change_permission(request)
        if reads and tabs.FACTS not in request.GET and self._may_see_score(request, object_id):
            return HttpResponseRedirect(tabs.score_address(object_id))
        return super().change_view(request, object_id, form_url, extra_context)

    def _may_see_score(self, request: HttpRequest, object_id: str) -> bool:
        may = request.user.has_perms(("riskscore.view_project", "riskscore.view_score"))
        return may and object_id.isdecimal()

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One place for all edits of the project and of what belongs to it."""
        project = tabs.project_at(request, object_id, tabs.HISTORY.needs)
        return tabs.page(self.admin_site, request, project, tabs.HISTORY)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """What is stated gets its edition and who entered it."""
        if issubclass(formset.model, Stated):
            new = formset.save(commit=False)
            project_edits.add_stated(new, by=request.user)
            formset.save_m2m()
        else:
            super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After the parts are saved too, whatever changed is rescored."""
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            started = project_edits.projects_changed(
                [form.instance], by=request.user, reason="edited in admin"
            )
            if started:
                self.message_user(request, start_jobs.announcement(started))

    def get_urls(self) -> list[URLPattern]:
        one = path(
            "<path:object_id>/rescore/",
            self.admin_site.admin_view(require_POST(self.rescore_one)),
            name="riskscore_project_rescore",
        )
        return [one, *tabs.urls(self.admin_site), *super().get_urls()]

    def rescore_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Rescore the project whose page is open."""
        project = self.row(request, object_id)
        if not self.has_rescore_permission(request):
            raise PermissionDenied
        start_jobs.attempt(
            request,
            {"keys": [project.key]},
            queue=Job.Queue.INTERACTIVE,
            reason="asked for on the project's page",
        )
        back = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
            back = reverse("admin:riskscore_project_change", args=[project.pk])
        return HttpResponseRedirect(back)
