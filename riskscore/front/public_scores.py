"""Scores for visitors, where they are public: the riskiest projects, and one project."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from riskscore.models import Lens, Project, Score
from riskscore.models.methods import scoring_method
from riskscore.models.scores import NODES, Band
from riskscore.scoring import ranking

#: Ranked projects that visitors are shown; an index gives them without sorting the others.
MOST = 500
PER_PAGE = 50


def lens() -> Lens | None:
    """The view from nobody's side, by the default method."""
    return Lens.objects.filter(method_code=settings.DEFAULT_METHOD, importer="WLD").first()


def riskiest() -> list[dict[str, Any]]:
    """The first MOST of the ranking, ties with one rank."""
    through = lens()
    if through is None:
        return []
    rows = ranking.ranked(through.pk).filter(composite__isnull=False)
    fields = ("project__key", "project__name", "project__place__name", "composite", "band",
              "coverage")  # fmt: skip
    found = rows.order_by("-composite", "project").values_list(*fields)[:MOST]
    shown: list[dict[str, Any]] = []
    for at, (key, name, place, composite, band, coverage) in enumerate(found, 1):
        tied = bool(shown) and shown[-1]["composite"] == composite
        shown.append({
            "rank": shown[-1]["rank"] if tied else at, "key": key, "name": name, "place": place,
            "composite": composite, "band": _band(band), "coverage": coverage,
        })  # fmt: skip
    return shown


def of_project(key: str) -> dict[str, Any] | None:
    """A published project with its scores by dimension; None where there is none."""
    project = (
        Project.objects.select_related("place")
        .prefetch_related("minerals__mineral")
        .filter(key=key, state=Project.State.PUBLISHED)
        .first()
    )
    through = lens()
    if project is None or through is None:
        return None
    score = Score.objects.filter(project=project, lens=through).select_related("method").first()
    return {
        "key": project.key,
        "name": project.name,
        "place": project.place.name,
        "kind": project.kind,
        "minerals": ", ".join(sorted(part.mineral.name for part in project.minerals.all())),
        "flags": [str(Project.Flag(flag).label) for flag in project.flags],
        "is_ranked": ranking.is_ranked(project.flags),
        "score": score and _figures(score),
    }


def _figures(score: Score) -> dict[str, Any]:
    method = scoring_method(settings.DEFAULT_METHOD)
    spec = (method or score.method).spec
    starts = [band["from"] for band in spec["bands"]]
    labels = {node["code"]: node["label"] for node in spec["root"]["children"] if "code" in node}
    return {
        "method": str(score.method),
        "as_of": score.as_of,
        "coverage": score.coverage,
        "interval": (score.interval_low, score.interval_high),
        "nodes": [
            _node(labels.get(node, spec["root"]["label"]), at, score, starts)
            for at, node in enumerate(NODES)
        ],
    }


def _node(label: str, at: int, score: Score, starts: Sequence[float]) -> dict[str, Any]:
    value = getattr(score, NODES[at])
    return {
        "label": label,
        "value": value,
        "band": _band(Band.of(value, starts)),
        "low": score.node_low[at],
        "high": score.node_high[at],
    }


def _band(band: int) -> dict[str, str]:
    label = str(Band(band).label)
    return {"label": label, "look": label.replace(" ", "-")}
