"""What every buyer on record gets of every mineral, at once: the ground that scenarios shake.

One cube of importers × minerals × partners in tonnes a year, and what the world makes. Kept by the
process for as long as the releases in force and the tables of places and minerals stay what they
are; the figures are those of ``buyers.now``, which a test compares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from riskscore.engine.arrays import Bools, Counts, Floats
from riskscore.engine.catalogue import PARTNERSHIP_LEVELS
from riskscore.engine.derive import supply, trade
from riskscore.engine.derive.complete_years import buyer_years
from riskscore.engine.derive.labour_listings import RULES as LABOUR
from riskscore.engine.derive.observation_rows import latest_of
from riskscore.engine.derive.partnerships import partnership
from riskscore.engine.formulas.geopolrisk import partner_risk
from riskscore.engine.inputs.axes import Axes, Observations
from riskscore.engine.sourcing.supply_mix import Supply, joined
from riskscore.models import PlaceMember
from riskscore.releases import effective, register
from riskscore.releases.effective import InForce
from riskscore.scoring import inputs
from riskscore.scoring.indicators import buyer_tables
from riskscore.scoring.indicators.buyer import Buyer, axes_on
from riskscore.scoring.indicators.buyer_tables import EXPORTS, Goods, Reference
from riskscore.scoring.indicators.import_dependence import PRODUCTION, QUANTITY
from riskscore.sourcing.buyers import SPAN

STABILITY, LISTED = "wgi.stability", "lab.listed"
KEYS = [QUANTITY, PRODUCTION, STABILITY, "dol.good", "trade.agreement", "trade.restriction"]
Ids = tuple[int, ...]


class WorldSupply(NamedTuple):
    """``imports_t`` (I, M, P) by importer and ``output_t`` (M, P) by place, means over the last
    years; ``yearly_output`` (years, M, P) in the publisher's units, for HHI; ``risk01`` (P,);
    ``exports_t`` (M, P) what each place sells to everybody; ``listed`` (P, M) level of the
    listing of a mineral, NaN where nobody lists; ``agreed`` (I, M, P) 1 where the importer has an
    agreement with the place that counts for the mineral, NaN where nobody looked. What is unknown
    is NaN."""

    axes: Axes
    goods: Mapping[str, Goods]
    importers: tuple[str, ...]
    imports_t: Floats
    output_t: Floats
    yearly_output: Floats
    risk01: Floats
    exports_t: Floats
    listed: Floats | None
    agreed: Floats
    import_years: tuple[int, ...]
    releases: tuple[str, ...]

    def members_of(self, codes: Sequence[str]) -> frozenset[str]:
        """The countries that place codes stand for on the last day of the year."""
        sets = (self.axes.groups.get(code) or frozenset({code}) for code in codes)
        return frozenset().union(*sets)

    def importers_in(self, codes: Sequence[str]) -> Bools:
        """(I,) the importers on record among place codes; all of them for none."""
        named = self.members_of(codes)
        return np.array([not codes or code in named for code in self.importers], dtype=bool)

    def is_in(self, codes: Sequence[str]) -> Bools:
        """(P,) the places that codes stand for."""
        named = self.members_of(codes)
        return np.array([code in named for code in self.axes.places], dtype=bool)

    def seen(self, importers: Counts, own: Bools, imports_t: Floats, output_t: Floats) -> Supply:
        """The supply (M, P) of some importers seen as one, ``own`` (P,) their places.

        ``imports_t`` and ``output_t`` are as they are, or after shocks.
        """
        if not len(importers):
            bought = np.full(output_t.shape, np.nan)
        elif len(importers) == 1:
            bought = imports_t[importers[0]]
        else:
            bought = joined(imports_t[importers], own)
        return Supply(bought, np.asarray(output_t[:, own].sum(axis=1)))


def current() -> WorldSupply:
    """The cube of what is in force now."""
    releases = effective.in_force()
    return _world(
        buyer_tables.reference(Buyer.of("WLD")),
        _members(),
        tuple(releases.complete),
        tuple(releases.corrected),
        tuple(releases.of(EXPORTS).ids),
    )


def _members() -> tuple[tuple[str, str, date | None, date | None], ...]:
    """Who belongs to which group when: an edit of it makes the cube anew."""
    rows = PlaceMember.objects.order_by("group_id", "member_id", "since")
    return tuple(rows.values_list("group_id", "member_id", "since", "until"))


@lru_cache(maxsize=2)
def _world(
    known: Reference, _groups: object, complete: Ids, corrected: Ids, exports: Ids
) -> WorldSupply:
    goods = dict(known.goods)
    axes = axes_on(Buyer.of("WLD"), date.max)
    everybody = replace(axes, members=frozenset(axes.places))
    rows = inputs.observations(
        everybody, InForce(list(complete), list(corrected), {}),
        "AND indicator = ANY(%(keys)s)", keys=KEYS,
    )  # fmt: skip
    bought_in = buyer_years(QUANTITY, rows[QUANTITY], axes) if QUANTITY in rows else []
    year = bought_in[-1] if bought_in else date.max.year
    axes = axes_on(Buyer.of("WLD"), date(year, 12, 31))
    importers = _importers(rows, axes)
    stability = latest_of(STABILITY, together=True)(rows, axes)
    listed = LABOUR[LISTED](rows, axes)
    unknown = np.full(len(axes.places), np.nan)
    output = supply.production(rows, axes)
    shape = (len(axes.minerals), len(axes.places))
    bought = [_imports(rows, axes, code) for code in importers]
    return WorldSupply(
        axes,
        goods,
        importers,
        np.stack(bought) if bought else np.zeros((0, *shape)),
        trade.output_by_place(rows, axes),
        np.full((1, *shape), np.nan) if output is None else output,
        partner_risk(unknown if stability is None else stability.values),
        _exports_t(exports, axes, goods, year),
        None if listed is None else listed.values,
        np.stack([_agreed(rows, axes, code) for code in importers])
        if importers
        else np.zeros((0, *shape)),
        tuple(one for one in bought_in if one > year - SPAN),
        _codes(complete + corrected + exports),
    )


def _importers(rows: Mapping[str, Observations], axes: Axes) -> tuple[str, ...]:
    if QUANTITY not in rows:
        return ()
    known = np.unique(rows[QUANTITY].importer)
    return tuple(axes.places[at] for at in known if at >= 0 and axes.is_country()[at])


def _imports(rows: Mapping[str, Observations], axes: Axes, importer: str) -> Floats:
    """(M, P) what one country buys."""
    mine = rows[QUANTITY].take(rows[QUANTITY].importer == axes.place(importer))
    own = replace(axes, importer=importer, members=frozenset({importer}))
    found = trade.imports({QUANTITY: mine}, own, QUANTITY)
    return np.full((len(axes.minerals), len(axes.places)), np.nan) if found is None else found


def _agreed(rows: Mapping[str, Observations], axes: Axes, importer: str) -> Floats:
    """(M, P) whether an agreement with the place counts for one country."""
    table = partnership(rows, replace(axes, importer=importer, members=frozenset({importer})))
    if table is None:
        return np.full((len(axes.minerals), len(axes.places)), np.nan)
    levels = table.values.T
    return np.where(np.isnan(levels), np.nan, levels <= PARTNERSHIP_LEVELS.index("partner"))


_SOLD = """
SELECT hs6, place_id, sum(quantity), bool_or(quantity IS NULL), min(year), max(year)
FROM riskscore_exportflow
WHERE release_id = ANY(%(releases)s) AND year BETWEEN %(since)s AND %(until)s GROUP BY 1, 2
"""


def _exports_t(releases: Ids, axes: Axes, goods: Mapping[str, Goods], year: int) -> Floats:
    """(M, P) yearly exports to everybody; NaN where a quantity is missing or none is on record."""
    result = np.full((len(axes.minerals), len(axes.places)), np.nan)
    since = year - SPAN + 1
    rows = effective.fetch(
        _SOLD, {"releases": list(releases), "since": since, "until": year}
    ) if releases else []  # fmt: skip
    if not rows:
        return result
    years = max(row[5] for row in rows) - min(row[4] for row in rows) + 1
    places = {code: at for at, code in enumerate(axes.places)}
    sold = [(row[0], places[row[1]], np.nan if row[3] else row[2] / years) for row in rows]
    for at, code in enumerate(axes.minerals):
        here = [(place, tonnes) for hs6, place, tonnes in sold if hs6 in goods[code].hs6]
        for place in {place for place, _ in here}:
            result[at, place] = sum(tonnes for where, tonnes in here if where == place)
    return result


def _codes(ids: Ids) -> tuple[str, ...]:
    """The codes of the releases that hold what the cube is made from."""
    known = register.in_force(effective.LATEST, KEYS)
    wanted = (row for row in known if row.id in ids and (row.states or row.source == EXPORTS))
    return tuple(sorted(row.citation["release"] for row in wanted))
