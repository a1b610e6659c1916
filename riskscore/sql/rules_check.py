"""A system check: the database holds the rules that the files of this folder state."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.core.checks import CheckMessage
from django.core.checks import Warning as CheckWarning
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

FOLDER = Path(__file__).parent
_FUNCTION = re.compile(
    r"^CREATE OR REPLACE FUNCTION (\w+)\(.*?\$\$(.*?)\$\$;", re.MULTILINE | re.DOTALL
)
_TRIGGER = re.compile(
    r"^CREATE OR REPLACE TRIGGER (\w+) [^;]*? ON (\w+)\s[^;]*?EXECUTE FUNCTION (\w+)\(\);",
    re.MULTILINE,
)
_FUNCTIONS = """
SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
"""
# A partition has its parent's triggers. 'O' is enabled, as a trigger is made.
_TRIGGERS = """
SELECT t.tgname, c.relname, p.proname
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = current_schema()::regnamespace
  AND NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled = 'O'
"""


class Rules(NamedTuple):
    """What a set of rules consists of, as far as it can be compared without running anything."""

    functions: set[tuple[str, str]]  # name, source
    triggers: set[tuple[str, str, str]]  # name, table, function


def rules_of_file(path: Path) -> Rules:
    """The functions and triggers that one file makes."""
    text = path.read_text()
    return Rules(set(_FUNCTION.findall(text)), set(_TRIGGER.findall(text)))


def rules_of_database(connection: BaseDatabaseWrapper) -> Rules:
    """The functions, and the triggers that are enabled, in the schema that holds our tables."""
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS)
        functions = {(name, source) for name, source in cursor.fetchall()}
        cursor.execute(_TRIGGERS)
        triggers = {(name, table, function) for name, table, function in cursor.fetchall()}
    return Rules(functions, triggers)


def check_rules(
    app_configs: Any,  # noqa: ARG001 - Django's signature
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """Warn of each function and trigger that a migrated database lacks or holds differently.

    Runs in ``migrate`` and in ``check --database default``. A database with migrations still to
    come is left alone: they may bring what is missing.
    """
    return [
        message
        for connection in map(connections.__getitem__, databases or ())
        if connection.vendor == "postgresql" and _is_migrated(connection)
        for message in _differences(rules_of_database(connection))
    ]


def _is_migrated(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _differences(held: Rules) -> Iterator[CheckMessage]:
    for path in sorted(FOLDER.glob("*.sql")):
        stated = rules_of_file(path)
        hint = f"Run riskscore/sql/{path.name} on this database, as psql -f does."
        for name, _ in sorted(stated.functions - held.functions):
            text = f"The database's function {name} is absent or is not that of the file."
            yield CheckWarning(text, hint=hint, id="riskscore.W001")
        for name, table, _ in sorted(stated.triggers - held.triggers):
            text = f"The trigger {name} on {table} is absent, disabled or not that of the file."
            yield CheckWarning(text, hint=hint, id="riskscore.W002")
