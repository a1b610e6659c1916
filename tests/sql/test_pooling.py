"""Behind PgBouncer: web works by transactions; workers and imports say what they need."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.test import Client

from riskscore.config import addresses
from riskscore.sql.database import pooling
from tests.sql.transaction_pooler import pooler

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    pooling.require_session.cache_clear()
    yield
    pooling.require_session.cache_clear()


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Put a pooler between the tests' connection and the server."""
    settings = connection.settings_dict
    server = Path(settings["HOST"]) / addresses.POSTGRES_SOCKET
    running = []

    def put(*, sessions: bool = False, options: str = "") -> None:
        context = pooler(server, settings["USER"], settings["NAME"], sessions=sessions)
        running.append(context)
        port = context.__enter__()
        sent = {k: v for k, v in settings["OPTIONS"].items() if k != "options"}
        connection.close()
        monkeypatch.setitem(settings, "HOST", "127.0.0.1")
        monkeypatch.setitem(settings, "PORT", str(port))
        monkeypatch.setitem(settings, "OPTIONS", sent | ({"options": options} if options else {}))

    yield put
    connection.close()
    monkeypatch.undo()
    for context in running:
        context.__exit__(None, None, None)


def test_a_direct_address_is_a_session() -> None:
    pooling.require_session()
    assert connection.connection
    assert not pooling.is_pooled(connection.connection)


def test_a_pooler_of_transactions_is_found_out_and_named_in_one_line(behind: Any) -> None:
    behind()
    with pytest.raises(pooling.NeedsSession, match="pool_mode=session") as refused:
        pooling.require_session()
    assert "\n" not in str(refused.value)


def test_a_pooler_of_sessions_is_good_enough(behind: Any) -> None:
    behind(sessions=True)
    pooling.require_session()
    assert connection.connection
    assert pooling.is_pooled(connection.connection)


def test_the_web_server_is_ready_behind_a_pooler_of_transactions(behind: Any) -> None:
    behind()
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["checks"]["database"]) == (200, True)


def test_where_the_pooler_refuses_options_the_line_says_what_to_do(behind: Any) -> None:
    behind(options="-c statement_timeout=5000")
    with pytest.raises(OperationalError, match=r"ALTER ROLE … SET statement_timeout"):
        connection.ensure_connection()


def test_an_address_may_say_it_and_then_no_cursor_outlives_a_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = addresses.database("postgresql://u@h:6432/d?pool_mode=transaction", Path("/nowhere"))
    assert (found["DISABLE_SERVER_SIDE_CURSORS"], found["OPTIONS"]) == (True, {})
    session = addresses.database("postgresql://u@h:6432/d?pool_mode=session", Path("/nowhere"))
    assert "DISABLE_SERVER_SIDE_CURSORS" not in session
    with pytest.raises(ImproperlyConfigured, match="pool_mode is session or transaction"):
        addresses.database("postgresql://u@h:6432/d?pool_mode=statement", Path("/nowhere"))
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    with pytest.raises(pooling.NeedsSession):
        pooling.require_session()
