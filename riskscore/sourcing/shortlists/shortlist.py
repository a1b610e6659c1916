"""Which projects lower a buyer's dependence on a mineral, and at what human cost: two axes, never
one number; and where bounds do not tell two projects apart, which single fact would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils import timezone

from riskscore.engine.arrays import Bools, Counts, Floats
from riskscore.engine.sourcing import supply_mix as of
from riskscore.engine.sourcing.told_apart import (
    Fact,
    Options,
    decides,
    told_apart_from,
    undominated,
    with_cost,
    with_gain,
)
from riskscore.models import Project, ProjectMineral
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.scoring.stored_score import not_nan
from riskscore.sourcing.buyers import Now, has_trade, mineral_at, now
from riskscore.sourcing.chain.refining_ways import Verdict
from riskscore.sourcing.chain.stages import Route, route
from riskscore.sourcing.dependence.buyer_view import NAMED
from riskscore.sourcing.shortlists import candidate_facts, wording
from riskscore.sourcing.shortlists import candidates as listed
from riskscore.sourcing.shortlists.candidates import COSTS, Asked, Candidates
from riskscore.sourcing.shortlists.cost_intervals import intervals
from riskscore.sourcing.shortlists.offers import (
    Markets,
    Offers,
    Taker,
    gains_at,
    markets,
    offers,
    uses,
)

Row = dict[str, Any]
SHOWN = 25


@dataclass(frozen=True, slots=True)
class Question:
    """Who buys, which projects are asked about, the country to name, and how many rows to show."""

    buyer: Buyer
    asked: Asked
    named: str = NAMED
    shown: int = SHOWN
    #: Whether projects whose bounds allow a score above a ceiling are out too.
    certain: bool = False
    #: What human cost is compared by: "bounds" (all that is possible) or "interval" (90 %).
    basis: str = "bounds"


@dataclass(frozen=True, slots=True)
class _Field:
    """All candidates of a question and what the buyer could make of them."""

    now: Now
    mineral: str
    bought: Markets
    chosen: Candidates
    offers: Offers
    options: Options
    front: Bools
    route: Route


def shortlist(question: Question) -> Row:
    """The projects, those that no other one is better than first, then by what they are sure to
    gain. Raises NotFoundError for a mineral or year that is not there."""
    found = now(question.buyer)
    at = mineral_at(found, question.asked.mineral)
    bought = markets(found, at)
    day = timezone.now().date()
    every = _costed(listed.candidates(question.asked, sorted(found.axes.members), day), question)
    chosen, left_out = _below_ceilings(every, question)
    field = _field(found, question.asked.mineral, bought, chosen)
    order = _order(field)
    shown = order[: question.shown]
    return {
        "buyer": question.buyer.name,
        "members": sorted(found.axes.members),
        "mineral": question.asked.mineral,
        "year": found.year,
        "basis": question.basis,
        "baseline": _baseline(found, at, question.named),
        "considered": len(chosen),
        "not_dominated": int(field.front.sum()),
        "left_out": left_out,
        "weakest_stage": _weakest(field.route),
        "items": _items(field, shown, question.named) if len(shown) else [],
        "notes": wording.notes(has_trade=has_trade(found, at), mineral=question.asked.mineral),
    }


def of_project(key: str, question: Question) -> Row | None:
    """One project's row against all others of the question; None where it is not among them."""
    found = now(question.buyer)
    at = mineral_at(found, question.asked.mineral)
    day = timezone.now().date()
    every = _costed(listed.candidates(question.asked, sorted(found.axes.members), day), question)
    field = _field(found, question.asked.mineral, markets(found, at), every)
    ids = list(Project.objects.filter(key=key).values_list("id", flat=True))
    rows = np.flatnonzero(np.isin(every.ids, ids))
    if not len(rows):
        return None
    (item,) = _items(field, rows, question.named)
    return {
        "baseline": _baseline(found, at, question.named),
        "year": found.year,
        **item,
        "uses_by_owner": _uses_by_owner(field, int(rows[0]), item, question.named),
    }


def _uses_by_owner(field: _Field, row: int, item: Row, named: str) -> list[Row]:
    """What uses change if the tonnes count at the home of each who may control the project."""
    taker = Taker(field.bought, field.now.axes.place(named), field.now.axes.places)
    high = float(field.offers.high[row])
    tonnes = high if np.isfinite(high) else taker.bought.total_t
    homes = (item["owner_adjusted"] or {"places": []})["places"]
    return [
        {"place": home, "uses": uses(taker, field.now.axes.place(home), tonnes)} for home in homes
    ]


def _field(found: Now, mineral: str, bought: Markets, chosen: Candidates) -> _Field:
    given = offers(chosen, found, mineral, bought)
    # Where no trade is on record nothing is known of the gain: anything from nothing to all.
    low, high = (
        np.nan_to_num(given.gain_low),
        np.where(np.isnan(given.gain_high), 1.0, given.gain_high),
    )
    cost_low, cost_high = chosen.low.max(axis=1), chosen.high.max(axis=1)
    options = Options(low, high, cost_low, cost_high)
    front = undominated(options)
    return _Field(found, mineral, bought, chosen, given, options, front, route(found, mineral))


def _costed(every: Candidates, question: Question) -> Candidates:
    """The candidates with the bounds of human cost that the question compares by."""
    through = listed.lens()
    if question.basis == "bounds" or through is None:
        return every
    low, high = intervals([int(key) for key in every.ids], through.pk)
    return replace(every, low=low, high=high)


def _below_ceilings(every: Candidates, question: Question) -> tuple[Candidates, Row]:
    """The candidates whose score may be no higher than each ceiling, and how many are left out."""
    keep = np.ones(len(every), dtype=bool)
    out: Row = {}
    side = every.high if question.certain else every.low
    for dimension, ceiling in question.asked.ceilings:
        above = side[:, COSTS.index(dimension)] > ceiling
        out[dimension] = int(above.sum())
        keep &= ~above
    return every.take(keep), out


def _order(field: _Field) -> Counts:
    """Those not dominated first; then by the least gain, the greatest gain and the least cost."""
    options = field.options
    return np.lexsort(
        (
            field.chosen.ids,
            options.cost_high,
            -options.gain_high,
            -options.gain_low,
            ~field.front,
        )
    )


def _weakest(chain: Route) -> Row | None:
    """The stage of which most is lost with one place."""
    weakest = chain.weakest
    if weakest is None or weakest.counts is None or weakest.counts.lost is None:
        return None
    lost = weakest.counts.lost
    return {
        "stage": weakest.stage,
        "scope": weakest.counts.scope,
        "place": lost.place,
        "share01": lost.share01,
    }


def _baseline(found: Now, at: int, named: str) -> Row:
    """What the buyer's supply looks like today."""
    supply = of.Supply(found.supply.imports[at], found.supply.home[at])
    partner = int(of.largest_partner(supply))
    mask = np.array([code == named for code in found.axes.places])
    return {
        "imports_t": not_nan(float(of.imports_t(supply))),
        "own_production_t": not_nan(float(supply.home)),
        "largest": found.axes.places[partner] if partner >= 0 else None,
        "largest_share01": not_nan(float(of.n1_imports01(supply))),
        "import_hhi01": not_nan(float(of.import_hhi01(supply))),
        "geopolrisk01": not_nan(float(found.table.found.columns["geopolrisk01"][at])),
        "named": named,
        "named_share01": not_nan(float(of.share_of01(supply, mask))),
    }


# --- Rows ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _About:
    """What is known of the projects shown, by id."""

    projects: Mapping[int, Project]
    roles: Mapping[int, str]
    owners: Mapping[int, list[Row]]
    offtake: Mapping[int, list[Row]]
    capacity: Mapping[int, Row]
    communities: Mapping[int, list[Row]]
    gaps: Mapping[int, dict[str, str]]


def _about(field: _Field, ids: Sequence[int]) -> _About:
    projects = Project.objects.in_bulk(ids)
    rows = [projects[key] for key in ids]
    roles = dict(
        ProjectMineral.objects.filter(project__in=ids, mineral=field.mineral).values_list(
            "project_id", "role"
        )
    )
    return _About(
        projects,
        roles,
        candidate_facts.owners_of(ids),
        candidate_facts.offtake_of(ids, field.mineral),
        candidate_facts.capacity_of(ids, field.mineral),
        candidate_facts.communities_of(rows),
        candidate_facts.gaps_of(ids, listed.lens()),
    )


def _items(field: _Field, rows: Counts, named: str) -> list[Row]:
    about = _about(field, [int(key) for key in field.chosen.ids[rows]])
    apart = told_apart_from(field.options.take(rows), field.options, rows)
    facts = _deciding(field, rows)
    taker = Taker(field.bought, field.now.axes.place(named), field.now.axes.places)
    return [
        _item(field, int(row), about, taker, int(apart[i]), [fact[i] for fact in facts])
        for i, row in enumerate(rows)
    ]


def _deciding(field: _Field, rows: Counts) -> list[list[tuple[str, float]]]:
    """Per fact and row shown: its name, and how many more comparisons it would decide."""
    shown = field.options.take(rows)
    result = []
    for fact in _facts(field, rows, shown):
        worth = decides(fact, shown, field.options, rows)
        result.append([(fact.name, float(value)) for value in worth])
    return result


def _facts(field: _Field, rows: Counts, shown: Options) -> list[Fact]:
    """The capacity, and each dimension of human cost, known to be at either end of its bounds."""
    ends = [
        np.array([gains_at(field.bought, int(place), float(t)) for place, t in pairs]).T
        for pairs in (
            zip(field.offers.place[rows], side[rows], strict=True)
            for side in (field.offers.low, field.offers.high)
        )
    ]
    traded = not np.isnan(field.bought.total_t)
    facts = [Fact("capacity", with_gain(shown, *ends[0]), with_gain(shown, *ends[1]))] * traded
    for column, dimension in enumerate(COSTS):
        other = 1 - column
        low, high = field.chosen.low[rows], field.chosen.high[rows]
        ended = [
            with_cost(
                shown, _worse(end[:, column], low[:, other]), _worse(end[:, column], high[:, other])
            )
            for end in (low, high)
        ]
        facts.append(Fact(dimension, *ended))
    return facts


def _worse(first: Floats, second: Floats) -> Floats:
    return np.maximum(first, second)


def _item(
    field: _Field,
    row: int,
    about: _About,
    taker: Taker,
    apart: int,
    facts: list[tuple[str, float]],
) -> Row:
    key = int(field.chosen.ids[row])
    project, given = about.projects[key], field.offers
    place, high = int(given.place[row]), float(given.high[row])
    owned = candidate_facts.shares_by_place(about.owners[key])
    item: Row = {
        "key": project.key,
        "name": project.name,
        "place": project.place_id,
        "kind": project.kind,
        "role": about.roles.get(key),
        "status": project.status or None,
        "not_dominated": bool(field.front[row]),
        "told_apart_from": apart,
        "of": len(field.chosen) - 1,
        "capacity": about.capacity.get(key),
        "offtake_bound01": float(field.chosen.bound01[row]),
        "tonnes_low": float(given.low[row]),
        "tonnes_high": high if np.isfinite(high) else None,
        "gain_low01": not_nan(float(given.gain_low[row])),
        "gain_high01": not_nan(float(given.gain_high[row])),
        "uses": uses(taker, place, high if np.isfinite(high) else taker.bought.total_t),
        "human_cost": {
            "low": float(field.options.cost_low[row]),
            "high": float(field.options.cost_high[row]),
        },
        **{dimension: _cost(field, row, i) for i, dimension in enumerate(COSTS)},
        "owners": about.owners[key],
        "owned_from": owned,
        "owner_adjusted": _owner_adjusted(field, row, owned, taker),
        "offtake": about.offtake[key],
        "communities": about.communities[key],
        "would_decide": _would_decide(facts, about.gaps.get(key, {})),
    }
    item["refining"] = _refining(field.route.of_project(project.place_id, project.kind))
    item["unknown"] = wording.unknown(item)
    largest = taker.places[int(np.argmax(np.nan_to_num(field.bought.mean.imports)))]
    item["verdict"] = wording.verdict(item, largest, gains_at(field.bought, place, high)[0])
    return {**item, "why": wording.why(item)}


def _refining(way: Verdict) -> Row:
    return {
        "diversifying": way.diversifying,
        "bottleneck": way.bottleneck.place if way.bottleneck else None,
        "bottleneck_share01": way.bottleneck.share01 if way.bottleneck else None,
        "why": way.why,
        "assumed": way.assumed,
    }


def _cost(field: _Field, row: int, column: int) -> Row:
    return {
        "score": not_nan(float(field.chosen.scores[row, column])),
        "low": float(field.chosen.low[row, column]),
        "high": float(field.chosen.high[row, column]),
    }


def _owner_adjusted(field: _Field, row: int, owned: list[Row], taker: Taker) -> Row | None:
    """What is gained if the tonnes count at the home of whoever may control the project.

    A place may control it where its owners can hold half or more. None: no owner's home is known.
    """
    index = {code: i for i, code in enumerate(field.now.axes.places)}
    homes = [part["place"] for part in owned if part["place"] and part["high"] >= 0.5]
    if not homes or np.isnan(taker.bought.total_t):
        return None
    tonnes = (field.offers.low[row], field.offers.high[row])
    gains = [gains_at(taker.bought, index[home], float(t)) for home in homes for t in tonnes]
    return {
        "places": homes,
        "gain_low01": min(low for low, _ in gains),
        "gain_high01": max(high for _, high in gains),
    }


def _would_decide(facts: list[tuple[str, float]], gaps: dict[str, str]) -> Row | None:
    """The one fact that would tell the project apart from most others; None: no single one."""
    name, worth = max(facts, key=lambda fact: fact[1])
    if worth <= 0:
        return None
    return {
        "fact": name,
        "indicator": gaps.get(name) if name in COSTS else None,
        "comparisons": worth,
    }
