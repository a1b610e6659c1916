"""Challenges: filed by anyone with an account, accepted as evidence or declined with a reason."""

from collections.abc import Set
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from riskscore.admin.projects import challenged_value
from riskscore.admin.projects.challenge_filters import AgeFilter, WhoseFilter
from riskscore.admin.projects.challenge_form import KEYS, NOBODY, ObservationForm
from riskscore.admin.ui import wording
from riskscore.admin.ui.pages import Form, Page
from riskscore.curation import challenges
from riskscore.errors import RiskscoreError
from riskscore.models import Challenge, Project


class ChallengeForm(Form[Challenge]):
    """A correction to file."""

    class Meta:
        model = Challenge
        fields = ("project", "statement", "url", "kind", "happened_on", "disputes", "indicator")
        labels = {"indicator": "figure"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "indicator" in self.fields:
            help_text = self.fields["indicator"].help_text
            self.fields["indicator"] = forms.ChoiceField(
                choices=[NOBODY, *KEYS], required=False, label="figure", help_text=help_text
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        disputed = cleaned.get("disputes")
        if disputed is not None and disputed.project != cleaned.get("project"):
            raise ValidationError({"disputes": "That statement is about another project."})
        return cleaned


class ChallengeAdmin(Page[Challenge]):
    """A queue: what is open first, the oldest on top. What is filed stays, and is answered once."""

    form = ChallengeForm
    change_form_template = "admin/challenge.html"
    refusals = (challenges.TooMany, challenges.CannotFile)
    list_display = ("age", "project", "about", "now", "state", "assigned_to", "filed_by")
    list_display_links = ("about",)
    list_filter = (WhoseFilter, AgeFilter, "state", "kind")
    list_select_related = ("project", "filed_by", "assigned_to", "disputes")
    list_per_page = 25
    ordering = ("-state", "filed_at", "id")
    sortable_by = ()
    search_fields = ("=project__key", "project__name", "statement", "reason")
    autocomplete_fields = ("project", "disputes")
    actions = ("take_selected",)

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """Who filed it is shown to those who answer: people beside a mine may need that."""
        shown = super().get_list_display(request)
        return tuple(each for each in shown if self._may_see(request, each))

    def offered_columns(self, request: HttpRequest) -> list[dict[str, Any]]:
        offered = super().offered_columns(request)
        return [each for each in offered if self._may_see(request, each["name"])]

    def _may_see(self, request: HttpRequest, column: Any) -> bool:
        return column != "filed_by" or self.has_answer_permission(request)

    def prepared(self, rows: list[Any], names: Set[str]) -> list[Any]:
        """With what is on file beside each claim."""
        found = super().prepared(rows, names)
        if "now" in names:
            prefetch_related_objects(found, "project__minerals")
            beside = challenged_value.on_file(found)
            for row in found:
                row.on_file = beside.get(row.pk)
        return found

    def has_change_permission(self, request: HttpRequest, obj: Challenge | None = None) -> bool:
        return False

    def has_answer_permission(self, request: HttpRequest) -> bool:
        """Whether this person may answer challenges."""
        return request.user.has_perm("riskscore.change_challenge")

    def get_fields(self, request: HttpRequest, obj: Challenge | None = None) -> tuple[Any, ...]:
        about = (("kind", "happened_on"), "disputes", "indicator")
        if obj is None:
            return ("project", "statement", "url", *about)
        answer = ("state", "reason", ("evidence", "observation"), ("decided_by", "decided_at"))
        by = "filed_by" if self.has_answer_permission(request) else "filed_at"
        filed = ("filed_by", "filed_at") if by == "filed_by" else "filed_at"
        return ("project", "statement", "source", *about, filed, "assigned_to", *answer)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Challenge | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("source", "filed_at")

    def save_model(self, request: HttpRequest, obj: Challenge, form: Any, change: bool) -> None:
        filed = challenges.file(
            obj.project,
            obj.statement,
            obj.url,
            by=request.user,
            kind=obj.kind,
            happened_on=obj.happened_on,
            disputes=obj.disputes,
            indicator=obj.indicator,
        )
        obj.pk = filed.pk

    def around(self, request: HttpRequest, row: Challenge) -> dict[str, Any]:
        """The claim beside what is on file, who has it, and the answers that are open."""
        answers = self.has_answer_permission(request)
        return {
            "on_file": challenged_value.on_file([row]).get(row.pk),
            "age": _age(row),
            "is_own": row.filed_by_id == request.user.pk,
            "answers": answers,
            "may_answer": answers and not challenges.may_not_answer(row, request.user),
            "why_not": challenges.may_not_answer(row, request.user) if answers else "",
            "colleagues": challenges.answerers().exclude(pk=row.filed_by_id) if answers else [],
            "has_it": row.assigned_to_id == request.user.pk,
        }

    def get_urls(self) -> list[URLPattern]:
        decline = path(
            "<path:object_id>/decline/",
            self.admin_site.admin_view(require_POST(self.decline_one)),
            name="riskscore_challenge_decline",
        )
        observation = path(
            "<path:object_id>/observation/",
            self.admin_site.admin_view(self.accept_as_observation),
            name="riskscore_challenge_observation",
        )
        assign = path(
            "<path:object_id>/assign/",
            self.admin_site.admin_view(require_POST(self.assign_one)),
            name="riskscore_challenge_assign",
        )
        return [decline, observation, assign, *super().get_urls()]

    def assign_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a challenge, hand it to a colleague, or give it back."""
        challenge = self.row(request, object_id)
        if not self.has_answer_permission(request):
            raise PermissionDenied
        sent = request.POST.get("to", "")
        to = challenges.answerers().filter(pk=int(sent)).first() if _is_number(sent) else None
        if sent and to is None:
            self.message_user(request, "Nobody of this number answers challenges.", messages.ERROR)
            return HttpResponseRedirect(_url(challenge))
        try:
            challenges.assign(challenge, to, by=request.user, seen=request.POST.get("was"))
        except RiskscoreError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            words = f"{to} has it now." if to else "It waits for somebody again."
            self.log_change(request, challenge, words)
            self.message_user(request, words)
        return HttpResponseRedirect(_url(challenge))

    @admin.action(description="Take the selected: I answer them", permissions=["answer"])
    def take_selected(self, request: HttpRequest, chosen: QuerySet[Challenge]) -> None:
        """Assign the chosen ones to oneself; say of each that stays why."""
        taken = 0
        for challenge in chosen:
            try:
                challenges.assign(challenge, request.user, by=request.user)
                taken += 1
            except RiskscoreError as error:
                self.message_user(request, str(error), messages.WARNING)
        if taken:
            self.message_user(request, f"You have {taken} more to answer.")

    def accept_as_observation(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the figure that a challenge brings, and take it in."""
        challenge = self.row(request, object_id)
        if not self.has_answer_permission(request):
            raise PermissionDenied
        form = ObservationForm(challenge, request.POST or None)
        if form.is_valid():
            try:
                challenges.accept_as_observation(challenge, form.stated(), by=request.user)
            except RiskscoreError as error:
                form.add_error(None, str(error))
            else:
                self.log_change(request, challenge, "Accepted as an observation.")
                self.message_user(request, "Accepted; what it touches is rescored.")
                return HttpResponseRedirect(_url(challenge))
        shown = {
            "original": challenge,
            "form": form,
            "opts": self.opts,
            "title": "Accept as an observation",
            "on_file": challenged_value.on_file([challenge]).get(challenge.pk),
        }
        context = {**self.admin_site.each_context(request), **shown}
        return TemplateResponse(request, "admin/challenge_observation.html", context)

    def decline_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Decline the challenge whose page is open, with the reason that was typed."""
        challenge = self.row(request, object_id)
        if not self.has_answer_permission(request):
            raise PermissionDenied
        try:
            reason = request.POST.get("reason", "").replace("\0", "")[:1000]
            challenges.decline(challenge, reason, by=request.user)
        except RiskscoreError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            project: Project = challenge.project
            self.log_change(request, challenge, "Declined.")
            self.message_user(request, f"Declined; the reason stands in the history of {project}.")
        return HttpResponseRedirect(_url(challenge))

    @admin.display(description="age", ordering="filed_at")
    def age(self, row: Challenge) -> str:
        """How long it waits, or waited for its answer."""
        return _age(row)

    @admin.display(description="on file now")
    def now(self, row: Challenge) -> str:
        """Value, year and source of what it is about; a dash where it names nothing."""
        return str(getattr(row, "on_file", None) or wording.NOTHING)

    @admin.display(description="says")
    def about(self, row: Challenge) -> str:
        """How it begins."""
        return row.statement[:100]

    @admin.display(description="source")
    def source(self, row: Challenge) -> SafeString:
        """Where it can be read."""
        return wording.link(row.url)


def _age(row: Challenge) -> str:
    """Whole days from filing to the answer, or to now."""
    days = ((row.decided_at or timezone.now()) - row.filed_at).days
    return f"{days} day{'' if days == 1 else 's'}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _url(challenge: Challenge) -> str:
    return reverse("admin:riskscore_challenge_change", args=[challenge.pk])
