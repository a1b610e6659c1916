"""Nothing that is predicted may reach what predicts it."""

from dataclasses import replace

import numpy as np
import pytest

from riskscore.learning.data import features
from riskscore.learning.data.panel import Panel
from riskscore.learning.data.rows import Rows
from riskscore.learning.disruption import CHOOSING, FIRST_HELD_OUT, LAST_TRAINING_YEAR
from riskscore.learning.fit.estimators import MEMBERS, fit, predict
from riskscore.learning.fit.evaluate import auc
from riskscore.learning.fit.rolling import published_before
from tests.learning.panels import invented

BOOSTED = MEMBERS[:1]


def changed_after(panel: Panel, year: int) -> Panel:
    """The panel with everything later than ``year`` replaced by noise."""
    later = panel.years > year
    noise = np.random.default_rng(1)

    def spoilt(values: np.ndarray) -> np.ndarray:
        return np.where(later, noise.uniform(1, 99, values.shape), values)

    return replace(
        panel,
        value=spoilt(panel.value),
        quantity=spoilt(panel.quantity),
        destination_hhi=spoilt(panel.destination_hhi),
        partners=spoilt(panel.partners),
        inputs={key: spoilt(values) for key, values in panel.inputs.items()},
    )


@pytest.mark.parametrize("year", [2005, 2008, 2010])
def test_no_feature_uses_a_later_year(year: int) -> None:
    panel = invented()
    before = features.matrix(panel, year)
    after = features.matrix(changed_after(panel, year), year)
    np.testing.assert_array_equal(before, after)


def test_governance_and_conflict_are_those_of_the_year_before() -> None:
    panel = invented()
    inputs = dict(panel.inputs)
    at = int(2008 - panel.years[0])
    for key in ("wgi.stability", "ucdp.state", "hdr.population"):
        inputs[key] = inputs[key].copy()
        inputs[key][:, at] += 5.0
    changed = features.matrix(replace(panel, inputs=inputs), 2008)
    np.testing.assert_array_equal(features.matrix(panel, 2008), changed)


def test_a_rolling_origin_teaches_with_outcomes_published_before_the_year(rows: Rows) -> None:
    taught = published_before(rows, 2010)
    # The outcome of feature year 2009 is the trade of 2010, which the features of 2010 hold too.
    assert taught.year.max() == 2009
    assert max(CHOOSING) < FIRST_HELD_OUT
    assert FIRST_HELD_OUT > LAST_TRAINING_YEAR + 1


@pytest.mark.slow
def test_a_shuffled_target_cannot_be_predicted_by_the_whole_model(rows: Rows) -> None:
    taught = rows.where(rows.evaluated & (rows.year <= LAST_TRAINING_YEAR))
    evaluated = rows.where(rows.evaluated & (rows.year >= FIRST_HELD_OUT))
    found = []
    for seed in range(6):
        generator = np.random.default_rng(seed)
        shuffled = replace(taught, outcome=generator.permutation(taught.outcome))
        predicted = predict(fit(shuffled, seed), evaluated.x)
        found.append(auc(generator.permutation(evaluated.outcome), predicted))
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)


@pytest.mark.slow
def test_features_of_an_earlier_year_do_not_score_higher(panel: Panel, rows: Rows) -> None:
    earlier = {
        (int(m), int(p)): n for n, (m, p) in enumerate(zip(panel.mineral, panel.place, strict=True))
    }
    shifted = rows.x.copy()
    for year in np.unique(rows.year):
        table = features.matrix(panel, int(year) - 1) if year > rows.year.min() else None
        for row in np.flatnonzero(rows.year == year):
            series = earlier[int(rows.mineral[row]), int(rows.place[row])]
            shifted[row] = np.nan if table is None else table[series]
    late, soon = replace(rows, x=shifted), rows
    scores = [_choosing_auc(part) for part in (late, soon)]
    assert scores[0] < scores[1]


def _choosing_auc(rows: Rows) -> float:
    """AUC of the boosted member on 2012–2016, taught by what came before 2012."""
    evaluated = rows.where(rows.evaluated & np.isin(rows.year, range(2012, 2017)))
    return auc(
        evaluated.outcome, predict(fit(published_before(rows, 2012), 0, BOOSTED), evaluated.x)
    )
