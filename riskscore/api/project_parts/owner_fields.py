"""Owners as fields of a project, and as conditions on projects."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from rest_framework import serializers

from riskscore.api.framework.filtersets import Filter, FilterSet
from riskscore.api.framework.query_fields import ChoiceField, KnownField, Several
from riskscore.api.framework.row_serializers import Made, Row, RowSerializer
from riskscore.engine.inputs import owner_values
from riskscore.models import Company, Ownership, Place
from riskscore.releases import owner_statements
from riskscore.releases.owner_statements import Home
from riskscore.scoring.indicators import owner_bounds

STATES = "; ".join(
    f"{state}: counts at most {cap:g} of what it says" for state, cap in owner_values.CAP.items()
)


class OwnerSerializer(serializers.Serializer[Any]):
    """An owner as a source states it. Most are unverified: say so wherever one is shown."""

    name = serializers.CharField(help_text="The owner's name.")
    company = serializers.CharField(help_text="Key of the company, stable for ever.")
    share = serializers.FloatField(allow_null=True, help_text="0..1; null: unknown, never zero.")
    place = serializers.CharField(
        allow_null=True, help_text="Where it is at home, else where its parent is; null: unknown."
    )
    place_state = serializers.ChoiceField(
        Ownership.State.values,
        allow_null=True,
        help_text="Who has looked at where it is at home: nearly all of it is unverified.",
    )
    parent = serializers.CharField(
        allow_null=True,
        help_text="Key of the company at the end of its chain of parents; null: unknown.",
    )
    state_owned = serializers.BooleanField(
        allow_null=True, help_text="Whether it is a state or a state's; null: no source says."
    )
    state_owned_state = serializers.ChoiceField(
        Ownership.State.values, allow_null=True, help_text="Who has looked at that."
    )
    state = serializers.ChoiceField(
        Ownership.State.values, help_text=f"Who has looked at it. {STATES}."
    )
    credibility = serializers.FloatField(help_text="0..1: how far its source is believed.")
    worth = serializers.FloatField(
        help_text="0..1: what it counts, the credibility capped by the state."
    )
    source = serializers.CharField(
        help_text="Address where it can be read, else code of the release."
    )
    stated_on = serializers.DateField(allow_null=True, help_text="The day of the source.")
    since = serializers.DateField(allow_null=True, help_text="First day; null: unknown.")
    until = serializers.DateField(
        allow_null=True, help_text="Last day; null: it holds still, or unknown."
    )
    basis = serializers.CharField(help_text="How the source's site was found to be this project.")
    doubt = serializers.CharField(help_text="What speaks against that; empty: nothing known.")


class BetweenSerializer(serializers.Serializer[Any]):
    """0..1; null: nothing is known, so anything from 0 to 1."""

    low = serializers.FloatField(help_text="What is certain at least; scores read this one.")
    high = serializers.FloatField(help_text="How far the unknown could raise it; shown only.")


class OwnerBoundsSerializer(serializers.Serializer[Any]):
    """Between which values the indicators of its owners lie today. Shares that nobody states,
    and what a statement is not worth, widen them. `own.outside_partners` needs `importer`.
    """

    def get_fields(self) -> dict[str, Any]:
        """Keys of indicators hold a dot, which no name of Python may."""
        keys = ("own.concentration", "own.state", "own.outside_partners")
        return {key: BetweenSerializer(allow_null=True) for key in keys}


class OwnerFields(RowSerializer):
    """The owners of a project."""

    owners = Made(
        OwnerSerializer(
            many=True, help_text="Who owns it, the greatest known share first; empty: unknown."
        ),
        "pk",
    )
    owner_bounds = Made(
        OwnerBoundsSerializer(),
        "pk",
        make=lambda row: {
            key: None if between is None else between._asdict()
            for key, between in row["owner_bounds"].items()
        },
    )


class OwnerQuery(serializers.Serializer[Any]):
    """The buyer of whom the bounds of owners speak."""

    importer = KnownField(
        lambda: set(Place.objects.values_list("code", flat=True)),
        default=owner_bounds.NOBODY,
        help_text="The buyer of whom `own.outside_partners` in `owner_bounds` speaks: a place code,"
        " or WLD for nobody in particular, from whose side nobody is outside.",
    )


COLUMNS = (
    "project_id", "company_id", "company__name", "company__key", "share", "state", "credibility",
    "url", "release__code", "stated_on", "since", "until", "basis", "doubt",
)  # fmt: skip


def add_owners(rows: list[Row], project: str) -> None:
    """Give each row its `owners`, by three queries a page; ``project`` is the column of its id."""
    found: dict[int, list[Row]] = {row[project]: [] for row in rows}
    stated = list(owner_statements.owners().filter(project__in=found).values(*COLUMNS))
    homes = owner_statements.homes(row["company_id"] for row in stated)
    tops = {home.top for home in homes.values()}
    keys = dict(Company.objects.filter(pk__in=tops).values_list("pk", "key"))
    for row in sorted(stated, key=lambda row: (-(row["share"] or 0), row["company__name"])):
        found[row["project_id"]].append(_owner(row, homes.get(row["company_id"]), keys))
    for row in rows:
        row["owners"] = found[row[project]]


def add_bounds(rows: list[Row], importer: str) -> None:
    """Give each row the bounds of its owners' indicators, all rows at once."""
    found = owner_bounds.of_projects((row["pk"] for row in rows), importer)
    for row in rows:
        row["owner_bounds"] = found[row["pk"]]


def _owner(row: Row, home: Home | None, keys: dict[int, str]) -> Row:
    top = home.top if home and home.top != row["company_id"] else None
    plain = {
        name: row[name]
        for name in ("state", "credibility", "stated_on", "since", "until", "basis", "doubt")
    }
    return {
        "name": row["company__name"],
        "company": row["company__key"],
        "share": row["share"],
        "place": home.place.value if home and home.place else None,
        "place_state": home.place.state if home and home.place else None,
        "parent": keys.get(top) if top else None,
        "state_owned": home.state_owned.value if home and home.state_owned else None,
        "state_owned_state": home.state_owned.state if home and home.state_owned else None,
        **plain,
        "worth": owner_values.worth(row["state"], row["credibility"]),
        "source": row["url"] or row["release__code"],
    }


class _Keys(Collection[str]):
    """The keys of all companies, looked up one by one: there may be hundreds of thousands."""

    def __contains__(self, key: object) -> bool:
        return Company.objects.filter(key=key).exists()

    def __iter__(self) -> Iterator[str]:
        return iter(Company.objects.order_by("key").values_list("key", flat=True)[:1000])

    def __len__(self) -> int:
        return Company.objects.count()


def countries() -> set[str]:
    """The codes of all countries: no owner is at home in a group."""
    return set(Place.objects.filter(kind=Place.Kind.COUNTRY).values_list("code", flat=True))


class OwnerFilters(FilterSet):
    """Filters by who owns a project."""

    owner = Filter(
        Several(
            KnownField(_Keys),
            help_text="Only projects that one of these companies owns, itself or through companies"
            " below it: keys of `companies`. Unverified owners count too; rejected ones do not.",
        ),
        method="owned_by",
    )
    owner_place = Filter(
        Several(
            KnownField(countries),
            help_text="Only projects with an owner at home in one of these countries, by its own or"
            " its parent's home: ISO 3166 alpha-3 codes.",
        ),
        method="owned_from",
    )
    owner_state = Filter(
        Several(
            ChoiceField(
                [each for each in Ownership.State.values if each != Ownership.State.REJECTED]
            ),
            help_text="Only projects with an owner whose statement is in one of these states.",
        ),
        method="owned_in_state",
    )

    def owned_by(self, rows: QuerySet[Any], _name: str, keys: list[str]) -> QuerySet[Any]:
        """Those that one of the companies owns, however far above."""
        return self._owned(rows, company__in=_below(keys))

    def owned_from(self, rows: QuerySet[Any], _name: str, codes: list[str]) -> QuerySet[Any]:
        """Those with an owner at home in one of the countries."""
        return self._owned(rows, company__in=owner_statements.at_home_in(codes))

    def owned_in_state(self, rows: QuerySet[Any], _name: str, states: list[str]) -> QuerySet[Any]:
        """Those with an owner whose statement is in one of the states."""
        return self._owned(rows, state__in=states)

    def _owned(self, rows: QuerySet[Any], **conditions: Any) -> QuerySet[Any]:
        """EXISTS, since a join would repeat the row."""
        project = OuterRef(f"{self.path}pk")
        return rows.filter(Exists(owner_statements.owners().filter(project=project, **conditions)))


def _below(keys: list[str]) -> set[int]:
    chosen = Company.objects.filter(key__in=keys).values_list("id", flat=True)
    return owner_statements.subsidiaries(chosen)
