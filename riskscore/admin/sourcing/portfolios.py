"""Portfolios: positions and limits to edit, beside them what they expose to; and alerts."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from riskscore.admin.ui import wording
from riskscore.admin.ui.confirmed_actions import Consequence
from riskscore.admin.ui.pages import Form, Page, Part, ReadOnly
from riskscore.admin.watching import watch_button
from riskscore.jobs import requests
from riskscore.models import LimitCrossing, Portfolio, PortfolioLimit, Position, ProjectMineral
from riskscore.models.scores import NODES
from riskscore.models.sourcing.portfolios import Bound, Standing
from riskscore.sourcing.holdings import (
    portfolio_edits,
    portfolio_limits,
    portfolio_report,
    portfolios,
)
from riskscore.sourcing.holdings.portfolio_edits import NameTaken

#: Crossings that the first page shows.
LATEST = 5
LOOKS = {Standing.WITHIN: "low", Standing.UNCLEAR: "not-assessed", Standing.ABOVE: "extreme"}


class PositionForm(Form[Position]):
    """One position. The project must yield the mineral."""

    class Meta:
        model = Position
        fields = ("project", "mineral", "kt_per_year", "since", "until", "note")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        project, mineral = said.get("project"), said.get("mineral")
        if project and mineral:
            yields = ProjectMineral.objects.filter(project=project).values_list(
                "mineral", flat=True
            )
            if mineral.pk not in yields:
                known = ", ".join(sorted(yields)) or "none that is known"
                raise ValidationError({"mineral": f"The project does not yield it, but {known}."})
        return said


class PositionsOfPortfolio(Part[Position, Portfolio]):
    """What is held."""

    model = Position
    form = PositionForm
    autocomplete_fields = ("project", "mineral")


class LimitsOfPortfolio(Part[PortfolioLimit, Portfolio]):
    """Limits, and how each stood when it was last checked."""

    model = PortfolioLimit
    fields = ("what", "place", "company", "at_most", "stands")
    readonly_fields = ("stands",)
    autocomplete_fields = ("place", "company")

    @admin.display(description="last checked")
    def stands(self, row: PortfolioLimit) -> str:
        return f"{row.standing}: {_figure(row.what, row.value, row.low, row.high)}"


class PortfolioAdmin(Page[Portfolio]):
    """Saving checks the limits. A portfolio is archived, never deleted: alerts refer to it."""

    refusals = (NameTaken,)
    change_form_template = "admin/portfolio.html"
    inlines = (PositionsOfPortfolio, LimitsOfPortfolio)
    list_display = ("name", "owner", "about", "lens", "standings", "archived_at")
    list_filter = (("archived_at", admin.EmptyFieldListFilter),)
    list_select_related = ("owner", "lens__importer")
    search_fields = ("name", "about", "owner__username")
    fields = ("name", "about", "lens", "owner", "archived_at", "checked_at")
    actions = ("archive_selected", "bring_back_selected", watch_button.watch_selected)
    rests_on = ("archived_at",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Portfolio | None = None
    ) -> tuple[str, ...]:
        return ("owner", "archived_at", "checked_at", *(("name",) if obj else ()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Portfolio]:
        return super().get_queryset(request).prefetch_related("limits")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The view that is shown everywhere, unless the address says another."""
        return {"lens": requests.default_lens().pk, **super().get_changeform_initial_data(request)}

    @admin.display(description="limits")
    def standings(self, row: Portfolio) -> str:
        """How many limits stand how."""
        words = [limit.standing for limit in row.limits.all()]
        parts = [f"{words.count(one)} {one}" for one in Standing.values if one in words]
        return ", ".join(parts) or wording.NOTHING

    def around(self, request: HttpRequest, row: Portfolio) -> dict[str, Any]:
        day = timezone.now().date()
        report = portfolio_report.of(row, portfolios.held(row, day), day)
        return {
            **watch_button.of(request, row),
            "report": _in_words(report),
            "crossings": [_alert(one) for one in _crossings().filter(portfolio=row)[:LATEST]],
        }

    def save_model(self, request: HttpRequest, obj: Portfolio, form: Any, change: bool) -> None:
        """What a rescoring has changed before is not put down to this edit."""
        if change:
            held = Portfolio.objects.select_for_update(of=("self",)).get(pk=obj.pk)
            if held.archived_at is None:
                portfolio_limits.check(held)
        else:
            if Portfolio.objects.filter(owner=request.user.pk, name=obj.name).exists():
                raise NameTaken(f"You have a portfolio called {obj.name!r}.")
            obj.owner = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After the parts are saved too, the limits are checked."""
        super().save_related(request, form, formsets, change)
        portfolio_edits.edited(Portfolio.objects.select_related("lens").get(pk=form.instance.pk))

    def consequences(
        self, request: HttpRequest, action: str, chosen: QuerySet[Portfolio]
    ) -> Sequence[Consequence]:
        archives = action == "archive_selected"
        turned = chosen.filter(archived_at__isnull=archives)
        limits = PortfolioLimit.objects.filter(portfolio__in=turned)
        return (
            ("will be archived" if archives else "will be brought back", turned.count()),
            ("positions are in them", Position.objects.filter(portfolio__in=turned).count()),
            ("limits will alert nobody any more" if archives else "limits are watched again",
             limits.count()),
        )  # fmt: skip

    @admin.action(description="Archive the selected portfolios", permissions=["change"])
    def archive_selected(self, request: HttpRequest, chosen: QuerySet[Portfolio]) -> None:
        self._turn(request, chosen, archived=True)

    @admin.action(description="Bring the selected portfolios back", permissions=["change"])
    def bring_back_selected(self, request: HttpRequest, chosen: QuerySet[Portfolio]) -> None:
        self._turn(request, chosen, archived=False)

    def _turn(self, request: HttpRequest, chosen: QuerySet[Portfolio], *, archived: bool) -> None:
        for portfolio in chosen:
            portfolio_edits.change(portfolio, archived=archived)
            self.log_change(request, portfolio, "Archived." if archived else "Brought back.")
        words = "Archived" if archived else "Brought back"
        self.message_user(request, f"{words}: {wording.count(len(chosen), 'portfolio')}.")


class LimitCrossingAdmin(ReadOnly[LimitCrossing]):
    """Each time that a limit's standing changed, the latest first."""

    list_display = ("at", "portfolio", "subject", "limit_is", "change", "figure", "cause", "job")
    list_display_links = ("at",)
    list_filter = ("after", "cause", "what")
    list_select_related = ("portfolio", "company", "job")
    search_fields = ("portfolio__name",)

    @admin.display(description="what")
    def subject(self, row: LimitCrossing) -> str:
        return subject(row)

    @admin.display(description="at most")
    def limit_is(self, row: LimitCrossing) -> str:
        return _amount(row.what, row.at_most)

    @admin.display
    def change(self, row: LimitCrossing) -> str:
        return f"{row.before or 'first seen'} → {row.after}"

    @admin.display
    def figure(self, row: LimitCrossing) -> str:
        before = _figure(row.what, row.value_before, row.low_before, row.high_before)
        return f"{before} → {_figure(row.what, row.value, row.low, row.high)}"


def _crossings() -> QuerySet[LimitCrossing]:
    return LimitCrossing.objects.select_related("portfolio", "company", "job").order_by("-id")


def alerts(request: HttpRequest) -> list[dict[str, Any]]:
    """The latest crossings, for those who may see them."""
    if not request.user.has_perm("riskscore.view_limitcrossing"):
        return []
    return [_alert(row) for row in _crossings()[:LATEST]]


def _alert(row: LimitCrossing) -> dict[str, Any]:
    return {
        "row": row,
        "subject": subject(row),
        "at_most": _amount(row.what, row.at_most),
        "before": _figure(row.what, row.value_before, row.low_before, row.high_before),
        "now": _figure(row.what, row.value, row.low, row.high),
        "look": LOOKS[Standing(row.after)],
    }


def subject(row: Bound) -> str:
    """What a limit is about, by name."""
    about = row.place_id or (row.company.name if row.company else "")
    words = str(Bound.What(row.what).label)
    return f"{words} ({about})" if about else words


def _amount(what: str, value: float | None) -> str:
    return wording.share(value) if what in Bound.SHARES else wording.points(value)


def _figure(what: str, value: float | None, low: float | None, high: float | None) -> str:
    """A figure, or the bounds within which it lies."""
    if value is not None:
        return _amount(what, value)
    return wording.NOTHING if high is None else f"{_amount(what, low)} to {_amount(what, high)}"


def _in_words(report: dict[str, Any]) -> dict[str, Any]:
    """The report with its numbers rounded for people."""
    return {
        **report,
        "kt": wording.number(report["kt_per_year"]),
        "rows": [_exposure(row) for row in report["exposures"]],
        "by_mineral": [
            {"mineral": wording.code(row["mineral"]), "kt": wording.number(row["kt_per_year"]),
             "rows": [_exposure(one) for one in row["exposures"]]}
            for row in report["minerals"]
        ],
        "held": [_held(row) for row in report["positions"]],
        "splits": [
            (title, _split(report[name]))
            for title, name in (
                ("Places", "places"), ("Owners", "owners"), ("Homes of owners", "owner_homes"),
            )
        ],
        "nodes": NODES,
    }  # fmt: skip


def _exposure(row: dict[str, Any]) -> dict[str, str]:
    return {
        "dimension": row["dimension"].capitalize(),
        "score": wording.points(row["score"]),
        "bounds": f"{wording.points(row['low'])} to {wording.points(row['high'])}",
        "of_assessed": wording.points(row["of_assessed"]),
        "coverage": wording.share(row["coverage01"]),
    }


def _held(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "kt": wording.number(row["kt_per_year"]),
        "part": wording.share(row["share"]),
        "parts": [
            {
                "score": wording.points(one["score"]),
                "adds": wording.points(one["contribution"])
                if one["contribution"] is not None
                else f"{wording.points(one['contribution_to_low'])} to "
                f"{wording.points(one['contribution_to_high'])}",
            }
            for one in row["dimensions"]
        ],
    }


def _split(split: dict[str, Any]) -> dict[str, Any]:
    return {
        "rows": [
            (
                one["name"],
                _between(wording.share(one["share_low"]), wording.share(one["share_high"])),
            )
            for one in split["shares"]
        ],
        "unknown": wording.share(split["unknown_share"]) if split["unknown_share"] else "",
        "n1": _between(wording.share(split["n1_low"]), wording.share(split["n1_high"])),
        "hhi": _between(*(f"{split[f'hhi01_{end}'] or 0:.2f}" for end in ("low", "high"))),
    }


def _between(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
