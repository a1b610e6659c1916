"""Scenarios: named lists of shocks that people store and nobody changes."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import query_fields
from riskscore.api.framework.body_serializers import (
    Body,
    CharField,
    ChoiceField,
    DateField,
    FloatField,
    IntegerField,
    ListField,
    RegexField,
    check,
)
from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.problems import of_body
from riskscore.api.framework.row_serializers import Made, RowSerializer, columns_of
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow
from riskscore.api.framework.viewsets import READ, SCENARIO
from riskscore.api.writing import stated_limits as limits
from riskscore.api.writing.once import answered_once
from riskscore.curation import scenario_edits
from riskscore.curation.scenario_edits import CODE, TEXTS, Written
from riskscore.engine.sourcing.stated_shocks import (
    MOST_SHOCKS,
    MOST_TEXT,
    STAGES,
    BadShocks,
    Condition,
    Kind,
)
from riskscore.models import Scenario

ORDERS = {"id": Order("id", "id"), "-id": Order("id", "id", descending=True)}


class DayText(DateField):
    """A day that is kept as it is written: shocks are stored as JSON."""

    def to_internal_value(self, given: Any) -> Any:
        """The text. Raises ValidationError where it is no day."""
        super().to_internal_value(given)
        return given


class ShockSerializer(Body):
    """One shock. Cuts combine: 1 − Π(1 − cut)."""

    rules = limits.by_kind()

    kind = ChoiceField(
        Kind,
        help_text="export_cut: a share of what the place exports stops; output_cut: a share of what"
        " it makes (exports, its own use, the world's output); project_lost: a project's tonnes are"
        " lost, or delayed if it has an `until`; new_capacity: tonnes or a share more;"
        " agreement_signed, agreement_ended: with the buyers; social_condition: places that the"
        " buyers no longer buy from.",
    )
    place = CharField(required=False, help_text="Place code, also of a group.")
    mineral = CharField(required=False, help_text="Code of the mineral, or `all`.")
    project = CharField(
        required=False,
        help_text="Key of a project: place, main mineral and stated capacity are meant.",
    )
    stage = ChoiceField(STAGES, required=False, help_text="ore, processed, or any (the default).")
    cut = FloatField(
        required=False, states=limits.OF_SHOCKS["cut"], help_text="Share lost, 0 to 1."
    )
    more = FloatField(
        required=False, states=limits.OF_SHOCKS["more"], help_text="Share gained; 1 doubles it."
    )
    tonnes = FloatField(
        required=False,
        states=limits.OF_SHOCKS["tonnes"],
        help_text="Tonnes a year of what the mineral's production counts (`basis`).",
    )
    condition = ChoiceField(
        Condition,
        required=False,
        help_text="forced_labour, child_or_forced_labour: the mineral from this place is listed so;"
        " labour_above, indigenous_above: every scored project there scores above the ceiling.",
    )
    ceiling = FloatField(
        required=False, states=limits.OF_SHOCKS["ceiling"], help_text="Score, 0 to 100."
    )
    buyers = ListField(
        child=CharField(help_text="Place code."),
        required=False,
        states=limits.BUYERS,
        help_text="Only they feel it; none: everybody.",
    )
    since = DayText(required=False, help_text="First day.")
    until = DayText(required=False, help_text="Last day.")
    about = CharField(
        max_length=MOST_TEXT, required=False, allow_blank=True, help_text="What it assumes."
    )
    source = CharField(
        max_length=MOST_TEXT,
        required=False,
        allow_blank=True,
        help_text="Where the fact can be read.",
    )


def shocks(**more: Any) -> ListField:
    """The field of a list of shocks."""
    stated = {"minItems": 1, "maxItems": MOST_SHOCKS}
    about = f"1 to {MOST_SHOCKS} shocks."
    return ListField(child=ShockSerializer(), states=stated, help_text=about, **more)


class ScenarioSerializer(RowSerializer):
    """A version of a scenario. What it does to buyers: `…/effects`."""

    id = serializers.IntegerField(help_text="Its number.")
    code = serializers.CharField(help_text="Its code.")
    version = serializers.IntegerField(help_text="Version; stored versions never change.")
    title = serializers.CharField(help_text="What happens, in a few words.")
    about = serializers.CharField(help_text="What it assumes, and why.")
    source = serializers.CharField(help_text="Where its facts can be read.")
    shipped = Made(
        serializers.BooleanField(
            help_text="Whether it came with the library and not from a person."
        ),
        "created_by_id",
        make=lambda row: row["created_by_id"] is None,
    )
    created_at = serializers.DateTimeField(help_text="When it was stored.")
    shocks = serializers.ListField(child=ShockSerializer(), help_text="What happens.")


class ScenarioWritingSerializer(Body):
    """A scenario, or the next version of one. What each kind of shock needs, `stated_shocks`
    checks.
    """

    code = RegexField(f"^{CODE.pattern}$", help_text="Its code.")
    version = IntegerField(
        min_value=1, required=False, help_text="The next version, if you want to be sure."
    )
    title = CharField(min_length=1, max_length=TEXTS["title"], help_text="What happens.")
    about = CharField(
        max_length=TEXTS["about"],
        required=False,
        allow_blank=True,
        help_text="What it assumes, and why.",
    )
    source = CharField(
        max_length=TEXTS["source"],
        required=False,
        allow_blank=True,
        help_text="Where its facts can be read.",
    )
    shocks = shocks(min_length=1, max_length=MOST_SHOCKS)


NEWER = Scenario.objects.filter(code=OuterRef("code"), version__gt=OuterRef("version"))
VERSIONS = {"current": ~Q(Exists(NEWER)), "all": Q()}


def codes() -> set[str]:
    """The codes of all scenarios."""
    return set(Scenario.objects.values_list("code", flat=True))


class ScenarioFilters(FilterSet):
    """Filters of scenarios."""

    versions = Filter(
        query_fields.ChoiceField(
            VERSIONS, default="current", help_text="Only the newest of each, or every version."
        ),
        VERSIONS.__getitem__,
    )


class StoreQuery(serializers.Serializer[Any]):
    """How a scenario is stored."""

    validate_only = query_fields.FlagField(help_text="Only check it, with 200; nothing is stored.")


class ScenarioViewSet(ListRows, RetrieveRow):
    """Stored scenarios; POST stores one, or the next version of one."""

    tag = "sourcing"
    shows = ("scenario",)
    takes = {"POST": ("add_scenario",)}
    write_scopes = frozenset({SCENARIO})
    queryset = Scenario.objects.all()
    serializer_class = ScenarioSerializer
    filterset_class = ScenarioFilters
    queries = {"create": StoreQuery}
    orders = ORDERS
    idempotent = ("create",)
    refusals = {"create": {409: "Somebody else's code, or not the next version", 422: "Key used"}}
    about_one = "One scenario: the newest version."
    lookup_field = "code"
    lookup_value_converter = "slug"

    def one(self) -> QuerySet[Any]:
        """The newest version."""
        return Scenario.objects.filter(**self.kwargs).order_by("-version")

    @extend_schema(
        request=ScenarioWritingSerializer,
        responses={200: ScenarioSerializer, 201: ScenarioSerializer},
    )
    @answered_once
    def create(self, request: Request) -> Response:
        """Store it. The same content again is the same version, with 200."""
        body = check(request, ScenarioWritingSerializer)
        sent: Any = request.data  # shocks are stored as they are written
        written = Written(**{**body, "shocks": sent["shocks"]})
        try:
            if self.query["validate_only"]:
                scenario_edits.checked(written.shocks)
                return Response({"code": written.code, "title": written.title})
            stored, new = scenario_edits.store(written, by=request.user)
        except BadShocks as refused:
            raise of_body(refused.faults) from None
        row = Scenario.objects.values(*columns_of(ScenarioSerializer.chosen(None)))
        shown = ScenarioSerializer.of(row.get(pk=stored.pk))
        response = Response(shown, status=201 if new else 200)
        response["Location"] = f"/api/v1/sourcing/scenarios/{stored.code}/{stored.version}"
        return response


class ScenarioVersionViewSet(RetrieveRow):
    """One version of a scenario."""

    tag = "sourcing"
    shows = ("scenario",)
    read_scopes = frozenset({READ, SCENARIO})
    serializer_class = ScenarioSerializer
    lookup_field = ""

    def one(self) -> QuerySet[Any]:
        """The version asked for."""
        return Scenario.objects.filter(**self.kwargs)
