"""A trained model as files: what lies in its folder, and the seal that holds it together.

``seal.json`` names every file with its SHA-256, and has one of its own over all that it says.
Whoever reads a folder checks it first: a model whose card, predictions and bytes are not of one
making is no model.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskscore.sources.bad_file import BadFile

SEAL = "seal.json"
CARD, PAGE, METRICS = "card.json", "card.md", "metrics.json"
PREDICTIONS, ARTEFACT = "predictions.csv", "artefact.bin"
FILES = (CARD, PAGE, METRICS, PREDICTIONS, ARTEFACT)
#: The columns of the predictions; after them one for each reason.
COLUMNS = ("place", "mineral", "year", "probability", "low", "high", "mean", "judged")
#: Digits of a prediction, all that it has: see ``learning.candidate``.
DIGITS = 6
REMEDY = (
    "Restore the folder as it was published, or make it again with "
    "`manage.py train KIND --freeze FOLDER`."
)


@dataclass(frozen=True, slots=True)
class Said:
    """One prediction as the file has it, with what each reason adds."""

    place: str
    mineral: str
    year: int
    probability: float
    low: float
    high: float
    mean: float
    judged: bool
    contributions: list[list[Any]]


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A folder whose seal holds: the card, the predictions, and the bytes with their SHA-256."""

    kind: str
    card: dict[str, Any]
    predictions: tuple[Said, ...]
    artefact: bytes
    artefact_sha256: str


def seal_of(about: Mapping[str, Any], contents: Mapping[str, bytes]) -> dict[str, Any]:
    """What is told of a model, the hashes of its files by name, and the one over all of that."""
    hashes = {name: hashlib.sha256(contents[name]).hexdigest() for name in sorted(contents)}
    seal = {**about, "files": hashes}
    return {**seal, "sha256": _over(seal)}


def _over(seal: Mapping[str, Any]) -> str:
    """SHA-256 of a seal without its own hash, as JSON with its keys in order and no space."""
    rest = {name: part for name, part in seal.items() if name != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def folders(directory: Path) -> list[Path]:
    """The folders of models in a directory, by name."""
    return sorted(path.parent for path in directory.glob(f"*/{SEAL}"))


def read(folder: Path) -> ModelFiles:
    """A model from its folder. Raises BadFile where the seal is broken."""
    seal = _json(folder, (folder / SEAL).read_bytes(), SEAL)
    contents = _sealed(folder, seal)
    return ModelFiles(
        str(seal.get("kind", "")),
        _json(folder, contents[CARD], CARD),
        tuple(_predictions(folder, contents[PREDICTIONS].decode().splitlines())),
        contents[ARTEFACT],
        hashlib.sha256(contents[ARTEFACT]).hexdigest(),
    )


def _sealed(folder: Path, seal: Mapping[str, Any]) -> dict[str, bytes]:
    """The bytes of every file, none of which differs from what was sealed."""
    hashes = seal.get("files")
    if not isinstance(hashes, dict) or {*FILES} != {*hashes} or _over(seal) != seal.get("sha256"):
        raise _broken(folder, SEAL, "the seal does not hold: it is not of what it lists")
    contents = {}
    for name, stated in hashes.items():
        try:
            contents[name] = (folder / name).read_bytes()
        except OSError as error:
            raise _broken(folder, name, f"the seal is broken: {error.strerror}") from None
        if hashlib.sha256(contents[name]).hexdigest() != stated:
            raise _broken(
                folder, name, "the seal is broken: the file is not the one that was sealed"
            )
    return contents


def _broken(folder: Path, name: str, reason: str) -> BadFile:
    file = f"{folder.parent.name}/{folder.name}/{name}"
    return BadFile(reason, file=file, remedy=REMEDY)


def _json(folder: Path, content: bytes, name: str) -> dict[str, Any]:
    try:
        result = json.loads(content)
    except ValueError:
        result = None
    if not isinstance(result, dict):
        raise _broken(folder, name, "it is no JSON object")
    return result


def _predictions(folder: Path, lines: Iterable[str]) -> Iterable[Said]:
    reader = csv.reader(lines)
    header = next(reader, [])
    if tuple(header[: len(COLUMNS)]) != COLUMNS:
        raise _broken(folder, PREDICTIONS, f"its header is not {','.join(COLUMNS)},reasons")
    reasons = header[len(COLUMNS) :]
    for row in reader:
        place, mineral, year, *numbers = row
        probability, low, high, mean = map(float, numbers[:4])
        added = map(float, numbers[5:])
        yield Said(
            place, mineral, int(year), probability, low, high, mean, numbers[4] == "true",
            [list(pair) for pair in zip(reasons, added, strict=True)],
        )  # fmt: skip
