"""Who moves when another version of a method counts, or another learned model. Nothing is stored.

What is shown is what a rescoring gives afterwards: the same projects are loaded in the same way,
and the engine scores them both ways. Pages and tests call the same function.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from riskscore.engine.explain.correlations import kendall, ranks, spearman
from riskscore.engine.method import Method as Specification
from riskscore.engine.result import Result
from riskscore.models import Edition, LearnedModel, Lens, Project
from riskscore.models.scores import Band
from riskscore.scoring import inputs
from riskscore.scoring.audits.ranked_sample import SAMPLE, ranked_sample
from riskscore.scoring.compute import Loaded, load

Floats = npt.NDArray[np.float64]
#: Points of the composite from which a project counts as moved: what one decimal shows.
MOVED = 0.05
#: How many projects are named.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Mover:
    """One project: its composite, rank among the sample and band, before and after.

    None where it is not assessed.
    """

    pk: int
    key: str
    name: str
    place: str
    before: float | None
    after: float | None
    rank_before: int | None
    rank_after: int | None
    band_before: Band
    band_after: Band


@dataclass(frozen=True, slots=True)
class WhoMoves:
    """The composites of a sample by two versions, in the order of ``ids``; NaN is not assessed.

    ``bands[i][j]`` counts projects that go from band i to band j. ``is_sample`` says that there
    are more projects than were looked at. The correlations are over those assessed both times.
    """

    ids: tuple[int, ...]
    before: Floats
    after: Floats
    bands: npt.NDArray[np.int64]
    movers: tuple[Mover, ...]
    kendall: float
    spearman: float
    is_sample: bool
    edition: int
    as_of: date

    @property
    def moved(self) -> int:
        """How many projects move by a twentieth of a point, or become (not) assessed."""
        return int(_moves(self.before, self.after).sum())

    @property
    def share(self) -> float:
        """The share of projects that move; 0 where there are none."""
        return self.moved / len(self.ids) if self.ids else 0.0

    @property
    def changing_band(self) -> int:
        """How many projects change their band."""
        return int(self.bands.sum() - np.trace(self.bands))


def who_moves(before: Specification, after: Specification, lens: Lens, as_of: date) -> WhoMoves:
    """Score a sample of the projects of a lens by both versions, with all that is known now.

    Raises ``Edition.DoesNotExist`` when nothing is loaded yet.
    """
    sample = _sampled(lens, as_of)
    return _moved(sample, _scored(before, sample.loaded), _scored(after, sample.loaded))


def who_moves_by_models(
    method: Specification, models: Iterable[LearnedModel], lens: Lens, as_of: date
) -> WhoMoves:
    """The same sample by one version, as the learned models count now and as if these did.

    Raises ``Edition.DoesNotExist`` when nothing is loaded yet.
    """
    sample = _sampled(lens, as_of)
    now = sample.loaded
    then = replace(now, known=inputs.with_models(now.known, models))
    return _moved(sample, _scored(method, now), _scored(method, then))


@dataclass(frozen=True, slots=True)
class _Sample:
    """What is known of the sampled projects of a lens, and whether there are more of them."""

    loaded: Loaded
    pinned: inputs.Pinned
    is_part: bool


def _sampled(lens: Lens, as_of: date) -> _Sample:
    pinned = inputs.Pinned(Edition.objects.latest("number").number, as_of, lens.importer_id)
    ids = ranked_sample(lens.pk)
    return _Sample(load(pinned, ids), pinned, len(ids) == SAMPLE)


def _moved(sample: _Sample, old: Result, new: Result) -> WhoMoves:
    first, second = old.scores[old.root], new.scores[new.root]
    bands = (old.bands(old.root).astype(int), new.bands(new.root).astype(int))
    counts = np.zeros((len(Band), len(Band)), np.int64)
    np.add.at(counts, bands, 1)
    found = tuple(int(one) for one in sample.loaded.projects.ids)
    return WhoMoves(
        ids=found,
        before=first,
        after=second,
        bands=counts,
        movers=tuple(_movers(found, (first, second), bands)),
        kendall=kendall(first, second),
        spearman=spearman(first, second),
        is_sample=sample.is_part,
        edition=sample.pinned.edition,
        as_of=sample.pinned.as_of,
    )


def _scored(method: Specification, loaded: Loaded) -> Result:
    return method.fit().score(loaded.frame(method))


def _moves(before: Floats, after: Floats) -> npt.NDArray[np.bool_]:
    opened = np.isnan(before) != np.isnan(after)
    return np.asarray(opened | (np.abs(np.nan_to_num(after - before)) >= MOVED))


def _movers(
    ids: Sequence[int],
    scores: tuple[Floats, Floats],
    bands: tuple[npt.NDArray[Any], npt.NDArray[Any]],
) -> list[Mover]:
    """Those who move furthest; whoever becomes assessed, or no longer, comes first."""
    before, after = scores
    far = np.where(np.isnan(before) != np.isnan(after), np.inf, np.abs(after - before))
    far = np.where(_moves(before, after), far, -1.0)
    chosen = [int(at) for at in np.lexsort((np.array(ids), -far))[:NAMED] if far[at] >= 0]
    rows = Project.objects.select_related("place").in_bulk([ids[at] for at in chosen])
    places = ranks(before), ranks(after)
    return [
        Mover(
            pk=ids[at],
            key=rows[ids[at]].key,
            name=rows[ids[at]].name,
            place=rows[ids[at]].place.name,
            before=_known(before[at]),
            after=_known(after[at]),
            rank_before=_rank(places[0][at]),
            rank_after=_rank(places[1][at]),
            band_before=Band(int(bands[0][at])),
            band_after=Band(int(bands[1][at])),
        )
        for at in chosen
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _rank(value: float) -> int | None:
    return None if np.isnan(value) else int(value)
