"""A trained model: its members, and how their blend becomes a probability."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riskscore.learning.calibrate import Sigmoid, VennAbers
from riskscore.learning.fit import predict
from riskscore.learning.panel import Floats


@dataclass(frozen=True, slots=True)
class Model:
    """What is stored and used; ``reference`` holds out-of-sample scores and their outcomes."""

    members: Mapping[str, Any]
    calibration: Sigmoid
    reference: VennAbers

    def raw(self, x: Floats) -> Floats:
        """(n,) blend, not calibrated."""
        return predict(self.members, x)

    def probability(self, x: Floats) -> Floats:
        """(n,) calibrated probability of an event."""
        return self.calibration(self.raw(x))

    def interval(self, x: Floats) -> tuple[Floats, Floats]:
        """(n,) lower and upper Venn–Abers probability."""
        return self.reference.interval(self.raw(x))
