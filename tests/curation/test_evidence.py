"""The kinds of evidence are one table: the database, the rule and the page all follow it."""

import re

from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.inputs.evidence_kinds import KINDS
from riskscore.models import Evidence
from tests.processes import ROOT


def test_the_database_knows_the_kinds_of_the_table_and_no_others() -> None:
    assert set(Evidence.Kind.values) == set(KINDS)


def test_every_kind_moves_an_indicator_of_the_catalogue() -> None:
    for kind in KINDS.values():
        assert kind.indicators
        assert set(kind.indicators) <= set(INDICATORS)


def test_the_documented_table_is_the_table() -> None:
    page = (ROOT / "docs/evidence.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", page, re.MULTILINE)
    told = {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}
    assert told == {
        kind.name: [
            kind.effect.value,
            ", ".join(f"`{key}`" for key in kind.indicators),
            f"{kind.strength:g}",
            f"{kind.half_life:g} years" if kind.half_life else "does not fade",
            f"{kind.lasts:g} years",
            kind.why,
        ]
        for kind in KINDS.values()
    }
