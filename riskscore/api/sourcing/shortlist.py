"""The shortlist: which projects lower a buyer's dependence, at what human cost; and one project."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.query_fields import (
    ChoiceField,
    DecimalField,
    FlagField,
    KnownField,
    QueryValues,
    Several,
    TextField,
    WholeField,
)
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.api.project_parts.owner_fields import countries
from riskscore.api.sourcing import asking
from riskscore.api.sourcing.shortlist_shapes import ProjectForBuyerSerializer, ShortlistSerializer
from riskscore.errors import NotFoundError, ValidationError
from riskscore.models import ProjectStatus
from riskscore.sourcing import regions
from riskscore.sourcing.dependence import buyer_view
from riskscore.sourcing.shortlists import shortlist
from riskscore.sourcing.shortlists.candidates import COSTS, STAGES, Asked

MOST_SHOWN = 200
CEILING = "score is not known to exceed this, 0 to 100."


class Comparing(asking.NamedCountry, asking.ForBuyerOfMineral):
    """Who buys what, and how projects are compared."""

    basis = ChoiceField(
        ["bounds", "interval"],
        default="bounds",
        help_text="What human cost is compared by: all that is possible, or the 90 % interval (at"
        " most 500 projects).",
    )
    named = KnownField(
        countries, default=buyer_view.NAMED, help_text="A country whose share is followed."
    )


class ShortlistQuery(Comparing):
    """Which projects are compared."""

    region = Several(
        TextField(max_length=120),
        help_text="Only projects there: regions such as latin-america, countries or groups, by code"
        " or name; see `/sourcing/regions`.",
    )
    stage = ChoiceField(STAGES, help_text="Only projects at this stage of supply.")
    status = Several(
        ChoiceField(ProjectStatus.Word.values), help_text="Only projects with these statuses."
    )
    labour__lte = DecimalField(0, 100, help_text=f"Only projects whose labour {CEILING}")
    indigenous__lte = DecimalField(0, 100, help_text=f"Only projects whose indigenous {CEILING}")
    certain = FlagField(
        help_text="Leave out projects that may exceed a ceiling too, not only those that do."
    )
    top = WholeField(1, MOST_SHOWN, default=shortlist.SHOWN, help_text="How many to show.")


class ShortlistViewSet(ApiViewSet):
    """Projects by what they take off a buyer's dependence and by human cost, with bounds."""

    tag = "sourcing"
    shows = ("project", "score")
    queries = {"retrieve": ShortlistQuery}
    lookup_field = ""

    @extend_schema(responses=ShortlistSerializer)
    def retrieve(self, _request: Request) -> Response:
        """Return the projects: those that no other one is better than first."""
        question = asked(self.query)
        return Response(_answered(lambda: shortlist.shortlist(question)))


class ProjectForBuyerViewSet(ApiViewSet):
    """What one project would change for a buyer, by rule and amount, and against all others."""

    tag = "sourcing"
    shows = ("project", "score")
    queries = {"retrieve": Comparing}
    lookup_field = ""

    @extend_schema(responses=ProjectForBuyerSerializer)
    def retrieve(self, _request: Request, key: str) -> Response:
        """Return the project's row; 404 where it yields none of the mineral or is not ranked."""
        question = asked(self.query)
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
            asking.needed(query),
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
