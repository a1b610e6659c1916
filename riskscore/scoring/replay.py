"""Old scores again: recomputed from what was known then, and why a later one differs."""

from dataclasses import dataclass, replace

from riskscore.engine.catalogue import LEARNED
from riskscore.engine.explain.attribution import Attribution, Side, attribute
from riskscore.errors import ConflictError
from riskscore.models import Job, Score, ScoreHistory
from riskscore.scoring.compute import Loaded, compute

Row = Score | ScoreHistory
#: Why a score does not come out again. Nothing else is left out of an edition.
CHANGED = (
    "the project itself (its place, kind, minerals or position), or the program, has changed since"
)


class CannotReplay(ConflictError):
    """The project itself has changed since; only the values that its rows keep are left."""

    code = "cannot_replay"
    remedy = "Explain the score by the values that its row keeps."


@dataclass(frozen=True, slots=True)
class Replayed:
    """A score computed once more. ``identical``: every number is the same to the last bit."""

    side: Side
    loaded: Loaded
    digest: bytes
    identical: bool


def replay(row: Row) -> Replayed:
    """Compute a stored score again from its pinned edition, day, method and seed.

    What a project itself is (place, minerals, position) is kept by no edition: where that has
    changed since, the numbers are not identical, and the row's ``inputs`` say what it was.
    """
    job = Job.objects.select_related("lens").get(id=row.job_id)
    computed = compute(job, [row.project_id])
    # NumPy leaves out zero bytes at the end.
    digest = bytes(computed.columns["digest"][0]).ljust(16, b"\0")
    same = digest == bytes(row.digest)
    return Replayed(Side(computed.fitted, computed.frame), computed.loaded, digest, same)


def why(before: Row, after: Row) -> Attribution:
    """The difference of two scores of a project, split into data, method and learned model.

    Raises CannotReplay when one of them cannot be computed again.
    """
    return attribute(*sides(before, after), learned=tuple(LEARNED.values()))


def sides(before: Row, after: Row) -> tuple[Side, Side]:
    """Both scores computed again, each side's inputs also as the other's method reads them.

    Raises CannotReplay when one of them is not identical.
    """
    first, second = replay(before), replay(after)
    if not (first.identical and second.identical):
        raise CannotReplay(CHANGED)
    if before.method_id == after.method_id:
        return first.side, second.side
    return _with_other(first, second), _with_other(second, first)


def _with_other(replayed: Replayed, other: Replayed) -> Side:
    frame = replayed.loaded.frame(other.side.fitted.method)
    return replace(replayed.side, other=frame)
