"""Methods as people change them: draft → review by a second person → published → back again.

Admin and the bundle call these functions. A published version never changes; the way back to an
earlier one is a row of its own (MethodChoice), and every score keeps the version that made it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.differences import Difference, Version, differences
from riskscore.errors import ConflictError, ForbiddenError
from riskscore.jobs import requests
from riskscore.models import Lens, Method, MethodChoice
from riskscore.models.methods import scoring_method
from riskscore.models.scores import NODES, Band
from riskscore.releases.editions import next_edition

DRAW, REVIEW = "riskscore.add_method", "riskscore.review_method"
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,59}")
HIGHEST_VERSION = 2**31 - 1
State = Method.State


class CannotPublish(ConflictError):
    """The method cannot be addressed under its code and version, or lacks what scores need."""

    code = "cannot_publish"
    remedy = "Give the method another code or version."


class MethodTaken(CannotPublish):
    """A published version has other contents; a changed method needs a new version."""

    code = "method_taken"
    remedy = "Give the changed method a new version."


class NotNow(ConflictError):
    """The version is not in the state that this step begins from."""

    code = "method_state"
    remedy = "Look at how the version stands now, then decide again."


class Unconfirmed(ConflictError):
    """Something changed, and nobody said whether the reason beside it still holds."""

    code = "reason_unconfirmed"
    remedy = "Confirm each reason, or write a new one."


class NotYours(ForbiddenError):
    """The person may not take this step."""

    code = "forbidden"


def publish_method(spec: Mapping[str, Any], *, by: Any = None, reason: str = "") -> Method:
    """Publish a method version at once, as the bundle does. The same again changes nothing.

    Raises MethodError if the specification is wrong, CannotPublish if its code or version is no
    address, and MethodTaken if it differs from what is already published under them. A draft that
    has the number gives way to the next free one.
    """
    parsed = Specification.from_dict(spec)
    _check_address(parsed)
    with transaction.atomic():
        method = Method.objects.filter(code=parsed.code, version=parsed.version).first()
        if method is not None and method.state in Method.EVER_PUBLISHED:
            return _unchanged(method, parsed)
        if method is not None:
            _give_way(method)
        method = Method(code=parsed.code, version=parsed.version, created_by=by, reason=reason)
        method.spec, method.hash = parsed.to_dict(), parsed.hash
        return _publish(method, by)


def _publish(method: Method, by: Any) -> Method:
    """Make it public from a new edition on; rescore where it is the version that scores."""
    method.state, method.edition = State.PUBLISHED, next_edition(f"method {method}")
    method.save()
    if scoring_method(method.code) == method:
        _rescore(method, by)
    return method


def _rescore(method: Method, by: Any) -> None:
    for lens in Lens.objects.filter(method_code=method.code, kept_current=True):
        requests.start({"all": True}, lens=lens, reason=f"method {method}", by=by)


def _check_address(parsed: Specification) -> None:
    if not CODE.fullmatch(parsed.code) or parsed.version > HIGHEST_VERSION:
        raise CannotPublish(
            "code: 2 to 60 small letters, digits, _ and -, such as critical-minerals; "
            f"version: at most {HIGHEST_VERSION}"
        )


def _unchanged(published: Method, parsed: Specification) -> Method:
    if published.hash != parsed.hash:
        raise MethodTaken(
            f"method {published} is published with other contents; give this one a new version"
        )
    return published


def _give_way(draft: Method) -> None:
    """Move a draft to the next free version, back to its author if it was in review."""
    if draft.state == State.REVIEW:
        draft.state = State.DRAFT
        draft.review = f"version {draft.version} was published by the bundle meanwhile"
        draft.save()
    draft.version = next_version(draft.code)
    parsed = Specification.from_dict({**draft.spec, "version": draft.version})
    draft.spec, draft.hash = parsed.to_dict(), parsed.hash
    draft.save()


def published_methods() -> int:
    """How many method versions are published."""
    return Method.objects.filter(state__in=Method.EVER_PUBLISHED).count()


def next_version(code: str) -> int:
    """The next free number of a method; drafts have numbers too."""
    return (Method.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0) + 1


def draft(
    spec: Mapping[str, Any], *, by: Any, reason: str, based_on: Method | None = None
) -> Method:
    """Keep a specification as a draft of its author. It scores nothing.

    Raises MethodError, CannotPublish, MethodTaken (the version exists already) and NotYours.
    """
    _check(by, DRAW)
    parsed = _scoreable(spec)
    method, is_new = Method.objects.get_or_create(
        code=parsed.code,
        version=parsed.version,
        defaults={
            "spec": parsed.to_dict(),
            "hash": parsed.hash,
            "reason": reason,
            "created_by": by,
            "based_on": based_on,
        },
    )
    if not is_new:
        name = method.get_state_display().lower()
        raise MethodTaken(f"version: {method} exists already ({name}); take the next number")
    return method


def redraft(
    method: Method, spec: Mapping[str, Any], *, by: Any, reason: str, seen: Method | None = None
) -> Method:
    """Change a draft; only its author may. What was confirmed must be confirmed again.

    Raises NotNow if the draft is no longer what was ``seen``.
    """
    parsed = _scoreable(spec)
    with transaction.atomic():
        row = _locked(method, State.DRAFT)
        _check(by, DRAW)
        if seen is not None and (row.hash, row.reason) != (seen.hash, seen.reason):
            raise NotNow(f"{row} was changed meanwhile")
        if row.created_by_id != by.pk:
            raise NotYours(f"{row} is somebody else's draft; make a new version from it")
        if (parsed.code, parsed.version) != (row.code, row.version):
            raise MethodTaken(f"code and version: a draft keeps its own, {row}")
        row.spec, row.hash, row.reason, row.confirmed = parsed.to_dict(), parsed.hash, reason, []
        row.save()
    return row


def discard(method: Method, *, by: Any) -> None:
    """Delete a draft, whose number is free again; its author may, and whoever reviews.

    Nothing refers to a draft: it has scored nothing, and versions come from published ones. Raises
    NotNow and NotYours.
    """
    with transaction.atomic():
        row = _locked(method, State.DRAFT)
        if why := may_not_discard(row, by):
            raise NotYours(why)
        row.delete()


def may_not_discard(method: Method, by: Any) -> str:
    """Why this person may not discard a draft; empty if they may."""
    if by.has_perm(REVIEW) or (method.created_by_id == by.pk and by.has_perm(DRAW)):
        return ""
    return f"{method} is somebody else's draft; its author or a reviewer discards it"


def _scoreable(spec: Mapping[str, Any]) -> Specification:
    """A valid specification from which the score table can be filled."""
    parsed = Specification.from_dict(spec)
    _check_address(parsed)
    missing = set(NODES).difference(node.code for node in parsed.nodes)
    if missing:
        raise CannotPublish(
            f"no node {', '.join(sorted(missing))}: scores are kept by these",
            remedy="Add what is missing.",
        )
    most = len(Band) - 1
    if len(parsed.bands) != most:
        raise CannotPublish(
            f"bands: scores are kept in {most}, this has {len(parsed.bands)}",
            remedy=f"Give {most} bands.",
        )
    return parsed


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Two specifications, node by node. Raises MethodError where one is not valid."""
    sides = (Version(spec, Specification.from_dict(spec).root) for spec in (before, after))
    return differences(*sides)


def asked(method: Method) -> list[Difference]:
    """The changes whose reason, unchanged itself, somebody must confirm before a review."""
    if method.based_on is None:
        return []
    return [found for found in compared(method.based_on.spec, method.spec) if found.asks]


def submit(method: Method, *, by: Any, confirmed: Iterable[str]) -> Method:
    """Hand a draft to a reviewer. Raises Unconfirmed, NotNow or NotYours."""
    _check(by, DRAW)
    told = set(confirmed)
    with transaction.atomic():
        row = _locked(method, State.DRAFT)
        open_reasons = [found for found in asked(row) if found.code not in told]
        if open_reasons:
            names = ", ".join(found.label for found in open_reasons)
            raise Unconfirmed(f"the reason of {names} is as it was before the change")
        row.confirmed = [found.code for found in asked(row)]
        row.state, row.submitted_by, row.submitted_at = State.REVIEW, by, timezone.now()
        row.reviewed_by, row.reviewed_at, row.review = None, None, ""
        row.save()
    return row


def send_back(method: Method, *, by: Any, review: str) -> Method:
    """Return what is in review to its author, with what is to change."""
    with transaction.atomic():
        row = _locked(method, State.REVIEW)
        _check(by, REVIEW)
        row.state = State.DRAFT
        _reviewed(row, by, review)
        row.save()
    return row


def approve(method: Method, *, by: Any, review: str) -> Method:
    """Publish what is in review, and rescore. Raises NotYours for whoever wrote or submitted it.

    With RISKSCORE_ONE_PERSON_TEAM its author may.
    """
    with transaction.atomic():
        row = _locked(method, State.REVIEW)
        if why := may_not_review(row, by):
            raise NotYours(why)
        _check_newest(row)
        _reviewed(row, by, review)
        return _publish(row, by)


def _check_newest(row: Method) -> None:
    published = Method.objects.filter(code=row.code, state__in=Method.EVER_PUBLISHED)
    later = published.filter(version__gt=row.version).order_by("-version").first()
    if later is not None:
        raise NotNow(f"{later} was published meanwhile; make a new version from {row}")


def may_not_review(method: Method, by: Any) -> str:
    """Why this person may not publish a version that is in review; empty if they may."""
    if not by.has_perm(REVIEW):
        return "publishing needs the permission to review methods"
    own = by.pk in (method.created_by_id, method.submitted_by_id)
    if own and not settings.ONE_PERSON_TEAM:
        return (
            f"{method} is your own: a second person publishes it. A team of one sets "
            "RISKSCORE_ONE_PERSON_TEAM=1"
        )
    return ""


def score_again(method: Method, *, by: Any, reason: str) -> MethodChoice:
    """Let a published version score again from a new edition on, and rescore by it.

    Nothing that was published changes. A version that is published later takes its place. Raises
    NotNow where it scores already or was never published.
    """
    _check(by, REVIEW)
    with transaction.atomic():
        edition = next_edition(f"method {method} scores again")
        row = _locked(method, State.PUBLISHED)
        if scoring_method(row.code) == row:
            raise NotNow(f"{row} is the version that scores already")
        choice = MethodChoice.objects.create(
            edition=edition, method=row, reason=reason, decided_by=by
        )
        _rescore(row, by)
    return choice


def _reviewed(row: Method, by: Any, review: str) -> None:
    row.reviewed_by, row.reviewed_at, row.review = by, timezone.now(), review


def _locked(method: Method, state: str) -> Method:
    row = Method.objects.select_for_update(of=("self",)).get(pk=method.pk)
    if row.state != state:
        now, wanted = row.get_state_display(), State(state).label
        raise NotNow(f"{row} is {now.lower()}, not {wanted.lower()}")
    return row


def _check(by: Any, permission: str) -> None:
    if not by.has_perm(permission):
        raise NotYours(f"this needs the permission {permission}")
