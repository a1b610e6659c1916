"""What cannot be learnt from is refused by name, with what to do."""

from dataclasses import replace

import numpy as np
import pytest

from riskscore.learning import displacement, labour
from riskscore.learning.data.panel import build
from riskscore.learning.data.refusals import OneClass, OnePlace, TooFewEvents, UnusableInput
from riskscore.learning.data.rows import Rows, check, gathered
from riskscore.learning.displacement import Reviewed
from riskscore.learning.labour import Pairs
from tests.learning.panels import flows_of, invented


@pytest.fixture(scope="module")
def rows() -> Rows:
    return gathered(invented(), range(2004, 2011))


def test_too_few_events_say_how_many_are_needed(rows: Rows) -> None:
    with pytest.raises(TooFewEvents, match="events where 10000 are needed"):
        check(rows, fewest=10_000)


def test_one_class_is_refused(rows: Rows) -> None:
    with pytest.raises(OneClass, match="nothing to tell apart"):
        check(replace(rows, outcome=np.zeros(len(rows))))


def test_one_place_is_refused(rows: Rows) -> None:
    with pytest.raises(OnePlace, match="one place"):
        check(replace(rows, place=np.zeros(len(rows), np.int64)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_features_without_a_number_are_refused(rows: Rows, value: float) -> None:
    with pytest.raises(UnusableInput):
        check(replace(rows, x=np.full_like(rows.x, value)))


def test_a_feature_of_which_nothing_is_known_is_named(rows: Rows) -> None:
    x = rows.x.copy()
    x[:, 3] = np.nan
    with pytest.raises(UnusableInput, match="share_level"):
        check(replace(rows, x=x))


def test_an_empty_panel_is_refused() -> None:
    nothing = flows_of([()] * 7)
    with pytest.raises(UnusableInput, match="no trade flow"):
        build(nothing, {"copper": ("260300",)}, frozenset(), {})


@pytest.mark.parametrize(("value", "word"), [(np.nan, "not a number"), (-1.0, "negative")])
def test_a_trade_value_that_is_no_amount_is_refused(value: float, word: str) -> None:
    flows = flows_of([("260300",), ("CHL",), (2000,), (value,), (1.0,), (1.0,), (1.0,)])
    with pytest.raises(UnusableInput, match=word):
        build(flows, {"copper": ("260300",)}, frozenset(), {})


def pairs(listed: np.ndarray, places: int = 20) -> Pairs:
    generator = np.random.default_rng(0)
    size = listed.size
    return Pairs(
        generator.normal(size=(size, len(labour.NAMES) - 1)),
        listed,
        np.arange(size) % places,
        np.arange(size) // places,
    )


def test_labour_refuses_too_few_listings_and_one_class() -> None:
    few = np.zeros(400)
    few[:5] = 1
    with pytest.raises(TooFewEvents, match="5 listed pairs in 5 places"):
        labour.check(pairs(few))
    with pytest.raises(OneClass):
        labour.check(pairs(np.ones(400)))
    with pytest.raises(UnusableInput):
        labour.check(pairs(np.full(400, np.nan)))


def test_a_pair_of_labour_never_sees_a_listing_of_its_own_place() -> None:
    listed = np.zeros(400)
    listed[:60] = 1
    given = pairs(listed)
    everywhere = np.ones(400, np.bool_)
    before = given.features(everywhere)
    other = listed.copy()
    mine = given.place == 3
    other[mine] = 1 - other[mine]
    hidden_place = ~mine
    shown = replace(given, listed=other).features(hidden_place)
    np.testing.assert_array_equal(given.features(hidden_place), shown)
    assert before.shape == (400, len(labour.NAMES))


def synthetic(events: int, places: int = 30, size: int = 600) -> Reviewed:
    """An invented set with known truth: the risk rises with the first feature alone."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(size, 3))
    event = np.zeros(size)
    event[np.argsort(-(x[:, 0] + generator.normal(0, 0.5, size)))[:events]] = 1
    return Reviewed(x, event, generator.integers(0, places, size), ("a", "b", "c"), synthetic=True)


def test_displacement_refuses_below_fifty_events_and_says_what_is_missing() -> None:
    with pytest.raises(TooFewEvents, match=r"Missing: 10 events, 0 places"):
        displacement.trained(synthetic(40), 0)


def test_displacement_refuses_below_ten_places() -> None:
    with pytest.raises(TooFewEvents, match=r"Missing: 0 events, 6 places"):
        displacement.trained(synthetic(80, places=4), 0)


def test_displacement_refuses_an_empty_file_of_evidence() -> None:
    nothing = Reviewed(np.empty((0, 3)), np.empty(0), np.empty(0, np.int64), ("a", "b", "c"))
    with pytest.raises(UnusableInput, match="50 events in 10 places are missing"):
        displacement.trained(nothing, 0)


def test_displacement_finds_the_truth_of_a_synthetic_set_and_says_that_it_is_one() -> None:
    model, said = displacement.trained(synthetic(120), 0)
    assert said["auc"] > 0.85
    assert said["synthetic"] is True
    coefficients = np.abs(model.members["logistic"][-1].coef_[0])
    assert coefficients[0] > 5 * coefficients[1:].max()
