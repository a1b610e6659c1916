"""From a file's words to our codes, by the one table of aliases that curators edit.

Whatever a place or mineral is called in the database counts, and so do the words that come with
the program. An unknown word is a fault that suggests the nearest known ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from riskscore.models import Mineral, Place
from riskscore.sources import names
from riskscore.sources.aggregates import why_in_no_sum
from riskscore.sources.bad_file import BadFile
from riskscore.sources.coded_observations import CodedObservation, coded
from riskscore.sources.left_out import LeftOut
from riskscore.sources.names import AmbiguousName, Names, PlaceName, UnknownName
from riskscore.sources.source_records import SourceRecord

#: Unknown words that get a suggestion; a file of a million wrong words must not look each one up.
MOST_SUGGESTIONS = 200
MOST_REMEMBERED = 100_000


def known_names() -> Names:
    """Every word for a place or mineral: the database's and those that come with the program."""
    places = [
        PlaceName(place.code, place.name, place.kind, tuple(place.aliases), place.verified)
        for place in Place.objects.order_by("code")
    ]
    minerals = [
        ("*", word, (mineral.code,))
        for mineral in Mineral.objects.order_by("code")
        for word in (mineral.code, mineral.name, *mineral.aliases)
    ]
    try:
        return names.together(places, minerals)
    except ValueError as error:
        raise BadFile(str(error), remedy="Correct the aliases of one of the two places.") from error


@dataclass
class Resolver:
    """Looks up the words of one file, each once, and remembers what they mean.

    ``strict``: a word must mean exactly one place or mineral of ours, as in our own layouts;
    otherwise a publisher may name places that are left out and groups of minerals.
    """

    source: str
    names: Names
    strict: bool
    _places: dict[str, str | BadFile | None] = field(default_factory=dict)
    _minerals: dict[str, tuple[str, ...] | BadFile] = field(default_factory=dict)
    _aggregates: dict[str, str | None] = field(default_factory=dict)
    _countries: dict[str, str] = field(default_factory=dict)
    _suggested: int = 0

    def place(self, term: str, line: int | None, column: str = "place") -> str | None:
        """The code of a place; None: left out knowingly. Raises BadFile for an unknown word."""
        result = self._places.get(term, 0)
        if result == 0:
            result = self._look_up_place(term)
            if len(self._places) < MOST_REMEMBERED:
                self._places[term] = result
        if isinstance(result, BadFile):
            raise _at(result, line, column)
        return result  # type: ignore[return-value]

    def place_or_sum(self, term: str, line: int | None, column: str) -> str | None:
        """The code of a place; None for a sum of places, also where every word must be a place."""
        code = self._countries.get(term)
        if code is None and not self.aggregate(term):
            code = self.place(term, line, column)
            if code is not None and len(self._countries) < MOST_REMEMBERED:
                self._countries[term] = code
        return code

    def aggregate(self, term: str) -> str | None:
        """What a word is that stands for a sum of places; None: for a place, or unknown."""
        result = self._aggregates.get(term, "")
        if result == "":
            result = self.names.aggregate(term)
            if len(self._aggregates) < MOST_REMEMBERED:
                self._aggregates[term] = result
        return result

    def minerals(self, term: str, line: int | None, column: str = "mineral") -> tuple[str, ...]:
        """The codes of minerals that a word means, empty if it is known and not one of ours.

        Raises BadFile for an unknown word.
        """
        result = self._minerals.get(term)
        if result is None:
            result = self._look_up_minerals(term)
            if len(self._minerals) < MOST_REMEMBERED:
                self._minerals[term] = result
        if isinstance(result, BadFile):
            raise _at(result, line, column)
        return result

    def _look_up_place(self, term: str) -> str | BadFile | None:
        try:
            code = self.names.place(
                term, suggest=self._suggested < MOST_SUGGESTIONS, strict=self.strict
            )
        except AmbiguousName as error:
            return BadFile(str(error), value=term, remedy=error.remedy)
        except UnknownName as error:
            return self._unknown(term, "place", error)
        if code is None and self.strict:
            reason = self.names.why_left_out(term)
            return BadFile(f"left out on purpose: {reason}", value=term, remedy="Remove the row.")
        return code

    def _look_up_minerals(self, term: str) -> tuple[str, ...] | BadFile:
        try:
            codes = self.names.minerals_of(
                self.source, term, suggest=self._suggested < MOST_SUGGESTIONS
            )
        except UnknownName as error:
            return self._unknown(term, "mineral", error)
        if self.strict and len(codes) != 1:
            what = f"several minerals: {', '.join(codes)}" if codes else "no mineral of ours"
            return BadFile(f"this word stands for {what}", value=term, remedy="Write one mineral.")
        return codes

    def _unknown(self, term: str, kind: str, error: UnknownName) -> BadFile:
        self._suggested += 1
        return BadFile(
            str(error), value=term, remedy=f"Correct it, or add it to the aliases of a {kind}."
        )


def _at(fault: BadFile, line: int | None, column: str) -> BadFile:
    return BadFile(fault.reason, row=line, column=column, value=fault.value, remedy=fault.remedy)


def observations(
    record: SourceRecord, line: int | None, resolver: Resolver
) -> Iterator[CodedObservation]:
    """The observations, in our codes, that a record of a file stands for.

    One for each mineral that its word means, one if it names no mineral. Nothing is yielded when
    its place or importer is left out on purpose, or its mineral is not one of ours: see
    :func:`why_left_out`. Raises BadFile, with the line, for an unknown word.
    """
    return coded(
        record,
        lambda term, column: resolver.place_or_sum(term, line, column),
        lambda term: resolver.minerals(term, line),
        resolver.names.groups,
    )


def why_left_out(record: SourceRecord, line: int | None, resolver: Resolver) -> LeftOut:
    """Why a record of known words gives no observation."""
    codes: list[str | None] = []
    for term, column in ((record.place, "place"), (record.importer, "importer")):
        codes.append(None if term is None else resolver.place_or_sum(term, line, column))
        if term is not None and codes[-1] is None:
            return LeftOut(f"{column} left out: {resolver.names.why_left_out(term)}", line, term)
    if why := why_in_no_sum(record.indicator, codes[0], codes[1], resolver.names.groups):
        return LeftOut(why, line, f"{record.place} to {record.importer or 'all'}")
    return LeftOut("no mineral of ours", line, record.mineral or "")
