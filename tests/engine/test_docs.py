"""The worked example in the documentation runs and says what it prints."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from riskscore.engine.spec.parse_node import WEIGHTINGS
from riskscore.engine.spec.parse_scaling import READERS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_human_development_index_of_the_documentation_is_undps() -> None:
    text = (DOCS / "engine.md").read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    example = next(block for block in blocks if '"hdi"' in block)
    names: dict[str, Any] = {}
    exec(example.replace("print(", "found = ("), names)  # noqa: S102 - our own page
    assert np.round(names["found"], 3).tolist() == [0.462]


def test_the_spec_page_names_every_scaling_and_every_weighting() -> None:
    page = (DOCS / "method-spec.md").read_text(encoding="utf-8")
    assert all(f"`{kind}`" in page for kind in READERS)
    assert all(kind in page for kind in WEIGHTINGS)
