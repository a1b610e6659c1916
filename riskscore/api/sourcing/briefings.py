"""Briefings over HTTP: one printable page, as HTML or PDF by the Accept header."""

from collections.abc import Callable

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.problems import of_parameters
from riskscore.api.framework.query_fields import Several, TextField
from riskscore.api.framework.rendering import Html, Pdf
from riskscore.api.framework.viewsets import PORTFOLIO, READ, ApiViewSet
from riskscore.api.projects import published_or_404
from riskscore.api.sourcing import asking, portfolios
from riskscore.errors import NotFoundError
from riskscore.models import Mineral
from riskscore.sourcing.briefings import as_html, as_pdf, on_buyer, on_portfolio, on_project
from riskscore.sourcing.briefings.content import Briefing

#: What the page may load: our stylesheet, and the empty icon inside it.
POLICY = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'"


class BriefingViewSet(ApiViewSet):
    """One page: `Accept: text/html` (the default) or `Accept: application/pdf`."""

    tag = "sourcing"
    renderer_classes = (Html, Pdf)
    lookup_field = ""

    def answer(self, request: Request, make: Callable[[], Briefing]) -> Response:
        """The briefing in what the client accepts. Raises Problem."""
        try:
            made = make()
        except NotFoundError as refused:
            raise of_parameters({refused.place: asking.words(refused)}) from refused
        if request.accepted_renderer.format != "pdf":
            return Response(as_html.html(made), headers={"Content-Security-Policy": POLICY})
        shown = f'inline; filename="riskscore-{made.name}.pdf"'
        return Response(as_pdf.pdf(made), headers={"Content-Disposition": shown})


class ProjectBriefingViewSet(BriefingViewSet):
    """One printable page about a project, or what it would change for a buyer of a mineral."""

    shows = ("project", "score")
    queries = {"retrieve": asking.PerhapsForBuyer}

    @extend_schema(responses=OpenApiTypes.STR)
    def retrieve(self, request: Request, key: str) -> Response:
        """Return the page; the buyer and the mineral are given together or not at all."""
        published_or_404(key)
        query = self.query
        if not query["buyer"] and query["mineral"] is None:
            return self.answer(request, lambda: on_project.briefing(key))
        buyer, mineral = asking.buyer(query), _mineral(asking.needed(query))
        return self.answer(request, lambda: on_project.briefing(key, buyer, mineral))


class BuyerBriefingQuery(asking.ForBuyerOfMineral):
    """Who buys, what, and from where."""

    region = Several(
        TextField(max_length=120), help_text="Only projects there, as in `/sourcing/shortlist`."
    )


class BuyerBriefingViewSet(BriefingViewSet):
    """One printable page about a buyer and a mineral: supply, formulas, projects."""

    shows = ("project", "score")
    queries = {"retrieve": BuyerBriefingQuery}

    @extend_schema(responses=OpenApiTypes.STR)
    def retrieve(self, request: Request) -> Response:
        """Return the page."""
        query = self.query
        buyer, mineral = asking.buyer(query), _mineral(asking.needed(query))
        region = ", ".join(query["region"] or [])
        return self.answer(request, lambda: on_buyer.briefing(buyer, mineral, region))


class PortfolioBriefingViewSet(BriefingViewSet):
    """One printable page about one of your portfolios."""

    shows = ("project", "score", "portfolio")
    read_scopes = frozenset({READ, PORTFOLIO})

    @extend_schema(responses=OpenApiTypes.STR)
    def retrieve(self, request: Request, name: str) -> Response:
        """Return the page."""
        kept = portfolios.one(request, name)
        return self.answer(request, lambda: on_portfolio.briefing(kept))


def _mineral(code: str) -> Mineral:
    return Mineral.objects.get(code=code)
