"""The shape of the house: imports follow the arrow, files and functions stay small."""

import ast
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path
    for folder in ("riskscore", "workers")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)

#: Rooms that hold the same nouns side by side: their tables, pages, addresses, files and work.
PARALLEL = (
    "riskscore.admin",
    "riskscore.api",
    "riskscore.curation",
    "riskscore.engine.sourcing",
    "riskscore.intake",
    "riskscore.jobs",
    "riskscore.management",
    "riskscore.models",
    "riskscore.releases",
    "riskscore.scoring",
    "riskscore.sources.tables",
    "riskscore.sourcing",
    "riskscore.training",
)
SHARED_NAMES = {
    "urls": "Django's own word",
    "api_keys": "issuing a key, and its page",
    "errors": "the base of all, and the engine's",
}
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
#: Packages whose modules need no order of their own, each with the reason.
UNORDERED = {
    "riskscore": "the contract on rooms",
    "riskscore.management.commands": "Django finds them by name, none imports another",
    "riskscore.migrations": "their order is in their dependencies",
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


def modules_of_packages() -> dict[str, list[str]]:
    """Return the modules that lie directly in each package, `__init__` left out."""
    found: dict[str, list[str]] = {}
    for path in SOURCES:
        if path.name != "__init__.py":
            package, _, name = module_of(path).rpartition(".")
            found.setdefault(package, []).append(name)
    return found


def test_no_package_has_more_than_20_modules_in_it_and_the_root_at_most_8() -> None:
    sizes = {package: len(names) for package, names in modules_of_packages().items()}
    crowded = {package: size for package, size in sizes.items() if size > 20}
    assert crowded == {}
    assert sizes["riskscore"] <= 8


def test_modules_share_a_name_only_in_parallel_rooms() -> None:
    places: dict[str, list[str]] = {}
    for package, names in modules_of_packages().items():
        for name in names:
            places.setdefault(name, []).append(f"{package}.{name}")
    homonyms = {
        name: modules
        for name, modules in places.items()
        if len(modules) > 1 and any(not is_within(one, PARALLEL) for one in modules)
        if name not in SHARED_NAMES
    }
    assert homonyms == {}


def test_the_rooms_are_at_most_31_on_8_floors_without_a_circle() -> None:
    graph = imports_between_rooms()
    assert len(graph) <= 31
    floors: dict[str, int] = {}

    def floor(room: str, above: tuple[str, ...] = ()) -> int:
        assert room not in above, f"a circle: {' → '.join((*above, room))}"
        if room not in floors:
            floors[room] = 1 + max(
                (floor(below, (*above, room)) for below in graph[room]), default=0
            )
        return floors[room]

    assert max(map(floor, graph)) <= 8


def imports_between_rooms() -> dict[str, set[str]]:
    """Return for each room (a module or package right under `riskscore`) those it imports."""
    modules = {module_of(path) for path in SOURCES}
    graph: dict[str, set[str]] = {room_of(name): set() for name in modules if name != "riskscore"}
    for path in SOURCES:
        for name in imports_of(path):
            room = room_of(name)
            if room in graph and room != room_of(module_of(path)):
                graph[room_of(module_of(path))].add(room)
    return graph


def room_of(name: str) -> str:
    parts = name.split(".")
    return parts[0] if parts[0] == "workers" else ".".join(parts[:2])


def test_every_package_has_an_import_contract_or_a_reason_for_none() -> None:
    ordered = {
        package for contract in CONTRACTS["contracts"] for package in contract.get("containers", ())
    } | {
        module.rpartition(".")[0]
        for contract in CONTRACTS["contracts"]
        if contract["type"] == "independence"
        for module in contract["modules"]
    }
    entangled = {
        module_of(path).rpartition(".")[0]
        for path in SOURCES
        if path.name != "__init__.py"
        for name in imports_of(path)
        if name.startswith(module_of(path).rpartition(".")[0] + ".")
    }
    assert entangled - ordered - UNORDERED.keys() == set()


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
        "from riskscore import celery; from workers import tasks;"
        "names = {celery.WORK, celery.POLL, celery.SWEEP, celery.TRAIN, celery.TAKE_IN,"
        " celery.TAKE_IN_STALLED, celery.SEND_WEBHOOKS, celery.EXPORT};"
        "ours = {name for name in celery.app.tasks if name.startswith('riskscore.')};"
        "assert names == ours, (names, ours)"
    )
    run_python(script)


def test_importing_the_engine_loads_neither_django_nor_celery() -> None:
    run_python(
        "import pkgutil, importlib, sys, riskscore.engine as engine;"
        "names = [m.name for m in pkgutil.walk_packages(engine.__path__, 'riskscore.engine.')];"
        "[importlib.import_module(name) for name in names];"
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
