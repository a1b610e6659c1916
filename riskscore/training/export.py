"""A trained model as files: its metrics, its card, and predictions frozen for ever.

Predictions of a year that has not happened, written down with their date and hash before it has,
are the fairest test there is.
"""

import csv
import hashlib
import io
import json
from argparse import ArgumentTypeError
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from riskscore.learning.report.card import markdown
from riskscore.models import LearnedModel, Prediction

COLUMNS = ("place", "mineral", "year", "probability", "low", "high")
#: Digits of a frozen probability; the last bits differ between machines.
DIGITS = 6
OUTSIDE = (
    "pairs that are predicted and lie outside the population that gave the model its headline "
    "figures; the card says how it does there, and how many pairs are not predicted, and why"
)


def write(
    model: LearnedModel, *, report: Path | None = None, predictions: Path | None = None
) -> None:
    """Write the metrics to ``report``, and predictions, card and seal into ``predictions``."""
    if report:
        report.write_text(_json({"model": str(model), **metrics(model)}), encoding="utf-8")
    if predictions:
        _freeze(model, predictions)


def report_file(text: str) -> Path:
    """A path that can be written to, for the command line: asked before the work, not after."""
    if not Path(text).absolute().parent.is_dir():
        raise ArgumentTypeError(f"there is no folder {Path(text).parent}")
    return Path(text)


def metrics(model: LearnedModel) -> dict[str, Any]:
    """The metrics on the card."""
    return dict(model.card["metrics"])


def _freeze(model: LearnedModel, folder: Path) -> None:
    rows = list(model.predictions.order_by("place_id", "mineral_id"))
    name = f"{model.kind}-{rows[0].year}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(markdown(model.card), encoding="utf-8")
    (folder / f"{name}.card.json").write_text(_json(model.card), encoding="utf-8")
    outside = [row for row in rows if not row.judged]
    seal = {
        **_sealed(folder / f"{name}.csv", [row for row in rows if row.judged]),
        "outside_the_judged_population": (
            {**_sealed(folder / f"{name}-outside.csv", outside), "about": OUTSIDE}
            if outside
            else None
        ),
        "frozen_on": model.card["trained_on"],
        "model": str(model),
        "target": model.card["target"],
        "code_version": model.card["code_version"],
        "data_releases": model.card["data_releases"],
        "seed": model.card["seed"],
    }
    (folder / f"{name}.json").write_text(_json(seal), encoding="utf-8")


def _sealed(file: Path, rows: Iterable[Prediction]) -> dict[str, Any]:
    """Write the predictions, and return what proves them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        shown = (f"{value:.{DIGITS}f}" for value in (row.probability, row.low, row.high))
        writer.writerow([row.place_id, row.mineral_id, row.year, *shown])
    content = text.getvalue().encode()
    file.write_bytes(content)
    sealed = hashlib.sha256(content).hexdigest()
    return {"file": file.name, "sha256": sealed, "rows": content.count(b"\n") - 1}


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
