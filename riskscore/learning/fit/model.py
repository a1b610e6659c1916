"""A trained model: its members, and how their blend becomes a probability."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from riskscore.learning.data.panel import Floats
from riskscore.learning.fit.calibrate import Sigmoid, VennAbers
from riskscore.learning.fit.estimators import predict


@dataclass(frozen=True, slots=True)
class Model:
    """What is stored and used; ``reference`` holds out-of-sample scores and their outcomes.

    ``small_producers`` is the calibration and reference of small producers; None where the model
    does not hold for them, so that they get no prediction.
    """

    members: Mapping[str, Any]
    calibration: Sigmoid
    reference: VennAbers
    small_producers: tuple[Sigmoid, VennAbers] | None = None

    @property
    def for_small_producers(self) -> "Model | None":
        """The same members, calibrated for small producers."""
        return Model(self.members, *self.small_producers) if self.small_producers else None

    def raw(self, x: Floats) -> Floats:
        """(n,) blend, not calibrated."""
        return predict(self.members, x)

    def probability(self, x: Floats) -> Floats:
        """(n,) calibrated probability of an event."""
        return self.calibration(self.raw(x))

    def interval(self, x: Floats) -> tuple[Floats, Floats]:
        """(n,) lower and upper probability: all that the two calibrations, with a shape and
        without one, leave open. The calibrated probability itself always lies inside."""
        raw = self.raw(x)
        low, high = self.reference.interval(raw)
        probability = self.calibration(raw)
        return np.fmin(low, probability), np.fmax(high, probability)
