"""Stored models: what comes back is what was stored, and nothing else ever does."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.gaussian_process import GaussianProcessClassifier

from riskscore.learning.data.features import NAMES
from riskscore.learning.data.refusals import (
    BadArtefact,
    OtherVersion,
    Truncated,
    UntrustedType,
    WrongHash,
)
from riskscore.learning.data.rows import Rows, gathered
from riskscore.learning.fit.calibrate import Sigmoid, line, venn_abers
from riskscore.learning.fit.estimators import fit, predict
from riskscore.learning.fit.model import Model
from riskscore.learning.fit.store import Artefact, packed, unpacked
from tests.learning.panels import invented


@pytest.fixture(scope="module")
def rows() -> Rows:
    return gathered(invented(), range(2004, 2011))


@pytest.fixture(scope="module")
def model(rows: Rows) -> Model:
    members = fit(rows, 0)
    known = ~np.isnan(rows.outcome)
    raw, outcome = predict(members, rows.x)[known], rows.outcome[known]
    return Model(members, line(raw, outcome), venn_abers(raw, outcome))


@pytest.fixture(scope="module")
def artefact(model: Model) -> Artefact:
    return packed("disruption", model, NAMES)


def test_what_comes_back_predicts_the_same(model: Model, artefact: Artefact, rows: Rows) -> None:
    again = unpacked(artefact.content, artefact.sha256, NAMES)
    np.testing.assert_array_equal(again.probability(rows.x), model.probability(rows.x))
    np.testing.assert_array_equal(again.interval(rows.x[:9]), model.interval(rows.x[:9]))


def test_the_calibration_of_small_producers_comes_back_too(model: Model, rows: Rows) -> None:
    own = Sigmoid(0.8, -0.3), model.reference
    with_small = replace(model, small_producers=own)
    stored = packed("disruption", with_small, NAMES)
    again = unpacked(stored.content, stored.sha256, NAMES).for_small_producers
    assert again is not None
    assert again.calibration == own[0]
    expected = own[0](model.raw(rows.x))
    np.testing.assert_array_equal(again.probability(rows.x), expected)
    assert model.for_small_producers is None


def test_a_wrong_hash_is_refused_before_anything_is_opened(artefact: Artefact) -> None:
    with pytest.raises(WrongHash, match="the champion stays"):
        unpacked(artefact.content[:-1] + b"x", artefact.sha256, NAMES)


def resealed(content: bytes) -> tuple[bytes, str]:
    return content, hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("keep", [0, 10, 2000, -1])
def test_a_cut_file_is_refused_by_name(artefact: Artefact, keep: int) -> None:
    with pytest.raises(Truncated):
        unpacked(*resealed(artefact.content[:keep]), NAMES)


def test_a_broken_body_is_refused_by_name(artefact: Artefact) -> None:
    line_, _, body = artefact.content.partition(b"\n")
    with pytest.raises(Truncated):
        unpacked(*resealed(line_ + b"\n" + b"\0" * len(body)), NAMES)


def with_header(artefact: Artefact, **changes: Any) -> tuple[bytes, str]:
    line_, _, body = artefact.content.partition(b"\n")
    return resealed(json.dumps({**json.loads(line_), **changes}).encode() + b"\n" + body)


def test_another_version_of_scikit_learn_means_train_again(artefact: Artefact) -> None:
    with pytest.raises(OtherVersion, match=r"scikit-learn 0\.1.*Train again"):
        unpacked(*with_header(artefact, sklearn="0.1"), NAMES)


def test_other_features_mean_train_again(artefact: Artefact) -> None:
    with pytest.raises(OtherVersion, match="other features"):
        unpacked(*with_header(artefact, features=["one"]), NAMES)


def test_a_type_that_is_not_trusted_is_never_built(artefact: Artefact, model: Model) -> None:
    strange = {"members": {"x": GaussianProcessClassifier()}, "calibration": print}
    body = skops.io.dumps(strange)
    line_, _, _ = artefact.content.partition(b"\n")
    header = json.dumps({**json.loads(line_), "size": len(body)}).encode()
    with pytest.raises(UntrustedType, match="print"):
        unpacked(*resealed(header + b"\n" + body), NAMES)


def test_every_refusal_of_a_stored_model_has_one_name_above_it() -> None:
    for refusal in (WrongHash, Truncated, OtherVersion, UntrustedType):
        assert issubclass(refusal, BadArtefact)
