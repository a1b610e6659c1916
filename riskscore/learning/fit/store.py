"""A trained model as bytes and back, without pickle: skops, a header, a list of trusted types.

The header is one line of JSON: what made the model and how long the rest is. It is read before
anything else, so that another version and a cut file are named as what they are. Whoever loads
gives the SHA-256 that the registry holds; nothing is opened before it was compared.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn
import skops.io

from riskscore.learning.data.refusals import OtherVersion, Truncated, UntrustedType, WrongHash
from riskscore.learning.fit.calibrate import Sigmoid, VennAbers
from riskscore.learning.fit.model import Model

MARK = "riskscore model"
FORMAT = 1
#: Types a model may hold besides those that skops trusts by itself; no other is ever built.
TRUSTED = [
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
]


@dataclass(frozen=True, slots=True)
class Artefact:
    """The bytes of a model and their SHA-256."""

    content: bytes
    sha256: str


def packed(kind: str, model: Model, features: tuple[str, ...]) -> Artefact:
    """A model as bytes."""
    body = skops.io.dumps(
        {
            "members": dict(model.members),
            **_calibrated(model.calibration, model.reference),
            "small": _calibrated(*model.small_producers) if model.small_producers else None,
        },
        compression=zipfile.ZIP_DEFLATED,
    )
    header = {
        "mark": MARK,
        "format": FORMAT,
        "kind": kind,
        "sklearn": sklearn.__version__,
        "features": list(features),
        "size": len(body),
    }
    content = json.dumps(header, sort_keys=True).encode() + b"\n" + body
    return Artefact(content, hashlib.sha256(content).hexdigest())


def _calibrated(calibration: Sigmoid, reference: VennAbers) -> dict[str, Any]:
    return {
        "calibration": [calibration.slope, calibration.intercept],
        "score": reference.score,
        "outcome": reference.outcome,
    }


def unpacked(content: bytes, sha256: str, features: tuple[str, ...]) -> Model:
    """The model of these bytes. Raises WrongHash, Truncated, OtherVersion or UntrustedType."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WrongHash(
            f"the stored model is not the one with SHA-256 {sha256[:12]}…. Restore it, or train "
            "again; the champion stays."
        )
    line, _, body = content.partition(b"\n")
    _check_header(_header(line), len(body), features)
    return _model(_loaded(body))


def _header(line: bytes) -> Mapping[str, Any]:
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("mark") != MARK:
        raise Truncated("these bytes are no stored model. Train again; the champion stays.")
    return header


def _check_header(header: Mapping[str, Any], size: int, features: tuple[str, ...]) -> None:
    if header["size"] != size:
        raise Truncated(
            f"the stored model has {size} of {header['size']} bytes. Restore it, or train again."
        )
    if header["format"] != FORMAT or header["sklearn"] != sklearn.__version__:
        raise OtherVersion(
            f"the model was made with scikit-learn {header['sklearn']}, this is "
            f"{sklearn.__version__}. Train again; until then the stored predictions stay in use."
        )
    if tuple(header["features"]) != features:
        raise OtherVersion("the model knows other features than this code makes. Train again.")


def _loaded(body: bytes) -> Mapping[str, Any]:
    """The parts, after every type in the file was compared with the list of trusted ones."""
    try:
        strange = set(skops.io.get_untrusted_types(data=body)) - set(TRUSTED)
        if strange:
            raise UntrustedType(
                f"the stored model holds {', '.join(sorted(strange))}, which is not trusted. "
                "Do not use the file; the champion stays."
            )
        parts = skops.io.loads(body, trusted=TRUSTED)
    except (zipfile.BadZipFile, KeyError, EOFError, ValueError) as error:
        raise Truncated(f"the stored model cannot be read ({error}). Train again.") from error
    if not isinstance(parts, dict) or not {"members", "calibration"} <= parts.keys():
        raise Truncated("the stored model lacks its parts. Train again; the champion stays.")
    return parts


def _model(parts: Mapping[str, Any]) -> Model:
    # A model that was stored before small producers were predicted has no such part.
    small = parts.get("small")
    return Model(parts["members"], *_calibration(parts), _calibration(small) if small else None)


def _calibration(parts: Mapping[str, Any]) -> tuple[Sigmoid, VennAbers]:
    slope, intercept = parts["calibration"]
    return (
        Sigmoid(float(slope), float(intercept)),
        VennAbers(np.asarray(parts["score"]), np.asarray(parts["outcome"])),
    )
