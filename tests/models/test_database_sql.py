"""The files of ``riskscore/sql/`` are what the database does: no more, no less."""

import re
from pathlib import Path

import pytest
from django.core.checks import CheckMessage
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from riskscore.sql.rules_check import FOLDER, check_rules, rules_of_database, rules_of_file

pytestmark = pytest.mark.django_db

FILES = sorted(FOLDER.glob("*.sql"))
RULES = """
SELECT 'function ' || proname, pg_get_functiondef(oid) FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace
UNION ALL SELECT 'trigger ' || tgname, tgenabled::text || pg_get_triggerdef(oid) FROM pg_trigger
WHERE NOT tgisinternal
UNION ALL SELECT 'storage ' || relname, reloptions::text FROM pg_class
WHERE relnamespace = current_schema()::regnamespace
UNION ALL SELECT 'storage ' || attrelid::regclass || '.' || attname, attstorage::text
FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
WHERE relnamespace = current_schema()::regnamespace AND attnum > 0
"""


def execute(sql: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(cursor.fetchall()) if cursor.description else []


def warnings() -> list[CheckMessage]:
    return check_rules(None, ["default"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_running_a_file_again_changes_nothing(path: Path) -> None:
    before = execute(RULES)
    execute(path.read_text())
    changed = sorted(set(execute(RULES)) ^ set(before))
    assert not changed, (
        f"riskscore/sql/{path.name} is not what the migrations make of a database: write a"
        f" migration that runs its text ({[name for name, _ in changed]})"
    )


def test_every_trigger_and_function_of_the_database_is_in_a_file() -> None:
    held = rules_of_database(connection)
    stated = [rules_of_file(path) for path in FILES]
    assert held.functions == {function for rules in stated for function in rules.functions}
    assert held.triggers == {trigger for rules in stated for trigger in rules.triggers}


def test_every_statement_of_the_files_is_read_by_the_check() -> None:
    for path in FILES:
        made = len(re.findall(r"^CREATE", path.read_text(), re.MULTILINE))
        rules = rules_of_file(path)
        assert made == len(rules.functions) + len(rules.triggers), path.name


def test_a_database_that_holds_the_rules_is_not_warned_about() -> None:
    assert warnings() == []


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TRIGGER job_ended ON riskscore_job",
        "ALTER TABLE riskscore_job DISABLE TRIGGER job_ended",
    ],
)
def test_a_trigger_that_somebody_took_away_is_named_with_the_file_that_restores_it(
    damage: str,
) -> None:
    execute(damage)
    (warning,) = warnings()
    assert "job_ended on riskscore_job" in warning.msg
    assert "riskscore/sql/job_states.sql" in str(warning.hint)
    execute((FOLDER / "job_states.sql").read_text())
    assert warnings() == []


def test_a_function_that_somebody_changed_is_named() -> None:
    execute(
        "CREATE OR REPLACE FUNCTION riskscore_append_only() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NEW; END $$"
    )
    (warning,) = warnings()
    assert "riskscore_append_only" in warning.msg


def test_a_database_with_migrations_to_come_is_left_alone() -> None:
    execute("DROP TRIGGER job_ended ON riskscore_job")
    execute(
        "DELETE FROM django_migrations WHERE app = 'riskscore' AND name ="
        " (SELECT max(name) FROM django_migrations WHERE app = 'riskscore')"
    )
    assert warnings() == []


def test_a_database_of_before_the_first_release_is_refused_before_its_history_is_lost() -> None:
    rules = MigrationExecutor(connection).loader.get_migration("riskscore", "0002_rules")
    with (
        pytest.raises(DatabaseError, match="start with an empty one"),
        transaction.atomic(),
        connection.schema_editor() as editor,
    ):
        rules.operations[0].database_forwards("riskscore", editor, None, None)  # type: ignore[arg-type]


def test_a_new_database_has_the_two_schedules() -> None:
    """The suite takes the rows away; the migration that brings them is read instead."""
    rules = MigrationExecutor(connection).loader.get_migration("riskscore", "0002_rules")
    rows = rules.operations[-1].sql  # type: ignore[attr-defined]
    execute(rows)
    assert execute("SELECT name, what || ' ' || every FROM riskscore_schedule") == [
        ("hourly", "stale hour"),
        ("nightly", "everything day"),
    ]


def test_each_rule_says_in_one_line_what_is_wrong_and_what_to_do() -> None:
    for path in FILES:
        for text in re.findall(r"RAISE EXCEPTION '([^']*)'", path.read_text()):
            assert "\n" not in text, path.name
            assert re.search(r"[:;] ", text), f"{path.name}: {text!r} has no remedy"
