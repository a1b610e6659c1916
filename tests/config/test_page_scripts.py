"""The script of menus: pinned, whole or not at all, and never in the way."""

import tarfile
from pathlib import Path

import pytest

from riskscore.config import packaged_files, page_scripts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "static"
    monkeypatch.setattr(page_scripts, "FOLDER", place)
    return place


def npm_that_gives(content: bytes, folder: Path) -> str:
    """A command of this machine that packs a file as npm would, and nothing else."""
    script = folder / "script.js"
    script.write_bytes(content)
    with tarfile.open(folder / "packed.tgz", "w:gz") as packed:
        packed.add(script, page_scripts.MEMBER)
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\ncp {folder / 'packed.tgz'} .\n")
    npm.chmod(0o755)
    return str(npm)


def test_a_file_of_another_hash_is_refused_and_nothing_is_written(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = npm_that_gives(b"alert(1)", tmp_path)
    monkeypatch.setattr("shutil.which", lambda _name: npm)
    with pytest.raises(RuntimeError, match="not the file that was pinned"):
        page_scripts.fetch()
    assert not folder.exists()


def test_without_npm_and_without_a_way_out_the_set_up_goes_on_and_says_what_rests(
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = tmp_path / "npm"
    broken.write_text("#!/bin/sh\necho 'npm error network is unreachable' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda _name: str(broken))
    assert page_scripts.main() == 0
    text = capsys.readouterr().err
    assert "network is unreachable" in text
    assert "python -m riskscore.config.page_scripts" in text
    assert packaged_files.fetched() == []


def test_what_is_here_is_not_asked_for_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "alpinejs").mkdir(parents=True)
    (folder / page_scripts.NAME).write_text("script")
    (folder / f"{page_scripts.NAME}.from").write_text(page_scripts.PACKAGE)
    monkeypatch.setattr(page_scripts, "fetch", pytest.fail)
    assert page_scripts.main() == 0
    assert packaged_files.fetched() == [folder]


def test_a_script_of_another_version_is_fetched_anew(folder: Path) -> None:
    (folder / "alpinejs").mkdir(parents=True)
    (folder / page_scripts.NAME).write_text("script")
    (folder / f"{page_scripts.NAME}.from").write_text("@alpinejs/csp@3.15.0")
    assert not page_scripts.is_here()
