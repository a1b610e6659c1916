"""How our views describe themselves to drf-spectacular: from the tables that they run by."""

import re
from typing import Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse

from riskscore.api.accountability import CHECK, CHECK_IN_FULL
from riskscore.api.catalogues import METHOD, METHOD_ITEM, MINERAL, PLACE
from riskscore.api.challenges import CHALLENGED
from riskscore.api.evidence import STATEMENT
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Detail, Endpoint, Listing
from riskscore.api.framework.parameters import Parameter
from riskscore.api.framework.problems import KINDS, MEDIA_TYPE
from riskscore.api.freshness import FRESHNESS
from riskscore.api.indicator_values import VALUE
from riskscore.api.lands import LAYER, POSITIONS
from riskscore.api.learned import MODEL, MODEL_ITEM, PREDICTION
from riskscore.api.lenses import LENS
from riskscore.api.method_audit import AUDIT
from riskscore.api.observations import OBSERVATION
from riskscore.api.ownership.companies import COMPANY
from riskscore.api.ownership.owners import OWNERSHIP
from riskscore.api.projects import PROJECT
from riskscore.api.releases import RELEASE
from riskscore.api.results.changes import CHANGES
from riskscore.api.results.counterfactuals import COUNTERFACTUALS
from riskscore.api.results.explanations import EXPLANATION
from riskscore.api.results.score_fields import HISTORY_ITEM, IN_FULL, SCORE_ITEM
from riskscore.api.sourcing.dependence import DEPENDENCE
from riskscore.api.sourcing.effects import EFFECT
from riskscore.api.sourcing.equity import EQUITY
from riskscore.api.sourcing.portfolio_fields import CROSSING, EXPOSURE, PORTFOLIO
from riskscore.api.sourcing.regions import REGION
from riskscore.api.sourcing.scenarios import STORED
from riskscore.api.sourcing.shortlist_shapes import FOR_BUYER, SHORTLIST
from riskscore.api.sourcing.stages import CHAIN
from riskscore.api.supply_risks import SUPPLY_RISK
from riskscore.api.work.job_resources import CHECKED, ITEM_ERROR, JOB, JOB_ITEM
from riskscore.api.work.job_scores import JOB_SCORE

RESOURCES = (
    PROJECT,
    SCORE_ITEM,
    IN_FULL,
    HISTORY_ITEM,
    JOB,
    JOB_ITEM,
    ITEM_ERROR,
    JOB_SCORE,
    METHOD,
    METHOD_ITEM,
    PLACE,
    MINERAL,
    RELEASE,
    OBSERVATION,
    VALUE,
    SUPPLY_RISK,
    DEPENDENCE,
    REGION,
    CHAIN,
    STORED,
    EFFECT,
    LENS,
    LAYER,
    CHALLENGED,
    STATEMENT,
    OWNERSHIP,
    COMPANY,
    MODEL,
    MODEL_ITEM,
    PREDICTION,
    CHECK,
    CHECK_IN_FULL,
    PORTFOLIO,
    CROSSING,
)
PROBLEM = shapes.record(
    {
        "type": shapes.text("Address of what the code means.", format="uri-reference"),
        "title": shapes.text("Short, the same for every problem of this type."),
        "status": shapes.whole("HTTP status."),
        "detail": shapes.text("What is wrong with this request, for people."),
        "instance": shapes.text("Path of the request."),
        "code": shapes.one_of(KINDS, "For programs; stable."),
        "request_id": shapes.text("Name it when you report trouble."),
        "errors": shapes.several(
            shapes.record(
                {
                    "parameter": shapes.text("Name of the query parameter."),
                    "pointer": shapes.text("JSON Pointer into the body."),
                    "detail": shapes.text("What is wrong there."),
                },
                "One fault.",
                required=["detail"],
            ),
            "One entry per fault.",
        ),
    },
    "RFC 9457 problem details: the shape of every error.",
    required=["type", "title", "status", "detail", "instance", "code", "request_id"],
)
COMPONENTS = {
    **{resource.name: resource.schema() for resource in RESOURCES},
    "JobCheck": CHECKED,
    "Explanation": EXPLANATION,
    "ScoreChanges": CHANGES,
    "Counterfactuals": COUNTERFACTUALS,
    "MethodAudit": AUDIT,
    "FreshnessOfProject": FRESHNESS,
    "Shortlist": SHORTLIST,
    "ProjectForBuyer": FOR_BUYER,
    "LandOfProject": POSITIONS,
    "PortfolioExposure": EXPOSURE,
    "SourcingEquity": EQUITY,
    "Problem": PROBLEM,
}
REFUSALS = {400: "Not understood", 401: "No living key", 403: "Scope lacking", 429: "Too often"}
WRITES = ("POST", "PUT", "PATCH")
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "Only if it still is what this ETag was given for; else 412.",
    "schema": shapes.text("ETag of a GET."),
}
IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and body again give the same job, for at least 24 hours.",
    "schema": shapes.text("1 to 255 visible ASCII characters.", minLength=1, maxLength=255),
}


class ViewSchema(AutoSchema):
    """Reads `parameters`, `answers`, `body` and `resource` of a view; serializers it has none."""

    @property
    def endpoint(self) -> Endpoint:
        """The view that is described."""
        return cast(Endpoint, self.view)

    def get_operation_id(self) -> str:
        """`scores_get`, `projects_key_score_explanation_get`."""
        words = re.findall(r"[a-z_]+", self.path.removeprefix("/api/v1"))
        return "_".join([*(words or ["contents"]), self.method.lower()])

    def get_tags(self) -> list[str]:
        """The view's tag."""
        return [self.endpoint.tag]

    def get_summary(self) -> str:
        """The first line of the view's docstring."""
        return (type(self.endpoint).__doc__ or "").strip().split("\n")[0]

    def get_filter_backends(self) -> list[Any]:
        """None: filters are parameters of the view."""
        return []

    def _get_parameters(self) -> list[dict[str, Any]]:
        asks = self.method == "GET"
        query = self.endpoint.parameters if asks else self.endpoint.post_parameters
        starts = self.method == "POST" and self.endpoint.tag == "jobs" and self.endpoint.body
        headers = [IDEMPOTENCY] if starts else []
        if self.method in ("PUT", "PATCH"):
            headers = [IF_MATCH]
        return [*self._resolve_path_parameters_of_view(), *map(_parameter, query), *headers]

    def _resolve_path_parameters_of_view(self) -> list[dict[str, Any]]:
        return list(self._resolve_path_parameters(_names(self.path)))  # type: ignore[no-untyped-call]

    def _get_request_body(self, _direction: str = "request") -> dict[str, Any] | None:
        if self.method not in WRITES or self.endpoint.body is None:
            return None
        return {"required": True, "content": {"application/json": {"schema": self.endpoint.body}}}

    def get_response_serializers(self) -> Any:
        """What a method answers: its success, and the problems that it may meet."""
        status, schema = self._success()
        result: dict[Any, Any] = {
            (status, kind.media_type): OpenApiResponse(schema, "Success") for kind in self._kinds()
        }
        if self.method.lower() in self.endpoint.also:
            status, schema = self.endpoint.also[self.method.lower()]
            result[status, "application/json"] = OpenApiResponse(schema, "Success")
        if isinstance(self.endpoint, Listing) and self.method == "GET":
            rows = shapes.text("All rows.")
            for kind in self.endpoint.renderer_classes[1:]:
                result[status, kind.media_type] = OpenApiResponse(rows, "Success")
        problem = shapes.reference("Problem")
        refusals = REFUSALS if self.endpoint.authentication_classes else {400: REFUSALS[400]}
        for code, words in {**refusals, **self._more()}.items():
            result[code, MEDIA_TYPE] = OpenApiResponse(problem, words)
        return result

    def _kinds(self) -> list[Any]:
        """What success is written in: JSON, unless the view makes documents."""
        kinds = list(self.endpoint.renderer_classes)
        return kinds[:1] if isinstance(self.endpoint, Listing) else kinds

    def _success(self) -> tuple[int, shapes.Schema]:
        if self.method.lower() in self.endpoint.answers:
            return self.endpoint.answers[self.method.lower()]
        if isinstance(self.endpoint, Listing):
            return 200, _page(self.endpoint.resource.name)
        return 200, shapes.reference(cast(Detail, self.endpoint).resource.name)

    def _more(self) -> dict[int, str]:
        more = {404: "Not found"} if "{" in self.path else {}
        if self.method in ("PUT", "PATCH"):
            more |= {412: "No longer what If-Match says"}
        if self.method in WRITES and self.endpoint.body is not None:
            more |= {413: "Too large", 415: "Not JSON"}
            if self.endpoint.tag == "jobs":
                more |= {409: "Cannot start", 422: "Key used before"}
        return more | self.endpoint.refusals


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer rs_…` in the document."""

    target_class = "riskscore.api.framework.auth.BearerKey"
    name = "key"

    def get_security_definition(self, _auto_schema: AutoSchema) -> dict[str, Any]:
        """An HTTP bearer scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "rs_<prefix>_<secret>"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A browser signed in to admin, for reading."""

    target_class = "riskscore.api.framework.auth.SessionReads"
    name = "session"

    def get_security_definition(self, _auto_schema: AutoSchema) -> dict[str, Any]:
        """The session's cookie."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def without_slashes(endpoints: list[Any]) -> list[Any]:
    """Spectacular's hook: each address stands once in the document, without the slash."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


def with_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Spectacular's hook: the schemas that our references name."""
    result["components"].setdefault("schemas", {}).update(COMPONENTS)
    return result


def _names(path: str) -> list[str]:
    return [part.split("}")[0] for part in path.split("{")[1:]]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = {k: v for k, v in parameter.schema.items() if k != "description"}
    result: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.schema["description"],
        "schema": schema,
    }
    if parameter.default is not None:
        schema["default"] = parameter.default
    if parameter.many:
        result |= {"schema": {"type": "array", "items": schema}, "style": "form", "explode": False}
    return result


def _page(name: str) -> shapes.Schema:
    items = shapes.several(shapes.reference(name), "The page.")
    link = shapes.optional(shapes.text("Address of the next page; null at the end."))
    return shapes.record({"items": items, "next": link}, "A page.", required=["items", "next"])
