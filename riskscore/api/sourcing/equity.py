"""The equity ledger: stakes and off-take of a buyer's and its allies' companies, against need."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import filters
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Endpoint
from riskscore.api.framework.parameters import code
from riskscore.api.framework.shapes import Schema
from riskscore.api.sourcing import asking
from riskscore.models import Ownership
from riskscore.sourcing.holdings import equity


def _maybe(about: str) -> Schema:
    return shapes.optional(shapes.number(about))


def _tonnes() -> dict[str, Schema]:
    """Stated and counted, now and planned, at least and at most."""
    of = {"": "now", "planned_": "by the newest plan"}
    how = {
        "stated": "if every statement is true",
        "counted": "for what the statements are worth",
    }
    return {
        f"{prefix}{what}_kt_{end}": _maybe(f"kt a year {when}, {words}, at {bound}; null: unknown.")
        for prefix, when in of.items()
        for what, words in how.items()
        for end, bound in (("low", "least"), ("high", "most"))
    }


CODES = shapes.several(shapes.text("Place code."), "Countries.")
CAPACITY = shapes.optional(
    shapes.record(
        {
            "low": shapes.number("kt a year at least, in the unit of the ledger."),
            "high": shapes.number("At most."),
            "year": shapes.optional(shapes.whole("The year that it is stated for.")),
            "basis": shapes.text("stated, planned, output or estimated."),
            "reason": shapes.text("Why a range, or whose statement it is."),
            "source": shapes.text("Release or address; empty: a range of its country."),
        },
        "What the site can give.",
    )
)
HELD = shapes.record(
    {
        "side": shapes.one_of(equity.TOTALS, "Whose."),
        "sites": shapes.whole("Sites in which something is held."),
        **_tonnes(),
        **{
            f"{what}_of_need_{end}": _maybe("Over what is needed; null: not comparable, see `why`.")
            for what in ("stated", "counted")
            for end in ("low", "high")
        },
        "why": shapes.optional(shapes.text("Why figures are null; null: they are not.")),
    },
    "Tonnes held in all: site by site, no more than the site gives. A stake and off-take of one "
    "site may be the same tonnes: at least the greater of the two, at most both.",
)
NEED = shapes.record(
    {
        "year": shapes.whole("The last of the three years that trade and output are means of."),
        "imports_kt": _maybe("Imports; null: no trade on record."),
        "imports_unit": shapes.text("What they are tonnes of."),
        "own_production_kt": _maybe("Output of its own."),
        "own_production_unit": shapes.text("What it is tonnes of."),
        "needed_kt": _maybe("Both together; null: they cannot be added."),
        "note": shapes.text("How they were made comparable; empty: they are."),
        "why": shapes.optional(shapes.text("Why it is not compared with what is held.")),
    },
    "What the buyer needs in a year.",
)
CLAIM = shapes.record(
    {
        "side": shapes.one_of(
            ("buyer", "ally", "other", "unknown"), "Whose, by the home of the owner."
        ),
        "kind": shapes.one_of(("stake", "offtake"), "A share of the site, or of its output."),
        "project": shapes.text("Key of the project."),
        "project_name": shapes.text("Its name."),
        "place": shapes.text("Its country."),
        "status": shapes.text("What it does; empty: unknown."),
        "company": shapes.optional(shapes.text("Key of the owner.")),
        "name": shapes.text("Name of the owner, or of who takes."),
        "holder": shapes.optional(shapes.text("Key of the company behind it.")),
        "home": shapes.optional(shapes.text("Country of its home; null: unknown.")),
        "share": _maybe("As stated; null: nobody states it."),
        "share_low": shapes.number("At least, if the statement is true."),
        "share_high": shapes.number("At most."),
        "state": shapes.one_of(
            (*Ownership.State.values, "entered"),
            "Who has looked at the statement; off-take is entered by a curator and has none.",
        ),
        "worth": shapes.number("What owner and home count together, 0..1."),
        "source": shapes.text("Address, else code of the release."),
        "doubt": shapes.text("What speaks against it; empty: nothing known."),
        "capacity": CAPACITY,
        "planned": CAPACITY,
        **_tonnes(),
    },
    "One owner of one site, or one contract.",
)
EQUITY = shapes.record(
    {
        "buyer": shapes.text("Place codes of the buyer."),
        "members": CODES,
        "allies": CODES,
        "allies_by": shapes.one_of(
            ("agreement", "request"),
            "By agreements on record that are in force (no trade bloc, no forum), or as asked.",
        ),
        "mineral": shapes.text("Code of the mineral."),
        "unit": shapes.text("What held tonnes are tonnes of."),
        "as_of": shapes.day("The day of owners and contracts."),
        "needed": NEED,
        "held": shapes.several(HELD, "The buyer's, its allies', and both together."),
        "rows": shapes.several(
            CLAIM, "Buyer's and allies' first, then the greatest of the others."
        ),
        "others_left_out": shapes.whole("Rows of others that are not listed."),
        "record": shapes.record(
            {
                "sites": shapes.whole("Sites that yield the mineral, in any role."),
                "with_owner_or_offtake": shapes.whole("Those of which anybody is on record."),
            },
            "How much is on record at all.",
        ),
        "without_capacity": shapes.several(
            shapes.text("Key."),
            "Sites of buyer and allies whose capacity nobody knows: 0 at the least, no most.",
        ),
    },
    "Stakes and off-take against what is needed. Most owners are unverified: see `worth`.",
)


class Equity(Endpoint):
    """Tonnes held by the buyer's companies and its allies', against tonnes needed."""

    tag = "sourcing"
    shows = ("project", "score")
    answers = {"get": (200, shapes.reference("SourcingEquity"))}
    parameters = (
        asking.BUYER,
        asking.MINERAL,
        code(
            "allies",
            "Whose companies count as allies: place codes. By default the countries with which the "
            "buyer has an agreement about the mineral on record.",
            filters.countries,
            many=True,
        ),
    )

    def get(self, _request: Request) -> Response:
        """Return the ledger as it stands today."""
        query = self.query_values
        question = equity.Question(
            asking.buyer(query), asking.needed(query, asking.MINERAL), query["allies"]
        )
        return Response(equity.ledger(question, timezone.now().date()))
