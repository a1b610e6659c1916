"""Thirty years of trade as arrays: one row per mineral and exporter, one column per year.

A *series* is one mineral exported from one place. Quantities are tonnes, values thousand USD.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from riskscore.learning.data.refusals import UnusableInput

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Flows:
    """(n,) parallel arrays: what one place exported under one HS6 code in one year, as stated.

    ``quantity`` is NaN where the publisher states a value and no quantity. ``destination_hhi`` is
    the sum of squared shares of the destinations, ``partners`` their number.
    """

    hs6: npt.NDArray[np.str_]
    place: npt.NDArray[np.str_]
    year: Ints
    value: Floats
    quantity: Floats
    destination_hhi: Floats
    partners: Floats


@dataclass(frozen=True, slots=True)
class Panel:
    """The series and the years; every array of a place is (places, years).

    ``value`` is 0 where no trade is recorded; ``quantity`` is NaN where more than half of the
    value has none. ``inputs`` holds the inputs about places: governance estimates, deaths,
    population, by observation key; NaN without a figure.
    """

    minerals: tuple[str, ...]
    places: tuple[str, ...]
    years: Ints
    mineral: Ints
    place: Ints
    producer: npt.NDArray[np.bool_]
    value: Floats
    quantity: Floats
    destination_hhi: Floats
    partners: Floats
    inputs: Mapping[str, Floats]

    def until(self, year: int) -> "Panel":
        """The panel as it stood when ``year`` was the last year published: nothing later."""
        count = int(np.searchsorted(self.years, year, side="right"))
        return replace(
            self,
            years=self.years[:count],
            value=self.value[:, :count],
            quantity=self.quantity[:, :count],
            destination_hhi=self.destination_hhi[:, :count],
            partners=self.partners[:, :count],
            inputs={key: values[:, :count] for key, values in self.inputs.items()},
        )

    @property
    def share(self) -> Floats:
        """(series, years) share of the world's export value of the mineral."""
        return shares(self.value, self.mineral, len(self.minerals))


def totals(values: Floats, group: Ints, count: int) -> Floats:
    """(count, years) sums of the known values of each group."""
    result = np.zeros((count, values.shape[1]))
    np.add.at(result, group, np.nan_to_num(values))
    return result


def shares(values: Floats, group: Ints, count: int) -> Floats:
    """Each value over its group's total; NaN where the total is nothing."""
    return over(values, totals(values, group, count)[group])


def over(part: Floats, whole: Floats) -> Floats:
    """``part / whole``; NaN where the whole is nothing."""
    result = np.full(part.shape, np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result


def build(
    flows: Flows,
    codes: Mapping[str, Sequence[str]],
    producers: Collection[tuple[str, str]],
    inputs: Mapping[str, Mapping[tuple[str, int], float]],
) -> Panel:
    """Sum the HS6 codes of each mineral, because trade moves between them.

    ``codes`` gives the HS6 codes of each mineral; ``producers`` the (mineral, place) pairs that
    really produce; ``inputs`` has a value per (place, year) for each observation key. Raises
    UnusableInput where there is no flow of any mineral, or a number is infinite or negative.
    """
    _check(flows)
    minerals = tuple(sorted(mineral for mineral, listed in codes.items() if listed))
    row, mineral = _belonging(flows, codes, minerals)
    if row.size == 0:
        raise UnusableInput("no trade flow belongs to a mineral. Load the export panel first.")
    places = tuple(sorted(set(flows.place[row].tolist())))
    years = np.arange(flows.year.min(), flows.year.max() + 1)
    place = np.searchsorted(np.array(places), flows.place[row])
    pairs, series = np.unique(mineral * len(places) + place, return_inverse=True)
    cells = (series, flows.year[row] - years[0])
    shape = (len(pairs), len(years))
    value = _summed(flows.value[row], cells, shape)
    return Panel(
        minerals=minerals,
        places=places,
        years=years,
        mineral=pairs // len(places),
        place=pairs % len(places),
        producer=np.array(
            [(minerals[p // len(places)], places[p % len(places)]) in producers for p in pairs],
            np.bool_,
        ),
        value=value,
        quantity=_quantity(flows, row, cells, value),
        destination_hhi=_mean_hhi(flows, row, cells, value),
        partners=_most(flows.partners[row], cells, shape),
        inputs={key: _by_place(values, places, years) for key, values in inputs.items()},
    )


def _check(flows: Flows) -> None:
    if not np.isfinite(flows.value).all() or np.isinf(flows.quantity).any():
        raise UnusableInput("a trade value is not a number. Load the export panel again.")
    if (flows.value < 0).any() or (flows.quantity < 0).any():
        raise UnusableInput("a trade value is negative. Load the export panel again.")


def _belonging(
    flows: Flows, codes: Mapping[str, Sequence[str]], minerals: Sequence[str]
) -> tuple[Ints, Ints]:
    """Row numbers and mineral numbers of the flows; a code that two minerals share is in both."""
    rows, owners = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for number, mineral in enumerate(minerals):
        result = np.flatnonzero(np.isin(flows.hs6, list(codes[mineral])))
        rows.append(result)
        owners.append(np.full(result.size, number))
    return np.concatenate(rows).astype(np.int64), np.concatenate(owners).astype(np.int64)


Cells = tuple[Ints, Ints]


def _summed(values: Floats, cells: Cells, shape: tuple[int, ...]) -> Floats:
    result = np.zeros(shape)
    np.add.at(result, cells, values)
    return result


def _quantity(flows: Flows, row: Ints, cells: Cells, value: Floats) -> Floats:
    """(series, years) summed tonnes; NaN where more than half of the value has no quantity."""
    quantity = flows.quantity[row]
    summed = _summed(np.nan_to_num(quantity), cells, value.shape)
    silent = _summed(np.where(np.isnan(quantity), flows.value[row], 0.0), cells, value.shape)
    return np.where(silent > value / 2, np.nan, summed)


def _mean_hhi(flows: Flows, row: Ints, cells: Cells, value: Floats) -> Floats:
    """Destination concentration of the codes, weighted by value; NaN where nothing is exported."""
    weighted = _summed(flows.destination_hhi[row] * flows.value[row], cells, value.shape)
    return over(weighted, value)


def _most(values: Floats, cells: Cells, shape: tuple[int, ...]) -> Floats:
    result = np.zeros(shape)
    np.maximum.at(result, cells, values)
    return result


def _by_place(
    values: Mapping[tuple[str, int], float], places: Sequence[str], years: Ints
) -> Floats:
    result = np.full((len(places), len(years)), np.nan)
    row = {place: number for number, place in enumerate(places)}
    for (place, year), value in values.items():
        if place in row and years[0] <= year <= years[-1]:
            result[row[place], year - years[0]] = value
    return result
