"""A database of the benchmarks' own, so that nobody's scores are touched."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from riskscore.bundle import load
from riskscore.models import Lens
from riskscore.scoring import ranking

NAME = "riskscore_bench"


@contextmanager
def bundled() -> Iterator[None]:
    """Connect to a fresh database with the default bundle loaded; drop it at the end."""
    before = connection.settings_dict["NAME"]
    _on_server(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
    _on_server(f'CREATE DATABASE "{NAME}"')
    try:
        _connect(NAME)
        call_command("migrate", verbosity=0)
        load.load(settings.FIXTURES)
        yield
    finally:
        _connect(before)
        _on_server(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')


def multiply(projects: int) -> int:
    """Copy published projects, minerals included, until there are that many; returns how many.

    A copy has the place, position and minerals of its original, and a key of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM riskscore_project WHERE state = 'published'")
        before = int(cursor.fetchone()[0])
        more = max(projects - before, 0)
        # The triggers that count versions would visit every new project once more.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_COPY_PROJECTS, [more // before + 1, more])
        cursor.execute("ANALYZE riskscore_project")  # else the copies are joined row by row
        cursor.execute(_COPY_MINERALS)
        cursor.execute("RESET session_replication_role")
        cursor.execute("ANALYZE")
        return before + more


#: What a copy of a project may have of its original.
RESULTS = ("riskscore_score", "riskscore_scorehistory", "riskscore_ownership")


def multiply_results(tables: Sequence[str] = RESULTS) -> None:
    """Give each copy of a project the current scores, history and owners of its original."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in tables:
            cursor.execute(
                "SELECT array_agg(column_name::text ORDER BY ordinal_position)"
                " FROM information_schema.columns WHERE table_schema = 'public'"
                " AND table_name = %s AND column_name NOT IN ('id', 'project_id')",
                [table],
            )
            names = cursor.fetchone()[0]
            columns = ", ".join(f'"{name}"' for name in names)
            values = ", ".join(f'each."{name}"' for name in names)
            cursor.execute(_COPY_ROWS.format(table=table, columns=columns, values=values))
        cursor.execute("RESET session_replication_role")
        cursor.execute("ANALYZE")
    for lens in Lens.objects.values_list("pk", flat=True):
        ranking.keep(lens)  # the triggers that keep ranks were asleep


_COPY_ROWS = """
INSERT INTO {table} (project_id, {columns})
SELECT copy.id, {values} FROM riskscore_project copy
JOIN riskscore_project original ON original.key = copy.source_id
JOIN {table} each ON each.project_id = original.id WHERE copy.key LIKE '%-copy-%'
"""
_COPY_PROJECTS = """
INSERT INTO riskscore_project (key, name, place_id, place_label, place_rule, latitude, longitude,
    kind, stage, state, flags, confidence, release_id, source_id)
SELECT key || '-copy-' || n, name, place_id, place_label, place_rule, latitude, longitude,
    kind, stage, state, flags, confidence, release_id, key
FROM riskscore_project, generate_series(1, %s) n WHERE state = 'published' ORDER BY n, id LIMIT %s
"""
_COPY_MINERALS = """
INSERT INTO riskscore_projectmineral (project_id, mineral_id, role, term)
SELECT copy.id, m.mineral_id, m.role, m.term
FROM riskscore_project copy JOIN riskscore_project original ON original.key = copy.source_id
JOIN riskscore_projectmineral m ON m.project_id = original.id
WHERE copy.key LIKE '%-copy-%'
"""


def _connect(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _on_server(sql: str) -> None:
    before = connection.settings_dict["NAME"]
    _connect("postgres")
    with connection.cursor() as cursor:
        cursor.execute(sql)
    _connect(before)
