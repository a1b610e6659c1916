"""Corrections from outside: filed by anyone with an account, answered by a curator."""

import csv
from collections.abc import Mapping
from datetime import date
from io import BytesIO, StringIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from riskscore.curation import project_edits
from riskscore.engine.catalogue import INDICATORS
from riskscore.errors import ConflictError, ForbiddenError, ValidationError
from riskscore.intake import requests as intake_requests
from riskscore.intake import run
from riskscore.jobs.outbox import told
from riskscore.models import Challenge, Evidence, Intake, Project, Release
from riskscore.sources.readers.formula_guard import disarmed

#: What is needed to answer a challenge.
#: Where permissions are kept; others count failed log-ins, and know none.
BACKEND = "django.contrib.auth.backends.ModelBackend"
ANSWER = "riskscore.change_challenge"
#: Challenges of one person that wait for an answer.
MOST_OPEN = 20
FEWEST_LETTERS = 10


class TooMany(ConflictError):
    """This person has many open challenges already."""

    code = "too_many_challenges"
    remedy = "Wait until some of your challenges are answered."


class CannotFile(ValidationError):
    """The statement is too short, or the same one with another source, kind or day is open."""

    code = "cannot_file"
    remedy = "Say in the statement what is wrong, and what is right."


class CannotAnswer(ConflictError):
    """The challenge is answered already, or the answer does not fit it."""

    code = "cannot_answer"
    remedy = "Look at the challenge again, then answer what is still open."


class Taken(ConflictError):
    """Somebody took the challenge, or gave it back, after its page was opened."""

    code = "challenge_taken"
    remedy = "Look who has it now, then decide again."


class NotYours(ForbiddenError):
    """The person may not decide about this challenge, or nobody may be given it."""

    code = "forbidden"


def file(
    project: Project,
    statement: str,
    url: str,
    *,
    by: Any,
    kind: str = "",
    happened_on: date | None = None,
    disputes: Evidence | None = None,
    indicator: str = "",
) -> Challenge:
    """File a correction. The same statement again, while it is open, is the same challenge.

    Raises TooMany and CannotFile. No score changes before a curator has accepted it.
    """
    if sum(letter.isalnum() for letter in statement) < FEWEST_LETTERS:
        raise CannotFile("say in words what is wrong, and what is right")
    filed = {
        "kind": kind,
        "happened_on": happened_on,
        "disputes": disputes,
        "indicator": indicator,
        "url": url,
    }
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=by.pk)
        mine = Challenge.objects.filter(filed_by=by, state=Challenge.State.OPEN)
        same = mine.filter(project=project, statement=statement).first()
        if same is None and mine.count() >= MOST_OPEN:
            raise TooMany(f"{MOST_OPEN} of your challenges are open; wait for answers to them")
        if same is not None and any(getattr(same, name) != filed[name] for name in filed):
            raise CannotFile(
                f"your challenge {same.pk} says the same with another source, kind, day, figure or "
                "statement disputed, and is open; say what differs in the text"
            )
        return same or Challenge.objects.create(
            project=project, statement=statement, filed_by=by, **filed
        )


def answerers() -> Any:
    """The people who may answer challenges, by name: a query of users."""
    return get_user_model().objects.with_perm(ANSWER, backend=BACKEND).order_by("username")


def assign(challenge: Challenge, to: Any, *, by: Any, seen: str | None = None) -> Challenge:
    """Give an open challenge to somebody who may answer it, or with None to nobody.

    ``seen`` is the number of whoever had it when that was decided ("" nobody; None: not said).
    Raises NotYours where that is not allowed, CannotAnswer where it is answered already, and Taken
    where somebody else has it by now.
    """
    _check_may_answer(by)
    with transaction.atomic():
        held = _open(challenge)
        if seen is not None and seen != str(held.assigned_to_id or ""):
            raise Taken(f"{held.assigned_to or 'nobody'} has it by now")
        if to is not None and (why := may_not_answer(held, to)):
            raise NotYours(why)
        held.assigned_to, held.assigned_at = to, timezone.now() if to is not None else None
        held.save(update_fields=["assigned_to", "assigned_at"])
    return held


def may_not_answer(challenge: Challenge, who: Any) -> str:
    """Why somebody may not decide about a challenge; empty if they may.

    Nobody decides about what they filed themselves, unless the team is of one person
    (RISKSCORE_ONE_PERSON_TEAM).
    """
    if not (who.is_active and who.has_perm(ANSWER)):
        return f"{who} may not answer challenges: {ANSWER} is needed"
    if challenge.filed_by_id == who.pk and not settings.ONE_PERSON_TEAM:
        return (
            f"{who} filed this challenge, so somebody else answers it. A team of one sets "
            "RISKSCORE_ONE_PERSON_TEAM=1"
        )
    return ""


def _check_may_answer(by: Any) -> None:
    if not by.has_perm(ANSWER):
        raise NotYours(f"{by} may not answer challenges: {ANSWER} is needed")


def accept(challenge: Challenge, evidence: Evidence, *, by: Any, reason: str = "") -> Challenge:
    """Make a challenge evidence, which rescores its project. Raises CannotAnswer and NotYours.

    If it disputes a statement of which this is still the newest version, the new one supersedes it.
    """
    with transaction.atomic():
        held = _open(challenge)
        _check_not_own(held, by)
        if evidence.project_id != held.project_id:
            raise CannotAnswer("The evidence must be about the project that was challenged.")
        disputed = held.disputes
        if disputed is not None and Evidence.objects.filter(supersedes=disputed).exists():
            disputed = None
        held.evidence = project_edits.add_evidence(evidence, by=by, replaces=disputed)
        return _answer(held, Challenge.State.ACCEPTED, reason, by=by)


def accept_as_observation(
    challenge: Challenge, stated: Mapping[str, str], *, by: Any, reason: str = ""
) -> Challenge:
    """Make a challenge an observation, as if it had come in a file of one row; rescores.

    ``stated`` is that row: the filled columns of the generic table
    (:mod:`riskscore.sources.tables.observations`). It corrects the source that
    feeds its indicator, and stays apart from its releases.
    Raises CannotAnswer when the row is wrong, or says what is known already.
    """
    with transaction.atomic():
        held = _open(challenge)
        _check_not_own(held, by)
        if stated.get("project", held.project.key) != held.project.key:
            raise CannotAnswer("The observation must be about the project that was challenged.")
        taken = _take_in(stated, f"challenge-{held.pk}", by=by)
        if taken.state == Intake.State.FAILED:
            raise CannotAnswer(taken.error)
        if taken.release is None:
            raise CannotAnswer("That is what is known already; decline it, and say so.")
        intake_requests.follow_intakes()
        held.observation = taken.release.observations.get()
        return _answer(held, Challenge.State.ACCEPTED, reason, by=by)


def _take_in(stated: Mapping[str, str], code: str, *, by: Any) -> Intake:
    """The intake of a file of one row, which has become the release ``code`` if all is well."""
    options = intake_requests.ImportOptions(
        _source_of(stated.get("indicator", "")),
        layout="observations",
        release_code=code,
        licence="entered by the operator",
        redistributable=False,
        accept_jumps=True,  # whoever accepts it has seen the value, and what it corrects
    )
    key = intake_requests.store(BytesIO(_table(stated)), f"{code}.csv", options, by=by).pk
    run.take_in(key)
    return Intake.objects.get(pk=key)


def _table(stated: Mapping[str, str]) -> bytes:
    text = StringIO()
    # A file that is imported has its apostrophes taken off, so this one gets them.
    csv.writer(text).writerows([list(stated), [disarmed(cell) for cell in stated.values()]])
    return text.getvalue().encode()


def _source_of(indicator: str) -> str:
    """The source whose releases feed an indicator: sources are never mixed in one."""
    fed = Release.objects.filter(observations__indicator=indicator).order_by("-id").first()
    if fed is not None:
        return fed.source_id
    declared = INDICATORS[indicator].sources if indicator in INDICATORS else ()
    return next((code for code in declared if code in intake_requests.choices()), "observations")


def decline(challenge: Challenge, reason: str, *, by: Any) -> Challenge:
    """Answer a challenge with a reason; nothing changes. Raises CannotAnswer and NotYours."""
    if not reason.strip():
        raise CannotAnswer("Say why: whoever filed it, and everybody after, will read the reason.")
    with transaction.atomic():
        held = _open(challenge)
        _check_not_own(held, by)
        return _answer(held, Challenge.State.DECLINED, reason.strip(), by=by)


def _check_not_own(held: Challenge, by: Any) -> None:
    """Whoever filed it does not decide; what else they may is asked where they come in."""
    if held.filed_by_id == by.pk and (why := may_not_answer(held, by)):
        raise NotYours(why)


def _open(challenge: Challenge) -> Challenge:
    held = Challenge.objects.select_for_update().get(pk=challenge.pk)
    if held.state != Challenge.State.OPEN:
        raise CannotAnswer(f"This challenge is {held.state} already.")
    return held


def _answer(held: Challenge, state: str, reason: str, *, by: Any) -> Challenge:
    held.state, held.reason = state, reason
    held.decided_by, held.decided_at = by, timezone.now()
    held.save(
        update_fields=["state", "reason", "decided_by", "decided_at", "evidence", "observation"]
    )
    told.of_challenge(held.pk)
    return held
