"""Peers: where the project stands among those of its mineral and of its country."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from riskscore.admin.project_page import chosen_view, peers_drawing
from riskscore.admin.project_page.header import minerals
from riskscore.admin.ui import wording
from riskscore.models import Project, Score
from riskscore.scoring.comparisons import peers
from riskscore.scoring.comparisons.peers import ROUNDING, Group, Near

MINERAL = "mineral"


@dataclass(frozen=True, slots=True)
class Shown:
    """One group of peers, drawn and in words."""

    name: str
    group: Group
    chart: SafeString
    words: str
    nearest: Sequence[tuple[Near, str, str, str]]


def shown(request: HttpRequest, project: Project) -> dict[str, Any]:
    """For the template ``admin/project_page/peers.html``."""
    score, views = chosen_view.of(request, project)
    yields = minerals(project)
    asked = request.GET.get(MINERAL, "")
    chosen = next((row for row in yields if row.mineral_id == asked), yields[0] if yields else None)
    groups = []
    if score is not None and chosen is not None:
        name = f"{chosen.mineral.name}, everywhere"
        groups.append(_shown(name, peers.of_mineral(score, chosen.mineral_id), score))
    if score is not None:
        groups.append(_shown(project.place.name, peers.of_place(score, project.place_id), score))
    return {"views": views, "score": score, "yields": yields, "chosen": chosen, "groups": groups}


def _shown(name: str, group: Group, score: Score) -> Shown:
    nearest = [
        (one, wording.points(one.composite), wording.band(one.band), _distance(one))
        for one in group.nearest
    ]
    chart = peers_drawing.chart(group.counts, score.composite, f"Composites of {name}")
    return Shown(name, group, chart, _words(group, score), nearest)


def _distance(near: Near) -> str:
    """How far a peer is, in points, and on how many dimensions where not on all that are known."""
    if near.is_alike:
        return "exactly alike"
    away = wording.points(near.apart)
    if not near.one_sided:
        return away
    unknown = ", ".join(node.capitalize() for node in near.one_sided)
    how = "alike" if near.apart < ROUNDING else away
    return f"{how} on {near.shared} of {near.shared + len(near.one_sided)}; {unknown} unknown"


def _words(group: Group, score: Score) -> str:
    if group.is_sample:
        looked = f"A random sample of {group.looked_at:,} of its projects"
    else:
        looked = f"{group.assessed:,} ranked projects with a composite"
    if group.lower is None or score.composite is None:
        return f"{looked}. This one is not assessed, so it has no place among them."
    percent = f"{100 * group.lower:.0f} %"
    return f"{looked}. This one has {wording.points(score.composite)}: {percent} of them have less."
