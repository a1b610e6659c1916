"""Is it alive, and can it serve? For load balancers and people; no key needed."""

import logging

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from riskscore.api.framework.problems import Problem, reply
from riskscore.jobs.broker import client
from riskscore.models import Method
from riskscore.scoring import methods
from riskscore.sources.row_writing import dumps
from riskscore.sql.database.older_code import OlderCode

log = logging.getLogger(__name__)
READING = ("GET", "HEAD")


@csrf_exempt
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing else."""
    if request.method not in READING:
        return reply(request, Problem("method_not_allowed"))
    return _reply({"status": "alive"}, 200)


@csrf_exempt
def readyz(request: HttpRequest) -> HttpResponse:
    """200 ready, 503 not. Without the broker 200 degraded: jobs are rows, and pollers find them.

    Not ready is also code that is older than tables or methods: ``reason`` says what to do.
    """
    if request.method not in READING:
        return reply(request, Problem("method_not_allowed"))
    try:
        checks = {"database": _database(), "broker": _broker()}
        if checks["database"]:
            methods.refuse_newer()
    except OlderCode as error:
        log.error("not ready: %s", error)
        return _reply({"status": "unavailable", "reason": str(error)}, 503)
    if not checks["database"]:
        return _reply({"status": "unavailable", "checks": checks}, 503)
    status = "ready" if checks["broker"] else "degraded"
    return _reply({"status": status, "checks": checks}, 200)


def _database() -> bool:
    """PostgreSQL answers, and our tables are there. Raises OlderCode."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        Method.objects.exists()
    except OlderCode:
        raise
    except DatabaseError as error:
        log.warning("not ready: %s", type(error).__name__)
        return False
    return True


def _broker() -> bool:
    try:
        return bool(client(settings.BROKER.redis).ping())
    except redis.RedisError as error:
        log.warning("degraded: %s", type(error).__name__)
        return False


def _reply(body: object, status: int) -> HttpResponse:
    response = HttpResponse(dumps(body), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response
