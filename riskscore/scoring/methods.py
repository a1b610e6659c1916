"""A published method, parsed and fitted, as the engine scores by it."""

from functools import lru_cache

from riskscore.engine.method import Fitted
from riskscore.engine.method import Method as Specification
from riskscore.errors import ConflictError
from riskscore.models import Method
from riskscore.models.scores import NODES


class CannotScore(ConflictError):
    """The method does not fit the score table; the message says what is missing."""

    code = "cannot_score"
    remedy = "Add what the message says is missing, as a new version of the method."


@lru_cache(maxsize=8)
def fitted_method(method_id: int) -> Fitted:
    """A published method, parsed. Published versions never change, so the process may keep it.

    Raises CannotScore when it lacks one of the nodes that scores are stored by.
    """
    method = Specification.from_dict(Method.objects.get(id=method_id).spec)
    missing = set(NODES).difference(node.code for node in method.nodes)
    if missing:
        raise CannotScore(
            f"method {method.code} v{method.version} has no node {', '.join(sorted(missing))}"
        )
    return method.fit()
