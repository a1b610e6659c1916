"""Projects: what a curator edits, and beside it what came out of it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from riskscore.admin.map import small_map
from riskscore.admin.project_page import tabs
from riskscore.admin.projects.inlines import (
    CapacitiesOfProject,
    MineralsOfProject,
    OfftakesOfProject,
    StatusesOfProject,
)
from riskscore.admin.ui import wording
from riskscore.admin.ui.filters import (
    BandFilter,
    FlagFilter,
    MineralFilter,
    PlaceFilter,
    RankedProjectFilter,
)
from riskscore.admin.ui.pages import Bounded, Form, Rescoring
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.admin.watching import watch_button
from riskscore.admin.work import start_jobs
from riskscore.curation import project_edits
from riskscore.engine.inputs.land_overlap import STAGES
from riskscore.intake.location_check import FAR_KM, SWAPPED, Surroundings
from riskscore.jobs import requests
from riskscore.models import Job, Project, ProjectMineral, Score
from riskscore.models.facts import Stated

KEY = RegexValidator(
    r"^[a-z0-9][a-z0-9-]{1,59}$", "Use 2 to 60 small letters, digits and hyphens, like icmm-00026."
)
WHERE = ("place", "latitude", "longitude")


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
        if "stage" in self.fields:
            known = dict.fromkeys(("", *STAGES, self.instance.stage))
            self.fields["stage"] = forms.ChoiceField(
                choices=[(word, word or "unknown") for word in known], required=False
            )
        if "key" in self.fields:
            self.fields["key"].validators.append(KEY)
            self.fields["key"].help_text = "Public, and for ever: it cannot be changed later."

    def clean(self) -> dict[str, Any]:
        """A point with its axes swapped is refused, as it is in files."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        where = self._moved_to()
        if where and Surroundings().is_swapped(*where):
            self.add_error("latitude", f"{SWAPPED.format(place=cleaned['place'])}: swap them back.")
        return cleaned

    def implausible(self) -> Iterator[tuple[str, str]]:
        """A point far from every known site of its country."""
        where = self._moved_to()
        if where and Surroundings().is_disputed(*where):
            place = self.cleaned_data["place"]
            yield (
                "latitude",
                f"{where[1]:g}, {where[2]:g} lies more than {FAR_KM:,.0f} km from every known site "
                f"of {place}. Check the point and the country.",
            )

    def _moved_to(self) -> tuple[str, float, float] | None:
        """Country and point, if they were changed and make sense."""
        place, latitude, longitude = (self.cleaned_data.get(name) for name in WHERE)
        if place is None or latitude is None or longitude is None or abs(latitude) > 90:
            return None
        return (place.pk, latitude, longitude) if set(WHERE) & set(self.changed_data) else None


class ProjectAdmin(Rescoring[Project]):
    """Saving rescores. A project is archived, never deleted: its history stays."""

    form = ProjectForm
    change_form_template = "admin/project.html"
    change_list_template = "admin/map/beside_list.html"
    inlines = (MineralsOfProject, OfftakesOfProject, StatusesOfProject, CapacitiesOfProject)
    list_display = (
        "key", "name", "country", "kind", "yields", "composite", "band", "known", "state", "marks",
    )  # fmt: skip
    list_display_links = ("key", "name")
    list_filter = (
        BandFilter,
        "state",
        "kind",
        RankedProjectFilter,
        FlagFilter,
        PlaceFilter,
        MineralFilter,
        "place__region",
    )
    list_select_related = ("place",)
    paginator = Bounded
    search_fields = ("=key", "name", "=place__code", "place__name")
    search_help_text = "words of name and key, country, region or mineral, in any order"
    sortable_by = ("key", "name", "country", "kind", "state")
    autocomplete_fields = ("place", "duplicate_of")
    readonly_fields = ("input_version", "created_at", "updated_at")
    actions = (
        "rescore_selected", "archive_selected", "publish_selected", watch_button.watch_selected,
    )  # fmt: skip
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        """For the list: minerals and scores of the whole page in one query each."""
        scores = Score.objects.filter(lens=shown_lens())
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                Prefetch("minerals", ProjectMineral.objects.select_related("mineral")),
                Prefetch("scores", scores, to_attr="shown"),
            )
        )

    @admin.display(description="place", ordering="place__name")
    def country(self, row: Project) -> SafeString:
        """The place, as a link to its profile."""
        link = reverse("admin:profile_place", args=[row.place_id])
        return format_html('<a href="{}">{}</a>', link, row.place.name)

    @admin.display(description="minerals")
    def yields(self, row: Project) -> SafeString:
        """The minerals by name, the primary one first, as links to their profiles."""
        order = ProjectMineral.Role.values
        parts = sorted(row.minerals.all(), key=lambda part: order.index(part.role))
        names = ((reverse("admin:profile_mineral", args=[p.mineral_id]), p.mineral) for p in parts)
        return format_html_join(", ", '<a href="{}">{}</a>', names)

    @admin.display
    def composite(self, row: Project) -> str:
        score = _shown(row)
        return wording.points(score.composite) if score else wording.NOTHING

    @admin.display
    def band(self, row: Project) -> str:
        score = _shown(row)
        return wording.band(score.band) if score else wording.NOTHING

    @admin.display
    def known(self, row: Project) -> str:
        """The share of the weight that is known."""
        score = _shown(row)
        return wording.share(score.coverage) if score else wording.NOTHING

    @admin.display(description="flags")
    def marks(self, row: Project) -> str:
        return ", ".join(flag.replace("_", " ") for flag in row.flags)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"map_link": small_map.of_list(request), **(extra_context or {})}
        return super().changelist_view(request, shown)

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

    def has_rescore_permission(self, request: HttpRequest) -> bool:
        """Whether this person may start rescoring."""
        return start_jobs.allowed(request)

    @admin.action(description="Rescore the selected projects", permissions=["rescore"])
    def rescore_selected(self, request: HttpRequest, chosen: QuerySet[Project]) -> None:
        keys = list(
            chosen.order_by("key").values_list("key", flat=True)[: start_jobs.MOST_KEYS + 1]
        )
        if len(keys) > start_jobs.MOST_KEYS:
            text = (
                f"More than {start_jobs.MOST_KEYS:,} projects: rescore everything, or choose fewer."
            )
            self.message_user(request, text, messages.ERROR)
            return
        queue = requests.queue_for(len(keys))
        start_jobs.attempt(request, {"keys": keys}, queue=queue, reason="asked for in the list")

    @admin.action(description="Archive the selected projects", permissions=["change"])
    def archive_selected(self, request: HttpRequest, chosen: QuerySet[Project]) -> None:
        self._turn(request, chosen, Project.State.ARCHIVED)

    @admin.action(description="Publish the selected projects", permissions=["change"])
    def publish_selected(self, request: HttpRequest, chosen: QuerySet[Project]) -> None:
        self._turn(request, chosen, Project.State.PUBLISHED)

    def _turn(self, request: HttpRequest, chosen: QuerySet[Project], state: str) -> None:
        """Bring projects into a state, note it in their histories, rescore what is published."""
        turned = list(chosen.exclude(state=state))
        with transaction.atomic():
            Project.objects.filter(pk__in=[project.pk for project in turned]).update(state=state)
            for project in turned:
                project.state = state
                self.log_change(request, project, f"Turned {state}.")
            project_edits.projects_changed(
                turned, by=request.user, reason=f"turned {state} in admin"
            )
        self.message_user(request, f"{len(turned)} projects are now {state}.")


def _shown(row: Project) -> Score | None:
    """The project's score through the lens that lists show, as the list has fetched it."""
    scores: list[Score] = row.shown  # type: ignore[attr-defined]
    return scores[0] if scores else None
