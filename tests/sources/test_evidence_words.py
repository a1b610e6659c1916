"""Lists of certificates and inspections keep their own words."""

import re
from io import BytesIO

from riskscore.engine.inputs.evidence_kinds import KINDS
from riskscore.engine.inputs.evidence_values import CERTIFICATION
from riskscore.sources.reading import Reading
from riskscore.sources.tables import evidence
from tests.processes import ROOT


def test_each_word_is_a_kind_and_a_level_that_counts() -> None:
    for kind, level in evidence.WORDS.values():
        assert kind in KINDS
        assert (level in CERTIFICATION) == (kind == "certification")


def test_the_example_of_the_documentation_is_read_as_it_says() -> None:
    page = (ROOT / "docs/tables.md").read_text()
    (example,) = re.findall(r"```\n(project,kind,date.*?)```", page, re.DOTALL)
    rows = list(evidence.rows(BytesIO(example.encode()), "labour.csv", Reading()))
    told = [(row.kind, row.level, row.severity) for _, row in rows]  # type: ignore[misc]
    assert told == [
        ("certification", "copper_mark", 1.0),
        ("collective_agreement", "", 1.0),
        ("accident", "", 0.4),
    ]
