"""Learned models: their cards, and the decisions that only people take."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from riskscore.admin.methods.decision_page import decision_page, open_decisions
from riskscore.admin.methods.model_words import in_words
from riskscore.admin.methods.training_page import followed, train_page
from riskscore.admin.ui import charts, wording
from riskscore.admin.ui.confirmed_actions import Consequence
from riskscore.admin.ui.pages import Page, ReadOnly
from riskscore.learning.report import gate
from riskscore.learning.report.card import markdown
from riskscore.models import LearnedModel, LearnedSwitch, Prediction, TrainingRequest
from riskscore.training import model_registry, requests
from riskscore.training.card_comparison import side_by_side

METRICS = ("events", "auc", "auc_ci", "brier", "brier_base", "calibration_slope")
TEXTS = ("target", "population", "intended_use", "timing")


class LearnedModelAdmin(ReadOnly[LearnedModel]):
    """Candidates, champions and retired models with their cards."""

    list_display = ("kind", "version", "state", "auc", "created_at", "decided_by")
    list_filter = ("kind", "state")
    search_fields = ("kind",)
    readonly_fields = (
        *("kind", "version", "state", "created_at", "artefact_sha256"),
        *("decided_by", "decided_at", "reason"),
        *("what_it_is", "choice", "gate", "metrics", "reach", "known_bias", "drift"),
        *("importance", "curves", "track_record", "export"),
    )
    fieldsets = (
        (None, {"fields": (("kind", "version", "state"), ("decided_by", "decided_at"), "reason")}),
        ("What it leans on", {"fields": ("importance", "curves")}),
        ("Since then", {"fields": ("drift", "track_record")}),
        (
            "Every figure of the card",
            {
                "fields": ("what_it_is", "choice", "gate", "metrics", "reach", "known_bias"),
                "classes": ("collapse",),
            },
        ),
        ("Record", {"fields": (("created_at", "artefact_sha256"), "export")}),
    )
    change_list_template = "admin/learned_models.html"
    change_form_template = "admin/learned_model.html"
    actions = ("train_again",)

    def has_promote_permission(self, request: HttpRequest) -> bool:
        """Whether the person may decide about models."""
        return request.user.has_perm(model_registry.PERMISSION)

    def get_urls(self) -> list[URLPattern]:
        """The card as Markdown, beside Django's own pages."""
        card = self.admin_site.admin_view(self.card_page)
        train = self.admin_site.admin_view(self.train)
        decide = self.admin_site.admin_view(self.decide)
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
        """The card in words, beside the champion or the one before, and the open decisions."""
        may_decide = self.has_promote_permission(request)
        beside = _beside(row)
        return {
            "card": in_words(row),
            "beside": beside,
            "side": side_by_side(row.card, beside.card) if beside else None,
            "decisions": open_decisions(row) if may_decide else [],
            "asked_by": TrainingRequest.objects.filter(model=row).first(),
        }

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
        """What promoting or retiring the model of a card would change; and the decision."""
        if not self.has_promote_permission(request):
            raise PermissionDenied
        row = self.row(request, str(pk))
        shown = decision_page(request, row)
        if isinstance(shown, HttpResponse):
            return shown
        title = shown["decision"].title.format(model=row)
        frame = {"opts": self.opts, "original": row, "title": title}
        context = {**self.admin_site.each_context(request), **frame, **shown}
        return TemplateResponse(request, "admin/models/decide.html", context)

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
        kinds = chosen.order_by().values("kind").distinct()
        return (("kinds are trained anew, one candidate each", kinds.count()),)

    @admin.action(description="Train a new candidate of this kind", permissions=["promote"])
    def train_again(self, request: HttpRequest, rows: QuerySet[LearnedModel]) -> None:
        """Ask a worker for a new candidate of each kind among the chosen."""
        for kind in sorted({row.kind for row in rows}):
            query = requests.request(kind, by=request.user, reason="asked for in admin")
            self.message_user(request, f"{query} is {query.state}")

    @admin.display(description="AUC")
    def auc(self, row: LearnedModel) -> str:
        """On what was held out."""
        metrics = row.card["metrics"]
        low, high = metrics.get("auc_ci", (None, None))
        between = "" if low is None else f" ({low:.3f} to {high:.3f})"
        return f"{metrics['auc']:.3f}{between}"

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
    fields = (
        ("kind", "seed"),
        "reason",
        ("created_by", "created_at"),
        ("started_at", "finished_at"),
        ("attempts", "worker"),
    )
    list_display = ("kind", "state", "model", "error", "created_by", "created_at")
    list_filter = ("kind", "state")

    def around(self, request: HttpRequest, row: TrainingRequest) -> dict[str, Any]:
        """The state in words; the page follows it while it is open."""
        return followed(row)


def _beside(row: LearnedModel) -> LearnedModel | None:
    """The model that a card is compared with: the champion, or for it the one before it."""
    champion = model_registry.champion_of(row.kind)
    if champion is not None and champion != row:
        return champion
    others = LearnedModel.objects.filter(kind=row.kind, version__lt=row.version)
    return others.first()


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
