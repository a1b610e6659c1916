"""Companies: where each is at home, who stands above it, whether it is a state's."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from rest_framework import serializers

from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.query_fields import ChoiceField, KnownField, SearchField, Several
from riskscore.api.framework.row_serializers import Made, Row, RowSerializer
from riskscore.api.framework.row_viewsets import ListRows, RetrieveRow, Rows
from riskscore.api.project_parts.owner_fields import STATES, countries
from riskscore.api.writing import statement_actions
from riskscore.api.writing.statement_actions import CompanyActions
from riskscore.api.writing.statement_bodies import CompanyBody
from riskscore.models import Company, Domicile
from riskscore.releases import owner_statements

SOURCED = "null: nothing is said of it"


class Said(Made):
    """A field of what is said of a company now, under the name of its column."""

    def __init__(self, shown: Any, column: str) -> None:
        super().__init__(shown, "pk", make=lambda row: (row["home"] or {}).get(column))


class CompanySerializer(RowSerializer):
    """A party that owns projects: a company, a state, a fund, a person. What is said of it has
    its own source and state.
    """

    key = serializers.CharField(help_text="Stable for ever.")
    name = serializers.CharField(help_text="Its name.")
    aliases = serializers.ListField(
        child=serializers.CharField(help_text="A name."), help_text="Other names of the same party."
    )
    place = Said(
        serializers.CharField(allow_null=True, help_text="Where it is at home; null: unknown."),
        "place_id",
    )
    parent = Said(
        serializers.CharField(
            allow_null=True, help_text="Key of the company above it; null: unknown."
        ),
        "parent__key",
    )
    state_owned = Said(
        serializers.BooleanField(
            allow_null=True, help_text="A state, or a state's; null: no source says."
        ),
        "state_owned",
    )
    state = Said(
        serializers.ChoiceField(
            Domicile.State.values, allow_null=True, help_text=f"Who has looked. {STATES}."
        ),
        "state",
    )
    credibility = Said(
        serializers.FloatField(
            allow_null=True, help_text=f"0..1: how far the source is believed; {SOURCED}."
        ),
        "credibility",
    )
    stated_on = Said(
        serializers.DateField(allow_null=True, help_text="The day of the source."), "stated_on"
    )
    source = Said(
        serializers.CharField(
            allow_null=True, help_text=f"Address, else code of the release; {SOURCED}."
        ),
        "source",
    )
    note = Said(
        serializers.CharField(
            allow_null=True,
            help_text="What is to be known about that, such as that it is from general knowledge"
            f" and was not compared with its address; {SOURCED}.",
        ),
        "note",
    )


#: What stands on the company itself.
NAMES = {"key", "name", "aliases"}
ORDERS = {"key": Order("key", "id"), "name": Order("name", "id")}
COLUMNS = (
    "company_id", "place_id", "parent__key", "state_owned", "state", "credibility", "stated_on",
    "url", "release__code", "note",
)  # fmt: skip


def add_homes(rows: list[Row]) -> None:
    """Give each row what is said of its company now, by one query a page."""
    said = Domicile.objects.filter(
        company__in=[row["pk"] for row in rows], superseded_by__isnull=True
    ).exclude(state=Domicile.State.REJECTED)
    found = {
        row["company_id"]: {**row, "source": row["url"] or row["release__code"]}
        for row in said.values(*COLUMNS)
    }
    for row in rows:
        row["home"] = found.get(row["pk"])


def _state_owned(words: str) -> Q:
    said = Domicile.objects.filter(company=OuterRef("pk"), superseded_by__isnull=True)
    said = said.exclude(state=Domicile.State.REJECTED)
    if words == "unknown":
        return ~Q(Exists(said.filter(state_owned__isnull=False)))
    return Q(Exists(said.filter(state_owned=words == "true")))


class CompanyFilters(FilterSet):
    """Filters of companies."""

    place = Filter(
        Several(
            KnownField(countries),
            help_text="Only companies at home in these countries, by their own or their parents'"
            " home.",
        ),
        lambda codes: Q(pk__in=owner_statements.at_home_in(codes)),
    )
    state_owned = Filter(
        ChoiceField(
            ["true", "false", "unknown"],
            help_text="Only companies of which a source says so, itself.",
        ),
        _state_owned,
    )
    q = Filter(
        SearchField(help_text="Part of the name, or the beginning of the key."),
        lambda words: Q(name__icontains=words) | Q(key__istartswith=words),
    )


@statement_actions.documented(CompanySerializer, CompanyBody)
class CompanyViewSet(CompanyActions, ListRows, RetrieveRow):
    """All companies that own projects, or stand above one that does."""

    tag = "catalogues"
    shows = ("company", "domicile")
    queryset = Company.objects.all()
    serializer_class = CompanySerializer
    filterset_class = CompanyFilters
    orders = ORDERS
    about_one = "One company by its key."
    lookup_field = "key"
    lookup_value_converter = "slug"

    def enrich(self, rows: Rows, names: set[str]) -> None:
        """What is said of them."""
        if names - NAMES:
            add_homes(rows)
