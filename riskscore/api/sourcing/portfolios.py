"""Portfolios: keep positions and limits, and see what they expose to. Only one's own are shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import filters, lenses
from riskscore.api.framework import bodies, shapes
from riskscore.api.framework.endpoint import (
    PORTFOLIO,
    READ,
    Detail,
    Endpoint,
    Listing,
    listing_parameters,
    refuse_outdated,
)
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import Parameter, choice
from riskscore.api.framework.problems import Problem, of_body, of_parameters
from riskscore.api.framework.resources import Row, columns_of, item
from riskscore.api.sourcing import portfolio_fields as fields
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


def one(request: Request, name: str) -> Portfolio:
    """The client's portfolio of that name."""
    found = own(request).filter(name=name).select_related("lens").first()
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
    columns = columns_of(fields.PORTFOLIO.fields)
    row = Portfolio.objects.filter(pk=portfolio.pk).values(*columns, "pk").get()
    add_parts([row])
    return item(fields.PORTFOLIO.fields, row)


class Portfolios(Listing):
    """Your portfolios; POST begins one."""

    tag = "sourcing"
    shows = HELD
    takes = {"POST": ("add_portfolio", "add_position", "add_portfoliolimit")}
    resource = fields.PORTFOLIO
    orders = ORDERS
    parameters = listing_parameters(
        fields.PORTFOLIO,
        ORDERS,
        choice(
            "state", list(STATES), "Those kept, archived, or all.", default="kept",
            where=STATES.__getitem__,
        ),
    )  # fmt: skip
    body = fields.NEW
    answers = {"post": (201, shapes.reference(fields.PORTFOLIO.name))}
    refusals = {409: "Name taken"}

    def scopes(self) -> set[str]:
        """Writing takes `portfolio`; whoever may write may also look."""
        return {PORTFOLIO} if self.request.method == "POST" else {READ, PORTFOLIO}

    def queryset(self) -> QuerySet[Any]:
        """One's own."""
        return own(self.request)

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Positions and limits."""
        if names & {"positions", "limits"}:
            add_parts(rows)

    def post(self, request: Request, **_: Any) -> Response:
        """Begin a portfolio; its limits are checked at once."""
        said = bodies.check(request.data, fields.NEW)
        with _refused():
            made = portfolio_edits.create(
                request.user,
                said["name"],
                _lens(said) or requests.default_lens(),
                about=said.get("about", ""),
                positions=_positions(said) or (),
                limits=_limits(said) or (),
            )
        response = Response(shown(made), status=201)
        response["Location"] = f"{HERE}/{made.name}"
        return response


class OnePortfolio(Detail):
    """One of your portfolios; PATCH replaces the parts that it names, PUT all of them.

    With `If-Match` only if it still is what the ETag of a GET said; a PUT needs it.
    """

    tag = "sourcing"
    shows = HELD
    takes = {"PATCH": REPLACING, "PUT": REPLACING}
    resource = fields.PORTFOLIO
    parameters = (fields.PORTFOLIO.picker,)
    body = fields.WRITTEN
    answers = {
        "put": (200, shapes.reference(fields.PORTFOLIO.name)),
        "patch": (200, shapes.reference(fields.PORTFOLIO.name)),
    }

    def scopes(self) -> set[str]:
        """Writing takes `portfolio`; whoever may write may also look."""
        return {READ, PORTFOLIO} if self.request.method in ("GET", "HEAD") else {PORTFOLIO}

    def queryset(self) -> QuerySet[Any]:
        """The client's portfolio of the address."""
        return own(self.request).filter(name=self.kwargs["name"])

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Positions and limits."""
        if names & {"positions", "limits"}:
            add_parts(rows)

    def patch(self, request: Request, name: str) -> Response:
        """Replace the parts that are named; `archived` puts it away or brings it back."""
        return self._change(request, name, bodies.check(request.data, fields.WRITTEN))

    def put(self, request: Request, name: str) -> Response:
        """Replace everything; a part that is left out becomes empty."""
        said = bodies.check(request.data, fields.WRITTEN)
        whole = {"about": "", "positions": [], "limits": [], "archived": False, **said}
        return self._change(request, name, whole)

    def _change(self, request: Request, name: str, said: Row) -> Response:
        with transaction.atomic(), _refused():
            kept = one(request, name)
            Portfolio.objects.select_for_update().get(pk=kept.pk)
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
    """The lens of the body; None where it names none. Raises Problem that names the field."""
    if "importer" not in said and "method" not in said:
        return None
    importer = said.get("importer", lenses.NOBODY)
    method = said.get("method", requests.default_lens().method_code)
    if importer not in filters.places():
        raise of_body({"/importer": f"no place {importer!r}: an ISO alpha-3 code, EUU or WLD"})
    if method not in lenses.methods():
        raise of_body({"/method": f"no published method {method!r}"})
    return requests.lens_for(method, importer)


def _positions(said: Row) -> list[PositionGiven] | None:
    if "positions" not in said:
        return None
    return [
        PositionGiven(
            row["project"], float(row["kt_per_year"]), row.get("mineral"),
            _day(row.get("since"), f"/positions/{at}/since"),
            _day(row.get("until"), f"/positions/{at}/until"),
            row.get("note", ""),
        )
        for at, row in enumerate(said["positions"])
    ]  # fmt: skip


def _limits(said: Row) -> list[LimitGiven] | None:
    if "limits" not in said:
        return None
    return [
        LimitGiven(row["what"], float(row["at_most"]), row.get("place"), row.get("company"))
        for row in said["limits"]
    ]


def _day(text: str | None, pointer: str) -> date | None:
    return bodies.day(text, pointer) if text else None


def _added(text: str) -> PositionGiven:
    """`KEY:kt` or `KEY:kt:mineral`."""
    key, _, rest = text.partition(":")
    kt, _, mineral = rest.partition(":")
    try:
        amount = float(kt) if kt.strip("0123456789.") == "" else -1.0
    except ValueError:
        amount = -1.0
    if not key or not 0 <= amount <= fields.MOST_KT:
        raise ValueError("say KEY:kt or KEY:kt:mineral, such as icmm-15667:20, kt from 0 to 1e6")
    return PositionGiven(key, amount, mineral or None)


class Exposure(Endpoint):
    """What a portfolio exposes to, with contributions; `add` and `drop` ask what would be."""

    tag = "sourcing"
    shows = (*HELD, "project", "score")
    answers = {"get": (200, shapes.reference("PortfolioExposure"))}
    parameters = (
        Parameter(
            name="add",
            schema=shapes.text("As if these were held too: `KEY:kt` or `KEY:kt:mineral`."),
            read=_added,
            many=True,
        ),
        Parameter(
            name="drop",
            schema=shapes.text("As if nothing of these projects were held: keys."),
            many=True,
        ),
    )

    def scopes(self) -> set[str]:
        """Whoever may write may also look."""
        return {READ, PORTFOLIO}

    def get(self, request: Request, name: str) -> Response:
        """Return the figures of today."""
        kept, day = one(request, name), timezone.now().date()
        held = portfolios.held(kept, day)
        add, drop = self.query_values["add"] or [], self.query_values["drop"] or []
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


class Crossings(Listing):
    """When limits of a portfolio were crossed, the latest first."""

    tag = "sourcing"
    shows = ("portfolio", "limitcrossing")
    resource = fields.CROSSING
    orders = CROSSING_ORDERS
    parameters = listing_parameters(fields.CROSSING, CROSSING_ORDERS)

    def scopes(self) -> set[str]:
        """Whoever may write may also look."""
        return {READ, PORTFOLIO}

    def queryset(self) -> QuerySet[Any]:
        """Those of the portfolio of the address."""
        return LimitCrossing.objects.filter(portfolio=one(self.request, self.kwargs["name"]))
