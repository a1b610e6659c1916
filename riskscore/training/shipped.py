"""The models that come with the bundle: from sealed folders into the tables, each once."""

from collections.abc import Iterable
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from riskscore.models import Artefact, LearnedModel, Mineral, Place, Prediction
from riskscore.sources.bad_file import BadFile
from riskscore.training import model_files, model_registry
from riskscore.training.model_files import ModelFiles, Said


def load(directory: Path) -> int:
    """Load the models of a directory that the tables do not have; returns how many those are.

    A model becomes champion if it passes the gate and nobody has decided about its kind; else it
    is a candidate. Raises BadFile, with nothing loaded, where a seal is broken.
    """
    found = [model_files.read(folder) for folder in model_files.folders(directory)]
    with transaction.atomic():
        new = [files for files in found if not _known(files)]
        for files in new:
            model_registry.promote_shipped(_stored(files))
    return len(new)


def _known(files: ModelFiles) -> bool:
    rows = LearnedModel.objects.filter(kind=files.kind, artefact_sha256=files.artefact_sha256)
    return rows.exists()


def _stored(files: ModelFiles) -> LearnedModel:
    _check_codes(files)
    last = LearnedModel.objects.filter(kind=files.kind).aggregate(last=Max("version"))["last"] or 0
    Artefact.objects.get_or_create(
        sha256=files.artefact_sha256, defaults={"content": files.artefact}
    )
    model = LearnedModel.objects.create(
        kind=files.kind,
        version=last + 1,
        card=files.card,
        artefact_sha256=files.artefact_sha256,
    )
    Prediction.objects.bulk_create(_rows(model, files.predictions), batch_size=1000)
    return model


def _rows(model: LearnedModel, predictions: Iterable[Said]) -> Iterable[Prediction]:
    for said in predictions:
        yield Prediction(
            model=model,
            place_id=said.place,
            mineral_id=said.mineral,
            year=said.year,
            probability=said.probability,
            low=said.low,
            high=said.high,
            mean=said.mean,
            judged=said.judged,
            contributions=said.contributions,
        )


def _check_codes(files: ModelFiles) -> None:
    for column, codes, known in (
        ("place", {said.place for said in files.predictions}, Place),
        ("mineral", {said.mineral for said in files.predictions}, Mineral),
    ):
        unknown = codes - set(known.objects.values_list("code", flat=True))
        if unknown:
            raise BadFile(
                f"an unknown {column}",
                file=f"learned/{files.kind}/{model_files.PREDICTIONS}",
                column=column,
                value=min(unknown),
                remedy=model_files.REMEDY,
            )
