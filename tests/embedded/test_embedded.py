"""The embedded servers under all that a laptop does to them: real processes, real signals."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from kombu import Connection

from riskscore import embedded
from riskscore.config import addresses
from riskscore.embedded import programs
from tests.processes import MANAGE, ROOT, environment, manage, until

WAIT = "import time; print('held', flush=True); time.sleep(60)"
USE = "from riskscore import embedded; embedded.ensure()"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs to act as two users")


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """Give a folder for servers of the test's own, and stop what the test left running."""
    folder = tmp_path / "var"
    yield folder
    if (folder / "users.lock").exists():
        assert embedded.stop_if_unused(folder), "a test left a user of the servers behind"


def use(var: Path, *command: str) -> subprocess.Popen[str]:
    """Start a process that uses the servers of the folder."""
    return subprocess.Popen(
        command or (sys.executable, "-c", USE),
        env=environment(RISKSCORE_VAR=str(var)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def hold(var: Path, *command: str) -> subprocess.Popen[str]:
    """Start one that uses them until it is killed; return once it has them."""
    process = use(var, *(command or (sys.executable, "-c", f"{USE}; {WAIT}")))
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """Kill as the kernel does when memory runs out."""
    process.kill()
    process.communicate()


def answers(var: Path) -> list[bool]:
    """Say which of the two servers lets a client through."""
    return [embedded.Postgres(var).answers(), embedded.Valkey(var).answers()]


def query(var: Path, sql: str) -> object:
    """Run one statement on the embedded database."""
    place = addresses.database("", var)
    with psycopg.connect(host=place["HOST"], user=place["USER"], dbname=place["NAME"]) as session:
        cursor = session.execute(sql.encode())
        return cursor.fetchone() if cursor.description else None


def test_a_command_starts_the_servers_and_the_last_one_out_stops_them(var: Path) -> None:
    with embedded.serve(var, durable=False):
        assert answers(var) == [True, True]
        first = hold(var, *MANAGE, "shell", "--no-imports", "-c", WAIT)
    assert answers(var) == [True, True], "another user is still there"
    first.send_signal(signal.SIGTERM)
    first.communicate()
    assert answers(var) == [False, False]


def test_eight_overlapping_users_share_one_pair_of_servers(var: Path) -> None:
    users = [use(var) for _ in range(8)]
    said = [user.communicate(timeout=300)[1] for user in users]
    assert [user.returncode for user in users] == [0] * 8, said
    assert answers(var) == [False, False]


def test_a_killed_user_does_not_keep_the_servers_alive_for_ever(var: Path) -> None:
    kill(hold(var))
    assert answers(var) == [True, True], "nobody was left to stop them"
    use(var).communicate(timeout=300)
    assert answers(var) == [False, False]


def test_servers_killed_outright_start_again_with_what_was_committed(var: Path) -> None:
    user = hold(var)
    query(var, "CREATE TABLE kept AS SELECT 42 AS answer")
    server = int((var / "postgres/postmaster.pid").read_text().split("\n")[0])
    kill(user)
    os.kill(server, signal.SIGKILL)
    os.kill(int((var / "valkey/valkey.pid").read_text()), signal.SIGKILL)
    until(lambda: answers(var) == [False, False], "both are gone")
    with embedded.serve(var):
        assert query(var, "SELECT answer FROM kept") == (42,)


def test_a_valkey_that_hangs_gets_no_second_one_beside_it(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "DEADLINE", 0.5)
    with embedded.serve(var, postgres=False):
        number = int((var / "valkey/valkey.pid").read_text())
        os.kill(number, signal.SIGSTOP)
        try:
            with pytest.raises(embedded.CannotServe, match="runs but does not answer"):
                embedded.Valkey(var).start()
            assert programs.processes_in(var / "valkey") == {number}
        finally:
            os.kill(number, signal.SIGCONT)
        embedded.Valkey(var).start()
        assert programs.processes_in(var / "valkey") == {number}


def test_a_stale_pid_that_belongs_to_a_stranger_does_not_block_the_start(var: Path) -> None:
    with embedded.serve(var, durable=False):
        pid_file = (var / "postgres/postmaster.pid").read_text()
    stale = [str(os.getpid()), *pid_file.split("\n")[1:]]
    (var / "postgres/postmaster.pid").write_text("\n".join(stale))
    with embedded.serve(var, durable=False):
        assert answers(var) == [True, True]


@pytest.mark.parametrize(
    "name", ["with space", "quote's", "semi;colon", "ünï", "percent%20", "x" * 120]
)
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    var = tmp_path / name / "var"
    with embedded.serve(var, durable=False):
        assert answers(var) == [True, True]
        with Connection(addresses.broker("", var).kombu) as celery:
            celery.ensure_connection(max_retries=1)
    assert answers(var) == [False, False]


def test_a_deep_folder_gets_a_short_private_socket_folder(tmp_path: Path) -> None:
    var = tmp_path / ("x" * 120)
    with embedded.serve(var, durable=False):
        sockets = addresses.socket_folder(var)
        assert len(str(sockets)) < 50
        assert sockets.stat().st_mode & 0o777 == 0o700


def test_nobody_else_can_reach_the_servers(var: Path) -> None:
    with embedded.serve(var, durable=False):
        assert addresses.socket_folder(var).stat().st_mode & 0o777 == 0o700
        assert query(var, "SHOW listen_addresses") == ("",)


def test_what_a_failed_statement_carried_stands_in_no_log(var: Path) -> None:
    with embedded.serve(var, durable=False):
        query(var, "CREATE TABLE taken AS SELECT 'canary-of-a-row' AS word")
        query(var, "CREATE UNIQUE INDEX one_of_each ON taken (word)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            query(var, "INSERT INTO taken VALUES ('canary-of-a-row')")
        with pytest.raises(psycopg.errors.UndefinedTable):
            query(var, "SELECT 'canary-of-a-statement' FROM absent")
        log = (var / "log" / "postgres.log").read_text()
    assert "one_of_each" in log, "what went wrong is said"
    assert '"absent"' in log
    assert "canary" not in log


def test_text_is_sorted_alike_on_every_machine(var: Path) -> None:
    with embedded.serve(var, durable=False):
        assert query(var, "SELECT lower('ÁÑ')") == ("áñ",)


def test_a_read_only_folder_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    result = manage("check", RISKSCORE_VAR=str(file / "var"))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "RISKSCORE_VAR" in result.stderr


@as_root
def test_another_users_folder_is_one_clear_line(var: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    var.mkdir()
    os.chown(var, nobody.pw_uid, nobody.pw_gid)
    result = manage("check", RISKSCORE_VAR=str(var))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"{var} belongs to nobody" in result.stderr


def test_a_folder_of_another_postgresql_version_is_refused_by_name(var: Path) -> None:
    with embedded.serve(var, durable=False):
        pass
    (var / "postgres/PG_VERSION").write_text("17\n")
    result = manage("check", RISKSCORE_VAR=str(var))
    assert result.returncode == 1
    assert "was written by PostgreSQL 17" in result.stderr
    (var / "postgres/PG_VERSION").write_text("18\n")


def test_an_interrupted_first_start_leaves_no_half_made_database(var: Path) -> None:
    first = use(var)
    until(lambda: list(var.glob("postgres-new-*/data")), "the first start is under way")
    kill(first)
    assert not (var / "postgres").exists()
    with embedded.serve(var, durable=False):
        assert answers(var) == [True, True]
        assert not list(var.glob("postgres-new-*")), "what was half made is left"


def test_help_starts_no_server(var: Path) -> None:
    assert manage("help", RISKSCORE_VAR=str(var)).returncode == 0
    assert not var.exists()


def test_a_forked_child_does_not_stop_its_parents_servers(var: Path) -> None:
    with embedded.serve(var, durable=False) as lease:
        if (child := os.fork()) == 0:
            lease.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert answers(var) == [True, True]


@pytest.mark.parametrize("name", ["a,b", "with blank", "per%cent", "ümlaut;x"])
def test_servers_run_in_a_folder_of_an_unusual_name(tmp_path: Path, name: str) -> None:
    with embedded.serve(tmp_path / name, durable=False):
        assert embedded.Postgres(tmp_path / name).answers()
        assert embedded.Valkey(tmp_path / name).answers()
    assert not embedded.Postgres(tmp_path / name).answers()


@pytest.mark.parametrize("name", ["a$HOME", "a`id`", 'a"b', "a\\b"])
def test_a_folder_that_a_shell_would_read_otherwise_is_refused_in_one_line(
    name: str, tmp_path: Path
) -> None:
    result = manage("migrate", RISKSCORE_VAR=f"{tmp_path}/{name}")
    assert result.returncode == 1
    assert "RISKSCORE_VAR=" in result.stderr
    assert "choose a folder without" in result.stderr
    assert result.stderr.count("\n") == 1
