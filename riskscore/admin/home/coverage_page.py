"""How far the scores reach: bands, what is not assessed and why, ties, releases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from riskscore.admin.sourcing import answering
from riskscore.admin.ui import charts, wording
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.curation import coverage_figures, kept_figures, map_grid
from riskscore.engine.method import Method as Specification
from riskscore.models import KeptFigures, Lens, Release
from riskscore.models.methods import scoring_method
from riskscore.models.scores import NODES, Band

TITLE = "Coverage"


@dataclass(frozen=True, slots=True)
class Spread:
    """How the projects fall into the bands of one node; ``counts`` by band."""

    code: str
    label: str
    counts: Sequence[int]

    @property
    def chart(self) -> SafeString:
        return charts.stack([(words, n, look) for words, n, look in self.cells])

    @property
    def cells(self) -> list[tuple[str, int, str]]:
        """(name, number of projects, style) of every band, best first, not assessed last."""
        order = (*(band for band in Band if band), Band.NOT_ASSESSED)
        return [(band.label, self.counts[band], wording.band_class(band)) for band in order]

    @property
    def missing(self) -> int:
        return self.counts[Band.NOT_ASSESSED]


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a node is not assessed for some projects, and where most of them are."""

    label: str
    number: int
    rule: str
    where: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The page. ``counted_at``: when, where the figures are kept; None: just now."""

    lens: Lens
    spreads: Sequence[Spread]
    missing: Sequence[Missing]
    ties: Mapping[str, Any]
    projects: Mapping[str, int]
    counted_at: datetime | None

    @property
    def explained(self) -> str:
        return wording.share(self.ties["by_country"])


@answering.for_readers
def page(request: HttpRequest) -> HttpResponse:
    """The coverage of the scores that pages show."""
    shown = {
        "title": TITLE,
        "overview": overview(),
        "releases": Release.objects.select_related("source").order_by("-edition", "code")[:8],
    }
    frame = {**admin.site.each_context(request), **shown}
    return TemplateResponse(request, "admin/home/coverage.html", frame)


def overview() -> Overview | None:
    """All figures of the page; None until something can be scored, or was counted."""
    lens = shown_lens()
    method = scoring_method(lens.method_code) if lens else None
    if lens is None or method is None:
        return None
    figures, counted_at = _figures(lens)
    return laid_out(lens, Specification.from_dict(method.spec), figures, counted_at)


def _figures(lens: Lens) -> tuple[coverage_figures.Figures | None, datetime | None]:
    """As the workers keep them; before they have counted, counted now if projects are few."""
    kept = kept_figures.kept(lens, KeptFigures.What.COVERAGE)
    if kept is not None:
        return kept.content, kept.counted_at
    return (None, None) if map_grid.are_many() else (coverage_figures.figures(lens), None)


def laid_out(
    lens: Lens,
    specification: Specification,
    figures: coverage_figures.Figures | None,
    counted_at: datetime | None,
) -> Overview | None:
    """The figures with labels, rules and charts."""
    if figures is None:
        return None
    labels = {node.code: node.label for node in specification.nodes}
    spreads = [
        Spread(node, labels.get(node, node.capitalize()), figures["bands"][node]) for node in NODES
    ]
    missing = [
        Missing(
            spread.label,
            spread.missing,
            rule(specification, spread.code),
            ", ".join(f"{place} {n:,}" for place, n in figures["where"][spread.code]),
        )
        for spread in spreads
        if spread.missing
    ]
    return Overview(lens, spreads, missing, figures["ties"], figures["projects"], counted_at)


def rule(specification: Specification, code: str) -> str:
    """What must be known before a node is assessed, as the reason why it is not."""
    node = next((node for node in specification.nodes if node.code == code), None)
    if node is None:
        return ""
    if node.requires_any:
        labels = {leaf.code: leaf.label for leaf in node.leaves()}
        named = (labels[code].lower() for code in node.requires_any)
        return f"nothing is known about the project itself: none of {', '.join(named)}"
    if node.minimum.count > 1:
        return f"fewer than {node.minimum.count} of its {len(node.children)} parts are assessed"
    if not node.minimum.weight:
        return "nothing of it is known"
    return f"less than {wording.share(node.minimum.weight)} of its weight is known"
