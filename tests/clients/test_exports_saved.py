"""Files of many rows, by the Python client: waited for, saved whole or not at all."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import riskscore_client as rc
from riskscore_client import Riskscore

from tests.clients.conftest import of

pytestmark = pytest.mark.django_db  # the live server has a copy of what is loaded there


def test_an_export_is_waited_for_and_saved_with_every_row(
    riskscore: Riskscore, tmp_path: Path
) -> None:
    export = riskscore.export("projects", "ndjson", filter={"place": ["CHL"]}).wait(300)
    saved = export.save(tmp_path / "chile.ndjson")
    *rows, end = [json.loads(line) for line in saved.read_text().splitlines()]
    assert end["rows"] == len(rows) == export.record["rows"]
    assert {row["place"] for row in rows} == {"CHL"}
    assert [each.name for each in tmp_path.iterdir()] == ["chile.ndjson"]
    export.delete()
    assert export.refresh().record["deleted_at"]
    with pytest.raises(rc.Problem):
        export.save(tmp_path / "again")
    assert [each.name for each in tmp_path.iterdir()] == ["chile.ndjson"]


def made(**changes: Any) -> tuple[int, dict[str, str], str]:
    record = {"id": "1", "state": "succeeded", "error": "", "sha256": "", **changes}
    return (200, {}, json.dumps(record))


def test_what_is_not_whole_replaces_nothing(scripted: Any, tmp_path: Path) -> None:
    target = tmp_path / "scores.csv"
    target.write_text("before")
    whole = hashlib.sha256(b"a,b\n").hexdigest()
    scripted.script[:] = [made(sha256=whole), (200, {}, "a,"), (200, {}, "a,b\n")]
    with of(scripted) as riskscore:
        export = riskscore.export("scores", "csv")
        with pytest.raises(rc.CutShort, match="did not arrive whole"):
            export.save(target)
        assert target.read_text() == "before"
        assert export.save(target).read_text() == "a,b\n"
    assert [each.name for each in tmp_path.iterdir()] == ["scores.csv"]


def test_an_export_that_fails_or_takes_too_long_is_an_error(
    scripted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskscore_client.exports.PAUSE_S", 0.01)
    scripted.script[:] = [made(state="queued"), made(state="failed", error="no room left")]
    with of(scripted) as riskscore, pytest.raises(rc.JobFailed, match="failed: no room left"):
        riskscore.export().wait()
    scripted.script[:] = [made(state="queued"), *[made(state="running")] * 50]
    with of(scripted) as riskscore, pytest.raises(rc.NotInTime, match=r"running after 0\.1 s"):
        riskscore.export().wait(0.1)
    assert scripted.asked[1][1] == "/api/v1/exports/1?wait=25"


def test_a_file_that_cannot_be_written_is_named_with_the_remedy(
    scripted: Any, tmp_path: Path
) -> None:
    (tmp_path / "taken").mkdir()
    whole = made(sha256=hashlib.sha256(b"a").hexdigest())
    for target in ("none/scores.csv", "taken", "x" * 300):
        scripted.script[:] = [whole, (200, {}, "a")]
        with of(scripted) as riskscore, pytest.raises(rc.FileTrouble) as refused:
            riskscore.export("scores", "csv").save(tmp_path / target)
        assert str(refused.value).startswith(f"{tmp_path / target}: ")
        assert "a folder that is there" in str(refused.value)
        assert [each.name for each in tmp_path.iterdir()] == ["taken"]


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_sent(
    scripted: Any, tmp_path: Path
) -> None:
    scripted.script[:] = []
    with of(scripted) as riskscore:
        for file in (tmp_path / "none.csv", tmp_path):
            with pytest.raises(rc.FileTrouble, match=r"Name a file that you may read") as refused:
                riskscore.import_file(file, "projects")
            assert str(file) in str(refused.value)
