"""Run the benchmarks: ours and the reference in the same run, alternated, medians compared.

Each module here offers ``BENCHMARKS``: names to functions that return a Measured.
"""

import importlib
import json
import pkgutil
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypedDict

from rich.console import Console
from rich.table import Table

import benchmarks
from riskscore.errors import NotFoundError


class Measured(TypedDict):
    """One line of the table. ``ratio`` is our throughput ÷ the reference's."""

    value: float
    unit: str
    against: str
    ratio: float


Benchmark = Callable[[], Measured]


class NoSuchBenchmark(NotFoundError):
    """No benchmark has this name; the message lists those that exist."""

    code = "no_such_benchmark"


def alternate(
    ours: Callable[[], object], reference: Callable[[], object], *, rounds: int = 5
) -> tuple[float, float]:
    """Median seconds of both, taken in turns so that a noisy moment hurts both alike."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for seconds, work in zip(taken, (ours, reference), strict=True):
            start = perf_counter()
            work()
            seconds.append(perf_counter() - start)
    return median(taken[0]), median(taken[1])


def discover() -> dict[str, Benchmark]:
    """All benchmarks of this folder by name."""
    found: dict[str, Benchmark] = {}
    for module in sorted(entry.name for entry in pkgutil.iter_modules(benchmarks.__path__)):
        found |= getattr(importlib.import_module(f"benchmarks.{module}"), "BENCHMARKS", {})
    return found


def run(only: str | None, record: Path) -> None:
    """Run all benchmarks or one, print a table, and merge the figures into ``record``."""
    chosen = discover()
    if only:
        if only not in chosen:
            raise NoSuchBenchmark(f"no benchmark {only!r}; there are: {', '.join(chosen)}")
        chosen = {only: chosen[only]}
    console = Console()
    results: dict[str, Measured] = {}
    for name, benchmark in chosen.items():
        console.print(f"measuring {name} …", style="dim")
        results[name] = benchmark()
    console.print(as_table(results))
    earlier = json.loads(record.read_text()) if record.exists() else {}
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps({**earlier, **results}, indent=2) + "\n")


def as_table(results: dict[str, Measured]) -> Table:
    """The figures for a person."""
    table = Table("benchmark", "value", "unit", "against", "ratio")
    for name, found in results.items():
        table.add_row(
            name, f"{found['value']:,.4g}", found["unit"], found["against"], f"{found['ratio']:.3g}"
        )
    return table
