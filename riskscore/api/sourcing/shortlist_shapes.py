"""The JSON of a shortlist, field by field."""

from riskscore.api.framework import shapes
from riskscore.api.framework.shapes import Schema
from riskscore.engine.sourcing.new_tonnes import Rule


def maybe(about: str) -> Schema:
    """A number, or null."""
    return shapes.optional(shapes.number(about))


PLACE = shapes.text("Place code.")
BASELINE = shapes.record(
    {
        "imports_t": maybe("Tonnes a year, mean of three years."),
        "own_production_t": maybe("Tonnes a year."),
        "largest": shapes.optional(shapes.text("Place code of the largest partner.")),
        "largest_share01": maybe("N-1: its share of the imports."),
        "import_hhi01": maybe("HHI of the imported tonnes."),
        "geopolrisk01": maybe("GeoPolRisk."),
        "named": PLACE,
        "named_share01": maybe("The named country's share."),
    },
    "The buyer's supply today.",
)
CAPACITY = shapes.record(
    {
        "year": shapes.optional(shapes.whole("The newest year that it is stated for.")),
        "low": shapes.number("The least it may be, kt a year."),
        "high": shapes.number("The most it may be; the same where one figure is stated."),
        "unit": shapes.text("kt of what."),
        "basis": shapes.text("stated, planned, output or estimated."),
        "reason": shapes.text("Why a range, and why this one."),
        "source": shapes.text("Release or address; empty: derived."),
    },
    "What tonnes are counted from.",
)
USE = shapes.record(
    {
        "amount": shapes.one_of(
            ("one_kt", "best_use", "instead_of_largest", "all"),
            "How much is taken: 1 kt; what lowers N-1 most; in place of all that the largest "
            "partner sells; all that can be used. Never more than the project's greatest capacity "
            "that is free of off-take, nor than the imports.",
        ),
        "rule": shapes.one_of(list(Rule), "Who gives way."),
        "tonnes": shapes.number("Tonnes of traded product."),
        "n1_change01": shapes.number("After less before, share of today's imports."),
        "n1_change_low01": shapes.number("Least over the years."),
        "n1_change_high01": shapes.number("Greatest over the years."),
        "import_hhi_change01": shapes.number("After less before."),
        "import_hhi_change_low01": shapes.number("Least over the years."),
        "import_hhi_change_high01": shapes.number("Greatest over the years."),
        "geopolrisk_change01": maybe("After less before, world output as it is."),
        "named_share_change01": maybe("Of the named country."),
    },
    "What taking so much changes.",
)
COST = shapes.record(
    {
        "score": maybe("0..100; null: not assessed."),
        "low": shapes.number("The least it can be, or the 5 % quantile."),
        "high": shapes.number("The most it can be, or the 95 % quantile."),
    },
    "A dimension of human cost.",
)
OWNER = shapes.record(
    {
        "name": shapes.text("Name."),
        "company": shapes.text("Key of the company."),
        "share": maybe("0..1; null: unknown."),
        "low": shapes.number("The least it can be."),
        "high": shapes.number("The most it can be."),
        "place": shapes.optional(shapes.text("Where it is at home; null: unknown.")),
        "state": shapes.text("Who has looked at the statement; unverified unless somebody did."),
        "worth": shapes.number("What the statement counts, 0..1."),
    },
    "An owner as a source states it.",
)
OWNED = shapes.record(
    {
        "place": shapes.optional(shapes.text("Home of the owners; null: unknown.")),
        "low": shapes.number("The least that they hold together, 0..1."),
        "high": shapes.number("The most that they can hold."),
        "unverified": shapes.flag("Whether a statement among them is unverified."),
    },
    "What owners of one place hold.",
)
ADJUSTED = shapes.record(
    {
        "places": shapes.several(PLACE, "Homes of owners that can hold half or more."),
        "gain_low01": shapes.number("The least gain over them."),
        "gain_high01": shapes.number("The greatest."),
    },
    "The gain if the tonnes count at the home of whoever may control the project: real in place of "
    "nominal diversification.",
)
DECIDES = shapes.record(
    {
        "fact": shapes.one_of(("capacity", "labour", "indigenous"), "What is not known."),
        "indicator": shapes.optional(shapes.text("Which indicator of it weighs most.")),
        "comparisons": shapes.number(
            "How many more of the others the project would be told apart from, mean of both ends."
        ),
    },
    "The one fact whose knowledge would tell the project apart from most others.",
)
REFINING = shapes.record(
    {
        "diversifying": shapes.optional(
            shapes.flag("Whether its output escapes the bottleneck of refining; null: unknown.")
        ),
        "bottleneck": shapes.optional(shapes.text("Place that refines most of it.")),
        "bottleneck_share01": maybe("Its share of world refining."),
        "why": shapes.text("Why."),
        "assumed": shapes.text("What is not known and was assumed."),
    },
    "Which way its output takes through refining.",
)
WEAKEST = shapes.record(
    {
        "stage": shapes.text("mining, refining or product."),
        "scope": shapes.text("buyer: its own trade; world: all output, which stands in."),
        "place": shapes.text("With whom most is lost."),
        "share01": shapes.number("What is lost."),
    },
    "The weakest stage of the chain to the buyer.",
)
VERDICT = shapes.record(
    {
        "word": shapes.text("diversifying, not diversifying or not told."),
        "why": shapes.text("Why."),
    },
    "Whether taking from it spreads the imports.",
)
ITEM = shapes.record(
    {
        "key": shapes.text("Key of the project."),
        "name": shapes.text("Its name."),
        "place": PLACE,
        "kind": shapes.text("mine, deposit, smelter, refinery or plant."),
        "role": shapes.text("Of the mineral at the project."),
        "status": shapes.optional(shapes.text("What it does; null: unknown.")),
        "not_dominated": shapes.flag("Whether no other one is better on both axes."),
        "told_apart_from": shapes.whole("From how many others it is told apart."),
        "of": shapes.whole("How many others there are."),
        "capacity": shapes.optional(CAPACITY),
        "offtake_bound01": shapes.number("Part of the output that is bound to other buyers."),
        "tonnes_low": shapes.number("The least it can give, tonnes of traded product."),
        "tonnes_high": maybe("The most; null: nothing bounds it."),
        "gain_low01": maybe("Least fall of N-1 at the best use, of today's imports."),
        "gain_high01": maybe("Greatest fall of N-1 at the best use."),
        "uses": shapes.several(USE, "What other uses change, by rule and amount."),
        "human_cost": shapes.record(
            {"low": shapes.number("Least."), "high": shapes.number("Most.")},
            "The worse of the two dimensions, with bounds.",
        ),
        "labour": COST,
        "indigenous": COST,
        "owners": shapes.several(OWNER, "Empty: unknown."),
        "owned_from": shapes.several(OWNED, "By home."),
        "owner_adjusted": shapes.optional(ADJUSTED),
        "offtake": shapes.several(shapes.record({}, "A contract."), "Contracts of today."),
        "communities": shapes.several(
            shapes.record({}, "Name, people and km."), "Nearest registered communities."
        ),
        "would_decide": shapes.optional(DECIDES),
        "unknown": shapes.several(shapes.text("A fact."), "What nobody states."),
        "refining": REFINING,
        "verdict": VERDICT,
        "why": shapes.text("Why it is there, in words."),
    },
    "One project.",
)
FOR_BUYER = shapes.record(
    {
        **ITEM["properties"],
        "baseline": BASELINE,
        "year": shapes.whole("The last year of the trade."),
        "uses_by_owner": shapes.several(
            shapes.record(
                {"place": PLACE, "uses": shapes.several(USE, "By rule and amount.")},
                "Tonnes counted at the home of an owner.",
            ),
            "The same uses with the tonnes counted at the home of whoever may control it.",
        ),
    },
    "One project, and what it would change for the buyer.",
)
SHORTLIST = shapes.record(
    {
        "buyer": shapes.text("Place codes, joined by +."),
        "members": shapes.several(PLACE, "Who belongs to the buyer."),
        "mineral": shapes.text("Its code."),
        "year": shapes.whole("The last year of the trade."),
        "basis": shapes.text("bounds or interval."),
        "baseline": BASELINE,
        "considered": shapes.whole("Projects that were compared."),
        "not_dominated": shapes.whole("Of these, how many no other one is better than."),
        "left_out": shapes.record({}, "By dimension, how many exceed its ceiling."),
        "weakest_stage": shapes.optional(WEAKEST),
        "items": shapes.several(ITEM, "Those that no other one is better than first."),
        "notes": shapes.several(shapes.text("A note."), "What to keep in mind."),
    },
    "A shortlist: dependence and human cost side by side, never joined.",
)
