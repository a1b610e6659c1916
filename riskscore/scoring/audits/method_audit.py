"""Whether a method does what its weights say, over a sample of the projects scored by a lens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from riskscore.engine.explain.audit import Audit, audit
from riskscore.engine.explain.correlations import correlation
from riskscore.engine.method import Method as Specification
from riskscore.engine.result import Result
from riskscore.engine.spec.tree import Leaf
from riskscore.errors import ConflictError
from riskscore.models import Job, Lens, Method
from riskscore.scoring.audits.ranked_sample import ranked_sample
from riskscore.scoring.compute import load
from riskscore.scoring.explanation import specification
from riskscore.scoring.inputs import Pinned


class NothingToAudit(ConflictError):
    """No job of the lens has succeeded yet, so nothing says what was known."""

    code = "lens_not_scored"
    remedy = "Start a job with the same method and importer first."


@dataclass(frozen=True, slots=True)
class MethodAudit:
    """The audit of one method version on a sample. ``by_node`` and ``by_root`` are correlations of
    each leaf's scaled value with its dimension and with the composite, by code of the leaf."""

    method: Specification
    size: int
    edition: int
    as_of: date
    report: Audit
    nodes_of: Mapping[str, str]
    by_node: Mapping[str, float]
    by_root: Mapping[str, float]

    @property
    def leaves(self) -> Sequence[Leaf]:
        """The indicators, in the method's order."""
        return self.method.leaves


def method_audit(method: Method, lens: Lens) -> MethodAudit:
    """Audit a method version with what the newest job of a lens knew. Raises NothingToAudit.

    The result is kept by the process until a newer job through the lens has ended.
    """
    ended = (Job.State.SUCCEEDED, Job.State.PARTIALLY_FAILED)
    jobs = Job.objects.filter(lens=lens, state__in=ended, apart=False)
    job = jobs.order_by("-edition_id", "-finished_at").first()
    if job is None:
        raise NothingToAudit(f"no job through {lens} has succeeded yet")
    pinned = Pinned(job.edition_id, job.as_of, lens.importer_id)
    return _audited(method.pk, method.hash, lens.pk, pinned, str(job.pk))


@lru_cache(maxsize=16)
def _audited(method_id: int, digest: str, lens: int, pinned: Pinned, _job: str) -> MethodAudit:
    method = specification(method_id, digest)
    loaded = load(pinned, ranked_sample(lens))
    fitted, frame = method.fit(), loaded.frame(method)
    result = fitted.score(frame)
    nodes = {leaf.code: _dimension(leaf) for leaf in method.leaves}
    return MethodAudit(
        method=method,
        size=len(frame),
        edition=pinned.edition,
        as_of=pinned.as_of,
        report=audit(fitted, frame),
        nodes_of=nodes,
        by_node=_correlations(result, nodes),
        by_root=_correlations(result, dict.fromkeys(nodes, result.root)),
    )


def _dimension(leaf: Leaf) -> str:
    """The node below the root in which a leaf lies; the root, if it hangs there itself."""
    return leaf.path.split("/")[:-1][:2][-1]


def _correlations(result: Result, nodes: Mapping[str, str]) -> dict[str, float]:
    return {
        code: correlation(result.scaled[:, at], result.scores[nodes[code]])
        for at, code in enumerate(result.leaves)
    }
