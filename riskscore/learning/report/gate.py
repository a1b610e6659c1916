"""The gate: what a model has to show on what was held out before its predictions may count.

A comparison counts as passed only if its *whole* 95 % interval lies on the right side. A point
estimate on the right side whose interval reaches over is a tie, and a tie passes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

#: A calibration slope is a ratio, so what it may be off by is one too: a quarter, either way.
SLOPE = (4 / 5, 5 / 4)
ABOVE_ZERO = (0.0, None)


class Rule(NamedTuple):
    """One comparison: words, the metric and its interval, and the open range where it must lie."""

    words: str
    metric: str
    bounds: tuple[float, float | None]

    @property
    def ends(self) -> tuple[str, str | None]:
        """Both ends of the range as text, so that a card reads."""
        low, high = self.bounds
        return f"{low:g}", None if high is None else f"{high:g}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A rule and what a model showed; None where its card does not say."""

    rule: Rule
    low: float | None
    high: float | None

    @property
    def passed(self) -> bool:
        """Whether the whole interval lies inside."""
        least, most = self.rule.bounds
        if self.low is None or self.high is None:
            return False
        return self.low > least and (most is None or self.high < most)

    @property
    def words(self) -> str:
        """What was asked and what was found."""
        least, most = self.rule.ends
        asked = f"above {least}" if most is None else f"between {least} and {most}"
        if self.low is None or self.high is None:
            return f"{self.rule.words}: the card has no interval of it"
        return (
            f"{self.rule.words}: the interval {self.low:.3f} to {self.high:.3f} does not lie "
            f"{asked} as a whole"
        )

    def as_dict(self) -> dict[str, Any]:
        """One row of the card."""
        least, most = self.rule.ends
        return {
            "comparison": self.rule.words,
            "low": self.low,
            "high": self.high,
            "must_lie": f"above {least}" if most is None else f"{least} to {most}",
            "passed": self.passed,
        }


def _difference(name: str, metric: str) -> Rule:
    return Rule(f"AUC against {name}", metric, ABOVE_ZERO)


EVERY_KIND = (
    Rule("Brier score against that of the base rate (skill)", "brier_skill_ci", ABOVE_ZERO),
    Rule("calibration slope", "calibration_slope_ci", SLOPE),
)
RULES: Mapping[str, Sequence[Rule]] = {
    "disruption": (
        _difference("volatility alone", "auc_difference_ci"),
        _difference("governance alone", "auc_difference_to_governance_ci"),
        _difference("persistence", "auc_difference_to_persistence_ci"),
        *EVERY_KIND,
    ),
    "labour": (
        _difference("human development alone", "auc_difference_to_hdi_ci"),
        _difference("governance alone", "auc_difference_to_governance_ci"),
        _difference("the mineral alone", "auc_difference_to_mineral_ci"),
        *EVERY_KIND,
    ),
}
#: What a model that is harder to read must show besides, for each lead that its card holds.
OVER_SIMPLER = (("AUC", "auc_ci"), ("log loss", "log_loss_ci"))


def comparisons(kind: str, metrics: Mapping[str, Any]) -> list[Comparison]:
    """Every comparison that a model of this kind must pass, with what its metrics say.

    ``metrics["simpler"]``, where a model has a simpler rival, holds its leads over it by period.
    """
    rules = RULES.get(kind, EVERY_KIND)
    result = [Comparison(rule, *_ends(metrics.get(rule.metric))) for rule in rules]
    simpler = metrics.get("simpler", {})
    if simpler.get("used", True):
        return result
    return result + [
        Comparison(
            Rule(f"{name} against {simpler['name']}, {period}", metric, ABOVE_ZERO),
            *_ends(lead.get(metric)),
        )
        for period, lead in simpler["leads"].items()
        for name, metric in OVER_SIMPLER
    ]


def _ends(interval: Sequence[float] | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval[0], interval[1])


def shown(kind: str, metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The gate as rows of the card."""
    return [each.as_dict() for each in comparisons(kind, metrics)]


def failed(kind: str, metrics: Mapping[str, Any]) -> list[str]:
    """In words, each comparison that was not passed; empty where the model may be used."""
    return [each.words for each in comparisons(kind, metrics) if not each.passed]
