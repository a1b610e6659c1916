"""The question of the project and its answer, as a short table in a terminal."""

from rich import box
from rich.console import Console
from rich.table import Table

from riskscore.sourcing import latin_america
from riskscore.sourcing.latin_america import HEADER

TITLE = "Could Japan and the United States draw critical minerals from Latin America?"
CAPTION = (
    "N-1: the share of the imports that hang on the largest partner; by how much the best project\n"
    "of the region would lower it, for certain and at most. * of the world, where the buyer's own\n"
    "trade at that stage is not on record. More: docs/latin-america.md"
)
#: The heads that fit a line. Human cost stands in the document, with its bounds.
HEADS = {
    "buyer": "buyer",
    "mineral": "mineral",
    "imports kt": "imports\nkt",
    "largest partner": "largest\npartner",
    "from China": "from\nChina",
    "from Latin America": "from Latin\nAmerica",
    "weakest stage": "weakest stage",
    "N-1 could fall by": "N-1 could\nfall by",
    "Latin America": "Latin America",
}


def show(console: Console) -> None:
    """Print the answer."""
    table = Table(
        box=box.SIMPLE_HEAD, title=TITLE, caption=CAPTION, title_justify="left",
        title_style="bold", caption_justify="left", pad_edge=False, collapse_padding=True,
    )  # fmt: skip
    kept = [i for i, name in enumerate(HEADER) if name in HEADS]
    for i in kept:
        table.add_column(HEADS[HEADER[i]], no_wrap=True)
    for answer in latin_america.answers():
        row = latin_america.cells(answer)
        table.add_row(*(row[i] for i in kept))
    console.print(table)
