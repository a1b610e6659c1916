"""How far an importer depends on whom for each mineral: GeoPolRisk, HHI, N-1 and the Commission's
supply risk. Observations in, arrays along the minerals out; the formulas are the engine's.

What scores are derived by is called here too, so that both say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from riskscore.engine.arrays import Floats, over
from riskscore.engine.derive import supply, trade
from riskscore.engine.derive.complete_years import last_years
from riskscore.engine.derive.observation_rows import (
    latest_of,
    mean_of_not_nan,
    newest_years,
    rows_of,
)
from riskscore.engine.formulas.concentration import shares, wgi_risk10
from riskscore.engine.formulas.geopolrisk import geopolrisk_of, partner_risk
from riskscore.engine.formulas.supply_risk import ec_supply_risk, import_reliance
from riskscore.engine.inputs.axes import Axes, Observations, Table
from riskscore.engine.sourcing import supply_mix as sourcing
from riskscore.engine.sourcing.supply_mix import Supply

QUANTITY, VALUE, PRODUCTION = "baci.import_quantity", "baci.import_value", "wmd.production"
Input = Mapping[str, Observations]


@dataclass(frozen=True, slots=True)
class Dependence:
    """One importer and year. ``columns``: (M,) figures by name, NaN where unknown; ``supplier``:
    (M,) code of the place that the most tonnes come from, "" where unknown. ``supply``: (M, P)
    imports and (M,) own output that these are made from; ``risk01`` (P,): GeoPolRisk's g;
    ``output_t`` (M, P): what each place produces."""

    columns: dict[str, Floats]
    supply: Supply
    risk01: Floats
    output_t: Floats
    supplier: list[str]
    import_years: list[int]
    production_years: list[int]
    governance_year: int | None


def dependence(observations: Input, axes: Axes, exports_t: Floats, span: int) -> Dependence:
    """The figures of the year of ``axes.as_of``, as means over ``span`` years up to it.

    ``exports_t`` (M,) is what the importer sells to others in a year, NaN where unknown.
    """
    seen = {**observations, **_last_years(observations, axes, span)}
    bought = _matrix(trade.imports(seen, axes, QUANTITY), axes)
    worth = _matrix(trade.imports(seen, axes, VALUE), axes)
    home = trade.home_production(seen, axes)
    stability = latest_of("wgi.stability", together=True)(seen, axes)
    supply_of = Supply(bought, home)
    columns = {
        "imports_t": bought.sum(axis=1),
        "import_value_kusd": worth.sum(axis=1),
        "own_production_t": home,
        **_geopolrisk(seen, axes, bought, worth),
        **_concentration(seen, axes, supply_of),
        **_commission(seen, axes, bought, import_reliance(bought.sum(axis=1), exports_t, home)),
        "known_partner_share01": _known_share(bought, stability),
    }
    return Dependence(
        columns,
        supply_of,
        _risk(stability, axes),
        trade.output_t(seen, axes),
        [axes.places[at] if at >= 0 else "" for at in sourcing.largest_partner(supply_of)],
        _years(seen, axes, QUANTITY, span),
        _years(seen, axes, PRODUCTION, span),
        None if stability is None or stability.years is None else int(stability.years.max()),
    )


def _last_years(observations: Input, axes: Axes, span: int) -> dict[str, Observations]:
    """Trade of each importer and production of each mineral in the last ``span`` years that are
    complete, up to the year of the facts."""
    found = {key: rows_of(observations, key, axes) for key in (QUANTITY, VALUE, PRODUCTION)}
    return {
        key: last_years(rows, rows.mineral if key == PRODUCTION else rows.importer, span)
        for key, rows in found.items()
        if rows is not None
    }


def _years(observations: Input, axes: Axes, key: str, span: int) -> list[int]:
    rows = rows_of(observations, key, axes)
    return [] if rows is None else newest_years(rows, span)


def _matrix(values: Floats | None, axes: Axes) -> Floats:
    """(M, P), all unknown where there is nothing to derive from."""
    return np.full((len(axes.minerals), len(axes.places)), np.nan) if values is None else values


def _column(table: Table | None, axes: Axes) -> Floats:
    return np.full(len(axes.minerals), np.nan) if table is None else table.values


def _output(observations: Input, axes: Axes) -> Floats:
    """(years, M, P) world output, one unknown year where nothing is on record."""
    output = supply.production(observations, axes)
    return _matrix(None, axes)[np.newaxis] if output is None else output


def _geopolrisk(
    observations: Input, axes: Axes, bought: Floats, worth: Floats
) -> dict[str, Floats]:
    hhi = supply.mean_hhi(_output(observations, axes))
    risk = _column(trade.import_risk(observations, axes), axes)
    price = over(worth.sum(axis=1), bought.sum(axis=1))
    parts = np.array(
        [geopolrisk_of(*map(float, row)) for row in zip(hhi, risk, price, strict=True)]
    )
    names = (
        "production_hhi01",
        "import_risk01",
        "geopolrisk01",
        "price_kusd_per_t",
        "geopolrisk_midpoint_kusd_per_t",
        "geopolrisk_cf_kg_cu_eq_per_kg",
    )
    return dict(zip(names, parts.reshape(-1, len(names)).T, strict=True))


def _risk(stability: Table | None, axes: Axes) -> Floats:
    """(P,) the instability of each seller, as ``trade.import_risk`` weighs it."""
    unknown = np.full(len(axes.places), np.nan)
    return partner_risk(unknown if stability is None else stability.values)


def _concentration(observations: Input, axes: Axes, bought: Supply) -> dict[str, Floats]:
    """HHI of imports and of supply, and what is left of each without the largest seller."""
    largest = sourcing.n1_imports01(bought)
    return {
        "import_value_hhi01": _column(trade.import_hhi(observations, axes), axes),
        "import_quantity_hhi01": sourcing.import_hhi01(bought),
        "supply_hhi01": sourcing.supply_hhi01(bought),
        "largest_supplier_share01": largest,
        "n1_imports_left01": 1 - largest,
        "n1_supply_left01": 1 - sourcing.n1_supply01(bought),
    }


def _known_share(bought: Floats, stability: Table | None) -> Floats:
    """(M,) share of the imports whose seller has an estimate of political stability."""
    if stability is None:
        return over(0 * bought.sum(axis=1), bought.sum(axis=1))
    known = bought[:, ~np.isnan(stability.values)].sum(axis=1)
    return np.minimum(over(known, bought.sum(axis=1)), 1.0)


def _commission(
    observations: Input, axes: Axes, bought: Floats, reliance: Floats
) -> dict[str, Floats]:
    """The Commission's supply risk with the importer in the EU's place, and its parts.

    Where one mix is unknown the other counts alone, as in the Commission's tables. An unknown
    substitution index is at most 1, and an unknown import reliance lies between 0 and 1:
    ``ec_supply_risk_at_most`` takes the greatest that these allow.
    """
    output = mean_of_not_nan(shares(_output(observations, axes)))
    world = _governed(observations, _nobody(axes), output)
    own = _governed(observations, axes, shares(_sourcing(observations, axes, bought)))
    recycled, substitution = (
        _of_minerals(observations, axes, key) for key in ("ec.eol_rir", "ec.substitution")
    )
    ceiling = np.where(np.isnan(substitution), 1.0, substitution)
    lowest, highest = (np.where(np.isnan(reliance), end, reliance) for end in (0.0, 1.0))
    return {
        "ec_hhi_wgi_t_world10": world,
        "ec_hhi_wgi_t_importer10": own,
        "import_reliance01": reliance,
        "eol_rir01": recycled,
        "substitution01": substitution,
        "ec_supply_risk": ec_supply_risk(world, own, reliance, recycled, substitution),
        "ec_supply_risk_at_most": np.maximum(
            ec_supply_risk(world, own, lowest, recycled, ceiling),
            ec_supply_risk(world, own, highest, recycled, ceiling),
        ),
    }


def _nobody(axes: Axes) -> Axes:
    """The same world seen by nobody in particular: the Commission's world scope."""
    return replace(axes, importer="WLD", members=frozenset())


def _governed(observations: Input, axes: Axes, share: Floats) -> Floats:
    """(M,) HHI_WGI,t of shares (M, P) on the Commission's scale, 0..10 before t."""
    estimate = supply.governance_estimate(observations, axes)
    parameter = trade.trade_parameter(observations, axes)
    if estimate is None or parameter is None:
        return np.full(len(axes.minerals), np.nan)
    return supply.governed_hhi(share, wgi_risk10(estimate), parameter.values.T)


def _sourcing(observations: Input, axes: Axes, bought: Floats) -> Floats:
    """(M, P) tonnes by origin: imports, and each member's own output at its place."""
    result = bought.copy()
    for code in sorted(axes.members):
        alone = replace(axes, members=frozenset({code}))
        result[:, axes.place(code)] += trade.home_production(observations, alone)
    result[np.isnan(result).any(axis=1)] = np.nan
    return result


def _of_minerals(observations: Input, axes: Axes, key: str) -> Floats:
    """(M,) the newest value per mineral of an observation that has no place."""
    result = np.full(len(axes.minerals), np.nan)
    rows = observations.get(key)
    if rows is not None:
        rows = rows.take(rows.mineral >= 0)
        order = np.argsort(rows.year, kind="stable")
        result[rows.mineral[order]] = rows.value[order]
    return result
