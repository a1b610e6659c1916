"""Draw the figures of docs/learned-models.md from the frozen card: `python docs/draw.py`."""

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

mpl.use("Agg")
HERE = Path(__file__).resolve().parent
CARD = HERE.parent / "fixtures/learned/disruption/card.json"
INK, ACCENT, PALE = "#333333", "#b3202a", "#8a9bb0"


def wilson(rate: float, count: float) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z2 = 1.96**2
    middle = (rate + z2 / (2 * count)) / (1 + z2 / count)
    half = 1.96 / (1 + z2 / count) * (rate * (1 - rate) / count + z2 / (4 * count**2)) ** 0.5
    return middle - half, middle + half


def calibration(metrics: dict[str, Any]) -> None:
    """What was said against what came, in ten bins of equal number."""
    figure, axes = plt.subplots(figsize=(5, 4.4))
    bins = metrics["calibration_curve"]
    said, came = [row["predicted"] for row in bins], [row["observed"] for row in bins]
    bounds = [wilson(row["observed"], row["rows"]) for row in bins]
    low = [rate - bound[0] for rate, bound in zip(came, bounds, strict=True)]
    high = [bound[1] - rate for rate, bound in zip(came, bounds, strict=True)]
    axes.plot([0, 0.4], [0, 0.4], color=PALE, linewidth=1)
    axes.errorbar(said, came, yerr=[low, high], fmt="o", color=ACCENT, capsize=2, markersize=4)
    axes.set(
        xlabel="predicted probability",
        ylabel="share that fell",
        title=f"Held out 2017–2023: {metrics['events']} events of {metrics['rows']:,}",
        xlim=(0, 0.4),
        ylim=(0, 0.4),
    )
    _save(figure, "learned-calibration.png")


def by_year(metrics: dict[str, Any]) -> None:
    """AUC of the model and of volatility alone, year by year."""
    figure, axes = plt.subplots(figsize=(6, 3.8))
    for key, label, colour in (
        ("by_year", "model", ACCENT),
        ("volatility_by_year", "volatility alone", PALE),
    ):
        years = [int(year) for year in metrics[key]]
        axes.plot(years, [row["auc"] for row in metrics[key].values()], "o-", color=colour,
                  label=label)  # fmt: skip
    axes.axhline(0.5, color=INK, linewidth=0.8, linestyle=":")
    axes.set(xlabel="feature year", ylabel="AUC", ylim=(0.45, 0.95))
    axes.set_title("Held-out years, one fit on the years to 2015")
    axes.legend(frameon=False, loc="lower left")
    _save(figure, "learned-auc-by-year.png")


def curves(card: dict[str, Any]) -> None:
    """Mean prediction over the range of the features that the model leans on most."""
    figure, grid = plt.subplots(2, 4, figsize=(11, 5), sharey=True)
    about = {row["feature"]: row["about"] for row in card["features"]}
    for axes, (name, points) in zip(grid.flat, card["partial_dependence"].items(), strict=True):
        axes.plot([value for value, _ in points], [mean for _, mean in points], color=ACCENT)
        axes.set_title(name, fontsize=9)
        axes.set_xlabel(about[name].split(",")[0], fontsize=7)
        axes.tick_params(labelsize=7)
    figure.supylabel("mean predicted probability", fontsize=9)
    _save(figure, "learned-curves.png")


def _save(figure: Any, name: str) -> None:
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(HERE / name, dpi=120, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    found = json.loads(CARD.read_text(encoding="utf-8"))
    calibration(found["metrics"])
    by_year(found["metrics"])
    curves(found)
