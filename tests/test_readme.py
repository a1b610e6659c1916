"""The README is true: what it shows is run, what it lists exists."""

import csv
import re
import shlex
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
        user = User.objects.create_user("reader")
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


def test_every_file_in_the_tree_exists() -> None:
    tree = README.split("```\nriskscore/\n")[1].split("```")[0]
    for line in tree.splitlines():
        inside = "riskscore/" if line.startswith(" ") else ""
        for name in re.findall(r"^\s*((?:[\w/]+(?:\.py|/)\s+)+)", line + " "):
            for path in name.split():
                assert (ROOT / inside / path).exists(), path


def test_the_table_of_packages_is_the_list_of_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[\[><=]", line)[0].lower() for line in project["dependencies"]}
    table = README.split("## Packages")[1]
    listed = {
        name
        for row in re.findall(r"^\| ([a-z, -]+) \|", table, re.MULTILINE)
        for name in row.split(", ")
    }
    assert listed - {"package"} == needed


def test_the_table_of_sources_is_the_list_of_releases() -> None:
    table = README.split("## Where the data come from")[1].split("##")[0]
    with (settings.FIXTURES / "releases.csv").open() as file:
        releases = list(csv.DictReader(file))
    for release in releases:
        cells = (release[name] for name in ("publisher", "title", "edition", "licence"))
        assert f"| {' | '.join(cells)} |" in table


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


def test_every_word_in_the_commands_is_a_make_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"`?make (\w+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_no_line_names_a_folder_of_somebody_s_machine() -> None:
    for word in shlex.split(README.replace("'", " ").replace('"', " ").replace("`", " ")):
        assert not word.startswith(("/home/", "/work/", "/root/")), word
