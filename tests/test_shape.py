"""The shape of the house: imports follow the arrow, files and functions stay small."""

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path
    for folder in ("riskscore", "workers")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)

# What each room may import of ours. A floor may be skipped downwards, none points back.
PURE = ("riskscore.engine", "riskscore.learning")
GROUND = (
    "riskscore.models",
    "riskscore.engine",
    "riskscore.releases.editions",
    "riskscore.config.env",
)
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "riskscore.engine": ("riskscore.engine",),
    "riskscore.learning": PURE,
    "riskscore.sources": ("riskscore.sources", "riskscore.engine"),
    "riskscore.models": ("riskscore.models",),
    "riskscore.releases.editions": ("riskscore.models",),
    "riskscore.jobs.scope": ("riskscore.models",),
    "riskscore.jobs.failures": ("riskscore.models",),
    "riskscore.jobs.planning": (
        "riskscore.models",
        "riskscore.jobs.scope",
        "riskscore.jobs.failures",
    ),
    "riskscore.jobs.progress": ("riskscore.models",),
    "riskscore.scoring.binary_copy": (),
    "riskscore.api_keys": ("riskscore.models",),
    "riskscore.releases.effective": (),
    "riskscore.jobs.ledger": (
        "riskscore.models",
        "riskscore.jobs.failures",
        "riskscore.jobs.planning",
        "riskscore.jobs.progress",
    ),
    "riskscore.jobs.heartbeat": ("riskscore.jobs.ledger",),
    "riskscore.scoring.staleness": (
        *GROUND,
        "riskscore.scoring.inputs",
        "riskscore.jobs.scope",
        "riskscore.releases.effective",
    ),
    "riskscore.scoring.inputs": (
        *GROUND,
        "riskscore.scoring.land_distances",
        "riskscore.releases.effective",
    ),
    "riskscore.maps": ("riskscore.maps", "riskscore.sources"),
    "riskscore.scoring.land_distances": GROUND,
    "riskscore.curation.land_layers": (
        *GROUND,
        "riskscore.maps",
        "riskscore.scoring.land_distances",
        "riskscore.curation.project_edits",
    ),
    "riskscore.curation.challenges": (
        *GROUND,
        "riskscore.sources",
        "riskscore.curation.project_edits",
        "riskscore.jobs.requests",
        "riskscore.intake.requests",
        "riskscore.intake",
    ),
    "riskscore.intake.requests": ("riskscore.models", "riskscore.sources"),
    "riskscore.intake": (
        *GROUND,
        "riskscore.jobs.ledger",
        "riskscore.sources",
        "riskscore.releases.effective",
        "riskscore.intake",
    ),
    "riskscore.scoring.rescore": (
        *GROUND,
        "riskscore.scoring.binary_copy",
        "riskscore.scoring.inputs",
        "riskscore.scoring.methods",
        "riskscore.jobs.ledger",
        "riskscore.jobs.heartbeat",
        "riskscore.scoring.staleness",
    ),
    "riskscore.scoring.methods": GROUND,
    "riskscore.releases.register": ("riskscore.models", "riskscore.releases.effective"),
    "riskscore.scoring.learned_contribution": GROUND,
    "riskscore.scoring.data_gaps": (
        *GROUND,
        "riskscore.scoring.inputs",
        "riskscore.scoring.methods",
    ),
    "riskscore.scoring.replay": (*GROUND, "riskscore.scoring.rescore"),
    "riskscore.jobs.schedules": ("riskscore.models", "riskscore.jobs.requests"),
    "riskscore.jobs.requests": (
        "riskscore.models",
        "riskscore.jobs.ledger",
        "riskscore.jobs.scope",
        "riskscore.intake.requests",
        "riskscore.celery",
    ),
    "riskscore.curation.project_edits": (*GROUND, "riskscore.jobs.requests"),
    "riskscore.training.requests": ("riskscore.models", "riskscore.celery"),
    "riskscore.training.dataset": (
        "riskscore.models",
        "riskscore.scoring.inputs",
        "riskscore.learning",
    ),
    "riskscore.training.export": ("riskscore.models", "riskscore.learning"),
    "riskscore.training.model_registry": (
        "riskscore.models",
        "riskscore.releases.editions",
        "riskscore.jobs.requests",
    ),
    "riskscore.training.run": (
        "riskscore.models",
        "riskscore.training.dataset",
        "riskscore.training.requests",
        "riskscore.learning",
    ),
    "riskscore.celery": ("riskscore.jobs.liveness",),
    "workers.tasks": (
        "riskscore.jobs.requests",
        "riskscore.jobs.ledger",
        "riskscore.scoring.rescore",
        "riskscore.jobs.schedules",
        "riskscore.intake",
        "riskscore.training.run",
        "riskscore.training.requests",
        "riskscore.celery",
    ),
}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(room + ".") for room in rooms)


def functions_of(path: Path) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield node, (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_follow_the_arrow(room: str) -> None:
    for path in SOURCES:
        if is_within(module_of(path), (room,)):
            ours = {name for name in imports_of(path) if name.startswith(("riskscore", "workers"))}
            allowed = (*MAY_IMPORT[room], "riskscore.errors")
            astray = {name for name in ours if not is_within(name, allowed)}
            assert not astray, f"{path.relative_to(ROOT)} imports upwards: {sorted(astray)}"


def test_nothing_below_the_doors_imports_admin_api_or_commands() -> None:
    for path in SOURCES:
        if not is_within(module_of(path), ("riskscore.admin", "riskscore.api", "riskscore.urls")):
            for name in imports_of(path):
                assert not is_within(name, ("riskscore.admin", "riskscore.api")), f"{path}: {name}"


def test_the_pure_rooms_know_no_framework_clock_or_file() -> None:
    forbidden = (
        "django",
        "celery",
        "rest_framework",
        "redis",
        "psycopg",
        "time",
        "pathlib",
        "os",
        "random",
    )
    for path in SOURCES:
        if is_within(module_of(path), PURE):
            for name in imports_of(path):
                assert not is_within(name, forbidden), f"{path.relative_to(ROOT)} imports {name}"


def test_no_import_hides_inside_a_function() -> None:
    for path in SOURCES:
        if module_of(path) == "riskscore.apps":
            continue
        for function, _ in functions_of(path):
            hidden = [n for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)]
            assert not hidden, f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"


def test_files_stay_under_400_lines_and_the_median_under_100() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in SOURCES}
    assert not [f"{path} {length}" for path, length in lengths.items() if length >= 400]
    assert statistics.median(length for length in lengths.values() if length) <= 100


def test_functions_stay_under_50_lines_and_the_median_at_8() -> None:
    lengths = [
        (length, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
        for path in SOURCES
        for node, length in functions_of(path)
    ]
    assert not [where for length, where in lengths if length >= 50]
    assert statistics.median(length for length, _ in lengths) <= 8


def test_commands_are_at_most_30_lines() -> None:
    for path in (ROOT / "riskscore/management/commands").glob("[a-z]*.py"):
        assert len(path.read_text().splitlines()) <= 30, path


def test_every_signature_is_typed() -> None:
    for path in SOURCES:
        for function, _ in functions_of(path):
            assert function.returns is not None, (
                f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
            )


def test_each_published_task_name_exists() -> None:
    script = (
        "import django; django.setup();"
        "from workers import celery, tasks;"
        "names = {celery.WORK, celery.POLL, celery.SWEEP, celery.TRAIN, celery.TAKE_IN,"
        " celery.TAKE_IN_STRANDED};"
        "ours = {name for name in celery.app.tasks if name.startswith('riskscore.')};"
        "assert names == ours, (names, ours)"
    )
    run_python(script)


def test_importing_the_engine_loads_neither_django_nor_celery() -> None:
    run_python(
        "import pkgutil, importlib, sys, riskscore.engine as engine;"
        "names = [m.name for m in pkgutil.iter_modules(engine.__path__)];"
        "[importlib.import_module('riskscore.engine.' + name) for name in names];"
        "loaded = {'django', 'celery', 'sklearn'} & set(sys.modules);"
        "assert not loaded, loaded"
    )


def test_a_web_process_never_loads_scikit_learn() -> None:
    run_python(
        "import sys, riskscore.wsgi, riskscore.urls;"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "assert 'sklearn' not in sys.modules"
    )


def run_python(script: str) -> None:
    """Run a script in a process of its own: what is loaded here says nothing about it."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"DJANGO_SETTINGS_MODULE": "riskscore.settings", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
