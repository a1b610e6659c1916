"""A trained model as files: its metrics, and a sealed folder that can be loaded again.

Predictions of a year that has not happened, written down with their date and hash before it has,
are the fairest test there is.
"""

import csv
import io
import json
from argparse import ArgumentTypeError
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from riskscore.learning.report.card import markdown
from riskscore.models import Artefact, LearnedModel, Prediction
from riskscore.training import model_files

#: What a seal tells besides, for whoever compares the predictions when the year has come.
TOLD = ("target", "code_version", "data_releases", "seed")


def write(
    model: LearnedModel, *, report: Path | None = None, predictions: Path | None = None
) -> None:
    """Write the metrics to ``report``, and a sealed folder of the model into ``predictions``."""
    if report:
        report.write_text(_json({"model": str(model), **metrics(model)}), encoding="utf-8")
    if predictions:
        _freeze(model, predictions / model.kind)


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
    card = _ordered(model.card)
    contents = {
        model_files.CARD: _json(card).encode(),
        model_files.PAGE: markdown(card).encode(),
        model_files.METRICS: _json(card["metrics"]).encode(),
        model_files.PREDICTIONS: _table(rows).encode(),
        model_files.ARTEFACT: bytes(Artefact.objects.get(sha256=model.artefact_sha256).content),
    }
    about = {
        "kind": model.kind,
        "frozen_on": card["trained_on"],
        "rows": len(rows),
        **{name: card[name] for name in TOLD},
    }
    seal = model_files.seal_of(about, contents)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / model_files.SEAL).write_text(_json(seal), encoding="utf-8")


def _table(rows: Iterable[Prediction]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow([*model_files.COLUMNS, *(name for name, _ in row.contributions)])
        parts = (row.probability, row.low, row.high, row.mean)
        writer.writerow(
            [
                *(row.place_id, row.mineral_id, row.year),
                *map(_number, parts),
                "true" if row.judged else "false",
                *(_number(added) for _, added in row.contributions),
            ]
        )
    return text.getvalue()


def _number(value: float) -> str:
    # 0 is added so that a rounded −0.0000001 does not stand there as −0.
    return f"{round(value, model_files.DIGITS) + 0.0:.{model_files.DIGITS}f}"


def _ordered(card: dict[str, Any]) -> dict[str, Any]:
    """The card with its keys in order, since a database keeps none: the same bytes each time."""
    result: dict[str, Any] = json.loads(json.dumps(card, sort_keys=True))
    return result


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
