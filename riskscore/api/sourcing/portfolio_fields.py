"""What a portfolio, its exposure and a crossing of its limits look like over HTTP."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from riskscore.api import filters, lenses
from riskscore.api.framework.body_serializers import (
    Body,
    BooleanField,
    CharField,
    ChoiceField,
    DateField,
    FloatField,
    ListField,
    RegexField,
)
from riskscore.api.framework.row_serializers import Made, RowSerializer
from riskscore.models import LimitCrossing, Ownership
from riskscore.models.scores import NODES
from riskscore.models.sourcing.portfolios import Bound, Standing

NAME = r"[a-z0-9][a-z0-9-]{0,59}"
#: Of the database's own rule.
MOST_KT = 1e6


KEY = "Key of the project."
KT = "Thousand tonnes a year of the product that is held."
MINERAL = "Code of the mineral."
SINCE = "First day; null: from the beginning."
UNTIL = "Last day; null: no end."
WHAT = (
    "What must not exceed `at_most`: an exposure (0..100), the share (0..1) of a place or an owner,"
    " or the share of the largest of them (N-1)."
)
AT_MOST = "The most that it may be: 0..100 of an exposure, 0..1 of a share."
OF_PLACE = "Code of the country; of `place` alone."
OF_COMPANY = "Key of the company; of `owner` alone."
STANDING = (
    "`within`; `above`; `unclear`: a part is unknown, and it decides. The figure itself decides"
    " only where nothing is unknown, else its bounds."
)


VALUE = "The figure; null: what is unknown decides."
LEAST = "The least that it can be."
MOST = "The most that it can be."


class PositionSerializer(Body):
    """A position. Without a mineral, the project's first product is meant."""

    project = CharField(max_length=60, help_text=KEY)
    mineral = CharField(max_length=40, allow_null=True, required=False, help_text=MINERAL)
    kt_per_year = FloatField(min_value=0, max_value=MOST_KT, help_text=KT)
    since = DateField(allow_null=True, required=False, help_text=SINCE)
    until = DateField(allow_null=True, required=False, help_text=UNTIL)
    note = CharField(max_length=200, allow_blank=True, required=False, help_text="A note.")


class HeldSerializer(serializers.Serializer[Any]):
    """A position."""

    project = serializers.CharField(max_length=60, help_text=KEY)
    mineral = serializers.CharField(max_length=40, help_text=MINERAL)
    kt_per_year = serializers.FloatField(min_value=0, max_value=MOST_KT, help_text=KT)
    since = serializers.DateField(allow_null=True, help_text=SINCE)
    until = serializers.DateField(allow_null=True, help_text=UNTIL)
    note = serializers.CharField(max_length=200, help_text="A note.")


class LimitSaidSerializer(Body):
    """A limit."""

    what = ChoiceField(Bound.What.values, help_text=WHAT)
    place = CharField(allow_null=True, required=False, help_text=OF_PLACE)
    company = CharField(allow_null=True, required=False, help_text=OF_COMPANY)
    at_most = FloatField(help_text=AT_MOST)


class LimitSerializer(serializers.Serializer[Any]):
    """A limit, and how it stood when it was last checked."""

    what = serializers.ChoiceField(Bound.What.values, help_text=WHAT)
    place = serializers.CharField(allow_null=True, help_text=OF_PLACE)
    company = serializers.CharField(allow_null=True, help_text=OF_COMPANY)
    at_most = serializers.FloatField(help_text=AT_MOST)
    value = serializers.FloatField(allow_null=True, help_text=VALUE)
    low = serializers.FloatField(allow_null=True, help_text=LEAST)
    high = serializers.FloatField(allow_null=True, help_text=MOST)
    standing = serializers.ChoiceField(Standing.values, help_text=STANDING)


class PortfolioSerializer(RowSerializer):
    """Positions and limits that you keep under a name. Only you and curators see them."""

    name = serializers.CharField(help_text="Its name, unique among yours.")
    about = serializers.CharField(help_text="What it is.")
    method = serializers.CharField(
        help_text="Code of the method that scores it.", source="lens__method_code"
    )
    importer = serializers.CharField(
        help_text="The buyer from whose side.", source="lens__importer_id"
    )
    positions = Made(HeldSerializer(many=True, help_text="What is held."), "pk")
    limits = Made(LimitSerializer(many=True, help_text="Its limits."), "pk")
    version = serializers.IntegerField(help_text="Rises with every edit.")
    created_at = serializers.DateTimeField(help_text="When it was begun.")
    archived_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was archived; null: not."
    )


class PortfolioPartsSerializer(Body):
    """The parts to replace, each of them whole."""

    about = CharField(max_length=400, allow_blank=True, required=False, help_text="What it is.")
    method = CharField(max_length=60, required=False, help_text="Code of the method.")
    importer = CharField(
        max_length=3, required=False, help_text="The buyer from whose side it is scored."
    )
    positions = ListField(
        child=PositionSerializer(),
        required=False,
        help_text="All positions: they take the place of those before.",
    )
    limits = ListField(
        child=LimitSaidSerializer(),
        required=False,
        help_text="All limits: they take the place of those before.",
    )
    archived = BooleanField(
        required=False,
        help_text="Archived portfolios are not checked; they can be brought back.",
    )

    def validate_method(self, code: str) -> str:
        """A method that is published."""
        if code not in lenses.methods():
            raise ValidationError(f"no published method {code!r}")
        return code

    def validate_importer(self, code: str) -> str:
        """A place that is known."""
        if code not in filters.places():
            raise ValidationError(f"no place {code!r}: an ISO alpha-3 code, EUU or WLD")
        return code


class NewPortfolioSerializer(PortfolioPartsSerializer):
    """A portfolio."""

    name = RegexField(f"^{NAME}$", help_text="Unique among yours.")
    archived = None


class LimitCrossingSerializer(RowSerializer):
    """That a limit's standing changed. Kept once for each change, for ever."""

    id = serializers.IntegerField(help_text="Its number.")
    portfolio = serializers.CharField(help_text="Name of the portfolio.", source="portfolio__name")
    what = serializers.ChoiceField(Bound.What.values, help_text=WHAT)
    place = serializers.CharField(help_text=OF_PLACE, allow_null=True, source="place_id")
    company = serializers.CharField(help_text=OF_COMPANY, allow_null=True, source="company__key")
    at_most = serializers.FloatField(help_text=AT_MOST)
    before = serializers.CharField(help_text="Its standing before; empty: it was first seen.")
    after = serializers.ChoiceField(Standing.values, help_text=STANDING)
    value_before = serializers.FloatField(allow_null=True, help_text="As it was.")
    low_before = serializers.FloatField(allow_null=True, help_text="As it was.")
    high_before = serializers.FloatField(allow_null=True, help_text="As it was.")
    value = serializers.FloatField(allow_null=True, help_text=VALUE)
    low = serializers.FloatField(allow_null=True, help_text=LEAST)
    high = serializers.FloatField(allow_null=True, help_text=MOST)
    cause = serializers.ChoiceField(LimitCrossing.Cause.values, help_text="What changed it.")
    job = serializers.UUIDField(allow_null=True, help_text="The rescoring job.", source="job_id")
    edition = serializers.IntegerField(
        allow_null=True, help_text="Edition of the newest score in it."
    )
    at = serializers.DateTimeField(help_text="When it was found.")


DIMENSION = "Node of the method."
EXPOSURES = "Exposure per dimension, 0..100, the composite first."


class TonnesShareSerializer(serializers.Serializer[Any]):
    """One part."""

    code = serializers.CharField(help_text="Code of the place, or key of the company.")
    name = serializers.CharField(help_text="Its name.")
    kt_low = serializers.FloatField(help_text="kt a year at least.")
    kt_high = serializers.FloatField(help_text="kt a year at most.")
    share_low = serializers.FloatField(help_text="Of the tonnes, at least.")
    share_high = serializers.FloatField(help_text="Of the tonnes, at most.")


class TonnesSplitSerializer(serializers.Serializer[Any]):
    """How the tonnes divide."""

    shares = TonnesShareSerializer(help_text="The greatest first.", many=True)
    unknown_share = serializers.FloatField(
        allow_null=True, help_text="Part that no name surely holds."
    )
    hhi01_low = serializers.FloatField(allow_null=True, help_text="HHI at least, 0..1.")
    hhi01_high = serializers.FloatField(allow_null=True, help_text="HHI at most.")
    n1_low = serializers.FloatField(
        allow_null=True, help_text="N-1: the share lost with the largest, at least."
    )
    n1_high = serializers.FloatField(allow_null=True, help_text="N-1 at most.")
    about = serializers.CharField(help_text="How to read it.")


class PortfolioStakeSerializer(serializers.Serializer[Any]):
    """An owner."""

    company = serializers.CharField(help_text="Key of the owner.")
    name = serializers.CharField(help_text="Its name.")
    holder = serializers.CharField(
        help_text="Key of the company at the end of its chain of parents."
    )
    home = serializers.CharField(
        allow_null=True, help_text="Country of its or its parent's home; null: unknown."
    )
    share = serializers.FloatField(
        allow_null=True, help_text="As stated, 0..1; null: nobody states it."
    )
    share_low = serializers.FloatField(
        help_text="The least that it can be, if the statement is true."
    )
    share_high = serializers.FloatField(help_text="The most.")
    state = serializers.ChoiceField(
        Ownership.State.values, help_text="Who has looked at the statement."
    )
    worth = serializers.FloatField(help_text="What the statement counts, 0..1.")
    home_worth = serializers.FloatField(help_text="What the statement of its home counts, 0..1.")
    source = serializers.CharField(help_text="Address, else code of the release.")
    doubt = serializers.CharField(help_text="What speaks against it; empty: nothing known.")


class PositionInDimensionSerializer(serializers.Serializer[Any]):
    """A position in one dimension."""

    dimension = serializers.ChoiceField(NODES, help_text=DIMENSION)
    score = serializers.FloatField(allow_null=True, help_text="The project's; null: not assessed.")
    low = serializers.FloatField(help_text="Its least.")
    high = serializers.FloatField(help_text="Its most.")
    contribution = serializers.FloatField(
        allow_null=True, help_text="What it adds to the exposure; all of them add up to it."
    )
    contribution_to_low = serializers.FloatField(
        allow_null=True, help_text="What it adds to the least."
    )
    contribution_to_high = serializers.FloatField(
        allow_null=True, help_text="What it adds to the most."
    )
    without = serializers.FloatField(
        allow_null=True, help_text="The exposure of the others without it."
    )
    without_low = serializers.FloatField(allow_null=True, help_text="Their least.")
    without_high = serializers.FloatField(allow_null=True, help_text="Their most.")


class ExposureSerializer(serializers.Serializer[Any]):
    """Exposure to one dimension."""

    dimension = serializers.ChoiceField(NODES, help_text=DIMENSION)
    score = serializers.FloatField(
        allow_null=True, help_text="Σ kt · score ÷ Σ kt; null unless all tonnes are assessed."
    )
    low = serializers.FloatField(allow_null=True, help_text="The least that it can be.")
    high = serializers.FloatField(allow_null=True, help_text="The most that it can be.")
    of_assessed = serializers.FloatField(
        allow_null=True, help_text="The mean over the tonnes that are assessed."
    )
    coverage01 = serializers.FloatField(
        allow_null=True, help_text="Part of the tonnes that is assessed."
    )


class ExposureOfMineralSerializer(serializers.Serializer[Any]):
    """One mineral alone."""

    mineral = serializers.CharField(help_text=MINERAL, max_length=40)
    kt_per_year = serializers.FloatField(help_text="Its tonnes.")
    share = serializers.FloatField(help_text="Of all tonnes.")
    exposures = ExposureSerializer(help_text=EXPOSURES, many=True)


class ExposedPositionSerializer(serializers.Serializer[Any]):
    """A position."""

    project = serializers.CharField(help_text=KEY, max_length=60)
    name = serializers.CharField(help_text="Name of the project.")
    place = serializers.CharField(help_text="Its country.")
    mineral = serializers.CharField(help_text=MINERAL, max_length=40)
    kt_per_year = serializers.FloatField(help_text="kt a year.")
    share = serializers.FloatField(allow_null=True, help_text="Of all tonnes.")
    kept = serializers.BooleanField(
        help_text="Whether the portfolio holds it; false: only asked about."
    )
    dimensions = PositionInDimensionSerializer(help_text="By dimension.", many=True)
    owners = PortfolioStakeSerializer(help_text="Its owners; empty: none is on file.", many=True)


class ExposureBeforeSerializer(serializers.Serializer[Any]):
    """What the portfolio holds as it is; only beside `add` and `drop`."""

    kt_per_year = serializers.FloatField(help_text="All tonnes.")
    exposures = ExposureSerializer(help_text=EXPOSURES, many=True)


class PortfolioExposureSerializer(serializers.Serializer[Any]):
    """What a portfolio exposes to."""

    portfolio = serializers.CharField(help_text="Name.")
    as_of = serializers.DateField(help_text="The day whose positions and owners these are.")
    method = serializers.CharField(help_text="Code of the method.")
    method_versions = serializers.ListField(
        child=serializers.IntegerField(help_text="Version."), help_text="Versions that scored it."
    )
    importer = serializers.CharField(help_text="The buyer from whose side; WLD is nobody.")
    edition = serializers.IntegerField(
        allow_null=True, help_text="Edition of the newest score in it."
    )
    scores_as_of = serializers.ListField(
        child=serializers.DateField(help_text="Day."), help_text="Days that the scores describe."
    )
    summed = serializers.CharField(help_text="What the tonnes are tonnes of.")
    kt_per_year = serializers.FloatField(help_text="All tonnes.")
    exposures = ExposureSerializer(help_text=EXPOSURES, many=True)
    minerals = ExposureOfMineralSerializer(help_text="Exposure of each mineral alone.", many=True)
    places = TonnesSplitSerializer()
    owners = TonnesSplitSerializer()
    owner_homes = TonnesSplitSerializer()
    positions = ExposedPositionSerializer(help_text="By key of the project.", many=True)
    limits = LimitSerializer(help_text="Its limits, by these figures.", many=True)
    unknown = serializers.ListField(
        child=serializers.CharField(help_text="One line."), help_text="What is missing, in words."
    )
    before = ExposureBeforeSerializer(required=False)
