"""Portfolios: keep positions and limits, and see what they expose to. Only one's own are shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.framework.body_serializers import check
from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import Problem, of_body, of_parameters
from riskscore.api.framework.query_fields import ChoiceField, Several, TextField
from riskscore.api.framework.row_serializers import Row, columns_of
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow, Rows
from riskscore.api.framework.viewsets import PORTFOLIO, READ, ApiViewSet, refuse_outdated
from riskscore.api.sourcing.portfolio_fields import (
    MOST_KT,
    LimitCrossingSerializer,
    NewPortfolioSerializer,
    PortfolioExposureSerializer,
    PortfolioPartsSerializer,
    PortfolioSerializer,
)
from riskscore.api.writing.once import answered_once
from riskscore.config.plain_numbers import plain_number
from riskscore.jobs import requests
from riskscore.models import Lens, LimitCrossing, Portfolio, PortfolioLimit, Position
from riskscore.sourcing.holdings import portfolio_edits, portfolio_report, portfolios
from riskscore.sourcing.holdings.portfolio_edits import LimitGiven, PositionGiven
from riskscore.sourcing.holdings.portfolios import Holding

HERE = "/api/v1/sourcing/portfolios"
ORDERS = {"name": Order("name", "id")}
STATES = {"kept": Q(archived_at=None), "archived": Q(archived_at__isnull=False), "all": Q()}


#: What a portfolio is made of, and what replacing its parts takes, as on its form in admin.
HELD = ("portfolio", "position", "portfoliolimit")
REPLACING = (
    "change_portfolio",
    *(f"{act}_{part}" for part in HELD[1:] for act in ("add", "change", "delete")),
)


def own(request: Request) -> QuerySet[Portfolio]:
    """The client's own portfolios. Those of others are as good as absent."""
    return Portfolio.objects.filter(owner=request.user.pk)


def one(request: Request, name: str, *, locked: bool = False) -> Portfolio:
    """The client's portfolio of that name; ``locked``: nobody else changes it meanwhile."""
    rows = own(request).filter(name=name).select_related("lens")
    found = (rows.select_for_update(of=("self",)) if locked else rows).first()
    if found is None:
        raise Http404
    return found


def add_parts(rows: list[Row]) -> None:
    """Give each row its positions and limits, by two queries a page."""
    by_key: dict[int, Row] = {row["pk"]: row for row in rows}
    for row in rows:
        row["positions"], row["limits"] = [], []
    held = Position.objects.filter(portfolio__in=by_key).order_by("project__key", "mineral", "id")
    for position in held.select_related("project"):
        by_key[position.portfolio_id]["positions"].append(_position(position))
    kept = PortfolioLimit.objects.filter(portfolio__in=by_key)
    for limit in kept.order_by("what", "place", "company__key").select_related("company"):
        by_key[limit.portfolio_id]["limits"].append(_limit(limit))


def _position(row: Position) -> Row:
    return {
        "project": row.project.key, "mineral": row.mineral_id, "kt_per_year": row.kt_per_year,
        "since": row.since, "until": row.until, "note": row.note,
    }  # fmt: skip


def _limit(row: PortfolioLimit) -> Row:
    return {
        "what": row.what, "place": row.place_id, "at_most": row.at_most,
        "company": row.company.key if row.company else None,
        "value": row.value, "low": row.low, "high": row.high, "standing": row.standing or "within",
    }  # fmt: skip


def shown(portfolio: Portfolio) -> Row:
    """A portfolio as a GET of it answers."""
    columns = columns_of(PortfolioSerializer.chosen(None))
    row = Portfolio.objects.filter(pk=portfolio.pk).values(*columns, "pk").get()
    add_parts([row])
    return PortfolioSerializer.of(row)


class PortfolioFilters(FilterSet):
    """Filters of portfolios."""

    state = Filter(
        ChoiceField(STATES, default="kept", help_text="Those kept, archived, or all."),
        STATES.__getitem__,
    )


class PortfolioViewSet(ListRows, RetrieveRow):
    """Your portfolios. POST begins one; PATCH replaces the parts that it names, PUT all of them.

    With `If-Match` only if it still is what the ETag of a GET said; a PUT needs it.
    """

    tag = "sourcing"
    shows = HELD
    takes = {
        "POST": ("add_portfolio", "add_position", "add_portfoliolimit"),
        "PATCH": REPLACING,
        "PUT": REPLACING,
    }
    write_scopes = frozenset({PORTFOLIO})
    serializer_class = PortfolioSerializer
    filterset_class = PortfolioFilters
    orders = ORDERS
    idempotent = ("create",)
    refusals = {"create": {409: "Name taken", 422: "Key used before"}}
    about_one = "One of your portfolios."
    lookup_field = "name"
    lookup_value_converter = "slug"

    def get_queryset(self) -> QuerySet[Any]:
        """One's own."""
        return own(self.request)

    def enrich(self, rows: Rows, names: set[str]) -> None:
        """Positions and limits."""
        if names & {"positions", "limits"}:
            add_parts(rows)

    @extend_schema(request=NewPortfolioSerializer, responses={201: PortfolioSerializer})
    @answered_once
    def create(self, request: Request) -> Response:
        """Begin a portfolio; its limits are checked at once."""
        said = check(request, NewPortfolioSerializer)
        with _refused():
            made = portfolio_edits.create(
                request.user,
                said["name"],
                _lens(said) or requests.default_lens(),
                about=said.get("about", ""),
                positions=_positions(said) or (),
                limits=_limits(said) or (),
            )
        return Response(shown(made), status=201, headers={"Location": f"{HERE}/{made.name}"})

    @extend_schema(request=PortfolioPartsSerializer, responses={200: PortfolioSerializer})
    def partial_update(self, request: Request, name: str) -> Response:
        """Replace the parts that are named; `archived` puts it away or brings it back."""
        return self._change(request, name, check(request, PortfolioPartsSerializer))

    @extend_schema(request=PortfolioPartsSerializer, responses={200: PortfolioSerializer})
    def update(self, request: Request, name: str) -> Response:
        """Replace everything; a part that is left out becomes empty."""
        said = check(request, PortfolioPartsSerializer)
        whole = {"about": "", "positions": [], "limits": [], "archived": False, **said}
        return self._change(request, name, whole)

    def _change(self, request: Request, name: str, said: Row) -> Response:
        with transaction.atomic(), _refused():
            kept = one(request, name, locked=True)
            refuse_outdated(request, shown(kept))
            portfolio_edits.change(
                kept,
                about=said.get("about"),
                lens=_lens(said),
                positions=_positions(said),
                limits=_limits(said),
                archived=said.get("archived"),
            )
        return Response(shown(kept))


@contextmanager
def _refused() -> Iterator[None]:
    """Say in the API's words what makes no sense."""
    try:
        yield
    except portfolio_edits.CannotKeep as error:
        raise of_body({error.place: error.message}) from None
    except portfolio_edits.NameTaken as error:
        raise Problem("name_taken", error.message) from None
    except requests.CannotStart as error:
        raise Problem("cannot_start", str(error)) from None


def _lens(said: Row) -> Lens | None:
    """The lens of the body; None where it names none."""
    if "importer" not in said and "method" not in said:
        return None
    method = said.get("method", requests.default_lens().method_code)
    return requests.lens_for(method, said.get("importer", lenses.NOBODY))


def _positions(said: Row) -> list[PositionGiven] | None:
    if "positions" not in said:
        return None
    return [
        PositionGiven(
            row["project"], row["kt_per_year"], row.get("mineral"), row.get("since"),
            row.get("until"), row.get("note", ""),
        )
        for row in said["positions"]
    ]  # fmt: skip


def _limits(said: Row) -> list[LimitGiven] | None:
    if "limits" not in said:
        return None
    return [
        LimitGiven(row["what"], row["at_most"], row.get("place"), row.get("company"))
        for row in said["limits"]
    ]


class AddedField(TextField):
    """`KEY:kt` or `KEY:kt:mineral`."""

    def to_internal_value(self, text: Any) -> Any:
        """The position."""
        key, _, rest = text.partition(":")
        kt, _, mineral = rest.partition(":")
        amount = plain_number(kt)
        if not key or amount is None or not 0 <= amount <= MOST_KT:
            raise ValidationError(
                "say KEY:kt or KEY:kt:mineral, such as icmm-15667:20, kt from 0 to 1e6"
            )
        return PositionGiven(key, amount, mineral or None)


class ExposureQuery(serializers.Serializer[Any]):
    """What would be."""

    add = Several(
        AddedField(max_length=160),
        help_text="As if these were held too: `KEY:kt` or `KEY:kt:mineral`.",
    )
    drop = Several(
        TextField(max_length=60), help_text="As if nothing of these projects were held: keys."
    )


class ExposureViewSet(ApiViewSet):
    """What a portfolio exposes to, with contributions; `add` and `drop` ask what would be."""

    tag = "sourcing"
    shows = (*HELD, "project", "score")
    read_scopes = frozenset({READ, PORTFOLIO})
    queries = {"retrieve": ExposureQuery}
    lookup_field = ""

    @extend_schema(responses=PortfolioExposureSerializer)
    def retrieve(self, request: Request, name: str) -> Response:
        """Return the figures of today."""
        kept, day = one(request, name), timezone.now().date()
        held = portfolios.held(kept, day)
        add, drop = self.query["add"] or [], self.query["drop"] or []
        if not add and not drop:
            return Response(portfolio_report.of(kept, held, day))
        report = portfolio_report.of(kept, _as_if(held, add, drop), day)
        before = portfolios.figures(held, kept.lens, day)
        report["before"] = {
            "kt_per_year": before.kt,
            "exposures": portfolio_report.exposures(before.exposure),
        }
        return Response(report)


def _as_if(held: list[Holding], add: list[PositionGiven], drop: list[str]) -> list[Holding]:
    """Holdings with some added, then some dropped. Raises Problem."""
    try:
        asked = [Holding(*each, None) for each in portfolio_edits.asked(add)]
    except portfolio_edits.CannotKeep as error:
        raise of_parameters({"add": error.message}) from None
    result = [*held, *asked]
    if missing := sorted(set(drop) - {one.project.key for one in result}):
        raise of_parameters({"drop": f"nothing of {', '.join(missing)} is held"})
    return [one for one in result if one.project.key not in drop]


CROSSING_ORDERS = {"-id": Order("id", "id", descending=True), "id": Order("id", "id")}


class CrossingViewSet(ListRows):
    """When limits of a portfolio were crossed, the latest first."""

    tag = "sourcing"
    shows = ("portfolio", "limitcrossing")
    read_scopes = frozenset({READ, PORTFOLIO})
    serializer_class = LimitCrossingSerializer
    orders = CROSSING_ORDERS

    def get_queryset(self) -> QuerySet[Any]:
        """Those of the portfolio of the address."""
        return LimitCrossing.objects.filter(portfolio=one(self.request, self.kwargs["name"]))
