"""Logs are private, kept, and bounded."""

import os
import resource
from pathlib import Path

import pytest

from riskscore.serving import log_files


def test_a_log_is_its_owner_s_alone_even_if_it_was_not_before(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_text("old\n")
    path.chmod(0o644)
    with os.fdopen(log_files.open_to_append(path), "wb") as log:
        log.write(b"new\n")
    assert path.read_text() == "old\nnew\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_large_log_is_put_away_while_it_is_written_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "LARGEST", 100)
    path = tmp_path / "worker.log"
    with os.fdopen(log_files.open_to_append(path), "wb", buffering=0) as log:
        for turn in range(8):
            log.write(f"{turn:03}\n".encode() * 30)
            log_files.rotate(tmp_path)
        log.write(b"last\n")
    assert path.read_text() == "last\n"
    kept = sorted(each.name for each in tmp_path.iterdir())
    assert kept == ["worker.log", *(f"worker.log.{n}" for n in range(1, log_files.KEPT + 1))]
    assert (tmp_path / "worker.log.1").read_text() == "007\n" * 30
    assert (tmp_path / f"worker.log.{log_files.KEPT}").read_text() == "003\n" * 30
    assert all((tmp_path / name).stat().st_mode & 0o077 == 0 for name in kept)


def test_a_disk_without_room_loses_no_log_that_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    path.write_bytes(b"x" * (log_files.LARGEST + 1))
    (tmp_path / "worker.log.1").write_bytes(b"older\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log_files.LARGEST, hard))  # one byte less than it
    try:
        for _ in range(log_files.KEPT + 1):
            log_files.rotate(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {each.name for each in tmp_path.iterdir()} == {"worker.log", "worker.log.1"}
    log_files.rotate(tmp_path)
    assert (tmp_path / "worker.log.2").read_bytes() == b"older\n"
    assert path.stat().st_size == 0


def test_the_last_words_are_those_of_this_start(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_bytes(b"an older error\n")
    since = path.stat().st_size
    assert log_files.last_words(path, since) == ""
    with path.open("ab") as log:
        log.write(b'{"level": "error", "message": "no module\\nof this name"}\n')
    assert log_files.last_words(path, since) == "no module"
