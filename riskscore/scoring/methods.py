"""A published method, parsed and fitted, as the engine scores by it."""

from functools import lru_cache

from django.db.models import Q

from riskscore.engine.method import LATEST_RULES, Fitted
from riskscore.engine.method import Method as Specification
from riskscore.errors import ConflictError
from riskscore.models import Method
from riskscore.models.scores import NODES
from riskscore.sql.database.older_code import REMEDY, OlderCode


class CannotScore(ConflictError):
    """The method does not fit the score table; the message says what is missing."""

    code = "cannot_score"
    remedy = "Add what the message says is missing, as a new version of the method."


def refuse_newer() -> None:
    """Refuse to work with methods that newer code has published. Raises OlderCode, in one line."""
    published = Method.objects.filter(state=Method.State.PUBLISHED)
    newer = published.filter(Q(spec__rules__gt=LATEST_RULES)).order_by("code", "version")
    names = [f"{code} v{version}" for code, version in newer.values_list("code", "version")]
    if names:
        raise OlderCode(
            f"the published method {', '.join(names)} follows newer rules than this code knows"
            f" ({LATEST_RULES}); {REMEDY}"
        )


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
