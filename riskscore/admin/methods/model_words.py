"""A model's card in words: what it predicts, how well, against what, and what it cannot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from riskscore.engine.catalogue import INDICATORS, LEARNED
from riskscore.learning.report import gate
from riskscore.models import LearnedModel

#: By kind: what happens in an event, and what a case is.
EVENTS = {
    "disruption": ("exports fell sharply", "a producer and a mineral in a year"),
    "labour": ("the pair is listed", "a mineral of a country"),
}
ANY = ("it happened", "a case")


@dataclass(frozen=True, slots=True)
class Baseline:
    """A simpler way of telling: its AUC, how far the model leads, and the 95 % interval of that."""

    name: str
    auc: float | None
    lead: float | None
    low: float | None
    high: float | None
    passed: bool


@dataclass(frozen=True, slots=True)
class InWords:
    """The meaning of a card. ``counts_as`` is the indicator that its predictions fill."""

    title: str
    predicts: str
    use: str
    timing: str
    counts_as: str
    how_well: tuple[str, ...]
    baselines: tuple[Baseline, ...]
    lacking: tuple[str, ...]
    cannot: tuple[str, ...]


def in_words(model: LearnedModel) -> InWords:
    """Lay out the card of a model; what an early card does not have is left out."""
    card = model.card
    indicator = INDICATORS.get(LEARNED.get(model.kind, ""))
    return InWords(
        title=str(card.get("title", model)),
        predicts=str(card.get("target", "")),
        use=str(card.get("intended_use", "")),
        timing=str(card.get("timing", "")),
        counts_as=indicator.label if indicator else "",
        how_well=tuple(_how_well(model.kind, card.get("metrics", {}))),
        baselines=tuple(_baselines(model.kind, card.get("metrics", {}))),
        lacking=tuple(gate.failed(model.kind, card.get("metrics", {}))),
        cannot=tuple(_cannot(card)),
    )


def _how_well(kind: str, metrics: Mapping[str, Any]) -> Iterator[str]:
    happened, case = EVENTS.get(kind, ANY)
    if "rows" in metrics and "events" in metrics:
        years = metrics.get("held_out")
        when = f" of {years[0]} to {years[1]}" if years else ""
        yield (
            f"It was judged on {metrics['rows']:,.0f} cases{when} that it had not seen (a case is "
            f"{case}); in {metrics['events']:,.0f} of them {happened}."
        )
    if "auc" in metrics:
        between = _between(metrics.get("auc_ci"), 100, 0)
        yield (
            f"Shown two cases of which in one {happened}, it ranks the right one higher "
            f"{100 * metrics['auc']:.0f} times of 100{between}; a coin would 50 times."
        )
    if "brier_skill" in metrics:
        between = _between(metrics.get("brier_skill_ci"), 100, 0, " %")
        yield (
            f"Its probabilities take {100 * metrics['brier_skill']:.0f} %{between} off the error "
            "of always saying the average rate."
        )
    if "calibration_slope" in metrics:
        between = _between(metrics.get("calibration_slope_ci"), 1, 2)
        yield (
            f"Calibration slope {metrics['calibration_slope']:.2f}{between}: at 1 it happens as "
            "often as it says; below 1 it says too extreme things, above 1 too timid ones."
        )


def _between(ends: Any, times: float, digits: int, unit: str = "") -> str:
    """The 95 % interval in brackets; empty where the card has none."""
    if not ends:
        return ""
    low, high = (f"{times * end:.{digits}f}" for end in ends)
    return f" (95\u00a0% interval {low} to {high}{unit})"


def _baselines(kind: str, metrics: Mapping[str, Any]) -> Iterator[Baseline]:
    """Each simpler way that the gate names."""
    for each in gate.comparisons(kind, metrics):
        name = each.rule.words.removeprefix("AUC against ")
        lead = metrics.get(each.rule.metric.removesuffix("_ci"))
        if name == each.rule.words or not each.rule.metric.startswith("auc_difference"):
            continue
        theirs = metrics["auc"] - lead if lead is not None and "auc" in metrics else None
        yield Baseline(name, theirs, lead, each.low, each.high, each.passed)


def _cannot(card: Mapping[str, Any]) -> Iterator[str]:
    for text in card.get("known_bias", ()):
        yield f"{text[:1].upper()}{text[1:]}."
    reach = card.get("reach", {})
    if reach.get("not_predicted"):
        yield (
            f"Of {reach.get('producing_pairs', 0):,} producing pairs it says nothing about "
            f"{reach['not_predicted']:,}; that is no good news about them."
        )
