"""Settings: loud about what is wrong, silent about secrets, and they start nothing."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from riskscore.config import addresses, env
from riskscore.config.logging import JsonLine
from riskscore.config.production_checks import DEVELOPMENT_SECRET, production_refusals
from tests.processes import ROOT, environment, manage

VAR = Path("/srv/risk score/var")
SECRET = "k3-Zq8vN1wLr5XtB7yHc2MdPf9GsJ4aUeRiKoQzEbVnTxWmC0-9"
PRODUCTION = {
    "RISKSCORE_ENV": "production",
    "RISKSCORE_SECRET_KEY": SECRET,
    "RISKSCORE_ALLOWED_HOSTS": "risk.example",
    "DATABASE_URL": "postgresql://riskscore:pa55-canary@db.example/riskscore",
    "REDIS_URL": "redis://:pa55-canary@broker.example:6379/0",
}


def load(module: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Import a module in a process of its own."""
    command = [sys.executable, "-c", f"import {module}"]
    return subprocess.run(
        command, cwd=ROOT, env=environment(**changes), capture_output=True, text=True, check=False
    )


def test_production_starts_with_a_complete_configuration() -> None:
    assert load("riskscore.wsgi", **PRODUCTION).returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("RISKSCORE_SECRET_KEY", "", "RISKSCORE_SECRET_KEY is absent or weak"),
        ("RISKSCORE_SECRET_KEY", DEVELOPMENT_SECRET, "RISKSCORE_SECRET_KEY is absent or weak"),
        ("RISKSCORE_SECRET_KEY", "changeme", "RISKSCORE_SECRET_KEY is absent or weak"),
        ("RISKSCORE_SECRET_KEY", "a" * 60, "RISKSCORE_SECRET_KEY is absent or weak"),
        ("RISKSCORE_DEBUG", "1", "RISKSCORE_DEBUG must be off"),
        ("RISKSCORE_ALLOWED_HOSTS", "", "RISKSCORE_ALLOWED_HOSTS must name the hosts"),
        ("RISKSCORE_ALLOWED_HOSTS", "risk.example,*", "RISKSCORE_ALLOWED_HOSTS must name"),
        ("DATABASE_URL", "", "DATABASE_URL is absent"),
        ("REDIS_URL", "", "REDIS_URL is absent"),
        ("REDIS_URL", "redis://broker.example:6379/0", "REDIS_URL has no password"),
    ],
)
def test_production_does_not_start_with(name: str, value: str, says: str) -> None:
    result = load("riskscore.settings", **{**PRODUCTION, name: value})
    assert result.returncode != 0
    assert says in result.stderr
    assert "pa55-canary" not in result.stderr, "an error message repeats a password"


@pytest.mark.parametrize("door", ["riskscore.wsgi", "workers.tasks"])
def test_neither_web_nor_worker_starts_in_production_unprepared(door: str) -> None:
    result = load(door, RISKSCORE_ENV="production")
    assert result.returncode != 0
    assert "refusing to start in production" in result.stderr


def test_every_refusal_is_reported_at_once() -> None:
    nothing = {"secret": "", "database_url": "", "redis_url": ""}
    assert len(production_refusals(**nothing, debug=True, hosts=["*"])) == 5


def test_a_refusal_on_the_command_line_is_one_line() -> None:
    result = manage("check", RISKSCORE_ENV="production")
    assert result.returncode == 1
    assert result.stderr.startswith("riskscore: refusing to start in production: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.slow
def test_an_unreachable_database_is_one_line() -> None:
    nowhere = {"DATABASE_URL": "postgresql://u:pa55-canary@127.0.0.1:9/x", "REDIS_URL": "redis://h"}
    result = manage("showmigrations", **nowhere)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "127.0.0.1" in result.stderr
    assert "pa55-canary" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RISKSCORE_ENV", "prod"),
        ("RISKSCORE_DEBUG", "maybe"),
        ("RISKSCORE_PORT", "80a"),
        ("RISKSCORE_PORT", "70000"),
        ("RISKSCORE_PORT", "-1"),
        ("RISKSCORE_LOG_LEVEL", "chatty"),
        ("DATABASE_URL", "mysql://u@h/d"),
        ("DATABASE_URL", "postgresql://u@h"),
        ("DATABASE_URL", "postgresql://u@h:port/d"),
        ("REDIS_URL", "http://h"),
    ],
)
def test_a_bad_variable_is_named(name: str, value: str) -> None:
    result = load("riskscore.settings", **{name: value})
    assert result.returncode == 1
    assert name in result.stderr.split("\n")[-2]


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RISKSCORE_PORT", " ")
    assert env.integer("RISKSCORE_PORT", 8000, low=1, high=65535) == 8000


def test_a_database_url_is_read_whole() -> None:
    url = "postgresql://us%40er:p%2Fw@db.example:6432/risk?sslmode=require"
    assert addresses.database(url, VAR) == {
        "NAME": "risk",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_database_url_may_point_at_a_socket() -> None:
    assert addresses.database("postgresql://u@/d?host=/run/pg", VAR)["HOST"] == "/run/pg"


@pytest.mark.parametrize(
    ("url", "redis", "kombu"),
    [
        (
            "",
            "unix:///srv/risk%20score/var/sockets/valkey.sock",
            "redis+socket:///srv/risk%20score/var/sockets/valkey.sock",
        ),
        ("unix:///v.sock?db=2", "unix:///v.sock?db=2", "redis+socket:///v.sock?virtual_host=2"),
        ("redis+socket:///v.sock", "unix:///v.sock?db=0", "redis+socket:///v.sock?virtual_host=0"),
        ("rediss://:p@h:6379/1", "rediss://:p@h:6379/1", "rediss://:p@h:6379/1"),
    ],
)
def test_one_broker_is_spelled_for_both_of_its_clients(url: str, redis: str, kombu: str) -> None:
    assert addresses.broker(url, VAR) == addresses.Broker(redis, kombu)


def test_the_same_folder_gives_the_same_address_in_every_process() -> None:
    deep = Path("/" + "d" * 150)
    assert addresses.socket_folder(deep) == addresses.socket_folder(deep)
    assert addresses.socket_folder(deep) != addresses.socket_folder(Path("/" + "e" * 150))


def test_a_bad_url_is_refused_without_repeating_it() -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        addresses.broker("http://:pa55-canary@h", VAR)
    assert "pa55-canary" not in str(refusal.value)


def test_settings_start_nothing(tmp_path: Path) -> None:
    assert load("riskscore.wsgi", RISKSCORE_VAR=str(tmp_path / "var")).returncode == 0
    assert not (tmp_path / "var").exists()


def test_a_log_entry_is_one_line_whatever_it_says() -> None:
    record = logging.makeLogRecord(
        {"msg": "name: %s", "args": ("a\r\n\x1b[31mforged",), "levelname": "INFO", "job": 7}
    )
    line = JsonLine().format(record)
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["message"] == "name: a\r\n\x1b[31mforged"
    assert json.loads(line)["job"] == 7


def test_a_log_entry_has_a_bounded_length() -> None:
    record = logging.makeLogRecord({"msg": "x" * 1_000_000})
    assert len(JsonLine().format(record)) < 10_000
