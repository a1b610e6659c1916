"""What is sent to state something about a project or a company."""

from typing import Any

from rest_framework import serializers

from riskscore.api.framework.body_serializers import (
    Body,
    BooleanField,
    CharField,
    ChoiceField,
    DateField,
    FloatField,
    IntegerField,
    ListField,
)
from riskscore.api.writing import stated_limits as limits
from riskscore.api.writing.project_bodies import BLANK, NULLABLE, OPTIONAL
from riskscore.models import Capacity, Evidence, Ownership, ProjectStatus

REACH = [each for each in Evidence.Reach.values if each]
URL = "Where it can be read."
CREDIBILITY = (
    "0..1: how far its source can be believed. A court or an audit of this site 1, a newspaper "
    "with names and days 0.7, one unnamed voice 0.3."
)


def _replaces(what: str) -> Any:
    about = f"Number of the {what} of which this is a new version."
    return IntegerField(min_value=1, max_value=2**63 - 1, **NULLABLE, help_text=about)


class EvidenceBody(Body):
    """A dated, sourced statement about a project. Nothing is changed: a correction replaces."""

    kind = ChoiceField(Evidence.Kind.values, help_text="What it is about.")
    level = CharField(max_length=40, **BLANK, help_text="Of consent and certification alone.")
    happened_on = DateField(help_text="The day it happened.")
    expires_on = DateField(**NULLABLE, help_text="Last day on which it counts.")
    severity = FloatField(
        states=limits.WEIGHT, help_text="0..1: how grave it is among statements of its kind."
    )
    reach = ChoiceField(
        [each for each in Evidence.Reach.values if each],
        **OPTIONAL,
        help_text="How far it was felt.",
    )
    credibility = FloatField(states=limits.WEIGHT, help_text=CREDIBILITY)
    status = ChoiceField(Evidence.Status.values, **OPTIONAL, help_text="By default reported.")
    self_disclosed = BooleanField(**OPTIONAL, help_text="Whether the project itself states it.")
    url = CharField(max_length=400, states=limits.ADDRESS, help_text=URL)
    reference = CharField(max_length=160, **BLANK, help_text="What its source calls the case.")
    note = CharField(max_length=400, **BLANK, help_text="A note.")
    replaces = _replaces("statement")


class StatusBody(Body):
    """What a project does from a day on."""

    status = ChoiceField(ProjectStatus.Word.values, help_text="What it does.")
    since = DateField(help_text="The day from which it is so; none to come.")
    credibility = FloatField(states=limits.WEIGHT, help_text=CREDIBILITY)
    url = CharField(max_length=400, **BLANK, states=limits.ADDRESS_OR_NONE, help_text=URL)
    note = CharField(max_length=400, **BLANK, help_text="A note.")


class CapacityBody(Body):
    """What a project can give of one mineral in a year: an amount, or a range with its reason."""

    mineral = CharField(max_length=40, help_text="Code of the mineral.")
    year = IntegerField(min_value=1900, max_value=2100, help_text="The year.")
    amount = FloatField(
        **NULLABLE,
        states=limits.AMOUNT,
        help_text="A year, in the unit; null: only a range is known.",
    )
    low = FloatField(**NULLABLE, states=limits.AMOUNT, help_text="The least.")
    high = FloatField(**NULLABLE, states=limits.AMOUNT, help_text="The most.")
    unit = CharField(max_length=60, help_text="Of one year, such as t Li.")
    basis = ChoiceField(Capacity.Basis.values, **OPTIONAL, help_text="By default stated.")
    reason = CharField(max_length=300, **BLANK, help_text="Why a range, and why this one.")
    credibility = FloatField(states=limits.WEIGHT, help_text=CREDIBILITY)
    url = CharField(max_length=400, **BLANK, states=limits.ADDRESS_OR_NONE, help_text=URL)
    note = CharField(max_length=400, **BLANK, help_text="A note.")


class FootprintBody(Body):
    """The outline of a project, in place of a radius by its stage."""

    outline = serializers.JSONField(
        allow_null=True,
        help_text="GeoJSON: a Polygon or MultiPolygon, a Feature or a FeatureCollection of them, "
        "longitude first. Null takes the last outline back.",
    )
    source = CharField(max_length=300, help_text="Web address where the outline comes from.")


class OwnerBody(Body):
    """What a company holds of a project."""

    company = CharField(max_length=60, help_text="Key of the company.")
    share = FloatField(
        **NULLABLE, states=limits.PART, help_text="Above 0, at most 1; null: unknown, never zero."
    )
    since = DateField(**NULLABLE, help_text="First day.")
    until = DateField(**NULLABLE, help_text="Last day.")
    stated_on = DateField(**NULLABLE, help_text="The day of the source.")
    credibility = FloatField(states=limits.WEIGHT, help_text=CREDIBILITY)
    url = CharField(max_length=400, states=limits.ADDRESS, help_text=URL)
    note = CharField(max_length=400, **BLANK, help_text="Why it is so.")
    replaces = _replaces("statement")


class DecisionBody(Body):
    """What somebody who has looked says of a statement."""

    state = ChoiceField(
        [Ownership.State.CONFIRMED.value, Ownership.State.REJECTED.value],
        help_text="A rejected statement counts nothing.",
    )
    note = CharField(max_length=400, **BLANK, help_text="Why it was decided so.")


class HomeBody(Body):
    """Where a company is at home, and who stands above it. Null is unknown."""

    place = CharField(max_length=3, **NULLABLE, help_text="Country, ISO 3166 alpha-3.")
    parent = CharField(max_length=60, **NULLABLE, help_text="Key of the company above it.")
    state_owned = BooleanField(**NULLABLE, help_text="Whether a state holds most of it.")
    stated_on = DateField(**NULLABLE, help_text="The day of the source.")
    credibility = FloatField(states=limits.WEIGHT, help_text=CREDIBILITY)
    url = CharField(max_length=400, states=limits.ADDRESS, help_text=URL)
    note = CharField(max_length=400, **BLANK, help_text="Why it is so.")
    replaces = _replaces("statement")


class CompanyBody(Body):
    """A company, with where it is at home if that is known."""

    key = CharField(
        max_length=60, states=limits.OF_KEY, help_text="For ever: small letters, digits, hyphens."
    )
    name = CharField(max_length=200, help_text="Its name.")
    aliases = ListField(
        child=CharField(max_length=200), max_length=50, **OPTIONAL, help_text="Other names of it."
    )
    home = HomeBody(**NULLABLE, help_text="What is said of it.")
