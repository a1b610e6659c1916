"""The functions that docs/engine.md names are documented in numpydoc, and their examples run."""

import doctest
import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")
MODULES = {
    "derive.derivation": ["derive"],
    "explain.attribution": ["attribute"],
    "explain.audit": ["audit", "strengths_and_weaknesses"],
    "explain.correlations": ["correlation", "cronbach_alpha"],
    "explain.counterfactual": ["counterfactuals"],
    "formulas.aggregation": ["outranking", "copeland_against"],
    "formulas.concentration": re.findall(
        r"`(\w+)`", re.findall(r"\| `concentration` \|(.*)\|", PAGE)[0]
    ),
    "formulas.geopolrisk": re.findall(r"`(\w+)`", re.findall(r"\| `geopolrisk` \|(.*)\|", PAGE)[0]),
    "formulas.supply_risk": re.findall(
        r"`(\w+)`", re.findall(r"\| `supply_risk` \|(.*)\|", PAGE)[0]
    ),
    "formulas.weights": [
        *("equal_weights", "entropy_weights", "critic_weights", "deviation_weights"),
        *("pca_weights", "ahp_weights", "budget_weights"),
    ],
    "frame": ["Frame"],
    "inputs.gather": ["gather"],
    "method": ["Method", "Fitted"],
    "result": ["Result"],
    "uncertainty.intervals": ["spread", "probability_riskier"],
    "uncertainty.sensitivity": ["sensitivity"],
    "uncertainty.sobol": ["sobol_indices", "indices"],
}


def module(name: str) -> Any:
    return importlib.import_module(f"riskscore.engine.{name}")


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_run(name: str) -> None:
    outcome = doctest.testmod(module(name))
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize(
    ("name", "member"), [(name, member) for name in MODULES for member in MODULES[name]]
)
def test_a_public_name_says_what_it_takes_and_shows_an_example(name: str, member: str) -> None:
    text = inspect.getdoc(getattr(module(name), member)) or ""
    assert "Parameters\n----" in text
    assert "Examples\n----" in text
