"""Why a project has its score: every indicator, what it says, and what it adds.

The contributions were stored with the score and add up to the composite; nothing is computed
again here, so an explanation cannot differ from what it explains.
"""

import math
from functools import lru_cache
from typing import Any

from riskscore.api.lenses import NOBODY
from riskscore.api.results.score_fields import beside, known
from riskscore.engine import catalogue
from riskscore.engine.catalogue import Indicator, Level
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Leaf, Node, Weight
from riskscore.models import Method, Release
from riskscore.models.scores import NODES

Row = dict[str, Any]

#: A method may read a column of its own; nothing more is known of it than the method says.
NOT_IN_CATALOGUE = Indicator("", "", Level.PROJECT, "", 1, "", ())

SHARED = (
    "Most inputs describe the country and the mineral, not the site: {others} other ranked "
    "projects have exactly this composite. Ties are ties."
)


@lru_cache(maxsize=16)
def specification(method_id: int, _digest: str) -> Specification:
    """A published method, parsed once per process; its hash says that it is still the same."""
    return Specification.from_dict(Method.objects.values_list("spec", flat=True).get(pk=method_id))


def explain(row: Row, standings: dict[str, Row]) -> Row:
    """The explanation of a score row (with its arrays and method hash) and its standings."""
    method = specification(row["method_id"], row["method__hash"])
    releases = _releases(row["edition"])
    branches = {node.code: node for node in method.root.children if isinstance(node, Node)}
    dimensions = [
        _dimension(row, branches[name], at, method, releases) | {"standing": standings[name]}
        for at, name in enumerate(NODES)
        if name in branches
    ]
    shared = standings["composite"]["shared_with"]
    return {
        "dimensions": dimensions,
        "contributions_sum": known(math.fsum(row["contributions"])),
        "standing": standings["composite"],
        "notes": [SHARED.format(others=shared)] if shared else [],
    }


def _dimension(
    row: Row, node: Node, at: int, method: Specification, releases: dict[str, Row]
) -> Row:
    leaves = enumerate(method.leaves)
    below = [(i, leaf) for i, leaf in leaves if leaf.path.startswith(f"{node.path}/")]
    parts = [row["contributions"][i] for i, _ in below]
    score = row[node.code]
    kind = row["project__kind"]
    return {
        "dimension": node.code,
        "label": node.label,
        "score": score,
        "band": _band(score, method),
        "contribution": known(math.fsum(parts)) if row["composite"] is not None else None,
        "weight": _weight(node.weight, kind),
        **beside(row, at),
        "residual": known(row["residual"][at]),
        "why": node.reason,
        "indicators": [_indicator(row, node, i, leaf, releases) for i, leaf in below],
    }


def _indicator(row: Row, node: Node, i: int, leaf: Leaf, releases: dict[str, Row]) -> Row:
    indicator = catalogue.INDICATORS.get(leaf.column, NOT_IN_CATALOGUE)
    value = known(row["inputs"][i])
    weight = _weight(leaf.weight, row["project__kind"])
    return {
        "indicator": leaf.code,
        "label": leaf.label,
        "value": value,
        "level": indicator.levels[int(value)] if indicator.levels and value is not None else None,
        "unit": indicator.unit,
        "status": _status(row, indicator, value, weight, assessed=row[node.code] is not None),
        "contribution": known(row["contributions"][i]),
        "weight": weight,
        "weighs_in": leaf.path.split("/")[-2],
        "why": leaf.reason,
        "about": indicator.about,
        "proxy_for": indicator.proxy_for,
        "caution": indicator.caution,
        "scaling": {"kind": leaf.scaling.kind, **leaf.scaling.parameters()},
        "cited": leaf.source,
        "sources": [releases.get(code, {"source": code}) for code in indicator.sources],
    }


def _status(
    row: Row, indicator: Indicator, value: float | None, weight: float, *, assessed: bool
) -> str:
    """What the value does here; the words are explained in the schema of the explanation."""
    if value is None:
        nobody = row["lens__importer_id"] == NOBODY and indicator.level.startswith("importer")
        return "does_not_apply" if nobody else "unknown"
    if not weight:
        return "shown"
    return "counted" if assessed else "context"


def _band(score: float | None, method: Specification) -> str:
    reached = [band.code for band in method.bands if score is not None and band.start <= score]
    return reached[-1] if reached else "not assessed"


def _weight(weight: Weight, kind: str) -> float:
    return dict(weight.by_group).get(kind, weight.default)


def _releases(edition: int) -> dict[str, Row]:
    """By source: the release that was in force at an edition."""
    columns = {
        "source": "source_id",
        "publisher": "source__publisher",
        "title": "source__title",
        "release": "code",
        "published_edition": "published_edition",
        "licence": "licence",
        "url": "url",
    }
    newest = Release.objects.order_by("source_id", "-edition_id", "-id").distinct("source_id")
    found = newest.filter(edition__lte=edition).values(*columns.values())
    return {
        release["source_id"]: {name: release[column] for name, column in columns.items()}
        for release in found
    }
