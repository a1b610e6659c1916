"""From readings in publishers' words to observations in our codes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from riskscore.bundle.fixture_rows import Observation
from riskscore.sources.bad_file import BadFile
from riskscore.sources.names import Names, UnknownName
from riskscore.sources.source_records import SourceRecord

# A mined good that is no mineral of ours still says something about mining in that place.
KEPT_WITHOUT_MINERAL = frozenset({"dol.good"})
PlaceOf = Callable[[str], str | None]
MineralsOf = Callable[[str, str], tuple[str, ...]]
REMEDY = "Add the word to riskscore/sources/places.csv or mineral_terms.csv."


@dataclass
class Resolver:
    """Turns readings into observations, and counts what is left out, by source and word."""

    names: Names
    left_out: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def observations(self, source: str, readings: Iterable[SourceRecord]) -> list[Observation]:
        """The observations of one release, each once.

        Two readings with the same key and value are one; with different values they are a
        BadFile, because nobody could say which holds. Raises BadFile for an unknown word.
        """
        found: dict[tuple[object, ...], Observation] = {}
        place, minerals = cache(self.names.place), cache(self.names.minerals_of)
        try:
            for reading in readings:
                for row in self._rows(source, reading, place, minerals):
                    key = (row.indicator, row.place, row.mineral, row.importer)
                    same = found.setdefault((*key, row.year, row.label, row.since), row)
                    if same.value != row.value:
                        raise BadFile(
                            f"two values for {key} in {row.year}",
                            value=f"{same.value}, {row.value}",
                            remedy="Remove one of the two rows.",
                        )
        except UnknownName as error:
            raise BadFile(f"{source}: {error}", remedy=REMEDY) from error
        return list(found.values())

    def place(self, source: str, term: str) -> str | None:
        """Our code of a publisher's place; None, and counted, where it is left out on purpose."""
        try:
            found = self.names.place(term)
        except UnknownName as error:
            raise BadFile(f"{source}: {error}", remedy=REMEDY) from error
        if found is None:
            self.left_out[source, "place", term] += 1
        return found

    def _rows(
        self,
        source: str,
        reading: SourceRecord,
        place_of: PlaceOf,
        minerals_of: MineralsOf,
    ) -> Iterator[Observation]:
        place = None if reading.place is None else place_of(reading.place)
        if place is None and reading.place is not None:
            self.left_out[source, "place", reading.place] += 1
            return
        importer = None if reading.importer is None else place_of(reading.importer)
        codes: tuple[str | None, ...] = (None,)
        if reading.mineral is not None:
            codes = minerals_of(source, reading.mineral)
            if not codes:
                self.left_out[source, "mineral", reading.mineral] += 1
                codes = (None,) if reading.indicator in KEPT_WITHOUT_MINERAL else ()
        for code in codes:
            yield _observation(reading, place, code, importer)


def _observation(
    reading: SourceRecord, place: str | None, mineral: str | None, importer: str | None
) -> Observation:
    return Observation(
        indicator=reading.indicator,
        place=place,
        mineral=mineral,
        importer=importer,
        year=reading.year,
        value=reading.value,
        standard_error=reading.standard_error,
        quality=reading.quality,
        label=reading.label,
        since=reading.since,
        until=reading.until,
        verified=reading.verified,
    )
