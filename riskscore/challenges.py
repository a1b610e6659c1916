"""Corrections from outside: filed by anyone with an account, answered by a curator."""

from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from riskscore import edits
from riskscore.models import Challenge, Evidence, Project

#: Challenges of one person that wait for an answer.
MOST_OPEN = 20


class TooMany(ValueError):
    """This person has many open challenges already."""


class CannotAnswer(ValueError):
    """The challenge is answered already, or the answer does not fit it."""


def file(
    project: Project,
    statement: str,
    url: str,
    *,
    by: Any,
    kind: str = "",
    happened_on: date | None = None,
    disputes: Evidence | None = None,
) -> Challenge:
    """File a correction. The same statement again, while it is open, is the same challenge.

    Raises TooMany. No score changes before a curator has accepted it.
    """
    filed = {"kind": kind, "happened_on": happened_on, "disputes": disputes, "url": url}
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=by.pk)
        mine = Challenge.objects.filter(filed_by=by, state=Challenge.State.OPEN)
        same = mine.filter(project=project, statement=statement).first()
        if same is None and mine.count() >= MOST_OPEN:
            raise TooMany(f"{MOST_OPEN} of your challenges are open; wait for answers to them")
        return same or Challenge.objects.create(
            project=project, statement=statement, filed_by=by, **filed
        )


def accept(challenge: Challenge, evidence: Evidence, *, by: Any, reason: str = "") -> Challenge:
    """Make a challenge evidence, which rescores its project. Raises CannotAnswer.

    If it disputes a statement of which this is still the newest version, the new one supersedes it.
    """
    with transaction.atomic():
        held = _open(challenge)
        if evidence.project_id != held.project_id:
            raise CannotAnswer("The evidence must be about the project that was challenged.")
        disputed = held.disputes
        if disputed is not None and Evidence.objects.filter(supersedes=disputed).exists():
            disputed = None
        held.evidence = edits.add_evidence(evidence, by=by, replaces=disputed)
        return _answer(held, Challenge.State.ACCEPTED, reason, by=by)


def decline(challenge: Challenge, reason: str, *, by: Any) -> Challenge:
    """Answer a challenge with a reason; nothing changes. Raises CannotAnswer."""
    if not reason.strip():
        raise CannotAnswer("Say why: whoever filed it, and everybody after, will read the reason.")
    with transaction.atomic():
        return _answer(_open(challenge), Challenge.State.DECLINED, reason.strip(), by=by)


def _open(challenge: Challenge) -> Challenge:
    held = Challenge.objects.select_for_update().get(pk=challenge.pk)
    if held.state != Challenge.State.OPEN:
        raise CannotAnswer(f"This challenge is {held.state} already.")
    return held


def _answer(held: Challenge, state: str, reason: str, *, by: Any) -> Challenge:
    held.state, held.reason = state, reason
    held.decided_by, held.decided_at = by, timezone.now()
    held.save(update_fields=["state", "reason", "decided_by", "decided_at", "evidence"])
    return held
