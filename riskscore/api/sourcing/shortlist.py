"""The shortlist: which projects lower a buyer's dependence, at what human cost; and one project."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import filters
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Endpoint
from riskscore.api.framework.parameters import Parameter, QueryValues, choice, code, flag, whole
from riskscore.api.framework.parameters import decimal as number
from riskscore.api.framework.problems import of_parameters
from riskscore.api.sourcing import asking
from riskscore.errors import NotFoundError, ValidationError
from riskscore.models import ProjectStatus
from riskscore.sourcing import regions
from riskscore.sourcing.dependence import buyer_view
from riskscore.sourcing.shortlists import shortlist
from riskscore.sourcing.shortlists.candidates import COSTS, STAGES, Asked

MOST_SHOWN = 200
NAMED = code(
    "named", "A country whose share is followed.", filters.countries, default=buyer_view.NAMED
)
BASIS = choice(
    "basis",
    ["bounds", "interval"],
    "What human cost is compared by: all that is possible, or the 90 % interval (at most 500 "
    "projects).",
    default="bounds",
)


def _ceiling(dimension: str) -> Parameter:
    about = f"Only projects whose {dimension} score is not known to exceed this, 0 to 100."
    return Parameter(
        name=f"{dimension}__lte",
        schema=shapes.number(about, minimum=0, maximum=100),
        read=number(0, 100),
    )


PARAMETERS = (
    asking.BUYER,
    asking.MINERAL,
    Parameter(
        name="region",
        schema=shapes.text(
            "Only projects there: regions such as latin-america, countries or groups, by code or "
            "name; see `/sourcing/regions`."
        ),
        many=True,
    ),
    choice("stage", list(STAGES), "Only projects at this stage of supply."),
    choice("status", ProjectStatus.Word.values, "Only projects with these statuses.", many=True),
    *(_ceiling(dimension) for dimension in COSTS),
    flag("certain", "Leave out projects that may exceed a ceiling too, not only those that do."),
    BASIS,
    NAMED,
    Parameter(
        name="top",
        schema=shapes.whole("How many to show.", minimum=1, maximum=MOST_SHOWN),
        read=whole(1, MOST_SHOWN),
        default=shortlist.SHOWN,
    ),
)


class Shortlist(Endpoint):
    """Projects by what they take off a buyer's dependence and by human cost, with bounds."""

    tag = "sourcing"
    shows = ("project", "score")
    parameters = PARAMETERS
    answers = {"get": (200, shapes.reference("Shortlist"))}

    def get(self, _request: Request) -> Response:
        """Return the projects: those that no other one is better than first."""
        question = asked(self.query_values)
        return Response(_answered(lambda: shortlist.shortlist(question)))


class ProjectForBuyer(Endpoint):
    """What one project would change for a buyer, by rule and amount, and against all others."""

    tag = "sourcing"
    shows = ("project", "score")
    parameters = (asking.BUYER, asking.MINERAL, BASIS, NAMED)
    answers = {"get": (200, shapes.reference("ProjectForBuyer"))}

    def get(self, _request: Request, key: str) -> Response:
        """Return the project's row; 404 where it yields none of the mineral or is not ranked."""
        question = asked(self.query_values)
        found = _answered(lambda: shortlist.of_project(key, question))
        if found is None:
            raise Http404
        return Response(found)


def asked(query: QueryValues) -> shortlist.Question:
    """The question of a query. Raises Problem for a region that is none."""
    ceilings = [(name, query.get(f"{name}__lte")) for name in COSTS]
    return shortlist.Question(
        asking.buyer(query),
        Asked(
            asking.needed(query, asking.MINERAL),
            _places(query.get("region")),
            query.get("stage"),
            query.get("status"),
            ceilings=tuple((name, most) for name, most in ceilings if most is not None),
        ),
        query["named"],
        query.get("top") or shortlist.SHOWN,
        query.get("certain") or False,
        query["basis"],
    )


def _places(names: list[str] | None) -> frozenset[str] | None:
    try:
        return None if names is None else regions.places_of(names)
    except NotFoundError as refused:
        raise of_parameters({"region": asking.words(refused)}) from refused


def _answered(answer: Any) -> Any:
    try:
        return answer()
    except (NotFoundError, ValidationError) as refused:
        raise of_parameters({refused.place: asking.words(refused)}) from refused
