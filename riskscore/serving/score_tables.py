"""The output tables, as people read them in a terminal."""

from collections.abc import Sequence
from math import isnan
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from riskscore.models import Lens
from riskscore.models.scores import Band
from riskscore.scoring import learned_contribution
from riskscore.serving import score_summaries
from riskscore.serving.score_summaries import DIMENSIONS, Node, Row

LEGEND = (
    "0 = no risk seen, 100 = worst; shared = other ranked projects with this very composite.\n"
    "(84) 25–96 = not assessed: national context alone, then best and worst case.\n"
    "Left out: duplicates, and sites where no output of the mineral is known."
)
NUMBERS = (
    "composite",
    "90 %\ninterval",
    "geo-\npolitical",
    "concen-\ntration",
    "labour",
    "indi-\ngenous",
    "cover-\nage",
)
OTHER_COLUMNS = 95  # what a line needs beside its three names
LOOK: dict[str, Any] = {
    "box": box.SIMPLE_HEAD,
    "title_justify": "left",
    "title_style": "bold",
    "caption_justify": "left",
    "pad_edge": False,
    "collapse_padding": True,
}
COUNTRIES = ("CHL", "ARG", "BOL", "PER", "BRA")
STYLE = {
    Band.NOT_ASSESSED: "dim",
    Band.LOW: "green",
    Band.MODERATE: "yellow",
    Band.HIGH: "dark_orange",
    Band.EXTREME: "red",
}


def show(console: Console, lens: Lens) -> None:
    """Print everything that one look at the scores should tell."""
    room = min(console.width - OTHER_COLUMNS, 62)
    title = "Lithium and copper in Chile, Argentina, Bolivia, Peru and Brazil"
    for table in (
        _projects("The 15 riskiest projects", score_summaries.riskiest(lens, 15), room),
        _projects(title, score_summaries.of(lens, ("lithium", "copper"), COUNTRIES), room),
        _bands(lens),
        _unassessed(lens),
    ):
        console.print(table)
        console.print()
    for line in _caveats(lens):
        console.print(line, highlight=False, soft_wrap=True)


def learned(lens: Lens) -> list[str]:
    """Return what learned models say, and what that does to the scores."""
    counts = score_summaries.learned_predictions()
    if not counts:
        return ["Learned models: none counts (manage.py learned says why)."]
    shown = ", ".join(f"{count:,} of {name}" for name, count in counts.items())
    result = learned_contribution.moved(lens)
    only = f"; {result.only_with:,} are assessed only with them" if result.only_with else ""
    return [
        f"Learned models: {sum(counts.values()):,} predictions ({shown}).",
        f"They move {result.moved:,} of {result.scores:,} composites, by up to "
        f"{result.largest:.1f} points, median {result.median:.1f}{only}.",
    ]


def _projects(title: str, rows: Sequence[Row], room: int) -> Table:
    """Return one line per project; its three names share `room` columns."""
    table = Table(title=title, caption=LEGEND, **LOOK)
    for name, share in (("name", 0.5), ("place", 0.3), ("mineral", 0.2)):
        cut = max(5, int(room * share))
        table.add_column(name, no_wrap=True, overflow="ellipsis", max_width=cut)
    for name in NUMBERS:
        width = max(map(len, name.split("\n")))
        table.add_column(name, justify="right", min_width=width, no_wrap=True)
    table.add_column("band", min_width=8, no_wrap=True)
    table.add_column("shared", justify="right", min_width=6, no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> list[str]:
    band = Band(row.band)
    return [
        escape(row.name),
        row.place,
        row.mineral or "",
        _cell(row.nodes[0]),
        "" if row.interval is None else "{:.0f}–{:.0f}".format(*row.interval),
        *(_cell(node) for node in row.nodes[1:]),
        f"{row.coverage:.0%}",
        f"[{STYLE[band]}]{band.label}[/]",
        f"{row.shared:,}" if row.shared else "",
    ]


def _cell(node: Node) -> str:
    """The score; where there is none, its context and its best–worst bounds."""
    if node.score is not None:
        return f"{node.score:.1f}"
    if isnan(node.context):
        return f"[dim]– {node.low:.0f}–{node.high:.0f}[/]"
    return f"[dim]({node.context:.0f}) {node.low:.0f}–{node.high:.0f}[/]"


def _bands(lens: Lens) -> Table:
    table = Table(title="Projects per band", **LOOK)
    table.add_column("band")
    table.add_column("projects", justify="right")
    for band, count in score_summaries.bands(lens).items():
        table.add_row(f"[{STYLE[band]}]{band.label}[/]", f"{count:,}")
    return table


def _unassessed(lens: Lens) -> Table:
    """Return why projects have no composite, and how often each dimension is unknown."""
    table = Table(title="Not assessed, and why", **LOOK)
    table.add_column("what is missing")
    table.add_column("projects", justify="right")
    for names, count in score_summaries.missing_together(lens).items():
        table.add_row(f"composite, for want of {' and '.join(names) or 'coverage'}", f"{count:,}")
    table.add_row(
        "not scored: steel plants and others without a mineral", f"{score_summaries.unscored():,}"
    )
    lacking = score_summaries.unassessed(lens)
    for name in DIMENSIONS:
        table.add_row(f"{name}: too little is known", f"{lacking[name]:,}")
    return table


def _caveats(lens: Lens) -> list[str]:
    """Return what the ranking can and cannot tell apart."""
    share, ties = score_summaries.country_share(lens), score_summaries.sharing(lens)
    explained = "nothing to explain yet" if share is None else f"{share:.0%}"
    return [
        f"Share of the composite's variance explained by country alone: {explained}",
        f"{ties.sharing:,} of {ties.assessed:,} assessed projects share their composite with "
        "another one;",
        f"there are {ties.distinct:,} distinct composites, the commonest held by {ties.largest:,}.",
    ]
