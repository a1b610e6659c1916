"""What was written down before a year, judged by that year."""

import pytest

from riskscore.learning.report.track_record import evaluated
from tests.learning.panels import series

# Exports of Chile fall in 2003 from a median of 10 to 2; the rest of the world holds.
PANEL = series(10, 10, 10, 2)


def test_predictions_are_judged_by_the_year_that_they_were_about() -> None:
    found = evaluated(PANEL, 2003, {("CHL", "copper"): 0.8, ("WLD", "copper"): 0.1})
    assert found is not None
    assert (found["rows"], found["events"], found["auc"]) == (2, 1, 1.0)
    # Brier: (0.2² + 0.1²) / 2 = 0.025, where always saying ½ has 0.25.
    assert found["brier"] == pytest.approx(0.025)
    assert found["brier_base"] == 0.25
    assert found["predicted_events"] == pytest.approx(0.9)


def test_a_year_that_has_not_come_judges_nobody() -> None:
    assert evaluated(PANEL, 2004, {("CHL", "copper"): 0.8}) is None
    assert evaluated(PANEL, 2003, {}) is None


def test_one_kind_of_outcome_has_no_area() -> None:
    found = evaluated(PANEL, 2003, {("CHL", "copper"): 0.8})
    assert found is not None
    assert found["auc"] is None
