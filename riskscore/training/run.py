"""Tables → learning → a candidate model: the only writer of trained models and predictions."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import sklearn
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Max

from riskscore.errors import NotFoundError
from riskscore.jobs import work_items
from riskscore.jobs.heartbeat import Heartbeat
from riskscore.learning import candidate, displacement
from riskscore.learning.data.panel import Panel
from riskscore.learning.data.refusals import BadArtefact, Refusal, UnusableInput
from riskscore.learning.fit import store
from riskscore.learning.report import naive_label
from riskscore.learning.report import track_record as report_track_record
from riskscore.learning.report.card import card
from riskscore.models import Artefact, Edition, LearnedModel, Prediction, TrainingRequest
from riskscore.training import dataset, requests

log = logging.getLogger(__name__)

TRADE_SOURCES = ("baci-exports", "wmd", "wgi", "ucdp", "hdr", "minerals")
LABOUR_SOURCES = ("wmd", "dol", "wgi", "ucdp", "hdr")
#: Predictions of the population that judged a model, and others, each have a record of their own.
GROUPS = {True: "judged population", False: "outside it"}
#: Two trainings at once would take the same version number.
TRAINING_LOCK = 0x7269736B_0003


class NoSuchKind(NotFoundError):
    """There is no model of this kind; the message names those there are."""

    code = "no_such_kind"
    remedy = "Choose one of the kinds that the message names."


def train(kind: str, seed: int = 0) -> LearnedModel:
    """Train, evaluate and store a candidate of a kind, with its card and its predictions.

    The same tables and seed give the same predictions. Raises NoSuchKind, or a Refusal that says
    what is missing; nothing is stored then and the champion stays as it is.
    """
    return store_candidate(fit(kind, seed))


#: Is told each step of a training when it begins.
Report = Callable[[str], None]


def _unreported(_step: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A candidate that is not stored yet, and what it was trained on."""

    kind: str
    seed: int
    candidate: candidate.Candidate
    releases: list[dict[str, str]]


def fit(kind: str, seed: int, report: Report = _unreported) -> Fitted:
    """Train and evaluate; nothing is written. Raises NoSuchKind or a Refusal, as ``train`` does.

    ``report`` is called with each step that begins.
    """
    if kind not in KINDS:
        raise NoSuchKind(f"{kind!r}: there are models of {', '.join(KINDS)}")
    if not 0 <= seed < 2**32:
        raise UnusableInput(f"seed {seed}: give a whole number from 0 to {2**32 - 1}")
    edition = Edition.objects.aggregate(last=Max("number"))["last"] or 0
    trained, sources = KINDS[kind](edition, seed, report)
    return Fitted(kind, seed, trained, dataset.releases_used(edition, sources))


Trained = tuple[candidate.Candidate, Iterable[str]]


def _disruption(edition: int, seed: int, report: Report = _unreported) -> Trained:
    report(requests.READS)
    trade = dataset.trade(edition)
    report(requests.TRAINS)
    panel, by_code = trade.panel, naive_label.by_code(*trade)
    trained = candidate.of_disruption(panel, by_code, trade.producers, seed)
    facts = {**trained.facts, "track_record": track_record(panel)}
    return replace(trained, facts=facts), TRADE_SOURCES


def track_record(panel: Panel) -> list[dict[str, Any]]:
    """How the predictions of earlier models did, in years whose trade has been loaded since."""
    records = []
    for model in LearnedModel.objects.filter(kind="disruption").order_by("version"):
        for judged, group in GROUPS.items():
            predictions = model.predictions.filter(judged=judged).values_list(
                "place", "mineral", "probability", "year"
            )
            year = predictions[0][3] if predictions else 0
            record = report_track_record.evaluated(
                panel, year, {(place, mineral): p for place, mineral, p, _ in predictions}
            )
            if record:
                about = {"model": str(model), "state": model.state, "group": group, "year": year}
                records.append({**about, **record})
    return records


def _labour(edition: int, seed: int, report: Report = _unreported) -> Trained:
    report(requests.READS)
    pairs, names = dataset.labour_pairs(edition)
    report(requests.TRAINS)
    return candidate.of_labour(pairs, names, seed), LABOUR_SOURCES


def _displacement(edition: int, seed: int, report: Report = _unreported) -> Trained:
    report(requests.READS)
    displacement.trained(dataset.reviewed_projects(edition), seed)
    # Evidence reached the numbers that training needs, and nobody has said how to predict yet.
    raise Refusal(
        "there is enough evidence to learn from, but no rule for predicting projects that nobody "
        "reviewed. Agree on one before this model is stored."
    )


KINDS: dict[str, Callable[..., Trained]] = {
    "disruption": _disruption,
    "labour": _labour,
    "displacement": _displacement,
}


def store_candidate(fitted: Fitted) -> LearnedModel:
    """Write a candidate with its artefact, card and predictions, all or none."""
    kind, trained = fitted.kind, fitted.candidate
    packed = store.packed(kind, trained.model, trained.features)
    facts = {
        **trained.facts,
        "data_releases": fitted.releases,
        "seed": fitted.seed,
        "trained_on": datetime.now(UTC).date().isoformat(),
        "code_version": code_version(),
        "scikit_learn": sklearn.__version__,
        "drift_alert": settings.DRIFT_ALERT,
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TRAINING_LOCK])
        last = LearnedModel.objects.filter(kind=kind).aggregate(last=Max("version"))["last"] or 0
        Artefact.objects.get_or_create(sha256=packed.sha256, defaults={"content": packed.content})
        model = LearnedModel.objects.create(
            kind=kind, version=last + 1, card=card(kind, facts), artefact_sha256=packed.sha256
        )
        Prediction.objects.bulk_create(_predictions(model, trained.predicted), batch_size=1000)
    return model


def _predictions(model: LearnedModel, made: candidate.Predicted) -> Iterable[Prediction]:
    for row, (place, mineral) in enumerate(zip(made.place, made.mineral, strict=True)):
        added = (float(value) for value in made.contributions[row])
        yield Prediction(
            model=model,
            place_id=place,
            mineral_id=mineral,
            year=made.year,
            probability=float(made.probability[row]),
            low=float(made.low[row]),
            high=float(made.high[row]),
            mean=float(made.mean[row]),
            judged=bool(made.evaluated[row]),
            contributions=[list(pair) for pair in zip(made.reasons, added, strict=True)],
        )


def code_version() -> str:
    """SHA-256 over the path and the text of each learning module, so that a card names exactly
    what made the model."""
    digest = hashlib.sha256()
    for path, content in sorted(_modules(resources.files("riskscore.learning"))):
        digest.update(f"{path}\n".encode() + content)
    return digest.hexdigest()


def _modules(folder: Traversable, within: str = "") -> Iterator[tuple[str, bytes]]:
    """Path within the package and bytes of every module, at whatever depth."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _modules(entry, f"{within}{entry.name}/")
        elif entry.name.endswith(".py"):
            yield f"{within}{entry.name}", entry.read_bytes()


def loaded(model: LearnedModel) -> Any:
    """The trained model of a row. Raises a BadArtefact that says why it cannot be used."""
    names = tuple(row["feature"] for row in model.card["features"])
    try:
        artefact = Artefact.objects.get(sha256=model.artefact_sha256)
    except Artefact.DoesNotExist:
        raise BadArtefact(f"the bytes of {model} are not stored. Train again.") from None
    return store.unpacked(bytes(artefact.content), model.artefact_sha256, names)


def drain() -> None:
    """Train what is requested, until nothing waits; every end is on the row."""
    while taken := requests.claim():
        try:
            _attempt(taken)
        except work_items.LeaseLost as error:
            log.warning("%s", error)
        except (OperationalError, InterfaceError) as error:
            # The database failed, not the training: it waits again, now or at lease expiry.
            connection.close()
            work_items.retry(taken, f"{type(error).__name__}: {error}")
            return


def _attempt(taken: requests.Claim) -> None:
    """Train under a lease. What came of it is written only while the lease holds."""
    state = TrainingRequest.State
    try:
        with Heartbeat(taken.worker, taken):
            fitted = fit(taken.kind, taken.seed, lambda step: requests.report(taken, step))
            requests.report(taken, requests.STORES)
            with transaction.atomic():
                # First the token: who lost the lease must not get as far as writing.
                work_items.hold(taken)
                requests.finish(taken, state.SUCCEEDED, model=store_candidate(fitted))
    except (work_items.LeaseLost, OperationalError, InterfaceError):
        raise
    except (Refusal, NoSuchKind) as refusal:
        requests.finish(taken, state.REFUSED, error=f"{type(refusal).__name__}: {refusal}")
    except Exception as error:
        # Whatever it was, the worker goes on; the row keeps the reason.
        log.exception("training of %s failed", taken.kind)
        requests.finish(taken, state.FAILED, error=f"{type(error).__name__}: {error}")
