"""Which of two models is used: the simpler one, unless the other leads for certain.

A model that is harder to read and to check has to earn that. It leads where it is better in
ranking (AUC) *and* in probability (log loss), each time with the whole 95 % interval of the
difference, exporters or places drawn whole. Everything less is a tie, and a tie keeps the simpler.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from riskscore.learning.data.panel import Floats, Ints
from riskscore.learning.fit.evaluate import DRAWS, auc, auc_of_draws, clustered, interval, losses


@dataclass(frozen=True, slots=True)
class Lead:
    """How far one model is ahead of a simpler one: gain in AUC, and in log loss (nats)."""

    auc: float
    auc_ci: tuple[float, float]
    log_loss: float
    log_loss_ci: tuple[float, float]

    @property
    def certain(self) -> bool:
        """Whether both intervals lie above 0 as a whole."""
        return self.auc_ci[0] > 0 and self.log_loss_ci[0] > 0

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers for the card, and whether the lead is certain."""
        return {**asdict(self), "certain": self.certain}


def lead(outcome: Floats, ahead: Floats, simpler: Floats, cluster: Ints, seed: int) -> Lead:
    """The lead of ``ahead`` over ``simpler``, both (n,) calibrated probabilities."""
    weights = clustered(cluster, DRAWS, seed)
    gain = losses(outcome, simpler) - losses(outcome, ahead)
    ranked = auc_of_draws(outcome, ahead, weights) - auc_of_draws(outcome, simpler, weights)
    return Lead(
        auc(outcome, ahead) - auc(outcome, simpler),
        interval(ranked),
        float(gain.mean()),
        interval((weights * gain).sum(axis=1) / weights.sum(axis=1)),
    )


def leads_everywhere(leads: Mapping[str, Lead]) -> bool:
    """Whether the model that is harder to read may be used: its lead is certain each time."""
    return all(each.certain for each in leads.values())
