"""Withdrawals as people ask for them: found by a code, previewed, done once, then rescored."""

import uuid
from typing import Any

from django.db import connection, transaction

from riskscore.curation.withdrawals import moves, taking_back
from riskscore.curation.withdrawals.outcome import Bounds, CannotWithdraw, Outcome, Target, called
from riskscore.intake.load_file import SOURCE_LOCK
from riskscore.jobs import requests as job_requests
from riskscore.models import Intake, LandLayer, Release
from riskscore.releases.editions import next_edition
from riskscore.sources.tables import map_layers
from riskscore.sql import authorship

LONGEST = 300
preview = moves.preview


def find(code: str) -> Target:
    """The release of this code, the newest version of the layer of this code, or what the import
    of this id became. Raises CannotWithdraw."""
    release = Release.objects.filter(code=code).first()
    layer = LandLayer.objects.filter(code=code).order_by("-edition_id").first()
    if release and layer:
        raise CannotWithdraw(
            f"{code} is a release and a layer: name the id of the import, or use its page in admin"
        )
    found = release or layer or _of_import(code)
    if found is None:
        raise CannotWithdraw(f"no release, layer or import is called {code!r}")
    return found


def _of_import(code: str) -> Target | None:
    try:
        intake = Intake.objects.filter(pk=uuid.UUID(code)).first()
    except ValueError:
        return None
    if intake is None:
        return None
    if intake.release is None and intake.land_layer is None:
        raise CannotWithdraw(f"the import of {intake.file} brought nothing that could be withdrawn")
    return intake.release or intake.land_layer


def withdraw(target: Target, reason: str, *, by: Any = None) -> Outcome:
    """Withdraw a release or a version of a map from now on, and rescore what moves.

    As of earlier editions it still stands. All of it is done or nothing. Raises CannotWithdraw.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise CannotWithdraw("a withdrawal needs a reason")
    if len(reason) > LONGEST:
        raise CannotWithdraw(f"reason: longer than {LONGEST} characters")
    words = f"{called(target)} withdrawn: {reason}"
    with authorship.by(lambda: getattr(by, "pk", None), "withdrawal", words), transaction.atomic():
        _wait_for_imports(target)
        edition = next_edition(words[:200])
        outcome = taking_back.take_back(target, edition, reason, by=by, bounds=Bounds())
        job_requests.refresh(words[:200], by=by)
    return outcome


def _wait_for_imports(target: Target) -> None:
    """No import of the same source compares itself with what is about to go."""
    source = target.source_id if isinstance(target, Release) else map_layers.SOURCE.code
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SOURCE_LOCK, source])
