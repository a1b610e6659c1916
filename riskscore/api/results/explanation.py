"""An explanation as the API gives it: the rows of ``scoring.explanation``, laid out as JSON."""

from typing import Any

from riskscore.scoring.explanation import DimensionRow, Explanation, IndicatorRow, NodeFigures
from riskscore.scoring.ranking import SHARED

Row = dict[str, Any]


def explanation(result: Explanation, standings: dict[str, Row]) -> Row:
    """The explanation of a score, and its standing among the ranked projects."""
    shared = standings["composite"]["shared_with"]
    return {
        "dimensions": [
            _dimension(each) | {"standing": standings[each.figures.code]}
            for each in result.dimensions
        ],
        "contributions_sum": result.contributions_sum,
        "standing": standings["composite"],
        "notes": [SHARED.format(others=shared)] if shared else [],
    }


def _dimension(result: DimensionRow) -> Row:
    return {
        "dimension": result.figures.code,
        "label": result.figures.label,
        "score": result.figures.score,
        "band": str(result.figures.band.label),
        "contribution": result.contribution,
        "weight": result.weight,
        **_beside(result.figures),
        "residual": result.figures.residual,
        "why": result.reason,
        "mineral": result.mineral,
        "minerals": [
            {"mineral": row.mineral, "score": row.score, "decided": row.decided}
            for row in result.minerals
        ],
        "indicators": [_indicator(each) for each in result.indicators],
    }


def _beside(figures: NodeFigures) -> Row:
    return {
        "context": figures.context,
        "low": figures.low,
        "high": figures.high,
        "coverage": figures.coverage,
    }


def _indicator(result: IndicatorRow) -> Row:
    leaf, indicator = result.leaf, result.indicator
    return {
        "indicator": leaf.code,
        "label": leaf.label,
        "value": result.value,
        "level": result.level,
        "unit": indicator.unit,
        "mineral": result.subject.mineral,
        "place": result.subject.place,
        "first_year": result.subject.first_year,
        "year": result.subject.year,
        "standard_error": result.subject.standard_error,
        "status": result.status.value,
        "contribution": result.contribution,
        "weight": result.weight,
        "weighs_in": leaf.path.split("/")[-2],
        "why": leaf.reason,
        "about": indicator.about,
        "proxy_for": indicator.proxy_for,
        "caution": indicator.caution,
        "scaling": {"kind": leaf.scaling.kind, **leaf.scaling.parameters()},
        "cited": leaf.source,
        "sources": result.sources,
        "nearest": result.nearest,
    }
