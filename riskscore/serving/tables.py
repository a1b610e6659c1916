"""The output tables, as people read them in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from riskscore.models import Lens
from riskscore.models.scores import Band
from riskscore.serving import readings
from riskscore.serving.readings import DIMENSIONS, Row

NOT_ASSESSED = "–"
ANDES = ("CHL", "ARG", "BOL", "PER", "BRA")
STYLE = {
    Band.NOT_ASSESSED: "dim",
    Band.LOW: "green",
    Band.MODERATE: "yellow",
    Band.HIGH: "dark_orange",
    Band.EXTREME: "red",
}


def show(console: Console, lens: Lens) -> None:
    """Print everything that one look at the scores should tell."""
    console.print(_projects("The 15 riskiest projects", readings.riskiest(lens, 15)))
    title = "Lithium and copper in Chile, Argentina, Bolivia, Peru and Brazil"
    console.print(_projects(title, readings.of(lens, ("lithium", "copper"), ANDES)))
    console.print(_bands(lens))
    console.print(_unassessed(lens))
    for line in _caveats(lens):
        console.print(line, highlight=False)


def _projects(title: str, rows: Sequence[Row]) -> Table:
    """Return one line per project; scores are 0 (no risk seen) to 100 (worst)."""
    caption = (
        "0 = no risk seen, 100 = worst, – = not assessed; "
        "shared = how many projects have this very composite"
    )
    table = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
    for name in ("name", "place", "mineral"):
        table.add_column(name, overflow="ellipsis", max_width=30 if name == "name" else 16)
    for name in ("composite", *(name[:5] + "." for name in DIMENSIONS), "coverage"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("band", no_wrap=True)
    table.add_column("shared", justify="right")
    for row in rows:
        table.add_row(*_cells(row), style=STYLE[Band(row.band)] if not row.band else "")
    return table


def _cells(row: Row) -> list[str]:
    band = Band(row.band)
    scores = (row.composite, row.geopolitical, row.concentration, row.labour, row.indigenous)
    return [
        row.name,
        row.place,
        row.mineral or "",
        *(NOT_ASSESSED if score is None else f"{score:.1f}" for score in scores),
        f"{row.coverage:.0%}",
        f"[{STYLE[band]}]{band.label}[/]",
        f"{row.shared:,}" if row.shared else "",
    ]


def _bands(lens: Lens) -> Table:
    table = Table(title="Projects per band", title_justify="left")
    table.add_column("band")
    table.add_column("projects", justify="right")
    for band, count in readings.bands(lens).items():
        table.add_row(f"[{STYLE[band]}]{band.label}[/]", f"{count:,}")
    return table


def _unassessed(lens: Lens) -> Table:
    """Return why projects have no composite, and how often each dimension is unknown."""
    table = Table(title="Not assessed, and why", title_justify="left")
    table.add_column("what is missing")
    table.add_column("projects", justify="right")
    for names, count in readings.missing_together(lens).items():
        table.add_row(f"composite, for want of {' and '.join(names) or 'coverage'}", f"{count:,}")
    lacking = readings.unassessed(lens)
    for name in DIMENSIONS:
        table.add_row(f"{name}: too little is known", f"{lacking[name]:,}")
    return table


def _caveats(lens: Lens) -> list[str]:
    """Return what the ranking can and cannot tell apart."""
    share, ties = readings.country_share(lens), readings.sharing(lens)
    explained = "nothing to explain yet" if share is None else f"{share:.0%}"
    return [
        f"Share of the composite's variance explained by country alone: {explained}",
        f"{ties.sharing:,} of {ties.assessed:,} assessed projects share their composite with "
        f"another one: {ties.distinct:,} distinct values, the commonest held by {ties.largest:,}.",
    ]
