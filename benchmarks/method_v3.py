"""Write the tables of docs/method-v3.md from the bundle: `python -m benchmarks.method_v3`.

Each change is put into version 2 alone, then all together; what stands between two marks of the
page is replaced.
"""

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from scipy.stats import kendalltau, rankdata, spearmanr

from benchmarks.bundle_frame import FIXTURES, axes, projects, tables, units
from riskscore.engine.inputs.axes import Table
from riskscore.engine.inputs.gather import gather
from riskscore.engine.method import Method

Spec = dict[str, Any]
Floats = npt.NDArray[np.float64]
PAGE = Path(__file__).resolve().parents[1] / "docs" / "method-v3.md"
MOVED = 0.05
"""Points of the composite from which a project counts as moved: what one decimal shows."""
REPLACED = {
    "Rules 2 of joining": {},
    "One mineral at a time": {},
    "Proxy of languages": {"ind.language": "ind.language"},
    "Listings of by-products": {"lab.listed": "lab.listing", "lab.predicted": "lab.predicted"},
    "Predicted disruption": {"geo.disruption": "geo.disruption"},
    "Partnership": {"geo.alignment": "geo.partnership"},
    "Windows of output": {
        "con.mining": "con.mining_recent",
        "con.refining": "con.refining_recent",
        "con.own_share": "con.place_share",
    },
}


def spec(version: int) -> Spec:
    """A published method."""
    path = FIXTURES / "methods" / f"critical-minerals-v{version}.yaml"
    result: Spec = yaml.safe_load(path.read_text(encoding="utf-8"))
    return result


def leaves(node: Spec) -> Iterator[tuple[list[Spec], int]]:
    """Where each leaf stands: the list of its siblings and its place in it."""
    for at, child in enumerate(node["children"]):
        if "children" in child:
            yield from leaves(child)
        else:
            yield node["children"], at


def changed(change: str) -> Spec:
    """Version 2 with one change of version 3."""
    new = {part[at]["indicator"]: part[at] for part, at in leaves(spec(3)["root"])}
    result = copy.deepcopy(spec(2))
    if change == "Rules 2 of joining":
        result["rules"] = 2
    if change == "One mineral at a time":
        choose_minerals(result["root"], spec(3)["root"])
    for part, at in leaves(result["root"]):
        key = REPLACED[change].get(part[at]["indicator"])
        if key:
            part[at] = new[key]
    return result


def choose_minerals(old: Spec, new: Spec) -> None:
    """Let the dimensions choose one mineral each, as those of the newer method do."""
    for dimension, example in zip(old["children"], new["children"], strict=True):
        if "mineral" not in example:
            continue
        dimension["mineral"] = example["mineral"]
        for part, at in leaves(dimension):
            if part[at].pop("mineral", {}).get("pick") == "primary":
                part[at]["mineral"] = {"roles": ["primary"]}


def with_part(part: float) -> Spec:
    """Version 3 with by-products at a part of the way from another mining good to the level."""
    result = spec(3)
    for siblings, at in leaves(result["root"]):
        if siblings[at]["indicator"] == "lab.listing":
            scores = siblings[at]["scaling"]["scores"]
            scores["by_product_child"] = 40 + part * (80 - 40)
            scores["by_product_forced"] = 40 + part * (100 - 40)
    return result


def composites(method: Spec, importer: str) -> Floats:
    """The composite of every project."""
    parsed = Method.from_dict(method)
    frame = gather(tables(importer), units(), parsed)
    return parsed.fit().score(frame).scores["composite"]


def row(name: str, before: Floats, after: Floats) -> str:
    """A line of the table: who moved, how far in rank, and how alike the two orders are."""
    known = ~np.isnan(before) & ~np.isnan(after)
    first, second = before[known], after[known]
    ranks = rankdata(-second, method="min") - rankdata(-first, method="min")
    moved = np.abs(second - first) >= MOVED
    at = int(np.abs(ranks).argmax())
    who = [project for project, is_known in zip(projects(), known, strict=True) if is_known][at]
    steps = np.abs(ranks[moved])
    cells = [
        name,
        f"{moved.sum():,}",
        f"{np.median(steps):,.0f}" if moved.any() else "0",
        f"{np.abs(ranks).max():,.0f}",
        f"{(second - first).min():+.1f} to {(second - first).max():+.1f}",
        f"{kendalltau(first, second).statistic:.3f}",
        f"{spearmanr(first, second).statistic:.3f}",
        f"{who.name} ({who.place}) {first[at]:.1f} → {second[at]:.1f}" if moved.any() else "nobody",
    ]
    return "| " + " | ".join(cells) + " |"


HEADER = (
    "| change | moved | median rank | greatest rank | points | Kendall | Spearman | moves most |\n"
    "|---|---|---|---|---|---|---|---|"
)


def rank_changes(importer: str) -> str:
    """Each change alone, then together, from an importer's side."""
    before = composites(spec(2), importer)
    rows = [row(name, before, composites(changed(name), importer)) for name in REPLACED]
    together = row("**All together**", before, composites(spec(3), importer))
    return "\n".join([HEADER, *rows, together])


def parts() -> str:
    """Version 3 with other parts for by-products, against version 3."""
    before = composites(spec(3), "WLD")
    rows = [
        row(f"{part:g}", before, composites(with_part(part), "WLD")) for part in (0, 0.25, 0.5, 1)
    ]
    return "\n".join([HEADER.replace("change |", "part |", 1), *rows])


def errors_of(table: Table) -> Floats:
    """Standard errors; NaN where a table has none."""
    unknown = np.full(table.values.shape, np.nan)
    return unknown if table.standard_errors is None else table.standard_errors


def differences() -> str:
    """Where publishers differ by more than 5 points about a largest producer."""
    seen, found = axes(), tables()
    share, mean = found["con.largest_share"], found["con.top_share"]
    other, hhi = found["con.largest_elsewhere"], found["con.mining_recent"]
    lines = [
        "| mineral | mean of three years | counted | year | second publisher | error of the HHI |",
        "|---|---|---|---|---|---|",
    ]
    refined = found["con.refining_recent"]
    errors = np.where(np.isnan(hhi.values), *(errors_of(table) for table in (refined, hhi)))
    years = np.zeros(len(seen.minerals), np.int16) if share.years is None else share.years
    for at, mineral in enumerate(seen.minerals):
        apart, error = abs(other.values[at] - share.values[at]), errors[at]
        lagged = abs(share.values[at] - mean.values[at])
        if apart > 0.05 or lagged > 0.02 or error > 0:
            cells = (mean.values[at], share.values[at])
            first, counted = (f"{value:.1%}" for value in cells)
            second = "–" if np.isnan(other.values[at]) else f"{other.values[at]:.1%}"
            shown = "–" if np.isnan(error) else f"{error:.3f}"
            lines.append(f"| {mineral} | {first} | {counted} | {years[at]} | {second} | {shown} |")
    return "\n".join(lines)


TABLES: dict[str, Callable[[], str]] = {
    "WLD": lambda: rank_changes("WLD"),
    "JPN": lambda: rank_changes("JPN"),
    "parts": parts,
    "differences": differences,
}


def marked(page: str, name: str) -> str:
    """What stands between a table's marks."""
    found = re.search(f"<!-- {name} -->\n(.*?)\n<!-- /{name} -->", page, re.S)
    return found[1] if found else ""


def main() -> None:
    """Replace every table of the page."""
    page = PAGE.read_text(encoding="utf-8")
    for name, made in TABLES.items():
        old = f"<!-- {name} -->\n{marked(page, name)}\n<!-- /{name} -->"
        page = page.replace(old, f"<!-- {name} -->\n{made()}\n<!-- /{name} -->")
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
