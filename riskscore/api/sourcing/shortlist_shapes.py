"""The JSON of a shortlist, field by field."""

from typing import Any

from rest_framework import serializers

from riskscore.engine.sourcing.new_tonnes import Rule

PLACE = "Place code."


class BuyerBaselineSerializer(serializers.Serializer[Any]):
    """The buyer's supply today."""

    imports_t = serializers.FloatField(
        allow_null=True, help_text="Tonnes a year, mean of three years."
    )
    own_production_t = serializers.FloatField(allow_null=True, help_text="Tonnes a year.")
    largest = serializers.CharField(allow_null=True, help_text="Place code of the largest partner.")
    largest_share01 = serializers.FloatField(
        allow_null=True, help_text="N-1: its share of the imports."
    )
    import_hhi01 = serializers.FloatField(allow_null=True, help_text="HHI of the imported tonnes.")
    geopolrisk01 = serializers.FloatField(allow_null=True, help_text="GeoPolRisk.")
    named = serializers.CharField(help_text=PLACE)
    named_share01 = serializers.FloatField(allow_null=True, help_text="The named country's share.")


class CandidateCapacitySerializer(serializers.Serializer[Any]):
    """What tonnes are counted from."""

    year = serializers.IntegerField(
        allow_null=True, help_text="The newest year that it is stated for."
    )
    low = serializers.FloatField(help_text="The least it may be, kt a year.")
    high = serializers.FloatField(
        help_text="The most it may be; the same where one figure is stated."
    )
    unit = serializers.CharField(help_text="kt of what.")
    basis = serializers.CharField(help_text="stated, planned, output or estimated.")
    reason = serializers.CharField(help_text="Why a range, and why this one.")
    source = serializers.CharField(help_text="Release or address; empty: derived.")


class CandidateUseSerializer(serializers.Serializer[Any]):
    """What taking so much changes."""

    amount = serializers.ChoiceField(
        ("one_kt", "best_use", "instead_of_largest", "all"),
        help_text=(
            "How much is taken: 1 kt; what lowers N-1 most; in place of all that the largest "
            "partner sells; all that can be used. Never more than the project's greatest "
            "capacity that is free of off-take, nor than the imports."
        ),
    )
    rule = serializers.ChoiceField(list(Rule), help_text="Who gives way.")
    tonnes = serializers.FloatField(help_text="Tonnes of traded product.")
    n1_change01 = serializers.FloatField(help_text="After less before, share of today's imports.")
    n1_change_low01 = serializers.FloatField(help_text="Least over the years.")
    n1_change_high01 = serializers.FloatField(help_text="Greatest over the years.")
    import_hhi_change01 = serializers.FloatField(help_text="After less before.")
    import_hhi_change_low01 = serializers.FloatField(help_text="Least over the years.")
    import_hhi_change_high01 = serializers.FloatField(help_text="Greatest over the years.")
    geopolrisk_change01 = serializers.FloatField(
        allow_null=True, help_text="After less before, world output as it is."
    )
    named_share_change01 = serializers.FloatField(
        allow_null=True, help_text="Of the named country."
    )


class CandidateCostSerializer(serializers.Serializer[Any]):
    """A dimension of human cost."""

    score = serializers.FloatField(allow_null=True, help_text="0..100; null: not assessed.")
    low = serializers.FloatField(help_text="The least it can be, or the 5 % quantile.")
    high = serializers.FloatField(help_text="The most it can be, or the 95 % quantile.")


class CandidateOwnerSerializer(serializers.Serializer[Any]):
    """An owner as a source states it."""

    name = serializers.CharField(help_text="Name.")
    company = serializers.CharField(help_text="Key of the company.")
    share = serializers.FloatField(allow_null=True, help_text="0..1; null: unknown.")
    low = serializers.FloatField(help_text="The least it can be.")
    high = serializers.FloatField(help_text="The most it can be.")
    place = serializers.CharField(allow_null=True, help_text="Where it is at home; null: unknown.")
    state = serializers.CharField(
        help_text="Who has looked at the statement; unverified unless somebody did."
    )
    worth = serializers.FloatField(help_text="What the statement counts, 0..1.")


class CandidateHomeSerializer(serializers.Serializer[Any]):
    """What owners of one place hold."""

    place = serializers.CharField(allow_null=True, help_text="Home of the owners; null: unknown.")
    low = serializers.FloatField(help_text="The least that they hold together, 0..1.")
    high = serializers.FloatField(help_text="The most that they can hold.")
    unverified = serializers.BooleanField(help_text="Whether a statement among them is unverified.")


class OwnerAdjustedSerializer(serializers.Serializer[Any]):
    """The gain if the tonnes count at the home of whoever may control the project: real in
    place of nominal diversification.
    """

    places = serializers.ListField(
        child=serializers.CharField(help_text=PLACE),
        help_text="Homes of owners that can hold half or more.",
    )
    gain_low01 = serializers.FloatField(help_text="The least gain over them.")
    gain_high01 = serializers.FloatField(help_text="The greatest.")


class DecidingFactSerializer(serializers.Serializer[Any]):
    """The one fact whose knowledge would tell the project apart from most others."""

    fact = serializers.ChoiceField(
        ("capacity", "labour", "indigenous"), help_text="What is not known."
    )
    indicator = serializers.CharField(
        allow_null=True, help_text="Which indicator of it weighs most."
    )
    comparisons = serializers.FloatField(
        help_text=(
            "How many more of the others the project would be told apart from, mean of both ends."
        )
    )


class CandidateRefiningSerializer(serializers.Serializer[Any]):
    """Which way its output takes through refining."""

    diversifying = serializers.BooleanField(
        allow_null=True,
        help_text="Whether its output escapes the bottleneck of refining; null: unknown.",
    )
    bottleneck = serializers.CharField(allow_null=True, help_text="Place that refines most of it.")
    bottleneck_share01 = serializers.FloatField(
        allow_null=True, help_text="Its share of world refining."
    )
    why = serializers.CharField(help_text="Why.")
    assumed = serializers.CharField(help_text="What is not known and was assumed.")


class ShortlistStageSerializer(serializers.Serializer[Any]):
    """The weakest stage of the chain to the buyer."""

    stage = serializers.CharField(help_text="mining, refining or product.")
    scope = serializers.CharField(
        help_text="buyer: its own trade; world: all output, which stands in."
    )
    place = serializers.CharField(help_text="With whom most is lost.")
    share01 = serializers.FloatField(help_text="What is lost.")


class CandidateVerdictSerializer(serializers.Serializer[Any]):
    """Whether taking from it spreads the imports."""

    word = serializers.CharField(help_text="diversifying, not diversifying or not told.")
    why = serializers.CharField(help_text="Why.")


class HumanCostSerializer(serializers.Serializer[Any]):
    """The worse of the two dimensions, with bounds."""

    low = serializers.FloatField(help_text="Least.")
    high = serializers.FloatField(help_text="Most.")


class CandidateSerializer(serializers.Serializer[Any]):
    """One project."""

    key = serializers.CharField(help_text="Key of the project.")
    name = serializers.CharField(help_text="Its name.")
    place = serializers.CharField(help_text=PLACE)
    kind = serializers.CharField(help_text="mine, deposit, smelter, refinery or plant.")
    role = serializers.CharField(help_text="Of the mineral at the project.")
    status = serializers.CharField(allow_null=True, help_text="What it does; null: unknown.")
    not_dominated = serializers.BooleanField(
        help_text="Whether no other one is better on both axes."
    )
    told_apart_from = serializers.IntegerField(help_text="From how many others it is told apart.")
    of = serializers.IntegerField(help_text="How many others there are.")
    capacity = CandidateCapacitySerializer(allow_null=True)
    offtake_bound01 = serializers.FloatField(
        help_text="Part of the output that is bound to other buyers."
    )
    tonnes_low = serializers.FloatField(
        help_text="The least it can give, tonnes of traded product."
    )
    tonnes_high = serializers.FloatField(
        allow_null=True, help_text="The most; null: nothing bounds it."
    )
    gain_low01 = serializers.FloatField(
        allow_null=True, help_text="Least fall of N-1 at the best use, of today's imports."
    )
    gain_high01 = serializers.FloatField(
        allow_null=True, help_text="Greatest fall of N-1 at the best use."
    )
    uses = CandidateUseSerializer(
        help_text="What other uses change, by rule and amount.", many=True
    )
    human_cost = HumanCostSerializer()
    labour = CandidateCostSerializer()
    indigenous = CandidateCostSerializer()
    owners = CandidateOwnerSerializer(help_text="Empty: unknown.", many=True)
    owned_from = CandidateHomeSerializer(help_text="By home.", many=True)
    owner_adjusted = OwnerAdjustedSerializer(allow_null=True)
    offtake = serializers.ListField(
        child=serializers.DictField(help_text="A contract."), help_text="Contracts of today."
    )
    communities = serializers.ListField(
        child=serializers.DictField(help_text="Name, people and km."),
        help_text="Nearest registered communities.",
    )
    would_decide = DecidingFactSerializer(allow_null=True)
    unknown = serializers.ListField(
        child=serializers.CharField(help_text="A fact."), help_text="What nobody states."
    )
    refining = CandidateRefiningSerializer()
    verdict = CandidateVerdictSerializer()
    why = serializers.CharField(help_text="Why it is there, in words.")


class UsesByOwnerSerializer(serializers.Serializer[Any]):
    """Tonnes counted at the home of an owner."""

    place = serializers.CharField(help_text=PLACE)
    uses = CandidateUseSerializer(help_text="By rule and amount.", many=True)


class ProjectForBuyerSerializer(CandidateSerializer):
    """One project, and what it would change for the buyer."""

    baseline = BuyerBaselineSerializer()
    year = serializers.IntegerField(help_text="The last year of the trade.")
    uses_by_owner = UsesByOwnerSerializer(
        help_text="The same uses with the tonnes counted at the home of whoever may control it.",
        many=True,
    )


class ShortlistSerializer(serializers.Serializer[Any]):
    """A shortlist: dependence and human cost side by side, never joined."""

    buyer = serializers.CharField(help_text="Place codes, joined by +.")
    members = serializers.ListField(
        child=serializers.CharField(help_text=PLACE), help_text="Who belongs to the buyer."
    )
    mineral = serializers.CharField(help_text="Its code.")
    year = serializers.IntegerField(help_text="The last year of the trade.")
    basis = serializers.CharField(help_text="bounds or interval.")
    baseline = BuyerBaselineSerializer()
    considered = serializers.IntegerField(help_text="Projects that were compared.")
    not_dominated = serializers.IntegerField(
        help_text="Of these, how many no other one is better than."
    )
    left_out = serializers.DictField(help_text="By dimension, how many exceed its ceiling.")
    weakest_stage = ShortlistStageSerializer(allow_null=True)
    items = CandidateSerializer(
        help_text="Those that no other one is better than first.", many=True
    )
    notes = serializers.ListField(
        child=serializers.CharField(help_text="A note."), help_text="What to keep in mind."
    )
