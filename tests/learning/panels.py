"""Panels for tests: a tiny invented one whose every number can be followed, and the bundle's."""

import numpy as np

from riskscore.bundle import fixture_tables
from riskscore.learning.data.features_place import KNOWN, STABILITY_ERROR
from riskscore.learning.data.panel import Flows, Panel, build
from riskscore.settings import FIXTURES

YEARS = range(2000, 2012)


def invented(seed: int = 0, places: int = 30) -> Panel:
    """Two minerals, ``places`` exporters each, twelve years; who swings more falls more often."""
    generator = np.random.default_rng(seed)
    rows = []
    for code in ("260300", "260400"):
        for place in range(places):
            swing = 0.1 + 0.9 * place / places
            for year in YEARS:
                amount = float(np.exp(generator.normal(5, swing)))
                rows.append((code, f"P{place:02d}", year, amount, amount * 2, 0.4, 7.0))
    columns = list(zip(*rows, strict=True))
    inputs = {
        key: {
            (f"P{place:02d}", year): float(generator.normal()) + 10.0 * key.startswith("hdr")
            for place in range(places)
            for year in YEARS
        }
        for key in KNOWN
    }
    producers = {(mineral, f"P{p:02d}") for mineral in ("copper", "nickel") for p in range(places)}
    return build(
        flows_of(columns),
        {"copper": ("260300",), "nickel": ("260400",)},
        frozenset(producers),
        inputs,
    )


def flows_of(columns: list[tuple[object, ...]]) -> Flows:
    """Flows of columns in the order hs6, place, year, value, quantity, HHI, partners."""
    return Flows(
        np.array(columns[0], np.str_),
        np.array(columns[1], np.str_),
        np.array(columns[2], np.int64),
        *(np.array(column, np.float64) for column in columns[3:]),
    )


def series(*values: float, quantity: tuple[float, ...] = ()) -> Panel:
    """One exporter's yearly values from 2000 on, beside a rest of the world that is 100 always."""
    rows = []
    for year, value in enumerate(values, start=2000):
        amount = quantity[year - 2000] if quantity else value
        rows.append(("260300", "CHL", year, value, amount, 1.0, 1.0))
        rows.append(("260300", "WLD", year, 100.0 - value, 100.0, 1.0, 1.0))
    return build(
        flows_of(list(zip(*rows, strict=True))),
        {"copper": ("260300",)},
        frozenset({("copper", "CHL")}),
        {},
    )


def bundled() -> Panel:
    """The panel of the default bundle, read from its files."""
    bundle = fixture_tables.read(FIXTURES)
    flows = [
        (
            *(row.hs6, row.place, row.year, row.value),
            np.nan if row.quantity is None else row.quantity,
            *(row.destination_hhi, row.partners),
        )
        for code in bundle.traded
        for row in bundle.exports(code)
    ]
    inputs: dict[str, dict[tuple[str, int], float]] = {key: {} for key in KNOWN}
    producers = set()
    for release in ("wgi-1996-2023", "ucdp-25.1", "hdr-2023-24", "wmd-2018-2024"):
        for row in bundle.observations(release):
            place, year = row.place or "", row.year
            if row.indicator == "wmd.production" and row.value > 0:
                producers.add((row.mineral or "", place))
            if row.indicator in inputs:
                inputs[row.indicator][place, year] = row.value
            if row.indicator == "wgi.stability" and row.standard_error is not None:
                inputs[STABILITY_ERROR][place, year] = row.standard_error
    codes = {mineral.code: mineral.hs6 for mineral in bundle.minerals}
    return build(flows_of(list(zip(*flows, strict=True))), codes, frozenset(producers), inputs)
