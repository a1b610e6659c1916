"""Challenges: filed by anyone with an account, accepted as evidence or declined with a reason."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from riskscore.admin.projects.challenge_form import ObservationForm
from riskscore.admin.ui import wording
from riskscore.admin.ui.pages import Form, Page
from riskscore.curation import challenges
from riskscore.intake import requests
from riskscore.models import Challenge, Project


class ChallengeForm(Form[Challenge]):
    """A correction to file."""

    class Meta:
        model = Challenge
        fields = ("project", "statement", "url", "kind", "happened_on", "disputes")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        disputed = cleaned.get("disputes")
        if disputed is not None and disputed.project != cleaned.get("project"):
            raise ValidationError({"disputes": "That statement is about another project."})
        return cleaned


class ChallengeAdmin(Page[Challenge]):
    """What is filed stays as it was filed; it is answered once."""

    form = ChallengeForm
    change_form_template = "admin/challenge.html"
    refusals = (challenges.TooMany, challenges.CannotFile)
    list_display = ("id", "project", "about", "kind", "state", "filed_by", "filed_at")
    list_display_links = ("id", "about")
    list_filter = ("state", "kind")
    list_select_related = ("project", "filed_by")
    search_fields = ("=project__key", "project__name", "statement", "reason")
    autocomplete_fields = ("project", "disputes")

    def has_change_permission(self, request: HttpRequest, obj: Challenge | None = None) -> bool:
        return False

    def has_answer_permission(self, request: HttpRequest) -> bool:
        """Whether this person may answer challenges."""
        return request.user.has_perm("riskscore.change_challenge")

    def get_fields(self, request: HttpRequest, obj: Challenge | None = None) -> tuple[Any, ...]:
        filed = ("project", "statement", "url", ("kind", "happened_on"), "disputes")
        if obj is None:
            return filed
        filed = ("project", "statement", "source", ("kind", "happened_on"), "disputes")
        answer = ("state", "reason", ("evidence", "observation"), ("decided_by", "decided_at"))
        return (*filed, ("filed_by", "filed_at"), *answer)

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
        )
        obj.pk = filed.pk

    def around(self, request: HttpRequest, row: Challenge) -> dict[str, Any]:
        return {"may_answer": self.has_answer_permission(request)}

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
        return [decline, observation, *super().get_urls()]

    def accept_as_observation(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the figure that a challenge brings, and take it in."""
        challenge = self.row(request, object_id)
        if not self.has_answer_permission(request):
            raise PermissionDenied
        form = ObservationForm(challenge, request.POST or None)
        if form.is_valid():
            try:
                challenges.accept_as_observation(challenge, form.stated(), by=request.user)
            except (challenges.CannotAnswer, requests.CannotTakeIn) as error:
                form.add_error(None, str(error))
            else:
                self.log_change(request, challenge, "Accepted as an observation.")
                self.message_user(request, "Accepted; what it touches is rescored.")
                return HttpResponseRedirect(_url(challenge))
        shown = {"original": challenge, "form": form, "opts": self.opts, "title": "Accept"}
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
        except challenges.CannotAnswer as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            project: Project = challenge.project
            self.log_change(request, challenge, "Declined.")
            self.message_user(request, f"Declined; the reason stands in the history of {project}.")
        return HttpResponseRedirect(_url(challenge))

    @admin.display(description="statement")
    def about(self, row: Challenge) -> str:
        """How it begins."""
        return row.statement[:100]

    @admin.display(description="source")
    def source(self, row: Challenge) -> SafeString:
        """Where it can be read."""
        return wording.link(row.url)


def _url(challenge: Challenge) -> str:
    return reverse("admin:riskscore_challenge_change", args=[challenge.pk])
