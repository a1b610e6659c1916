"""Companies: where each is at home, who stands above it, whether it is a state's."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Detail, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import choice, code, search
from riskscore.api.framework.resources import Resource, Row, made, plain
from riskscore.api.project_parts.owner_fields import STATES, countries
from riskscore.models import Company, Domicile
from riskscore.releases import owner_statements

SOURCED = "null: nothing is said of it"


def _home(name: str, about: dict[str, Any], column: str = "") -> Any:
    """A field of what is said of a company now."""
    key = column or name
    return made(name, shapes.optional(about), lambda row: (row["home"] or {}).get(key), "pk")


COMPANY = Resource(
    "Company",
    "A party that owns projects: a company, a state, a fund, a person. What is said of it has its "
    "own source and state.",
    (
        plain("key", shapes.text("Stable for ever.")),
        plain("name", shapes.text("Its name.")),
        plain("aliases", shapes.several(shapes.text("A name."), "Other names of the same party.")),
        _home("place", shapes.text("Where it is at home; null: unknown."), "place_id"),
        _home("parent", shapes.text("Key of the company above it; null: unknown."), "parent__key"),
        _home("state_owned", shapes.flag("A state, or a state's; null: no source says.")),
        _home("state", shapes.one_of(Domicile.State.values, f"Who has looked. {STATES}.")),
        _home("credibility", shapes.number(f"0..1: how far the source is believed; {SOURCED}.")),
        _home("stated_on", shapes.day("The day of the source.")),
        _home("source", shapes.text(f"Address, else code of the release; {SOURCED}.")),
        _home(
            "note",
            shapes.text(
                "What is to be known about that, such as that it is from general knowledge and was "
                f"not compared with its address; {SOURCED}."
            ),
        ),
    ),
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


class Companies(Listing):
    """All companies that own projects, or stand above one that does."""

    tag = "catalogues"
    shows = ("company", "domicile")
    resource = COMPANY
    orders = ORDERS
    parameters = listing_parameters(
        COMPANY,
        ORDERS,
        code(
            "place",
            "Only companies at home in these countries, by their own or their parents' home.",
            countries,
            many=True,
            where=lambda codes: Q(pk__in=owner_statements.at_home_in(codes)),
        ),
        choice(
            "state_owned",
            ["true", "false", "unknown"],
            "Only companies of which a source says so, itself.",
            where=_state_owned,
        ),
        search(
            lambda words: Q(name__icontains=words) | Q(key__istartswith=words),
            "Part of the name, or the beginning of the key.",
        ),
    )

    def queryset(self) -> QuerySet[Any]:
        """All of them."""
        return Company.objects.all()

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """What is said of them."""
        if names - NAMES:
            add_homes(rows)


class OneCompany(Detail):
    """One company by its key."""

    tag = "catalogues"
    shows = ("company", "domicile")
    resource = COMPANY
    parameters = (COMPANY.picker,)

    def queryset(self) -> QuerySet[Any]:
        """The company with this key."""
        return Company.objects.filter(key=self.kwargs["key"])

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """What is said of it."""
        if names - NAMES:
            add_homes(rows)
