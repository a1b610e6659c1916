"""In which unit, and for which stages, the figures of a source stand."""

from riskscore.engine.catalogue import INDICATORS
from riskscore.releases import effective
from riskscore.sources import figure_stages as stages
from riskscore.sources.units_in_force import Subject, UnitsInForce, subject_of

#: Indicators whose unit or stage is said by their figures, and not by the catalogue.
SAID_BY_LABEL = [
    key
    for key, row in INDICATORS.items()
    if row.kind == "observation" and (stages.has_stages(key) or "as stated" in row.unit)
]
_LABELS = f"""
SELECT o.indicator, o.place_id, o.mineral_id, o.importer_id, p.key, o.stage, o.label
FROM {effective.OBSERVATIONS} o LEFT JOIN riskscore_project p ON p.id = o.project_id
WHERE o.indicator = ANY(%(indicators)s)
GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY max(o.year), count(*), o.label
"""  # noqa: S608 - our own names


def standing_units(source: str) -> UnitsInForce:
    """The units and stages in which the figures of a source stand now; of several for one stage,
    that of the newest year."""
    rows = effective.fetch(
        _LABELS, {**effective.in_force().of(source).parameters, "indicators": SAID_BY_LABEL}
    )
    standing: dict[Subject, dict[str, str]] = {}
    for indicator, place, mineral, importer, project, stage, label in rows:
        subject = subject_of(indicator, place, mineral, importer, project or "")
        standing.setdefault(subject, {})[stage] = label
    return UnitsInForce(standing)
