"""`make demo` and `make run` as their users meet them: real processes, ports, signals and pages."""

import os
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from riskscore import embedded
from tests.processes import MANAGE, ROOT, environment, manage, until


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder that the runs of this module share, as a checkout's runs share `var/`."""
    folder = tmp_path_factory.mktemp("serving") / "var"
    yield folder
    assert embedded.stop_if_unused(folder), "a test left a user of the servers behind"


@pytest.fixture(scope="module")
def first_demo(var: Path) -> str:
    """Run the demo from nothing and return what it printed."""
    result = manage("demo", RISKSCORE_VAR=str(var))
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


class Serving:
    """One `make run`."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.said = var, var.parent / "said.txt"
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [*MANAGE, "demo", "--serve"],
                cwd=ROOT,
                env=environment(RISKSCORE_VAR=str(var), RISKSCORE_PORT=str(port)),
                stdout=said,
                stderr=said,
            )

    def until_says(self, words: str) -> None:
        """Wait until it has printed the words."""
        until(lambda: words in self.said.read_text(), f"says {words!r}", seconds=60)

    def end(self, number: signal.Signals) -> int:
        """Send the signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(300)

    def children(self) -> dict[int, str]:
        """Return the worker's and the web server's processes, with their command lines."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended meanwhile
                ours = f"RISKSCORE_VAR={self.var}\0".encode() in (process / "environ").read_bytes()
                line = (process / "cmdline").read_bytes().decode()
                if ours and ("celery" in line or "gunicorn" in line):
                    found[int(process.name)] = line
        return found

    def child(self, name: str) -> int:
        """Return the parent of the processes whose command line holds the name."""
        return min(pid for pid, line in self.children().items() if name in line)


@pytest.fixture
def serving(first_demo: str, var: Path, port: int) -> Iterator[Serving]:
    """Start `make run` on a folder that was used before."""
    run = Serving(var, port)
    yield run
    if run.process.poll() is None:
        run.end(signal.SIGTERM)
    until(lambda: not run.children(), "no process is left behind")


def test_the_demo_ends_with_the_line_that_scripts_read(first_demo: str) -> None:
    last = first_demo.rstrip("\n").split("\n")[-1]
    assert re.fullmatch(r"scored \d+ projects in \d+\.\d s, \d+ not assessed", last)


def test_the_demo_scores_thousands_of_real_projects(first_demo: str) -> None:
    found = re.search(r"scored (\d+) projects", first_demo)
    assert found is not None
    assert int(found[1]) > 4000


def test_the_demo_prints_every_table(first_demo: str) -> None:
    for words in (
        "The 15 riskiest projects",
        "Lithium and copper in Chile, Argentina, Bolivia, Peru and Brazil",
        "Projects per band",
        "Not assessed, and why",
        "variance explained by country alone",
        "share their composite with another one",
    ):
        assert words in first_demo


def test_the_demo_says_how_many_scores_the_learned_models_move(first_demo: str) -> None:
    assert re.search(r"Learned models: [\d,]+ predictions \(\d+ of disruption v1, ", first_demo)
    found = re.search(r"They move ([\d,]+) of [\d,]+ composites, by up to [\d.]+ ", first_demo)
    assert found is not None
    assert int(found[1].replace(",", "")) > 500


def test_a_second_run_loads_nothing_twice(first_demo: str, var: Path) -> None:
    again = manage("demo", RISKSCORE_VAR=str(var))
    assert again.returncode == 0, again.stderr
    assert "the bundle is loaded already" in again.stdout
    assert _tables(again.stdout) == _tables(first_demo), "two runs differ"


def _tables(said: str) -> str:
    return said[said.index("The 15 riskiest") : said.rindex("scored ")]


def test_it_serves_until_ctrl_c_and_leaves_nothing_running(
    serving: Serving, var: Path, port: int
) -> None:
    serving.until_says("Ctrl-C stops everything.")
    assert "password (shown once)" in serving.said.read_text()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=60) as page:
        assert page.status == 200
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/login/", timeout=60) as page:
        assert page.status == 200
    assert serving.end(signal.SIGINT) == 0
    assert serving.children() == {}
    assert not embedded.Postgres(var).answers()
    assert not embedded.Valkey(var).answers()


def test_a_second_run_is_told_of_the_first_until_the_terminal_of_that_one_closes(
    serving: Serving, var: Path
) -> None:
    serving.until_says("Ctrl-C stops everything.")
    assert "shown once" not in serving.said.read_text(), "the password is shown again"
    second = manage("demo", RISKSCORE_VAR=str(var))
    assert second.returncode == 1
    assert f"already running in {var} (process {serving.process.pid}" in second.stderr
    assert second.stderr.count("\n") == 1
    assert serving.end(signal.SIGHUP) == 0
    assert serving.children() == {}


def test_a_port_in_use_is_one_clear_line(first_demo: str, var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        result = manage("demo", "--serve", RISKSCORE_VAR=str(var), RISKSCORE_PORT=str(number))
    assert result.returncode == 1
    assert f"port {number} cannot be used" in result.stderr
    assert "RISKSCORE_PORT" in result.stderr
    assert result.stderr.count("\n") == 1


def test_ctrl_c_in_the_middle_stops_the_children_too(serving: Serving) -> None:
    until(lambda: len(serving.children()) > 1, "the worker is starting")
    assert serving.end(signal.SIGINT) in {0, 130}  # 0 once it serves
    assert serving.children() == {}


def test_killing_the_supervisor_outright_leaves_no_worker_behind(
    serving: Serving, var: Path
) -> None:
    serving.until_says("Ctrl-C stops everything.")
    serving.end(signal.SIGKILL)
    # At once: what is still ending there is waited for, or ended.
    again = manage("demo", RISKSCORE_VAR=str(var))
    assert again.returncode == 0, again.stderr
    assert serving.children() == {}


def test_whatever_dies_is_started_again_servers_too(serving: Serving, var: Path, port: int) -> None:
    serving.until_says("Ctrl-C stops everything.")
    os.kill(serving.child("celery"), signal.SIGKILL)
    os.kill(serving.child("gunicorn"), signal.SIGKILL)
    os.kill(int((var / "postgres/postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)
    os.kill(int((var / "valkey/valkey.pid").read_text()), signal.SIGKILL)
    for name in ("the worker process", "the web process", "PostgreSQL", "Valkey"):
        serving.until_says(f"{name} runs again")
    until(lambda: _is_ready(port), "it is ready again")
    said = serving.said.read_text()
    assert said.count("the web process ended with status -9") == 1
    assert "Traceback" not in said


def test_a_first_job_that_a_client_supersedes_or_cancels_ends_nothing(
    serving: Serving, var: Path, port: int
) -> None:
    serving.until_says("Ctrl-C stops everything.")
    result = manage("rescore", RISKSCORE_VAR=str(var))
    assert result.returncode == 0, result.stderr
    serving.until_says("not assessed")
    assert serving.process.poll() is None
    assert _is_ready(port)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as page:
            return b'"ready"' in page.read()
    except OSError:
        return False


def test_logs_are_private_and_kept_from_run_to_run(first_demo: str, var: Path) -> None:
    assert (var / "log/worker.log").stat().st_size > 0
    before = (var / "log/worker.log").read_bytes()
    assert manage("demo", RISKSCORE_VAR=str(var)).returncode == 0
    assert (var / "log/worker.log").read_bytes().startswith(before)
    for path in (var / "log").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_broken_bundle_is_one_clear_line(first_demo: str, var: Path, tmp_path: Path) -> None:
    result = manage("intake", str(tmp_path), RISKSCORE_VAR=str(var))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "releases.csv" in result.stderr
