"""Manners of writing: refusals by pointer, checks that write nothing, no edit lost (If-Match)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework.problems import Problem, of_body
from riskscore.api.framework.query_fields import ChoiceField, FlagField
from riskscore.api.framework.rendering import Json
from riskscore.api.framework.viewsets import ApiViewSet, etag_of_shown
from riskscore.api.writing.once import once
from riskscore.curation import preconditions
from riskscore.curation.writes.doubted_projects import Doubted
from riskscore.curation.writes.write_faults import Fault, Implausible, Refused
from riskscore.curation.writes.written import Written, rehearsal
from riskscore.models import ApiKey, Job

CURATE, LIST = str(ApiKey.Scope.CURATE), str(ApiKey.Scope.LIST)
IMPORT, METHOD = str(ApiKey.Scope.IMPORT), str(ApiKey.Scope.METHOD)


#: For the document: refusals of writes.
TWICE = {422: "Key used before"}
UNSEEN = {428: "No If-Match"}


class CheckQuery(serializers.Serializer[Any]):
    """What every write may be asked."""

    validate_only = FlagField(
        help_text="Only check, and answer 200 with what would come of it; nothing is written."
    )


class DoubtQuery(CheckQuery):
    """What writes of projects may be asked besides."""

    implausible = ChoiceField(
        [each.value for each in Doubted],
        help_text="What may be a slip (a point outside its country, a site that is known): `ask` "
        "refuses it with 409, the default; `accept` stores it; `draft` stores new projects as "
        "drafts with flags.",
    )


class Writing(ApiViewSet):
    """Actions that write. Each is one transaction."""

    write_scopes = frozenset({CURATE})
    idempotent = ("create",)

    @property
    def doubted(self) -> Doubted:
        """What is done with what may be a slip."""
        return Doubted(self.query.get("implausible") or Doubted.ASK)

    @property
    def only_checks(self) -> bool:
        """Whether nothing is to be written."""
        return bool(self.query.get("validate_only"))

    def written(self, act: Callable[[], Response]) -> Response:
        """What the write answers: 200 if it was a check, which leaves nothing behind."""
        if not self.only_checks:
            return once(self.request, lambda: _acted(act, only=False))
        response = _acted(act, only=True)
        response.status_code = 200
        for name in ("Location", "Retry-After"):
            del response[name]
        return response


def _acted(act: Callable[[], Response], *, only: bool) -> Response:
    with refusals(), rehearsal(only=only):
        return act()


@contextmanager
def refusals() -> Iterator[None]:
    """Say as a problem, fault by fault with its pointer, why something is not written."""
    try:
        yield
    except Refused as error:
        raise of_body({fault.pointer or "/": fault.words for fault in error.faults}) from None
    except Implausible as error:
        raise Problem("implausible", str(error), [_entry(one) for one in error.faults]) from None


def _entry(fault: Fault) -> Mapping[str, str]:
    return {"pointer": fault.pointer or "/", "detail": fault.words}


def of_jobs(written: Written[Any], *, only: bool) -> dict[str, Any]:
    """The fields of an answer that say by which job the scores are made anew."""
    jobs: Sequence[Job] = () if only else written.jobs
    by_default = next((job for job in jobs if job.lens.importer_id == "WLD"), None)
    first = by_default or next(iter(jobs), None)
    return {"job": first and str(first.pk), "jobs": [str(job.pk) for job in jobs]}


def refuse_unseen(request: Request, shown: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
    """Raise Problem unless If-Match is the ETag of ``shown``, which is how the record is now.

    Without it, and with ``*``, which says nothing of what was seen, 428; with that of another state
    412, which says of each field that was sent what it is now, for a person to decide.
    """
    given, now = request.headers.get("If-Match"), etag_of_shown(shown)
    if given is not None and "*" in given.replace(" ", "").split(","):
        given = None
    try:
        preconditions.check(given, now, replaces_whole=True)
    except preconditions.Unconditional:
        raise Problem("precondition_required") from None
    except preconditions.Outdated:
        each = [_both(name, value, shown.get(name)) for name, value in sent.items()]
        apart = [entry for entry in each if entry["sent"] != entry["now"]]
        words = "somebody else changed it meanwhile"
        raise Problem("precondition_failed", words, apart, {"ETag": now}) from None


def _plain(value: Any) -> Any:
    """A value as JSON has it, so that it can be compared with what is shown."""
    return None if value is None else orjson.loads(Json().render(value))  # None would be no body


def _as_sent(sent: Any, now: Any) -> Any:
    """Of the rows of a part, what the sent ones say of theirs."""
    if not (isinstance(now, list) and sent and isinstance(sent[0], Mapping)):
        return now
    names = {name for row in sent for name in row}
    return [{name: value for name, value in row.items() if name in names} for row in now]


def _both(name: str, sent: Any, now: Any) -> dict[str, Any]:
    sent, now = _plain(sent), _as_sent(sent, _plain(now))
    return {"pointer": f"/{name}", "detail": "not what it is now", "sent": sent, "now": now}
