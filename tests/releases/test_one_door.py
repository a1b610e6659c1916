"""Who reads observations or evidence goes through ``releases.effective``, or stands here with the
reason why not: nobody decides for himself what is in force."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = re.compile(r"\briskscore_(observation|evidence)\b")
MODELS = ("Observation", "Evidence")
#: Their names seen from a release and from a project.
RELATED = ("observations", "evidence")

#: Files that name the tables outside the door, and why they may.
ALLOWED = {
    "riskscore/releases/effective.py": "the door",
    "riskscore/releases/register.py": "what one release states, in force or not",
    "riskscore/intake/observation_writer.py": "writes",
    "riskscore/intake/observations.py": "writes; asks which source feeds an indicator",
    "riskscore/intake/evidence.py": "writes; compares a file with the newest versions",
    "riskscore/curation/challenges.py": "whether a statement is still the newest before it writes",
    "riskscore/api/challenges.py": "finds the statement that a challenge disputes, of any version",
    "riskscore/api/evidence.py": "lists all versions, and says which is the newest",
    "riskscore/api/project_parts/facts.py": "filters projects by their newest incidents",
    "riskscore/intake/conflicts.py": "compares a month of a register with what is on file",
    "riskscore/admin/projects/evidence.py": "lists and edits all versions",
    "riskscore/admin/project_page/evidence_tab.py": "lists the newest, counts the older ones",
    "riskscore/admin/projects/challenged_value.py": "shows the statement that a challenge disputes",
    "riskscore/admin/profiles/numbers_from.py": "which releases in force speak of a place at all",
    "riskscore/curation/writes/stated_facts.py": "writes; a new version names the one before it",
    "riskscore/curation/extracts/changed_since.py": "when each version was written or superseded",
    "riskscore/curation/extracts/extract_tables.py": "rows of files: the newest versions as listed",
    "riskscore/jobs/outbox/told.py": "tells webhooks what an edition has just stated",
    "riskscore/scoring/alerts/raised.py": "tells watchers what an edition has just stated",
}
SOURCES = sorted(
    path
    for folder in ("riskscore", "workers")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)


def readers(tree: ast.AST) -> Iterator[str]:
    """The queries and managers in a file that read one of the tables."""
    words = {id(text) for text in docstrings(tree)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in words and is_query(text):
                yield text.strip()
            case ast.Attribute(value=ast.Name(id=name), attr="objects" | "_default_manager"):
                if name in MODELS:
                    yield f"{name}.{node.attr}"
            case ast.Attribute(value=ast.Attribute(attr=name), attr="filter" | "all" | "get"):
                if name in RELATED:
                    yield f"{name}.{node.attr}"


def is_query(text: str) -> bool:
    """Whether a text names a table; the addresses of admin pages do not count."""
    return bool(TABLES.search(text)) and not text.startswith(("admin:", "/admin/"))


def docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef():
                match node.body:
                    case [ast.Expr(value=ast.Constant() as text), *_]:
                        yield text


def test_nobody_reads_observations_or_evidence_around_their_door() -> None:
    around = {
        str(path.relative_to(ROOT)): found
        for path in SOURCES
        if (found := list(readers(ast.parse(path.read_text()))))
    }
    assert {name: found for name, found in around.items() if name not in ALLOWED} == {}
    assert set(ALLOWED) <= set(around), "a file that no longer reads them needs no reason"


def test_the_scan_sees_managers_and_queries_and_no_words() -> None:
    text = """
"riskscore_evidence in words"
Evidence.objects.all()
release.observations.get()
query = f"SELECT FROM riskscore_observation {where}"
address = "admin:riskscore_observation_change"
"""
    found = sorted(readers(ast.parse(text)))
    query = "SELECT FROM riskscore_observation"
    assert found == ["Evidence.objects", query, "observations.get"]
