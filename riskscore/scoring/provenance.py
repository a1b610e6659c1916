"""Which releases the values of one score came from. Looked up only when a score is explained.

Where one release of a source states an indicator, the value came from it. Where later corrections
are in force beside it, the rules that derive the indicator are asked: a release has contributed
when, without it, the project's value (or its error or year) would be another.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.derive.derivation import RULES
from riskscore.engine.inputs.axes import Axes, Table
from riskscore.engine.inputs.column_values import gather_column
from riskscore.engine.inputs.units import ROLE, Units
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Leaf, MineralChoice
from riskscore.releases import effective, register
from riskscore.releases.register import ReleaseInForce
from riskscore.scoring import inputs
from riskscore.scoring.mineral_numbers import minerals_by_number
from riskscore.scoring.project_inputs import map_distances
from riskscore.scoring.stored_score import StoredScore, not_nan

Ids = tuple[int, ...]
Citation = dict[str, str]
#: A value, its standard error and its year; None where unknown.
Value = tuple[float | None, float | None, int | None]


def sources(
    method: Specification, score: StoredScore, near: Mapping[str, map_distances.Neighbour]
) -> dict[str, list[Citation]]:
    """By code of the leaf: the releases that its value came from, by the names of the API.

    ``near`` has, by indicator, what distances were measured to, as ``map_distances`` says it.

    An unknown value came from none: then the complete releases that were looked into. What lies on
    a map came from the layers of its kind; what came from no release (evidence, a learned model)
    has the code of its kind alone.
    """
    read = {key for leaf in method.leaves for key in _derived_from(leaf)}
    releases = register.in_force(score.edition, read)
    probe, layers = _Probe(method, score), map_distances.cited(score.edition)
    return {
        leaf.code: map_distances.citations(layers, leaf.column, near.get(leaf.column))
        or _citations(leaf, _behind(leaf, not_nan(value), releases, probe))
        for leaf, value in zip(method.leaves, score.inputs, strict=True)
    }


def _derived_from(leaf: Leaf) -> frozenset[str]:
    indicator = INDICATORS.get(leaf.column)
    return frozenset(indicator.derived_from) if indicator else frozenset()


def _behind(
    leaf: Leaf, value: float | None, releases: Sequence[ReleaseInForce], probe: "_Probe"
) -> list[ReleaseInForce]:
    stating = [row for row in releases if row.states & _derived_from(leaf)]
    corrected = {row.source for row in stating if row.partial}
    if not stating:
        return _with_localities(leaf, releases)
    if value is None:
        return [row for row in stating if not row.partial]
    if not corrected:
        return stating
    kept = [row for row in stating if row.source not in corrected]
    mixed = [row for row in stating if row.source in corrected]
    return kept + (probe.contributing(leaf, mixed) if probe.gives(leaf, value) else mixed)


def _with_localities(leaf: Leaf, releases: Iterable[ReleaseInForce]) -> list[ReleaseInForce]:
    """Of the sources of a value that is measured on the map, the releases with mapped points."""
    indicator = INDICATORS.get(leaf.column)
    named = indicator.sources if indicator else ()
    return [row for row in releases if row.source in named and row.has_localities]


def _citations(leaf: Leaf, releases: Iterable[ReleaseInForce]) -> list[Citation]:
    """In the catalogue's order of sources, then in the order of loading; else bare sources."""
    indicator = INDICATORS.get(leaf.column)
    order = indicator.sources if indicator else ()

    def place(row: ReleaseInForce) -> tuple[int, int]:
        return order.index(row.source) if row.source in order else len(order), row.id

    result = [row.citation for row in sorted(releases, key=place)]
    return result or [{"source": code} for code in order]


class _Probe:
    """The project's values as they are, and as they would be without some releases."""

    def __init__(self, method: Specification, score: StoredScore) -> None:
        self.method, self.score = method, score
        self.pinned = inputs.Pinned(score.edition, score.as_of, score.importer)
        self.units: Units | None = None

    @cached_property
    def releases(self) -> effective.InForce:
        """All releases in force at the score's edition."""
        return effective.in_force(self.score.edition)

    def gives(self, leaf: Leaf, value: float | None) -> bool:
        """Whether the project still has the value that was scored; it may have moved since."""
        return self._value(leaf, self.releases)[0] == value

    def contributing(self, leaf: Leaf, group: Sequence[ReleaseInForce]) -> list[ReleaseInForce]:
        """Those of a group of releases without which the value would be another.

        Halves the group until single releases are left. Where the group matters and neither half
        does, each half alone gives the value: then the complete releases are named, else all.
        """
        if not self._matters(leaf, tuple(row.id for row in group)):
            return []
        if len(group) == 1:
            return list(group)
        half = len(group) // 2
        result = [
            row for part in (group[:half], group[half:]) for row in self.contributing(leaf, part)
        ]
        return result or [row for row in group if not row.partial] or list(group)

    def _matters(self, leaf: Leaf, ids: Ids) -> bool:
        """Whether the value would be another had the releases never been loaded, which brings back
        what they corrected, or were their rows left out, which does not."""
        now = self._value(leaf, self.releases)
        never_loaded = self._value(leaf, self.releases.without(*ids))
        return now != never_loaded or now != self._value(leaf, self.releases, ids)

    def _value(self, leaf: Leaf, releases: effective.InForce, left_out: Ids = ()) -> Value:
        axes, table = _derived(
            self.pinned, leaf.column, tuple(releases.complete), tuple(releases.corrected), left_out
        )
        if table is None:
            return None, None, None
        units = self.units = self.units or inputs.units(self.score.project_id, axes)
        units, choice = self._of_one_mineral(leaf, units, axes)
        column = gather_column({leaf.column: table}, units, leaf.column, choice)
        return (
            not_nan(column.values[0]),
            None if column.errors is None else not_nan(column.errors[0]),
            None if column.years is None else int(column.years[0]),
        )

    def _of_one_mineral(self, leaf: Leaf, units: Units, axes: Axes) -> tuple[Units, MineralChoice]:
        """The project with the one mineral that decided the leaf's node, where a node chooses."""
        number = self.score.about(self.method.leaves.index(leaf)).mineral
        chosen_above = any(leaf in node.leaves() for node in self.method.nodes if node.mineral)
        if not (chosen_above and number):
            return units, leaf.mineral
        code = minerals_by_number().get(number, "")
        return units.only(axes.mineral(code)), MineralChoice("worst", tuple(ROLE))


@lru_cache(maxsize=64)
def _derived(
    pinned: inputs.Pinned, column: str, complete: Ids, corrected: Ids, left_out: Ids
) -> tuple[Axes, Table | None]:
    """The table of an indicator if these releases were in force, without the rows of some.

    Releases never change and their ids are never given again, so the process may keep it.
    """
    axes = inputs.axes_of(pinned)
    observations = inputs.observations(
        axes,
        effective.InForce(list(complete), list(corrected), {}),
        "AND indicator = ANY(%(keys)s) AND release_id <> ALL(%(left_out)s)",
        keys=list(INDICATORS[column].derived_from),
        left_out=list(left_out),
    )
    return axes, RULES[column](observations, axes)
