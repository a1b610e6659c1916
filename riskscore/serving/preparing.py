"""The tables brought up to date and the bundle loaded, also when a server is killed meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import astuple

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from riskscore.bundle import load
from riskscore.embedded import Server
from riskscore.serving.processes import CannotRun

ATTEMPTS = 3


def prepare(say: Callable[[str], None], servers: Sequence[tuple[str, Server]]) -> None:
    """Bring the tables up to date and load what the database does not have yet; say what that was.

    A connection that breaks in the middle is no end: a server of ours that died is started again,
    and all is tried anew, since what is half done is rolled back. Raises CannotRun, BadFile,
    CannotServe, and OperationalError for a database that lives and refuses.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            say(_prepared())
            return
        except (OperationalError, InterfaceError) as error:
            broke = connection.connection is not None  # else it was never there
            connection.close()
            dead = [server for _, server in servers if not server.answers()]
            if attempt == ATTEMPTS or not (broke or dead):
                raise
            say(f"the database failed: {' '.join(str(error).split())}; all is tried again")
            for server in dead:
                server.start()


def _prepared() -> str:
    try:
        call_command("migrate", verbosity=0)
    except OperationalError:
        raise
    except DatabaseError as error:
        # A database of before the first release is refused by the first migration, in one line.
        raise CannotRun(str(error).splitlines()[0]) from None
    loaded = load.load(settings.FIXTURES)
    if not any(astuple(loaded)):
        return "the bundle is loaded already"
    return (
        f"loaded {loaded.projects:,} projects, {loaded.observations:,} observations from "
        f"{loaded.releases} releases, {loaded.methods} methods, {loaded.models} learned models"
    )
