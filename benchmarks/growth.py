"""Cost against size, on one plot: rescoring that grows linearly is a straight line."""

from django.conf import settings
from matplotlib.figure import Figure

from benchmarks.database import bundled, multiply
from benchmarks.rescoring import PROJECTS, rescore
from benchmarks.runner import Measured
from riskscore.models import Score

SIZES = (PROJECTS // 100, PROJECTS // 10, PROJECTS)


def growth() -> Measured:
    """Rescore three sizes, each ten times the last; draw docs/rescoring.png."""
    seconds = {}
    for size in SIZES:
        with bundled():
            multiply(size)
            taken, _ = rescore()
            seconds[Score.objects.count()] = taken
    draw(seconds)
    (_, _), (middle, before), (largest, after) = seconds.items()
    return Measured(
        value=after / largest * 1e6,
        unit="s per million projects, at " + " / ".join(f"{size:,}" for size in seconds),
        against="the same at a tenth of the size",
        ratio=(before / middle) / (after / largest),
    )


def draw(seconds: dict[int, float]) -> None:
    """Points on logarithmic axes, and the line of slope 1 through the last of them."""
    sizes, last = list(seconds), max(seconds)
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.loglog(sizes, list(seconds.values()), "o", label="measured, two processes")
    axes.loglog(sizes, [seconds[last] * size / last for size in sizes], lw=1, label="linear")
    axes.set(xlabel="projects", ylabel="seconds from request to end of job")
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend()
    figure.savefig(
        settings.BASE_DIR / "docs" / "rescoring.png", dpi=120, metadata={"Software": None}
    )


BENCHMARKS = {"rescoring.growth": growth}
