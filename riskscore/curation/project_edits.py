"""What a person changes: it is written here, and whatever it touches is rescored.

Admin and API call these functions; nothing listens to saves.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from riskscore.engine.method import Method as Specification
from riskscore.errors import ConflictError
from riskscore.jobs import requests
from riskscore.models import Evidence, Job, Lens, Method, Project
from riskscore.models.facts import Stated
from riskscore.releases.editions import next_edition
from riskscore.scoring.project_inputs import kept_communities

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,59}")
HIGHEST_VERSION = 2**31 - 1


class CannotPublish(ConflictError):
    """The method cannot be addressed under its code and version."""

    code = "cannot_publish"
    remedy = "Give the method another code or version."


class MethodTaken(CannotPublish):
    """A published version has other contents; a changed method needs a new version."""

    code = "method_taken"
    remedy = "Give the changed method a new version."


def projects_changed(projects: Iterable[Project], *, by: Any, reason: str) -> list[Job]:
    """Measure these projects again, and rescore them through every lens that is kept current.

    Drafts are not scored.
    """
    projects = list(projects)
    kept_communities.keep([project.pk for project in projects])
    keys = [project.key for project in projects if project.state == Project.State.PUBLISHED]
    if not keys:
        return []
    queue = requests.queue_for(len(keys))
    return [
        requests.start({"keys": keys}, lens=lens, queue=queue, reason=reason, by=by)
        for lens in Lens.objects.filter(kept_current=True)
    ]


def add_evidence(evidence: Evidence, *, by: Any, replaces: Evidence | None = None) -> Evidence:
    """Record a statement about a project, or a new version of one, and rescore the project."""
    with transaction.atomic():
        evidence.pk = None
        evidence._state.adding = True
        evidence.supersedes = replaces
        evidence.entered_by = by
        evidence.edition = next_edition(f"evidence on {evidence.project.key}")
        evidence.save(force_insert=True)
        projects_changed([evidence.project], by=by, reason=f"evidence: {evidence.kind}")
    return evidence


def add_stated(rows: Iterable[Stated], *, by: Any) -> None:
    """Record statuses and capacities, all under one edition. No score follows from them."""
    rows = list(rows)
    if rows:
        with transaction.atomic():
            edition = next_edition("status or capacity of a project")
            for row in rows:
                row.edition, row.entered_by = edition, by
                row.save(force_insert=True)


def publish_method(spec: Mapping[str, Any], *, by: Any = None, reason: str = "") -> Method:
    """Publish a method version and rescore through its lenses. The same again changes nothing.

    Raises MethodError if the specification is wrong, CannotPublish if its code or version is no
    address, and MethodTaken if it differs from what is already published under them.
    """
    parsed = Specification.from_dict(spec)
    if not CODE.fullmatch(parsed.code) or parsed.version > HIGHEST_VERSION:
        raise CannotPublish(
            "code: 2 to 60 small letters, digits, _ and -, such as critical-minerals; "
            f"version: at most {HIGHEST_VERSION}"
        )
    with transaction.atomic():
        method = Method.objects.filter(code=parsed.code, version=parsed.version).first()
        if method is None:
            method = Method(code=parsed.code, version=parsed.version, created_by=by)
        elif method.state != Method.State.DRAFT:
            return _unchanged(method, parsed)
        method.spec, method.hash, method.reason = parsed.to_dict(), parsed.hash, reason
        method.state, method.edition = Method.State.PUBLISHED, next_edition(f"method {method}")
        method.save()
        for lens in Lens.objects.filter(method_code=method.code, kept_current=True):
            requests.start({"all": True}, lens=lens, reason=f"method {method}", by=by)
    return method


def _unchanged(published: Method, parsed: Specification) -> Method:
    if published.hash != parsed.hash:
        raise MethodTaken(
            f"method {published} is published with other contents; give this one a new version"
        )
    return published


def published_methods() -> int:
    """How many method versions are published."""
    return Method.objects.exclude(state=Method.State.DRAFT).count()
