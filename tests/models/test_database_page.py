"""docs/database.md names what the database does by itself, completely."""

import re

import pytest
from django.db import connection

from riskscore.sql.rules_check import rules_of_database
from tests.processes import ROOT

PAGE = (ROOT / "docs/database.md").read_text()
ROWS = re.findall(r"^\| `(.*?)` \| (.*?) \| .* \| (.*?) \|$", PAGE, re.MULTILINE)


@pytest.mark.django_db
def test_the_page_names_every_trigger_of_the_database_on_its_table_and_no_other() -> None:
    held: dict[str, set[str]] = {}
    for name, table, _ in rules_of_database(connection).triggers:
        held.setdefault(name, set()).add(table.removeprefix("riskscore_"))
    named = {
        trigger: set(re.findall(r"\w+", tables))
        for tables, event, _ in ROWS
        for trigger in re.findall(r"`(\w+)`", event)
    }
    assert named.keys() == held.keys()
    for trigger, tables in held.items():
        assert tables <= named[trigger], trigger


def test_the_page_shows_every_error_that_a_rule_raises_and_no_other() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "riskscore/sql").glob("*.sql"))
    raised = [
        re.compile(".+".join(map(re.escape, text.split("%"))))
        for text in re.findall(r"RAISE EXCEPTION '([^']*)'", sources)
    ]
    shown = [error for *_, seen in ROWS for error in re.findall(r"`(.*?)`", seen)]
    assert raised
    assert [text.pattern for text in raised if not any(map(text.fullmatch, shown))] == []
    assert [error for error in shown if not any(text.fullmatch(error) for text in raised)] == []
