"""The equity ledger: tonnes that a buyer's companies and its allies' hold, against tonnes needed.

Stakes are owners' shares of what a site gives, off-take is a share of output that is sold ahead.
``stated`` is what they come to if every statement is true, ``counted`` what the statements are
worth (``riskscore.engine.inputs.owner_values``): an unverified one never more than its part. A
share that nobody states, and a capacity of which only a range is known, widen both.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from riskscore.models import Mineral, Offtake, Ownership, Project, ProjectMineral
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.scoring.stored_score import not_nan
from riskscore.sourcing import buyers
from riskscore.sourcing.buyers import Now
from riskscore.sourcing.dependence import agreements
from riskscore.sourcing.sites import capacities, contracts, same_sites, stakes
from riskscore.sourcing.sites.capacities import NOTHING, Found, Output
from riskscore.sourcing.sites.stakes import Stake

#: Rows of those who are neither buyer nor ally that are listed one by one.
MOST_OTHERS = 200
LITHIUM = "Traded carbonate and hydroxide are counted tonne for tonne as carbonate equivalent."
Row = dict[str, Any]


class Sides(NamedTuple):
    """The countries of the buyer, and those of its allies."""

    buyer: frozenset[str]
    allies: frozenset[str]

    def of(self, home: str | None) -> str:
        """Whose a company is that is at home there."""
        if home is None:
            return "unknown"
        if home in self.buyer:
            return "buyer"
        return "ally" if home in self.allies else "other"


class Claim(NamedTuple):
    """A part of one site's output: by a stake or by off-take, at least and at most."""

    project: Project
    kind: str
    side: str
    stated: tuple[float, float]
    counted: tuple[float, float]
    about: Row


@dataclass(frozen=True, slots=True)
class Question:
    """Whose ledger, of which mineral; the allies' place codes, None: its partners by agreement."""

    buyer: Buyer
    mineral: str
    allies: Sequence[str] | None = None


def ledger(question: Question, day: date) -> Row:
    """The ledger on a day. Raises NotFoundError for a mineral or buyer without tables."""
    found = buyers.now(question.buyer)
    at = buyers.mineral_at(found, question.mineral)
    sides = _sides(question, found, at)
    mineral = Mineral.objects.get(code=question.mineral)
    claims = _claims(question.mineral, sides, day)
    known = same_sites.of({one.project.pk for one in claims})
    output = capacities.of_sites(known.values(), question.mineral, day)
    rows = [_row(one, output.get(one.project.pk, NOTHING)) for one in claims]
    need = _need(found, at, mineral)
    shown, left_out = _listed(rows)
    return {
        "buyer": question.buyer.name,
        "members": sorted(sides.buyer),
        "allies": sorted(sides.allies),
        "allies_by": "agreement" if question.allies is None else "request",
        "mineral": question.mineral,
        "unit": capacities.unit_of(mineral.code, mineral.basis),
        "as_of": day.isoformat(),
        "needed": need,
        "held": [_total(side, claims, output, need) for side in TOTALS],
        "rows": shown,
        "others_left_out": left_out,
        "record": _record(question.mineral, {one.project.pk for one in claims}),
        "without_capacity": sorted(
            {
                row["project"]
                for row in rows
                if row["capacity"] is None and row["side"] in TOTALS["both"]
            }
        ),
    }


def _record(mineral: str, known: set[int]) -> Row:
    """Of how many sites of the mineral anybody is on record: silence about the others is no no."""
    yields = ProjectMineral.objects.filter(
        mineral=mineral, project__state=Project.State.PUBLISHED, project__duplicate_of=None
    )
    return {"sites": yields.count(), "with_owner_or_offtake": len(known)}


def _sides(question: Question, found: Now, at: int) -> Sides:
    own = frozenset(found.axes.members)
    if question.allies is not None:
        return Sides(own, frozenset(question.allies) - own)
    agreed = agreements.of_buyer(question.buyer, found.year, found.axes)
    allied = {
        code
        for index, code in enumerate(found.axes.places)
        if found.axes.is_country()[index] and agreed.word(at, index) in agreements.PARTNERS
    }
    return Sides(own, frozenset(allied) - own)


def _claims(mineral: str, sides: Sides, day: date) -> list[Claim]:
    """Every stake in a site of the mineral, and off-take that holds, each site once."""
    yields = ProjectMineral.objects.filter(project=OuterRef("project"), mineral=mineral)
    about = {"project__state": Project.State.PUBLISHED}
    owned = Ownership.objects.filter(Exists(yields), superseded_by=None, **about)
    bought = contracts.holding(mineral, day).filter(Exists(yields), **about)
    ranked = bought.order_by("project__key", "place", "buyer", "id")
    sold = list(ranked.select_related("project", "release"))
    ids = {*owned.values_list("project_id", flat=True), *(row.project_id for row in sold)}
    known = same_sites.of(ids)
    mains = Project.objects.in_bulk({site.main for site in known.values()})
    held = stakes.of(mains, day)
    return [
        *(
            _stake(mains[main], stake, sides)
            for main in sorted(held, key=lambda key: mains[key].key)
            for stake in held[main]
        ),
        *(_offtake(mains[known[row.project_id].main], row, sides) for row in sold),
    ]


def _stake(project: Project, stake: Stake, sides: Sides) -> Claim:
    worth = stake.worth * stake.home_worth
    statement = stake.statement
    return Claim(
        project,
        "stake",
        sides.of(stake.home),
        (stake.low, stake.high),
        (stake.low * worth, stake.high * worth),
        {
            "company": statement.company.key,
            "name": statement.company.name,
            "holder": stake.holder.key,
            "home": stake.home,
            "share": statement.share,
            "state": statement.state,
            "worth": worth,
            "source": statement.source,
            "doubt": statement.doubt,
        },
    )


def _offtake(project: Project, row: Offtake, sides: Sides) -> Claim:
    """What is sold ahead. Whoever entered it stands for it: such a row has no state."""
    share = (row.share, row.share)
    return Claim(
        project,
        "offtake",
        sides.of(row.place_id),
        share,
        share,
        {
            "company": None,
            "name": row.buyer,
            "holder": None,
            "home": row.place_id,
            "share": row.share,
            "state": "entered",
            "worth": 1.0,
            "source": row.url or (row.release.code if row.release else row.note),
            "doubt": "",
        },
    )


def _row(claim: Claim, output: Found) -> Row:
    return {
        "side": claim.side,
        "kind": claim.kind,
        "project": claim.project.key,
        "project_name": claim.project.name,
        "place": claim.project.place_id,
        "status": claim.project.status,
        **claim.about,
        "share_low": claim.stated[0],
        "share_high": claim.stated[1],
        "capacity": _capacity(output.now),
        "planned": _capacity(output.planned),
        **_tonnes("", claim, output.now),
        **_tonnes("planned_", claim, output.planned),
    }


def _capacity(output: Output | None) -> Row | None:
    return None if output is None else {**output._asdict()}


def _tonnes(prefix: str, claim: Claim, output: Output | None) -> Row:
    """kt that a claim comes to, None where no capacity is known."""
    return {
        f"{prefix}{what}_kt_{end}": None if output is None else share * kt
        for what, bounds in (("stated", claim.stated), ("counted", claim.counted))
        for end, share, kt in _ends(bounds, output)
    }


def _ends(bounds: tuple[float, float], output: Output | None) -> Iterable[tuple[str, float, float]]:
    low, high = (output.low, output.high) if output else (0.0, 0.0)
    return ("low", bounds[0], low), ("high", bounds[1], high)


def _listed(rows: list[Row]) -> tuple[list[Row], int]:
    """Buyer's and allies' rows, then the greatest of the others; and how many are left out."""
    order = {"buyer": 0, "ally": 1}
    ranked = sorted(
        rows,
        key=lambda row: (
            order.get(row["side"], 2), -(row["stated_kt_high"] or 0.0), row["project"],
            row["name"], row["kind"],
        ),
    )  # fmt: skip
    ours = [row for row in ranked if row["side"] in order]
    others = [row for row in ranked if row["side"] not in order]
    return [*ours, *others[:MOST_OTHERS]], max(len(others) - MOST_OTHERS, 0)


SILENT = "no stake or off-take of theirs is on record, which is not to say that there is none"
#: Whose tonnes are summed: the buyer's, its allies', and both together.
TOTALS: Mapping[str, tuple[str, ...]] = {
    "buyer": ("buyer",), "allies": ("ally",), "both": ("buyer", "ally"),
}  # fmt: skip


def _total(name: str, claims: Sequence[Claim], output: Mapping[int, Found], need: Row) -> Row:
    """What one side holds, site by site and in sum; and how much of what is needed that is."""
    by_site: dict[int, list[Claim]] = {}
    for one in claims:
        if one.side in TOTALS[name]:
            by_site.setdefault(one.project.pk, []).append(one)
    now = {main: output.get(main, NOTHING).now for main in by_site}
    planned = {main: output.get(main, NOTHING).planned for main in by_site}
    result: Row = {"side": name, "sites": len(by_site), "why": _why_unknown(now)}
    for prefix, given in (("", now), ("planned_", planned)):
        for what in ("stated", "counted"):
            low, high = _sum(by_site, given, what)
            result |= {f"{prefix}{what}_kt_low": low, f"{prefix}{what}_kt_high": high}
    needed = need["needed_kt"]
    for what in ("stated", "counted"):
        for end in ("low", "high"):
            kt = result[f"{what}_kt_{end}"]
            result[f"{what}_of_need_{end}"] = kt / needed if needed and kt is not None else None
    return result


def _why_unknown(given: Mapping[int, Output | None]) -> str | None:
    """Why sums are null; None: they are not."""
    if not given:
        return SILENT
    unknown = sum(output is None for output in given.values())
    return f"of {unknown} of {len(given)} sites nobody knows what they give" if unknown else None


def _sum(
    by_site: Mapping[int, Sequence[Claim]], given: Mapping[int, Output | None], what: str
) -> tuple[float | None, float | None]:
    """kt at least and at most. Nothing on record is not known to be nothing, and a site that gives
    nobody knows how much adds nothing to the least and leaves no most."""
    if not by_site:
        return None, None
    low = high = 0.0
    for main, held in by_site.items():
        (least, most), output = _together(held, what), given[main]
        if output is None:
            high += math.inf if most > 0 else 0.0
        else:
            low, high = low + least * output.low, high + most * output.high
    return low, None if math.isinf(high) else high


def _together(held: Sequence[Claim], what: str) -> tuple[float, float]:
    """The part of one site that several claims come to. A stake and off-take may be the same."""
    parts = {
        kind: [sum(getattr(one, what)[end] for one in held if one.kind == kind) for end in (0, 1)]
        for kind in ("stake", "offtake")
    }
    low = max(parts["stake"][0], parts["offtake"][0])
    return min(low, 1.0), min(parts["stake"][1] + parts["offtake"][1], 1.0)


def _need(found: Now, at: int, mineral: Mineral) -> Row:
    """What the buyer imports and makes, and whether that can be compared with what is held."""
    imports = not_nan(float(found.supply.imports[at].sum()))
    home = not_nan(float(found.supply.home[at]))
    lithium = mineral.code == "lithium"
    product = mineral.basis.casefold() in (
        mineral.name.casefold(), mineral.code.replace("_", " ").casefold(),
    )  # fmt: skip
    factor = capacities.kt_in("t", mineral.code)
    own = None if home is None or factor is None else home * factor
    why = _why(mineral, imports, own, comparable=lithium or product)
    bought = None if imports is None else imports / 1e3
    return {
        "year": found.year,
        "imports_kt": bought,
        "imports_unit": f"kt of traded product, customs codes {', '.join(mineral.hs6) or 'none'}",
        "own_production_kt": own,
        "own_production_unit": capacities.unit_of(mineral.code, mineral.basis),
        "needed_kt": None if why or bought is None or own is None else bought + own,
        "note": LITHIUM if lithium else "",
        "why": why,
    }


def _why(
    mineral: Mineral, imports: float | None, own: float | None, *, comparable: bool
) -> str | None:
    """Why what is held is not compared with what is needed; None: it is."""
    if imports is None:
        return "no trade of this mineral is on record for the buyer"
    if own is None:
        return "whether the buyer has output of its own is not on record"
    if not comparable:
        return (
            f"capacity counts {mineral.basis or 'what is contained'}, trade counts tonnes of "
            f"product ({mineral.trade_stage or 'stage not stated'}): they cannot be compared"
        )
    return None
