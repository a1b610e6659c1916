"""The README is true: what it shows is run, what it lists exists."""

import csv
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from pytest_django.plugin import DjangoDbBlocker

from riskscore import api_keys
from riskscore.jobs import requests
from riskscore.models import ApiKey, Job
from riskscore.serving import score_summaries
from tests.bundled import NAME
from tests.databases import connected_to
from tests.processes import ROOT, database_url, environment, until

README = (ROOT / "README.md").read_text()
CURLS = re.findall(r"^curl .*$", README, re.MULTILINE)


@pytest.fixture(scope="module")
def served(bundle_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, str]]:
    """Serve the scored bundle by gunicorn; give the port and an API key."""
    with django_db_blocker.unblock(), connected_to(NAME):
        user = User.objects.create_superuser("reader")
        key = api_keys.issue(user, "readme", [ApiKey.Scope.READ, ApiKey.Scope.RESCORE])
        env = environment(DATABASE_URL=database_url())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    options = ["--no-control-socket", f"--bind=127.0.0.1:{port}"]
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "riskscore.wsgi:application", *options],
        cwd=ROOT,
        env=env,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: answers(port), "gunicorn answers")
        yield {"port": port, "KEY": key}
    finally:
        web.terminate()
        web.wait(30)
        with django_db_blocker.unblock(), connected_to(NAME):
            for job in Job.objects.exclude(state__in=Job.TERMINAL):
                requests.cancel(job.id)


def answers(port: str) -> bool:
    return run(f"curl -s http://localhost:{port}/livez", {}).returncode == 0


def run(line: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", "-c", line],
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_there_are_five_requests() -> None:
    assert len(CURLS) == 5


@pytest.mark.parametrize("line", CURLS)
def test_a_request_works_as_printed(line: str, served: dict[str, str]) -> None:
    status = r" -w '\n%{http_code}'"
    there = line.replace("localhost:8000", f"localhost:{served['port']}")
    done = run(there + status, {"KEY": served["KEY"]})
    body, code = done.stdout.rsplit("\n", 1)
    assert code in ("200", "202"), body
    assert len(body) > 100


def rooms() -> dict[str, str]:
    """What the README's tree lists: the words of each line by the path that it is about."""
    found: dict[str, str] = {}
    above = {0: ""}
    for line in README.split("## The house")[1].split("```")[1].splitlines()[1:]:
        indent = len(line) - len(line.lstrip())
        ((names, words),) = re.findall(r"^((?:[\w.]+(?:/|\.py) +)+)(.*)", line.strip() + " ")
        for name in names.split():
            found[above[indent] + name] = words.strip()
            above[indent + 2] = above[indent] + name
    return found


def test_every_path_in_the_tree_exists() -> None:
    assert len(rooms()) > 40
    for path in rooms():
        assert (ROOT / path).exists(), path


def test_every_folder_of_code_stands_in_the_tree() -> None:
    for first in (ROOT / "riskscore").glob("**/__init__.py"):
        folder = first.parent.relative_to(ROOT)
        if folder.name not in ("commands", "en"):  # names that Django asks for
            assert f"{folder}/" in rooms(), folder


def test_a_line_of_the_tree_fits_a_screen() -> None:
    for path, words in rooms().items():
        assert len(words) <= 90, path


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        ("write score rows", "score rows"),
        ("API keys.*hashed", "hash"),
        ("chunk size", "chunk_size"),
        ("lease expiry", "expired lease|lease expiry"),
        ("dead letter", "dead.letter"),
        ("import risk", "import risk"),
        ("not assessed", "not assessed"),
        ("disruption label", "disruption"),
        ("model registry", "model_registry"),
        ("CSV row error", "(wrong|fault).* row"),
        ("ISO 3166", "ISO 3166"),
        ("rate limit", "rate limit"),
        ("202, Location", "location"),
        ("trigger.*project's mineral", "(?s)trigger.*projectmineral|projectmineral.*trigger"),
    ],
)
def test_a_newcomer_finds_it_in_two_guesses(tree: str, code: str) -> None:
    """The tree's words lead to at most two rooms; there a search finds the trade's word."""
    there = [path for path, words in rooms().items() if re.search(tree, words, re.IGNORECASE)]
    assert 1 <= len(there) <= 2, there
    files = [file for path in there for file in [ROOT / path, *(ROOT / path).rglob("*")]]
    texts = (f"{file}\n{file.read_text()}" for file in files if file.suffix in (".py", ".sql"))
    assert any(re.search(code, text, re.IGNORECASE) for text in texts), there


def test_the_page_of_packages_is_the_list_of_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[\[><=]", line)[0].lower() for line in project["dependencies"]}
    page = (ROOT / "docs/packages.md").read_text()
    listed = {
        name
        for row in re.findall(r"^\| ([a-z, -]+) \|", page, re.MULTILINE)
        for name in row.split(", ")
    }
    assert listed - {"package"} == needed


def test_the_page_of_data_is_the_list_of_releases() -> None:
    page = (ROOT / "docs/data.md").read_text()
    with (settings.FIXTURES / "releases.csv").open() as file:
        releases = list(csv.DictReader(file))
    for release in releases:
        cells = (release[name] for name in ("publisher", "title", "edition", "licence"))
        assert f"| {' | '.join(cells)} |" in page


def test_the_counts_of_the_output_are_what_the_bundle_gives(bundle: None) -> None:
    lens = requests.default_lens()
    output = README.split("`make demo` prints")[1].split("![")[0]
    for band, count in score_summaries.bands(lens).items():
        assert re.search(rf"{band.label}\s+{count:,}\b", output), band
    share = score_summaries.country_share(lens)
    assert share is not None
    assert f"explained by country alone: {share:.0%}" in output
    ties = score_summaries.sharing(lens)
    assert f"{ties.sharing:,} of {ties.assessed:,} assessed projects" in output
