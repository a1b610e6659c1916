"""Start a job (202 Location: its address) and follow it. A client sees only its own jobs."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import filters, lenses
from riskscore.api.framework import bodies, request_id, shapes, waits
from riskscore.api.framework.endpoint import READ, RESCORE, Endpoint, Listing, listing_parameters
from riskscore.api.framework.pagination import Order
from riskscore.api.framework.parameters import Parameter, choice, flag, whole
from riskscore.api.framework.problems import Problem, of_body
from riskscore.api.framework.resources import Row, columns_of, item
from riskscore.api.work.job_resources import ITEM_ERROR, JOB, JOB_ITEM, REQUEST
from riskscore.jobs import ledger, requests, scope, watched
from riskscore.models import IdempotencyKey, ItemError, Job
from riskscore.models.learned import in_force

LONG_AGO, AHEAD = timedelta(days=3660), timedelta(days=1)  # of as_of; somewhere it is tomorrow
MOST_OPEN = 50  # jobs of one client that have not ended
KEY = re.compile(r"[\x21-\x7e]{1,255}")
JOBS = "/api/v1/jobs"
ORDERS = {"-id": Order("id", "id", descending=True), "id": Order("id", "id")}
ERROR_ORDERS = {"id": Order("id", "id")}
SOON_S = {Job.Queue.INTERACTIVE: "1", Job.Queue.BULK: "2"}

WAIT = Parameter(
    name="wait",
    schema=shapes.whole(
        "Seconds to wait for the end before answering, 60 at most (also `Prefer: wait=30`); the "
        "answer may come sooner.",
        minimum=0,
    ),
    read=whole(0, waits.LONGEST_WAIT_S, cap=True),
)


def own(request: Request) -> QuerySet[Job]:
    """The client's own jobs. Those of others are as good as absent."""
    return Job.objects.filter(created_by=request.user.pk)


def shown(request: Request, job_id: Any, *, status: int = 200) -> Response:
    """A job with its progress, and when to ask again."""
    row = own(request).filter(pk=job_id).values(*columns_of(JOB.fields), "queue").first()
    if row is None:
        raise Http404
    row["progress"], row["models"] = _progress(row), _models(row["edition_id"])
    response = Response(item(JOB.fields, row), status=status)
    if row["state"] not in Job.TERMINAL:
        response["Retry-After"] = SOON_S[row["queue"]]
    return response


def _models(edition: int) -> list[str]:
    return [str(model) for model in in_force(edition)]


def _progress(row: Row) -> Row | None:
    result = ledger.progress(row["id"])
    row["state"] = result.state
    if result.percent is None:
        return None
    counts = {name: getattr(result, name) for name in ("total", "done", "failed", "skipped")}
    return {
        **counts,
        "percent": round(result.percent, 1),
        "rate": result.rate,
        "eta_seconds": result.eta_s,
    }


class Jobs(Listing):
    """Your jobs, the latest first; POST starts one."""

    tag = "jobs"
    shows = ("job",)
    takes = {"POST": ("add_job",)}
    resource = JOB_ITEM
    orders = ORDERS
    parameters = listing_parameters(
        JOB_ITEM,
        ORDERS,
        choice(
            "state",
            Job.State.values,
            "Only jobs in these states.",
            many=True,
            where=filters.within("state"),
        ),
    )
    post_parameters = (
        flag("validate_only", "Only say what would be started, with 200; nothing is written."),
    )
    body = REQUEST
    answers = {"post": (202, shapes.reference(JOB.name))}
    also = {"post": (200, shapes.reference("JobCheck"))}

    def scopes(self) -> set[str]:
        """Starting takes `rescore`; whoever may start may also look."""
        return {RESCORE} if self.request.method == "POST" else {READ, RESCORE}

    def queryset(self) -> QuerySet[Any]:
        """The client's own jobs."""
        return own(self.request)

    def enrich(self, rows: list[Row], names: set[str]) -> None:
        """Add the learned models: a query for each edition, of which a page has few."""
        if "models" in names:
            result = {edition: _models(edition) for edition in {row["edition_id"] for row in rows}}
            for row in rows:
                row["models"] = result[row["edition_id"]]

    def post(self, request: Request) -> Response:
        """Start rescoring. With an `Idempotency-Key` a repeated request is the same job."""
        body = bodies.check(request.data, REQUEST)
        if self.query_values["validate_only"]:
            return Response(_checked(body))
        job, replayed = _once(request, body)
        response = shown(request, job.pk, status=202)
        response["Location"] = f"{JOBS}/{job.pk}"
        response.setdefault("Retry-After", SOON_S[Job.Queue(job.queue)])
        if replayed:
            response["Idempotency-Replayed"] = "true"
        return response


def _once(request: Request, body: dict[str, Any]) -> tuple[Job, bool]:
    """The job of this request, and whether it was there already. Raises Problem.

    The key's row is written in the job's transaction, and its unique index is the lock: of many
    equal requests at once, one writes the job and the others wait for it and find it.
    """
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return _start(request, body), False
    if not KEY.fullmatch(given):
        raise Problem("bad_request", "Idempotency-Key: 1 to 255 visible ASCII characters")
    fingerprint = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
    with transaction.atomic():
        row, new = IdempotencyKey.objects.select_related("job").get_or_create(
            user_id=request.user.pk,  # type: ignore[misc]
            route=f"POST {JOBS}",
            key=given,
            defaults={"fingerprint": fingerprint},
        )
        if row.fingerprint != fingerprint:
            raise Problem("idempotency_mismatch")
        if not new and row.job is not None:
            return row.job, True
        row.job = _start(request, body)
        row.save(update_fields=["job"])
        return row.job, False


def _start(request: Request, body: dict[str, Any]) -> Job:
    refuse_too_many(request)
    with _refused():
        return requests.start(
            body["scope"],
            lens=_lens(body),
            as_of=_day(body),
            seed=int(body.get("seed", 0)),
            queue=_queue(body),
            reason=body.get("reason", ""),
            by=request.user,
            request_id=request_id.request_id(request._request),
        )


def refuse_too_many(request: Request) -> None:
    """Raise Problem if this client has as many open jobs as it may."""
    if own(request).exclude(state__in=Job.TERMINAL).count() >= MOST_OPEN:
        detail = f"{MOST_OPEN} of your jobs are open"
        raise Problem("too_many_jobs", detail, headers={"Retry-After": "10"})


@contextmanager
def _refused() -> Iterator[None]:
    """Say in the API's words why no job can begin."""
    try:
        yield
    except scope.BadScope as error:
        where, _, what = str(error).partition(": ")
        raise of_body({"/" + where.replace(".", "/"): what}) from None
    except requests.CannotStart as error:
        raise Problem("cannot_start", str(error)) from None


def _checked(body: dict[str, Any]) -> Row:
    """What the request would start. The lens that it may need is taken back again."""
    with transaction.atomic(), _refused():
        lens = _lens(body)
        job, projects = requests.check(
            body["scope"], lens=lens, as_of=_day(body), seed=int(body.get("seed", 0))
        )
        result = {
            "projects": projects.count(),
            "queue": _queue(body),
            "method": job.method.code,
            "method_version": job.method.version,
            "models": _models(job.edition_id),
            "importer": lens.importer_id,
            "as_of": job.as_of,
            "edition": job.edition_id,
            "seed": job.seed,
            "apart": job.apart,
        }
        transaction.set_rollback(True)
    return result


def _queue(body: dict[str, Any]) -> str:
    """A few projects go before bulk work."""
    keys = body["scope"].get("keys")
    return requests.queue_for(len(keys)) if keys else Job.Queue.BULK


def _lens(body: dict[str, Any]) -> Any:
    """The lens of the body. Raises Problem that names the field."""
    importer = body.get("importer", lenses.NOBODY)
    method = body.get("method", REQUEST["properties"]["method"]["default"])
    if importer not in filters.places():
        raise of_body({"/importer": f"no place {importer!r}: an ISO alpha-3 code, EUU or WLD"})
    if "method" in body and method not in lenses.methods():
        raise of_body({"/method": f"no published method {method!r}"})
    return requests.lens_for(method, importer)


def _day(body: dict[str, Any]) -> date | None:
    if "as_of" not in body:
        return None
    result = bodies.day(body["as_of"], "/as_of")
    today = timezone.now().date()
    if not today - LONG_AGO <= result <= today + AHEAD:
        raise of_body({"/as_of": f"say a day from {today - LONG_AGO} to {today}"})
    return result


class OneJob(Endpoint):
    """One of your jobs, with its progress."""

    tag = "jobs"
    shows = ("job",)
    parameters = (WAIT,)
    answers = {"get": (200, shapes.reference(JOB.name))}

    def scopes(self) -> set[str]:
        """Whoever may start may also look."""
        return {READ, RESCORE}

    def get(self, request: Request, job_id: Any) -> Response:
        """Return the job, with `wait` once it has ended; else ask again after `Retry-After`."""
        open_job = own(request).filter(pk=job_id).exclude(state__in=Job.TERMINAL)
        if open_job.exists():
            held = waits.held_back(request, watched.JOB, job_id, self.query_values["wait"])
            if held is not None:
                return held
        return shown(request, job_id)


class JobErrors(Listing):
    """The projects that one of your jobs could not score, and why."""

    tag = "jobs"
    shows = ("job", "itemerror")
    resource = ITEM_ERROR
    orders = ERROR_ORDERS
    parameters = listing_parameters(ITEM_ERROR, ERROR_ORDERS)

    def scopes(self) -> set[str]:
        """Whoever may start may also look."""
        return {READ, RESCORE}

    def queryset(self) -> QuerySet[Any]:
        """The job's failures."""
        if not own(self.request).filter(pk=self.kwargs["job_id"]).exists():
            raise Http404
        return ItemError.objects.filter(job=self.kwargs["job_id"])
