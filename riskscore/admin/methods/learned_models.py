"""Learned models: their cards, and the decisions that only people take."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from riskscore.admin.methods.training_page import followed, train_page
from riskscore.admin.ui import charts, wording
from riskscore.admin.ui.confirmed_actions import Consequence
from riskscore.admin.ui.pages import Page, ReadOnly
from riskscore.learning.report import gate
from riskscore.learning.report.card import markdown
from riskscore.models import LearnedModel, LearnedSwitch, Prediction, TrainingRequest
from riskscore.training import model_registry, requests

METRICS = ("events", "auc", "auc_ci", "brier", "brier_base", "calibration_slope")
TEXTS = ("target", "population", "intended_use", "timing")
Decision = Callable[..., LearnedModel]


class DecisionForm(ActionForm):
    """The actions of the list, and why a model is promoted or retired."""

    reason = forms.CharField(
        required=False,
        max_length=400,
        label="reason",
        widget=forms.TextInput(attrs={"placeholder": "why: it stands on the model for ever"}),
    )


class LearnedModelAdmin(ReadOnly[LearnedModel]):
    """Candidates, champions and retired models with their cards."""

    list_display = ("kind", "version", "state", "auc", "created_at", "decided_by")
    list_filter = ("kind", "state")
    search_fields = ("kind",)
    fields = (
        *("kind", "version", "state", "created_at", "artefact_sha256"),
        *(
            "decided_by",
            "decided_at",
            "reason",
            "what_it_is",
            "choice",
            "gate",
            "metrics",
            "reach",
            "known_bias",
            "drift",
        ),
        *("importance", "curves", "track_record", "export"),
    )
    readonly_fields = fields
    change_list_template = "admin/learned_models.html"
    change_form_template = "admin/learned_model.html"
    action_form = DecisionForm
    actions = ("promote", "retire", "train_again")

    def has_promote_permission(self, request: HttpRequest) -> bool:
        """Whether the person may decide about models."""
        return request.user.has_perm(model_registry.PERMISSION)

    def get_urls(self) -> list[URLPattern]:
        """The card as Markdown, beside Django's own pages."""
        card = self.admin_site.admin_view(self.card_page)
        train = self.admin_site.admin_view(self.train)
        decide = self.admin_site.admin_view(require_POST(self.decide))
        own = [
            path("<int:pk>/card.md", card, name="riskscore_learnedmodel_card"),
            path("train/", train, name="riskscore_learnedmodel_train"),
            path("<int:pk>/decide/", decide, name="riskscore_learnedmodel_decide"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the button that trains, which an empty list needs most."""
        shown = {"may_decide": self.has_promote_permission(request)}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def around(self, request: HttpRequest, row: LearnedModel) -> dict[str, Any]:
        """The decisions that are open about this model."""
        if not self.has_promote_permission(request):
            return {}
        decisions = {
            LearnedModel.State.CANDIDATE: ("promote", "retire"),
            LearnedModel.State.CHAMPION: ("retire",),
        }
        return {"decisions": decisions.get(LearnedModel.State(row.state), ())}

    def train(self, request: HttpRequest) -> HttpResponse:
        """Ask a worker for a candidate of any kind, also where no model is yet."""
        if not self.has_promote_permission(request):
            raise PermissionDenied
        shown = train_page(request)
        if isinstance(shown, HttpResponse):
            return shown
        context = {**self.admin_site.each_context(request), "opts": self.opts, **shown}
        return TemplateResponse(request, "admin/train.html", context)

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Promote or retire the model of a card."""
        if not self.has_promote_permission(request):
            raise PermissionDenied
        row = self.row(request, str(pk))
        decisions: dict[str, Decision] = {
            "promote": model_registry.promote,
            "retire": model_registry.retire,
        }
        decision = decisions.get(request.POST.get("decision", ""))
        if decision is None:
            raise Http404("this decision is not known")
        self._decide(request, LearnedModel.objects.filter(pk=row.pk), decision)
        return HttpResponseRedirect(reverse("admin:riskscore_learnedmodel_change", args=[row.pk]))

    def card_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The card as a file of Markdown."""
        row = self.row(request, str(pk))
        name = f"{row.kind}-v{row.version}.md"
        response = HttpResponse(markdown(row.card), content_type="text/markdown; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def consequences(
        self, request: HttpRequest, action: str, chosen: QuerySet[LearnedModel]
    ) -> Sequence[Consequence]:
        kinds = chosen.values("kind").distinct()
        champions = LearnedModel.objects.filter(state=LearnedModel.State.CHAMPION, kind__in=kinds)
        if action == "train_again":
            return (("kinds are trained anew, one candidate each", kinds.count()),)
        if action == "retire":
            return (("champions are taken out of use, and their predictions out of scores",
                     champions.filter(pk__in=chosen).count()),)  # fmt: skip
        candidates = chosen.filter(state=LearnedModel.State.CANDIDATE)
        return (
            ("candidates are promoted, if they passed their tests", candidates.count()),
            ("champions are replaced and retired", champions.exclude(pk__in=chosen).count()),
        )

    @admin.action(description="Promote to champion", permissions=["promote"])
    def promote(self, request: HttpRequest, rows: QuerySet[LearnedModel]) -> None:
        """Promote each chosen candidate that is good enough; say of others what they lack."""
        self._decide(request, rows, model_registry.promote)

    @admin.action(description="Retire", permissions=["promote"])
    def retire(self, request: HttpRequest, rows: QuerySet[LearnedModel]) -> None:
        """Take the chosen models out of use."""
        self._decide(request, rows, model_registry.retire)

    @admin.action(description="Train a new candidate of this kind", permissions=["promote"])
    def train_again(self, request: HttpRequest, rows: QuerySet[LearnedModel]) -> None:
        """Ask a worker for a new candidate of each kind among the chosen."""
        for kind in sorted({row.kind for row in rows}):
            query = requests.request(kind, by=request.user, reason="asked for in admin")
            self.message_user(request, f"{query} is {query.state}")

    def _decide(
        self, request: HttpRequest, rows: QuerySet[LearnedModel], decision: Decision
    ) -> None:
        typed = request.POST.get("reason", "").replace("\0", "").strip()[:400]
        reason = typed or "decided in admin, no reason given"
        for row in rows:
            try:
                decided = decision(row, by=request.user, reason=reason)
            except model_registry.NotPromoted as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, f"{decided} is {decided.state}")

    @admin.display(description="AUC")
    def auc(self, row: LearnedModel) -> str:
        """On what was held out."""
        return f"{row.card['metrics']['auc']:.3f}"

    @admin.display(description="what it is")
    def what_it_is(self, row: LearnedModel) -> SafeString:
        """Target, population, use and timing in words."""
        return _rows((name.replace("_", " "), row.card[name]) for name in TEXTS if name in row.card)

    @admin.display(description="held out")
    def metrics(self, row: LearnedModel) -> SafeString:
        """The main numbers."""
        result = row.card["metrics"]
        return _rows((name, _number(result[name])) for name in METRICS if name in result)

    @admin.display(description="how far it reaches")
    def reach(self, row: LearnedModel) -> SafeString:
        """Producing pairs with a prediction and without; the main numbers of small producers."""
        counts = dict(row.card.get("reach", {}))
        why = counts.pop("why_not", {})
        small = row.card["metrics"].get("small_producers", {})
        reported = [(f"small producers: {name}", small[name]) for name in METRICS if name in small]
        return _rows(
            (name.replace("_", " "), _number(value))
            for name, value in [*counts.items(), *why.items(), *reported]
        )

    @admin.display(description="known bias")
    def known_bias(self, row: LearnedModel) -> SafeString:
        """Where it errs, as the card says."""
        return format_html_join("", "<p>{}</p>", ((text,) for text in row.card["known_bias"]))

    @admin.display(description="drift (PSI) at or above the alert")
    def drift(self, row: LearnedModel) -> SafeString:
        """The predictions' index, and the features that call for a look."""
        results = dict(row.card.get("drift", {}))
        reported = [("predictions", results.pop("predictions"))] if "predictions" in results else []
        shown = [(name, index) for name, index in results.items() if index >= settings.DRIFT_ALERT]
        shown.sort(key=lambda pair: -pair[1])
        rows = _rows((name, _drifted(index)) for name, index in [*reported, *shown])
        return format_html("{}<p>Alert from {}.</p>", rows, f"{settings.DRIFT_ALERT:.2f}")

    @admin.display(description="leans on (fall of the AUC when shuffled)")
    def importance(self, row: LearnedModel) -> SafeString:
        """The ten features that matter most."""
        result = row.card.get("importance", [])[:10]
        return _rows((part["about"], _fall(part)) for part in result)

    @admin.display(description="why this model and not its rival")
    def choice(self, row: LearnedModel) -> str:
        """Which of a plain and a harder model is used; empty for a kind that has one only."""
        return str(row.card.get("choice", ""))

    @admin.display(description="gate: each interval as a whole")
    def gate(self, row: LearnedModel) -> SafeString:
        """What it had to show, and what it showed."""
        rows = gate.shown(row.kind, row.card.get("metrics", {}))
        return _rows((each["comparison"], _passed(each)) for each in rows)

    @admin.display(description="how the prediction moves with them, all else as it was")
    def curves(self, row: LearnedModel) -> SafeString:
        """Partial dependence: from the 5th to the 95th percentile of each feature."""
        about = {part["feature"]: part["about"] for part in row.card.get("importance", [])}
        drawn = (
            (about.get(name, name), charts.curve(points, _moves(points)), _moves(points))
            for name, points in row.card.get("partial_dependence", {}).items()
            if len(points) > 1
        )
        body = format_html_join(
            "", '<tr><th>{}</th><td class="wide">{}<span class="small">{}</span></td></tr>', drawn
        )
        return format_html('<table class="curves">{}</table>', body)

    @admin.display(description="earlier predictions against what came")
    def track_record(self, row: LearnedModel) -> SafeString:
        """Predictions that were frozen before their year, with their metrics."""
        return _rows(
            (
                f"{part['model']} ({part['state']}), {part['year']}{_group(part)}",
                f"{part['events']} events of {part['rows']}, {part['predicted_events']:.1f} "
                f"expected; AUC {_number(part['auc'])}, Brier {part['brier']:.4f} against "
                f"{part['brier_base']:.4f} for the base rate",
            )
            for part in row.card.get("track_record", [])
        )

    @admin.display(description="export")
    def export(self, row: LearnedModel) -> SafeString:
        """The link to the card as a file."""
        target = reverse("admin:riskscore_learnedmodel_card", args=[row.pk])
        return format_html('<a href="{}">card as Markdown</a>', target)


class LearnedSwitchAdmin(Page[LearnedSwitch]):
    """Whether learned models count in scores: a row per turn, the newest holds."""

    list_display = ("edition", "on", "decided_by", "decided_at", "reason")
    fields = ("on", "reason")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(model_registry.PERMISSION))

    def has_change_permission(self, request: HttpRequest, obj: LearnedSwitch | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: LearnedSwitch, form: Any, change: bool) -> None:
        """Turn it; nothing is recorded where it stands so already."""
        row = model_registry.turn(on=obj.on, by=request.user, reason=obj.reason)
        if row is None:
            self.message_user(request, "Learned models stand so already.", messages.WARNING)
            row = LearnedSwitch.objects.first()
        if row is not None:
            obj.edition, obj.decided_at = row.edition, row.decided_at


class PredictionAdmin(ReadOnly[Prediction]):
    """Each model's prediction for each place and mineral."""

    list_display = ("model", "place", "mineral", "year", "probability", "low", "high", "judged")
    list_filter = ("model", "judged")
    search_fields = ("place__code", "mineral__code")
    list_select_related = ("model", "place", "mineral")


class TrainingRequestAdmin(ReadOnly[TrainingRequest]):
    """Requests for a training, and how each ended."""

    change_form_template = "admin/training.html"
    list_display = ("kind", "state", "model", "error", "created_by", "created_at")
    list_filter = ("kind", "state")

    def around(self, request: HttpRequest, row: TrainingRequest) -> dict[str, Any]:
        """The state in words; the page follows it while it is open."""
        return followed(row)


def _fall(part: dict[str, Any]) -> str:
    """Mean and spread of the falls; early cards have a single one."""
    if "auc_fall_sd" not in part:
        return f"{part['auc_fall']:.4f}"
    return f"{part['auc_fall']:.4f} ± {part['auc_fall_sd']:.4f} ({part['repeats']} shuffles)"


def _passed(row: dict[str, Any]) -> str:
    if row["low"] is None:
        return "the card has no interval of it"
    word = "passed" if row["passed"] else "not passed"
    return f"{row['low']:.3f} to {row['high']:.3f}, must lie {row['must_lie']}: {word}"


def _drifted(index: float) -> str:
    return f"{index:.2f}{' – look at it' if index >= settings.DRIFT_ALERT else ''}"


def _group(part: dict[str, Any]) -> str:
    """The population of a track record; early cards have the evaluated one only."""
    return f", {part['group']}" if "group" in part else ""


def _moves(points: list[list[float]]) -> str:
    """Both ends of a curve in words."""
    (first, low), (last, high) = points[0], points[-1]
    return (
        f"{wording.number(first)} → {wording.share(low)}, "
        f"{wording.number(last)} → {wording.share(high)}"
    )


def _rows(pairs: Any) -> SafeString:
    body = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", pairs)
    return format_html("<table>{}</table>", body)


def _number(value: Any) -> str:
    if isinstance(value, list):
        return " to ".join(_number(part) for part in value)
    return f"{value:.3f}" if isinstance(value, float) else str(value)
