"""The question of the project: the page says what the bundle says."""

import io

import pytest
from rich.console import Console

from riskscore.serving import answer_table
from riskscore.sourcing import latin_america
from riskscore.sourcing.latin_america import BUYERS, HEADER, MINERALS, VERDICTS, cells
from tests.processes import ROOT

pytestmark = pytest.mark.django_db
PAGE = ROOT / "docs/latin-america.md"


def stated() -> list[tuple[str, ...]]:
    """The rows of the page's table, its head first."""
    text = PAGE.read_text(encoding="utf-8")
    table = text.split("<!-- answers -->")[1].split("<!-- end of answers -->")[0]
    lines = [line.strip("| ").split(" | ") for line in table.strip().splitlines()]
    return [tuple(line) for line in lines if not line[0].startswith("---")]


def test_the_page_says_what_the_bundle_says(bundle: None) -> None:
    head, *rows = stated()
    assert head == HEADER
    assert rows == [cells(answer) for answer in latin_america.answers()]


def test_every_buyer_and_mineral_has_an_answer_that_is_explained(bundle: None) -> None:
    answers = latin_america.answers()
    assert len(answers) == len(BUYERS) * len(MINERALS)
    assert {answer.verdict for answer in answers} <= VERDICTS.keys()


def test_lithium_can_and_rare_earths_cannot(bundle: None) -> None:
    found = {(each.buyer, each.mineral): each for each in latin_america.answers()}
    assert found["JPN", "lithium"].verdict == "can"
    assert found["USA", "lithium"].verdict == "already"
    assert found["JPN", "rare_earths"].verdict == "cannot, or little"
    assert found["JPN", "graphite"].verdict == "ore could, refining not"
    assert found["JPN", "graphite"].place == "BRA"


def test_the_answer_fits_a_terminal_of_132_columns(bundle: None) -> None:
    console = Console(width=132, record=True, file=io.StringIO())
    answer_table.show(console)
    text = console.export_text()
    assert "…" not in text
    assert "JPN+USA" in text
