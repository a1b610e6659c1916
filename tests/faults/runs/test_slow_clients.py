"""Two hundred slow clients of four sorts hang on to `make run` while a job runs."""

import socket
import statistics
import time
from contextlib import ExitStack

from tests.faults.history import Checker
from tests.faults.length import only_long
from tests.faults.runs.make_run import MakeRun
from tests.faults.runs.test_servers_killed import keep_busy, settled

PATHS = ("/livez", "/api/v1/minerals", "/api/v1/scores?page_size=20", "/api/v1/jobs?page_size=5")


@only_long
def test_two_hundred_slow_clients_and_a_job_leave_the_api_its_answers(
    busy_run: MakeRun, checker: Checker
) -> None:
    keep_busy(busy_run, checker)
    before = {path: answered(busy_run, path) for path in PATHS}
    with ExitStack() as held:
        hang_on(busy_run, held)
        time.sleep(2)
        for path in PATHS:
            keep_busy(busy_run, checker)
            now = answered(busy_run, path)
            print(f"{path}: {now:.3f} s beside 200 slow clients, "  # noqa: T201
                  f"{now / before[path]:.1f} × {before[path]:.3f} s")  # fmt: skip
            assert now < 1.0, "threads are held"
    settled(busy_run, checker)
    busy_run.end()


def answered(run: MakeRun, path: str, times: int = 15) -> float:
    """Seconds until an answer comes, the median of some."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        status, _ = run.ask(path)
        took.append(time.monotonic() - began)
        assert status == 200, path
    return statistics.median(took)


def hang_on(run: MakeRun, held: ExitStack) -> None:
    """Fifty clients that say nothing, fifty each with half a head or body, fifty that read nothing.

    The last ask for an export of all scores.
    """
    who = f"Host: 127.0.0.1:{run.port}\r\nAuthorization: Bearer {run.key}\r\n"
    post = f"POST /api/v1/jobs HTTP/1.1\r\n{who}Content-Length: 9000\r\n\r\n{{"
    export = f"GET /api/v1/scores HTTP/1.1\r\n{who}Accept: application/x-ndjson\r\n\r\n"
    for _ in range(50):
        for said in ("", "GET /api/v1/sco", post, export):
            client = held.enter_context(socket.create_connection(("127.0.0.1", run.port), 30))
            client.sendall(said.encode())
