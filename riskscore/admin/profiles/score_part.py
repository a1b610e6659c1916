"""How the ranked projects of a place or mineral are scored, node by node."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from riskscore.admin.home.coverage_page import rule
from riskscore.admin.profiles.subject import Subject
from riskscore.admin.ui import charts, wording
from riskscore.curation import cell_counts, map_grid
from riskscore.curation.cell_counts import ANY, Cell
from riskscore.engine.method import Method as Specification
from riskscore.models import Lens
from riskscore.models.scores import NODES, Band


@dataclass(frozen=True, slots=True)
class NodeLine:
    """One node: bands as (name, count, style), mean and worst, and why some are not assessed."""

    label: str
    bands: Sequence[tuple[str, int, str]]
    mean: str
    worst: str
    missing: int
    why: str

    @property
    def chart(self) -> SafeString:
        return charts.stack([(name, count, look) for name, count, look in self.bands])


@dataclass(frozen=True, slots=True)
class Scores:
    """The distribution of its projects, the highest composite, and the same by mineral and by
    place, the largest first."""

    number: int
    highest: float | None
    lines: Sequence[NodeLine]
    parts: Sequence[Cell]
    counted_at: datetime | None


def scores(subject: Subject, lens: Lens | None, specification: Specification | None) -> Scores:
    """From the kept counts where there are many projects; a project counts once."""
    begins = map_grid.starts(lens)
    if subject.mineral:
        found = cell_counts.counts(lens, begins, minerals=[subject.mineral])
        whole = parts = found.cells
    else:
        found = cell_counts.counts(lens, begins, places=subject.places)
        whole = [cell for cell in found.cells if cell.mineral == ANY]
        parts = [cell for cell in found.cells if cell.mineral != ANY]
    one = cell_counts.together(whole)
    lines = [_line(at, one, specification) for at in range(len(NODES))] if one.number else []
    parts = sorted(parts, key=lambda cell: (-cell.number, cell.place, cell.mineral))
    return Scores(one.number, one.worst[0], lines, parts, found.counted_at)


def _line(at: int, cell: Cell, specification: Specification | None) -> NodeLine:
    code, counts = NODES[at], cell.bands[5 * at : 5 * at + 5]
    nodes = {node.code: node.label for node in specification.nodes} if specification else {}
    order = (*(band for band in Band if band), Band.NOT_ASSESSED)
    missing = counts[Band.NOT_ASSESSED]
    return NodeLine(
        nodes.get(code, code.capitalize()),
        [(band.label, counts[band], wording.band_class(band)) for band in order],
        wording.points(cell.mean(at)),
        wording.points(cell.worst[at]),
        missing,
        rule(specification, code) if missing and specification else "",
    )
