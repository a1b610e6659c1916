"""Clients hang up in the middle: what was accepted is done, and nothing is held for them."""

import json
import socket
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

from riskscore.models import Job
from tests.bundled import AS_OF
from tests.faults.conftest import Web
from tests.faults.history import rows
from tests.faults.site import Site, ended
from tests.processes import until

Take = Callable[[int], list[str]]


def hang_up(
    web: Web, request: str, body: bytes = b"", *, send: int | None = None, read: int = 0
) -> None:
    """Send the beginning of a request, read the beginning of the answer, and go."""
    where = urlsplit(web.address)
    head = (
        f"{request} HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {web.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Accept: application/x-ndjson, application/json\r\n\r\n"
    )
    with socket.create_connection((where.hostname or "", where.port or 0), 10) as door:
        door.sendall((head.encode() + body)[:send])
        while read > 0:
            read -= len(door.recv(min(read, 4096)))


def test_clients_that_hang_up_leave_no_half_job_and_no_transaction(
    site: Site, web: Web, take: Take
) -> None:
    before = set(Job.objects.values_list("id", flat=True))
    body = json.dumps({"scope": {"keys": take(3)}, "as_of": AS_OF.isoformat()}).encode()
    hang_up(web, "POST /api/v1/jobs", body, send=-10)  # in the middle of the body
    hang_up(web, "POST /api/v1/jobs", body)  # before the answer
    hang_up(web, "GET /api/v1/projects", read=20_000)  # in the middle of an export
    until(lambda: Job.objects.exclude(id__in=before).exists(), "the whole request was accepted")
    (job,) = Job.objects.exclude(id__in=before)
    assert ended(job).state == Job.State.SUCCEEDED
    until(lambda: not rows(_OPEN), "no transaction is open for those who went")
    with urllib.request.urlopen(f"{web.address}/docs", timeout=60) as page:  # noqa: S310
        assert page.status == 200


_OPEN = """SELECT pid FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"""
