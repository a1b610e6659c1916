"""From a record in its publisher's words to observations in our codes: one rule for all.

The making of the bundle and the import of a file differ in what an unknown word means to them (an
error that names the table of aliases; a fault of the row with a suggestion). They hand in how a
word is looked up; which observations follow is decided here.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import NamedTuple

from riskscore.sources import figure_stages as stages
from riskscore.sources.aggregates import why_in_no_sum
from riskscore.sources.source_records import SourceRecord

# A mined good that is no mineral of ours still says something about mining in that place.
KEPT_WITHOUT_MINERAL = frozenset({"dol.good"})
PlaceOf = Callable[[str, str], str | None]
"""(a publisher's word, its column) to the code of a place; None: left out on purpose."""
MineralsOf = Callable[[str], tuple[str, ...]]
"""A publisher's word to the codes of minerals; empty: known, and no mineral of ours."""


class CodedObservation(NamedTuple):
    """One value of one indicator; an ordinal value is the index into the indicator's levels."""

    indicator: str
    place: str | None
    mineral: str | None
    importer: str | None
    year: int
    value: float
    standard_error: float | None
    quality: str
    label: str
    since: date | None
    until: date | None
    verified: bool

    @property
    def stage(self) -> str:
        """What tells it apart from other figures of the same place, mineral and year."""
        return stages.stage_of(self.indicator, self.label)


def coded(
    record: SourceRecord, place_of: PlaceOf, minerals_of: MineralsOf, groups: Collection[str] = ()
) -> Iterator[CodedObservation]:
    """One observation for each mineral of the record, one if it names no mineral.

    None at all if the record's place or importer is left out on purpose, its mineral is none of
    ours, or its figure is in no sum of places (``aggregates``); ``groups`` are the codes of places
    that are no country. Raises whatever the two look-ups raise for an unknown word.
    """
    place = importer = None
    if record.place is not None and (place := place_of(record.place, "place")) is None:
        return
    if record.importer is not None and (importer := place_of(record.importer, "importer")) is None:
        return
    if why_in_no_sum(record.indicator, place, importer, groups):
        return
    codes: tuple[str | None, ...] = (None,)
    if record.mineral is not None:
        codes = minerals_of(record.mineral)
        if not codes and record.indicator in KEPT_WITHOUT_MINERAL:
            codes = (None,)
    label = record.label
    if record.stage:
        unit = stages.said(record.indicator, label).unit
        label = stages.label_of(record.indicator, unit, record.stage)
    for mineral in codes:
        yield CodedObservation(
            record.indicator, place, mineral, importer, record.year, record.value,
            record.standard_error, record.quality, label, record.since, record.until,
            record.verified,
        )  # fmt: skip
