"""The command `riskscore` against the live server."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from riskscore_client.command import output

from tests.clients.conftest import Live
from tests.processes import PATIENCE

pytestmark = pytest.mark.django_db  # the live server has a copy of what is loaded there


def riskscore(
    live: Live, *words: str, typed: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "riskscore_client", *words],
        env=live.environment(**env),
        input=typed,
        capture_output=True,
        text=True,
        timeout=60 * PATIENCE,
        check=False,
    )


def printed(live: Live, *words: str) -> str:
    done = riskscore(live, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_riskiest_lithium_projects_of_latin_america(live: Live) -> None:
    words = ("scores", "--mineral", "lithium", "--region", "latin-america")
    table = printed(live, *words).splitlines()
    assert table[0].split()[:5] == ["rank", "key", "project", "place", "composite"]
    assert len(table) == 21
    rows = json.loads(printed(live, *words, "--limit", "0", "--json"))
    assert len(rows) > 40
    assert {row["place"] for row in rows} <= {"ARG", "BOL", "BRA", "CHL", "MEX", "PER"}
    assert table[1].split()[1] == rows[0]["key"]


def test_csv_can_be_read_by_programs(live: Live) -> None:
    text = printed(live, "projects", "--limit", "3", "--fields", "key,minerals,name", "--csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [list(row) for row in rows] == [["key", "minerals", "name"]] * 3


def test_what_japan_could_do_about_lithium(live: Live) -> None:
    words = ("sourcing", "--buyer", "JPN", "--mineral", "lithium", "--region", "latin-america")
    table = printed(live, *words)
    assert "JPN, lithium, 2024: 63% of 55,250 t come from CHN, HHI 0.44" in table
    assert "10 of 50 projects" in table
    rows = list(csv.DictReader(io.StringIO(printed(live, *words, "--csv", "--limit", "4"))))
    assert [row["verdict"] for row in rows] == ["diversifying"] * 4
    both = json.loads(printed(live, *words, "--json", "--limit", "1"))
    assert both["dependence"][0]["largest"]["place"] == "CHN"
    assert len(both["shortlist"]["items"]) == 1


def test_one_score_by_dimension(live: Live) -> None:
    words = printed(live, "score", "icmm-00026")
    assert words.startswith("Pato, Colombia (icmm-00026): ")
    assert "not assessed" in words


def test_rescoring_is_waited_for(live: Live) -> None:
    done = riskscore(
        live, "rescore", "--mineral", "lithium", "--region", "lithium-triangle", "--wait", "--json"
    )
    assert done.returncode == 0, done.stderr
    job = json.loads(done.stdout)
    assert job["state"] == "succeeded"
    assert set(job["scope"]["filter"]["place"]) == {"ARG", "BOL", "CHL"}
    assert f"job {job['id']}" in done.stderr
    assert "100 %" in done.stderr
    assert printed(live, "job", job["id"], "--errors", "--json").strip() == "[]"


def test_one_that_takes_too_long_goes_on_and_its_number_is_known(live: Live) -> None:
    done = riskscore(live, "rescore", "--importer", "KOR", "--wait", "--timeout", "0")
    assert done.returncode == 7
    number = done.stderr.split()[1]
    assert "It goes on." in done.stderr
    assert json.loads(printed(live, "job", number, "--json"))["id"] == number


@pytest.mark.parametrize(
    ("words", "env", "code", "remedy"),
    [
        (("scores", "--mineral", "litium"), {}, 1, "did you mean 'lithium'?"),
        (("scores", "--importer", "NZL"), {}, 4, "riskscore rescore --importer"),
        (("scores", "--region", "atlantis"), {}, 4, "`riskscore regions` lists them"),
        (("score", "nowhere"), {}, 4, "request"),
        (("scores",), {"RISKSCORE_KEY": "rs_00000000_no"}, 3, "`riskscore login`"),
        (("scores",), {"RISKSCORE_KEY": "", "HOME": "/nonexistent"}, 3, "`riskscore login`"),
        (("scores",), {"RISKSCORE_KEY": "", "RISKSCORE_KEY_FILE": "/dev"}, 2, "`riskscore login`"),
        (("scores",), {"RISKSCORE_URL": "http://risk.example"}, 1, "https"),
        (("import", "/none/x.csv", "--source", "wgi"), {}, 2, "/none/x.csv: No such file"),
        (("import", "/dev", "--source", "wgi"), {}, 2, "a file that you may read"),
    ],
)
def test_what_goes_wrong_is_one_line_with_the_remedy(
    live: Live, words: tuple[str, ...], env: dict[str, str], code: int, remedy: str
) -> None:
    done = riskscore(live, *words, **env)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("riskscore: ")
    assert remedy in line


def test_a_file_is_previewed_then_loaded_and_what_is_wrong_is_said(
    live: Live, tmp_path: Path
) -> None:
    header = "key,name,place,latitude,longitude,kind,minerals\n"
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(f"{header}mine-9001,New Pit,CHL,-23.4,-68.2,deposit,copper\n")
    bad.write_text(f"{header}mine-9002,Bad,CHL,abc,-68.2,deposit,lithium\n")
    words = ("import", str(good), "--source", "projects", "--json")
    shown = json.loads(printed(live, *words))
    assert (shown["dry_run"], shown["added"], shown["state"]) == (True, 1, "succeeded")
    assert riskscore(live, "score", "mine-9001").returncode == 4
    loaded = json.loads(printed(live, *words, "--confirm"))
    assert (loaded["dry_run"], loaded["state"]) == (False, "succeeded")
    found = printed(live, "projects", "--q", "New Pit", "--csv")
    assert "mine-9001" in found
    done = riskscore(live, "import", str(bad), "--source", "projects")
    assert done.returncode == 6
    assert "line 2" in done.stderr


def test_what_is_not_understood_ends_with_2(live: Live) -> None:
    for words in ((), ("scores", "--limit", "-1"), ("scores", "--json", "--csv"), ("sourcing",)):
        assert riskscore(live, *words).returncode == 2


def test_a_key_is_kept_where_only_its_owner_reads_it(live: Live, tmp_path: Path) -> None:
    home = {"RISKSCORE_KEY": "", "XDG_CONFIG_HOME": str(tmp_path)}
    assert riskscore(live, "login", typed="rs_00000000_no\n", **home).returncode == 3
    assert not list(tmp_path.rglob("*"))
    done = riskscore(live, "login", typed=f"{live.key}\n", **home)
    assert done.returncode == 0, done.stderr
    assert live.key not in done.stdout + done.stderr
    kept = tmp_path / "riskscore/key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert riskscore(live, "regions", **home).returncode == 0
    kept.chmod(0o640)
    done = riskscore(live, "regions", **home)
    assert done.returncode == 3
    assert f"Run `chmod 600 {kept}`" in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(live: Live) -> None:
    line = f"{sys.executable} -m riskscore_client scores --limit 0 --json | head -1"
    done = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {line}"],
        env=live.environment(),
        capture_output=True,
        text=True,
        timeout=60 * PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_name_moves_no_cursor_and_runs_in_no_spreadsheet(
    capsys: pytest.CaptureFixture[str],
) -> None:

    rows = [{"name": "=1+1\x1b[2J", "n": None}]
    output.as_table(rows, {"name": "name", "n": "n"})
    output.as_csv([{"name": "=1+1", "n": -1}], ["name", "n"])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "'=1+1,-1" in shown


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal")
def test_a_terminal_sees_a_bar(live: Live) -> None:
    line = f"{sys.executable} -m riskscore_client rescore --keys icmm-00026 --wait"
    done = subprocess.run(
        ["/usr/bin/script", "-qec", line, "/dev/null"],
        env=live.environment(TERM="xterm", COLUMNS="100"),
        capture_output=True,
        text=True,
        timeout=60 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "━" in done.stdout
    assert "100%" in done.stdout
