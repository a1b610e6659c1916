"""The pages are true: links lead somewhere, and what is named exists."""

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import grimp
import pytest
import yaml
from django.core.management import get_commands, load_command_class

from riskscore.api.urls import urlpatterns
from tests.processes import ROOT

PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for pattern in ("*.md", "docs/*.md", "clients/*/*.md", "fixtures/**/*.md", ".github/**/*.md")
    for path in sorted(ROOT.glob(pattern))
}
#: What a name in backticks may end in to be a file of ours.
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:py|md|yml|yaml|toml|csv|lock|sql)")
CONFIGURATION = PAGES["docs/configuration.md"]


def spans(page: str) -> list[str]:
    """What stands in backticks, outside blocks of code."""
    prose = re.sub(r"^ *```.*?^ *```", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", prose)


def code(page: str) -> str:
    """Every piece of code on a page: blocks, and what stands in backticks."""
    blocks = re.findall(r"```\w*\n(.*?)```", PAGES[page], re.DOTALL)
    return "\n".join([*blocks, *spans(page)])


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = (ROOT / page).parent / path if path else ROOT / page
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_exists(page: str) -> None:
    for name in filter(FILE.fullmatch, spans(page)):
        if "/" in name:
            there = [ROOT / name, (ROOT / page).parent / name]
            assert any(path.exists() for path in there), name
        else:
            assert name in file_names(), name


@cache
def file_names() -> frozenset[str]:
    """The names of all files of ours."""
    rooms = ("riskscore", "workers", "tests", "docs", "fixtures", "benchmarks", "clients")
    inside = (path.name for room in rooms for path in (ROOT / room).rglob("*.*"))
    return frozenset({*inside, *(path.name for path in ROOT.iterdir())})


@pytest.mark.parametrize("page", PAGES)
def test_every_name_in_a_file_is_defined_there(page: str) -> None:
    text = " ".join(PAGES[page].split())
    for name, path in re.findall(r"`(\w+)` in `([\w/.-]+\.py)`", text):
        assert name in names_of(ROOT / path), f"{name} in {path}"


def names_of(path: Path) -> set[str]:
    """What a module defines: functions, classes and constants."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_exists(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"\bmake ([a-z]{2,})", code(page))):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_its_options_exist(page: str) -> None:
    for line in code(page).splitlines():
        found = re.search(r"manage\.py ([a-z_-]+)(.*)", line)
        if not found:
            continue
        name, rest = found.groups()
        assert name in get_commands(), f"manage.py {name}"
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        for option in re.findall(r"(?<!\S)(--[a-z-]+)", rest):
            assert option in parser._option_string_actions, f"manage.py {name} {option}"


@pytest.mark.parametrize("page", PAGES)
def test_every_module_and_test_that_is_run_exists(page: str) -> None:
    for module, rest in re.findall(r"python -m ([\w.]+)(.*)", code(page)):
        assert importlib.util.find_spec(module), module
        for path in re.findall(r"\btests/[\w/.]*", rest if module == "pytest" else ""):
            assert (ROOT / path).exists(), path
    for app in re.findall(r"celery -A (\S+)", code(page)):
        assert importlib.util.find_spec(app), app


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_folder_of_somebody_s_machine(page: str) -> None:
    found = re.findall(r"(?<![\w.])/(?:home|work|root|Users)/\S*", PAGES[page])
    assert not found


def test_every_page_stands_in_the_index() -> None:
    index = PAGES["docs/README.md"]
    for path in (ROOT / "docs").glob("*.md"):
        assert path.name == "README.md" or f"({path.name})" in index, path.name


def test_every_address_stands_on_the_page_of_the_api() -> None:
    page = PAGES["docs/api.md"]
    for pattern in urlpatterns:
        for part in re.sub(r"<[^>]*>", "", str(pattern.pattern)).split("/"):
            assert part in page, pattern.pattern


def test_the_issue_forms_fit_the_schemas_of_github() -> None:
    folder = ROOT / ".github/ISSUE_TEMPLATE"
    forms = {str(path) for path in folder.glob("*.yml")} - {str(folder / "config.yml")}
    assert len(forms) == 3
    for schema, files in (
        ("issue-forms", sorted(forms)),
        ("issue-config", [folder / "config.yml"]),
    ):
        check = [sys.executable, "-m", "check_jsonschema"]
        command = [*check, "--builtin-schema", f"vendor.github-{schema}", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_hooks_fetch_nothing_and_call_the_tools_of_the_virtual_environment() -> None:
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    for hook in repos[0]["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].startswith(".venv/bin/"), hook["id"]
        for path in re.findall(r"\btests/[\w/.]+", hook["entry"]):
            assert (ROOT / path).exists(), path


# --- Configuration ------------------------------------------------------------------------------


@cache
def rows() -> dict[str, str]:
    """The rows of the page by the variable that they are about."""
    return dict(re.findall(r"^\| `([A-Z_]+)` (\|.*)$", CONFIGURATION, re.MULTILINE))


@cache
def calls() -> tuple[tuple[str, ast.Call], ...]:
    """Each variable that the program reads, and the call that reads it."""
    return tuple(_calls())


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in (ROOT / "riskscore").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "env"
            ):
                yield ast.literal_eval(node.args[0]), node


def in_compose() -> set[str]:
    """The variables that the Compose file takes from the shell or gives to the program."""
    text = (ROOT / "docker-compose.yml").read_text()
    services = yaml.safe_load(text)["services"].values()
    given = {name for service in services for name in service.get("environment", {})}
    ours = {name for name in given if name.startswith("RISKSCORE_") or name.endswith("_URL")}
    return ours | set(re.findall(r"\$\{([A-Z_]+)", text))


def in_tests() -> set[str]:
    """The variables that a person sets for tests and benchmarks; the suite sets others."""
    files = [path for room in ("tests", "benchmarks") for path in (ROOT / room).rglob("*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    names = set(re.findall(r"""environ\.get\(['"](\w+)['"]""", text))
    return {name for name in names if not name.startswith(("PYTEST_", "RISKSCORE_TESTS_"))}


def test_every_variable_has_a_row_and_every_row_a_variable() -> None:
    read = {name for name, _ in calls()}
    assert len(read) > 15
    assert set(rows()) == read | in_compose() | in_tests()


def test_defaults_and_bounds_on_the_page_are_those_of_the_code() -> None:
    for name, call in calls():
        row = rows()[name]
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        default = keywords.get("default", call.args[1] if len(call.args) > 1 else None)
        if isinstance(default, ast.Constant):
            value = default.value
            text = str(int(value) if isinstance(value, bool) else value)
            assert f"| `{text}` |" in row, name
        if "low" in keywords:
            low, high = (ast.literal_eval(keywords[end]) for end in ("low", "high"))
            assert f"{low} to {high}" in row.replace(",", ""), name


# --- The picture of the rooms --------------------------------------------------------------------


@cache
def draw_rooms() -> ModuleType:
    """The script that draws the picture."""
    spec = importlib.util.spec_from_file_location("draw_rooms", ROOT / "docs/draw_rooms.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_of_the_rooms_is_drawn_from_the_code_as_it_stands() -> None:
    page, draw = PAGES["docs/architecture.md"], draw_rooms()
    assert page == draw.redrawn(page, draw.graph()), "run `python docs/draw_rooms.py`"


def test_the_arrows_of_the_picture_are_the_imports_that_grimp_finds() -> None:
    draw = draw_rooms()
    graph = grimp.build_graph("riskscore", "workers", cache_dir=None)
    arrows = {
        (draw.room_of(module), draw.room_of(imported))
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    }
    table = PAGES["docs/architecture.md"].split(draw.BEGIN)[1].split(draw.END)[0]
    drawn = {
        (room, other)
        for room, others in re.findall(r"^\| \d+ \| (\w+) \| (.*) \|$", table, re.MULTILINE)
        for other in others.split(", ")
        if other != "nothing of ours"
    }
    assert drawn == {
        (draw.short(room), draw.short(other))
        for room, other in arrows
        if room != other and not {room, other} & draw.NOT_ROOMS
    }
