"""The equity ledger: stakes and off-take of a buyer's and its allies' companies, against need."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.query_fields import KnownField, Several
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.api.project_parts.owner_fields import countries
from riskscore.api.sourcing import asking
from riskscore.models import Ownership
from riskscore.sourcing.holdings import equity


def _tonnes() -> dict[str, Any]:
    """Fields stated and counted, now and planned, at least and at most."""
    of = {"": "now", "planned_": "by the newest plan"}
    how = {
        "stated": "if every statement is true",
        "counted": "for what the statements are worth",
    }
    return {
        f"{prefix}{what}_kt_{end}": serializers.FloatField(
            allow_null=True, help_text=f"kt a year {when}, {words}, at {bound}; null: unknown."
        )
        for prefix, when in of.items()
        for what, words in how.items()
        for end, bound in (("low", "least"), ("high", "most"))
    }


class TonnesSerializer(serializers.Serializer[Any]):
    """Something with tonnes stated and counted, now and planned."""

    def get_fields(self) -> dict[str, Any]:
        """Its own, and those of the tonnes."""
        return {**super().get_fields(), **_tonnes()}


CODES = "Countries."
OF_NEED = "Over what is needed; null: not comparable, see `why`."


class EquityCapacitySerializer(serializers.Serializer[Any]):
    """What the site can give."""

    low = serializers.FloatField(help_text="kt a year at least, in the unit of the ledger.")
    high = serializers.FloatField(help_text="At most.")
    year = serializers.IntegerField(allow_null=True, help_text="The year that it is stated for.")
    basis = serializers.CharField(help_text="stated, planned, output or estimated.")
    reason = serializers.CharField(help_text="Why a range, or whose statement it is.")
    source = serializers.CharField(help_text="Release or address; empty: a range of its country.")


class EquityHeldSerializer(TonnesSerializer):
    """Tonnes held in all: site by site, no more than the site gives. A stake and off-take of
    one site may be the same tonnes: at least the greater of the two, at most both.
    """

    side = serializers.ChoiceField([*equity.TOTALS], help_text="Whose.")
    sites = serializers.IntegerField(help_text="Sites in which something is held.")
    stated_of_need_low = serializers.FloatField(allow_null=True, help_text=OF_NEED)
    stated_of_need_high = serializers.FloatField(allow_null=True, help_text=OF_NEED)
    counted_of_need_low = serializers.FloatField(allow_null=True, help_text=OF_NEED)
    counted_of_need_high = serializers.FloatField(allow_null=True, help_text=OF_NEED)
    why = serializers.CharField(
        allow_null=True, help_text="Why figures are null; null: they are not."
    )


class EquityNeedSerializer(serializers.Serializer[Any]):
    """What the buyer needs in a year."""

    year = serializers.IntegerField(
        help_text="The last of the three years that trade and output are means of."
    )
    imports_kt = serializers.FloatField(
        allow_null=True, help_text="Imports; null: no trade on record."
    )
    imports_unit = serializers.CharField(help_text="What they are tonnes of.")
    own_production_kt = serializers.FloatField(allow_null=True, help_text="Output of its own.")
    own_production_unit = serializers.CharField(help_text="What it is tonnes of.")
    needed_kt = serializers.FloatField(
        allow_null=True, help_text="Both together; null: they cannot be added."
    )
    note = serializers.CharField(help_text="How they were made comparable; empty: they are.")
    why = serializers.CharField(
        allow_null=True, help_text="Why it is not compared with what is held."
    )


class EquityClaimSerializer(TonnesSerializer):
    """One owner of one site, or one contract."""

    side = serializers.ChoiceField(
        ("buyer", "ally", "other", "unknown"), help_text="Whose, by the home of the owner."
    )
    kind = serializers.ChoiceField(
        ("stake", "offtake"), help_text="A share of the site, or of its output."
    )
    project = serializers.CharField(help_text="Key of the project.")
    project_name = serializers.CharField(help_text="Its name.")
    place = serializers.CharField(help_text="Its country.")
    status = serializers.CharField(help_text="What it does; empty: unknown.")
    company = serializers.CharField(allow_null=True, help_text="Key of the owner.")
    name = serializers.CharField(help_text="Name of the owner, or of who takes.")
    holder = serializers.CharField(allow_null=True, help_text="Key of the company behind it.")
    home = serializers.CharField(allow_null=True, help_text="Country of its home; null: unknown.")
    share = serializers.FloatField(allow_null=True, help_text="As stated; null: nobody states it.")
    share_low = serializers.FloatField(help_text="At least, if the statement is true.")
    share_high = serializers.FloatField(help_text="At most.")
    state = serializers.ChoiceField(
        (*Ownership.State.values, "entered"),
        help_text=(
            "Who has looked at the statement; off-take is entered by a curator and has none."
        ),
    )
    worth = serializers.FloatField(help_text="What owner and home count together, 0..1.")
    source = serializers.CharField(help_text="Address, else code of the release.")
    doubt = serializers.CharField(help_text="What speaks against it; empty: nothing known.")
    capacity = EquityCapacitySerializer(allow_null=True)
    planned = EquityCapacitySerializer(allow_null=True)


class SourcingEquityRecordSerializer(serializers.Serializer[Any]):
    """How much is on record at all."""

    sites = serializers.IntegerField(help_text="Sites that yield the mineral, in any role.")
    with_owner_or_offtake = serializers.IntegerField(
        help_text="Those of which anybody is on record."
    )


class SourcingEquitySerializer(serializers.Serializer[Any]):
    """Stakes and off-take against what is needed. Most owners are unverified: see `worth`."""

    buyer = serializers.CharField(help_text="Place codes of the buyer.")
    members = serializers.ListField(
        child=serializers.CharField(help_text="Place code."), help_text=CODES
    )
    allies = serializers.ListField(
        child=serializers.CharField(help_text="Place code."), help_text=CODES
    )
    allies_by = serializers.ChoiceField(
        ("agreement", "request"),
        help_text=(
            "By agreements on record that are in force (no trade bloc, no forum), or as asked."
        ),
    )
    mineral = serializers.CharField(help_text="Code of the mineral.")
    unit = serializers.CharField(help_text="What held tonnes are tonnes of.")
    as_of = serializers.DateField(help_text="The day of owners and contracts.")
    needed = EquityNeedSerializer()
    held = EquityHeldSerializer(help_text="The buyer's, its allies', and both together.", many=True)
    rows = EquityClaimSerializer(
        help_text="Buyer's and allies' first, then the greatest of the others.", many=True
    )
    others_left_out = serializers.IntegerField(help_text="Rows of others that are not listed.")
    record = SourcingEquityRecordSerializer()
    without_capacity = serializers.ListField(
        child=serializers.CharField(help_text="Key."),
        help_text=(
            "Sites of buyer and allies whose capacity nobody knows: 0 at the least, no most."
        ),
    )


class EquityQuery(asking.ForBuyerOfMineral):
    """Whose ledger."""

    allies = Several(
        KnownField(countries),
        help_text="Whose companies count as allies: place codes. By default the countries with"
        " which the buyer has an agreement about the mineral on record.",
    )


class EquityViewSet(ApiViewSet):
    """Tonnes held by the buyer's companies and its allies', against tonnes needed."""

    tag = "sourcing"
    shows = ("project", "score")
    queries = {"retrieve": EquityQuery}
    lookup_field = ""

    @extend_schema(responses=SourcingEquitySerializer)
    def retrieve(self, _request: Request) -> Response:
        """Return the ledger as it stands today."""
        query = self.query
        question = equity.Question(asking.buyer(query), asking.needed(query), query["allies"])
        return Response(equity.ledger(question, timezone.now().date()))
