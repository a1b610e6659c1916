"""What is doubted of the new sites of a file: where they lie, and whether they are known already.

Doubted sites become drafts with flags that say why. Nobody is asked again about what the file
itself answers: ``duplicate_of`` names the project that a site is, or says ``none``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from riskscore.intake import staging
from riskscore.intake.import_diff import Document
from riskscore.intake.project_diff import SAME_DEGREES
from riskscore.intake.sites import alike_sites
from riskscore.intake.sites.positions import Doubt, Positions, Site
from riskscore.models import Project

#: Rows named in a remark about all of them.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Doubts:
    """Why a new site waits: its flags, the project that it may be (None: none that is stored yet),
    and all of it in words."""

    flags: list[str]
    duplicate_of: int | None
    words: str


def doubted_positions(batch: Sequence[Document], positions: Positions) -> dict[int, Doubt]:
    """By line: what is wrong with the points of sites that are new or would be moved."""
    sites = _placed(batch)
    found = zip(sites, positions.doubts(list(sites.values())), strict=True)
    return {line: doubt for line, doubt in found if doubt}


def _placed(batch: Sequence[Document]) -> dict[int, Site]:
    """By line: where new sites lie, and known ones that a row puts elsewhere than they are."""
    ids = [document.id for document in batch if document.id is not None]
    known = {
        row[0]: row[1:]
        for row in Project.objects.filter(id__in=ids).values_list(
            "id", "place_id", "latitude", "longitude", "place_label"
        )
    }
    result = {}
    for document in batch:
        row, before = document.row, known.get(document.id or 0)
        if before is None:
            if row["latitude"] is not None and row["place"]:
                result[document.line] = Site(row["place"], row["latitude"], row["longitude"])
        elif (site := _after(row, before)) != Site(*before[:3], ""):
            result[document.line] = site
    return result


def _after(row: dict[str, Any], before: tuple[Any, ...]) -> Site:
    """Where a known site lies after a row, as ``project_diff.news`` reads it."""
    place, latitude, longitude, label = before
    if row["place"] and row["place_label"] != label:
        place = row["place"]
    if row["latitude"] is not None and (
        abs(row["latitude"] - latitude) > SAME_DEGREES
        or abs(row["longitude"] - longitude) > SAME_DEGREES
    ):
        latitude, longitude = row["latitude"], row["longitude"]
    return Site(place, latitude, longitude)


@dataclass
class Doubted:
    """The doubts about the new sites of a staged file, batch by batch, and how many there were.

    ``is_compared``: which sites are alike was found in this transaction and is not asked again, so
    that what is written is what the comparison has said.
    """

    staged: str
    is_compared: bool = False
    _positions: Positions = field(default_factory=Positions)
    _misplaced: list[str] = field(default_factory=list)
    _same: list[str] = field(default_factory=list)
    _misplaced_count: int = 0
    _same_count: int = 0

    def __post_init__(self) -> None:
        if not self.is_compared:
            alike_sites.stage_sites(self.staged)

    def of(self, batch: Sequence[Document]) -> dict[int, Doubts]:
        """By line: the doubts about those new sites of a batch of which something is doubted."""
        new = [document for document in batch if document.id is None]
        places = doubted_positions(new, self._positions)
        alike = alike_sites.found_of_lines if self.is_compared else alike_sites.of_lines
        sames = alike([one.line for one in new if not one.row["duplicate_of"]])
        sames |= _answered(new)
        return {
            one.line: self._doubts(one, places.get(one.line), sames.get(one.line))
            for one in new
            if one.line in places or one.line in sames
        }

    def _doubts(
        self, document: Document, place: Doubt | None, same: alike_sites.Same | None
    ) -> Doubts:
        flags, words = [], []
        if same:
            flags.append(Project.Flag.DUPLICATE.value)
            words.append(f"it may be {same.words()}")
            self._same_count += 1
            if len(self._same) < MOST_NAMED:
                self._same.append(f"line {document.line} {document.row['name']} = {same.words()}")
        if place:
            flags.append(Project.Flag.PLACE_DISPUTED.value)
            words.append(place.words)
            self._misplaced_count += 1
            if len(self._misplaced) < MOST_NAMED:
                self._misplaced.append(
                    f"line {document.line} {document.row['name']}: {place.words}"
                )
        return Doubts(flags, same.project if same else None, "; ".join(words))

    def remarks(self) -> list[str]:
        """What to tell of all of them."""
        told = []
        if self._same_count:
            told.append(
                f"{self._same_count:,} new sites may be known ones and wait as drafts"
                f" ({'; '.join(self._same)}). Say in a column duplicate_of which project each is,"
                " or none, or decide in admin."
            )
        if self._misplaced_count:
            told.append(
                f"{self._misplaced_count:,} new sites do not lie in their country and wait as"
                f" drafts ({'; '.join(self._misplaced)})."
            )
        return told


def _answered(new: Sequence[Document]) -> dict[int, alike_sites.Same]:
    """By line: the project that a row says it is."""
    asked = {one.line: one.row["duplicate_of"] for one in new if one.row["duplicate_of"]}
    rows = Project.objects.filter(key__in=asked.values()).values_list("key", "id", "name")
    found = {key: alike_sites.Same(key, name, 0.0, at, None) for key, at, name in rows}
    return {line: found[key] for line, key in asked.items() if key in found}


def name_earlier_rows(staged: str) -> None:
    """Say of drafts that may be an earlier row of the same file which project that has become."""
    lines = [
        line
        for (line,) in staging.fetch(
            f"SELECT s.line FROM {staged} s JOIN riskscore_project p ON p.key = s.key"  # noqa: S608
            " WHERE s.id IS NULL AND p.duplicate_of_id IS NULL AND p.state = 'draft'"
            " AND p.flags @> ARRAY['duplicate']::varchar[]"
        )
    ]
    found = alike_sites.of_earlier_lines(lines)
    pairs = [(line, same.line) for line, same in found.items() if same.line is not None]
    if pairs:
        ours, theirs = zip(*pairs, strict=True)
        staging.execute(
            "UPDATE riskscore_project p SET duplicate_of_id = other.id"  # noqa: S608 - our own name
            " FROM unnest(%s::bigint[], %s::bigint[]) pair (ours, theirs)"
            f" JOIN {staged} a ON a.line = pair.ours JOIN {staged} b ON b.line = pair.theirs"
            " JOIN riskscore_project other ON other.key = b.key WHERE p.key = a.key",
            [list(ours), list(theirs)],
        )
