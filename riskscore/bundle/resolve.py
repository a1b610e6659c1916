"""From records in publishers' words to the bundle's observations in our codes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from riskscore.sources.bad_file import BadFile
from riskscore.sources.coded_observations import CodedObservation, coded
from riskscore.sources.names import Names, UnknownName
from riskscore.sources.source_records import SourceRecord
from riskscore.sources.units_in_force import UnitsInForce

REMEDY = "Add the word to riskscore/sources/places.csv or mineral_terms.csv."


@dataclass
class Resolver:
    """Turns records into observations, and counts what is left out, by source and word."""

    names: Names
    left_out: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def observations(self, source: str, records: Iterable[SourceRecord]) -> list[CodedObservation]:
        """The observations of one release, each once, of one mineral in one unit.

        Two records with the same key and value are one; with different values they are a
        BadFile, because nobody could say which holds. Raises BadFile for an unknown word.
        """
        result: dict[tuple[object, ...], CodedObservation] = {}
        units = UnitsInForce()
        places, minerals = cache(self.names.place), cache(self.names.minerals_of)

        def place_of(term: str, _column: str) -> str | None:
            code = places(term)
            if code is None:
                self.left_out[source, "place", term] += 1
            return code

        def minerals_of(term: str) -> tuple[str, ...]:
            codes: tuple[str, ...] = minerals(source, term)
            if not codes:
                self.left_out[source, "mineral", term] += 1
            return codes

        try:
            for record in records:
                for stated in coded(record, place_of, minerals_of, self.names.groups):
                    stage, row = units.settle(stated, record.row, column=record.column)
                    key = (row.indicator, row.place, row.mineral, row.importer)
                    same = result.setdefault((*key, row.year, stage, row.since), row)
                    if same.value != row.value:
                        raise BadFile(
                            f"two values for {key} in {row.year}",
                            value=f"{same.value}, {row.value}",
                            remedy="Remove one of the two rows.",
                        )
        except UnknownName as error:
            raise BadFile(f"{source}: {error}", remedy=REMEDY) from error
        return list(result.values())

    def place(self, source: str, term: str) -> str | None:
        """Our code of a publisher's place; None, and counted, where it is left out on purpose."""
        try:
            result = self.names.place(term)
        except UnknownName as error:
            raise BadFile(f"{source}: {error}", remedy=REMEDY) from error
        if result is None:
            self.left_out[source, "place", term] += 1
        return result
