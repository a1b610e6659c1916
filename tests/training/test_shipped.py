"""The models that come with the bundle: sealed, champions from the first load, made again alike."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Q

from riskscore.bundle import fixture_tables
from riskscore.models import Edition, LearnedModel, LearnedSwitch
from riskscore.models.learned import in_force
from riskscore.scoring import inputs
from riskscore.sources.bad_file import BadFile
from riskscore.training import export, model_files, model_registry, run, shipped
from tests.bundled import AS_OF

FOLDER = settings.FIXTURES / "learned"
KINDS = ("disruption", "labour")


def latest() -> int:
    return Edition.objects.latest("number").number


@pytest.mark.parametrize("kind", KINDS)
def test_a_shipped_model_is_small_sealed_and_passes_the_gate(kind: str) -> None:
    files = model_files.read(FOLDER / kind)
    assert files.kind == kind
    assert len(files.artefact) < 1_000_000
    assert all(row["passed"] for row in files.card["gate"])
    for said in files.predictions:
        added = sum(part for _, part in said.contributions)
        assert said.mean + added == pytest.approx(said.probability, abs=1e-9)
        assert 0 <= said.low <= said.probability <= said.high <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_shipped_model_was_made_of_the_releases_that_are_shipped(kind: str) -> None:
    hashes = {row.code: row.sha256 for row in fixture_tables.read(settings.FIXTURES).releases}
    card = model_files.read(FOLDER / kind).card
    for used in card["data_releases"]:
        assert hashes[used["release"]] == used["sha256"], used["release"]


@pytest.mark.parametrize("name", [*model_files.FILES, model_files.SEAL])
def test_a_broken_seal_is_one_error_that_names_the_file(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "learned" / "labour"
    shutil.copytree(FOLDER / "labour", folder)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content.replace(b"6", b"7", 1))
    with pytest.raises(BadFile, match=rf"learned/labour/{name}: .*seal.*manage.py train"):
        model_files.read(folder)


def test_a_missing_file_breaks_the_seal_too(tmp_path: Path) -> None:
    folder = tmp_path / "learned" / "labour"
    shutil.copytree(FOLDER / "labour", folder)
    (folder / "card.md").unlink()
    with pytest.raises(BadFile, match="No such file"):
        model_files.read(folder)


def test_the_bundle_s_models_are_champions_and_say_who_decided(bundle: None) -> None:
    rows = LearnedModel.objects.filter(state=LearnedModel.State.CHAMPION).order_by("kind")
    assert [row.kind for row in rows] == list(KINDS)
    for row in rows:
        assert row.decided_by is None
        assert row.reason.startswith("the bundle: ")
        assert run.loaded(row).members


def test_loading_them_again_adds_nothing(bundle: None) -> None:
    assert shipped.load(FOLDER) == 0


def test_where_somebody_has_decided_a_shipped_model_is_a_candidate(
    bundle: None, tmp_path: Path
) -> None:
    shutil.copytree(FOLDER / "labour", tmp_path / "labour")
    file = tmp_path / "labour" / model_files.ARTEFACT
    file.write_bytes(file.read_bytes() + b" ")
    contents = {name: (tmp_path / "labour" / name).read_bytes() for name in model_files.FILES}
    seal = model_files.seal_of({"kind": "labour"}, contents)
    (tmp_path / "labour" / model_files.SEAL).write_text(json.dumps(seal))
    assert shipped.load(tmp_path) == 1
    assert LearnedModel.objects.get(kind="labour", version=2).state == LearnedModel.State.CANDIDATE


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_loaded_is_written_again_byte_for_byte(
    bundle: None, tmp_path: Path, kind: str
) -> None:
    export.write(LearnedModel.objects.get(kind=kind), predictions=tmp_path)
    for name in (*model_files.FILES, model_files.SEAL):
        assert (tmp_path / kind / name).read_bytes() == (FOLDER / kind / name).read_bytes(), name


def figures(card: dict[str, Any]) -> dict[str, Any]:
    """What a card says of the model; when and by which code it was made is another matter."""
    other = ("trained_on", "code_version", "scikit_learn")
    return {name: part for name, part in card.items() if name not in other}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_training_from_the_bundle_gives_the_shipped_figures(bundle: None, kind: str) -> None:
    again, stored = run.train(kind), LearnedModel.objects.get(kind=kind, version=1)
    assert figures(json.loads(json.dumps(again.card))) == figures(stored.card)
    values = ("place", "mineral", "probability", "low", "high", "mean", "contributions")
    first, second = (
        list(model.predictions.order_by("place", "mineral").values_list(*values))
        for model in (stored, again)
    )
    assert first == second


def known(edition: int) -> set[str]:
    inputs.known_at.cache_clear()
    tables = inputs.known_at(inputs.Pinned(edition, AS_OF, "WLD")).tables
    inputs.known_at.cache_clear()
    return {"geo.disruption", "lab.predicted"} & tables.keys()


def test_the_switch_turns_learned_models_off_and_on_and_changes_no_earlier_score(
    bundle: None, capsys: pytest.CaptureFixture[str]
) -> None:
    before = latest()
    call_command("learned", "off", "--reason", "a doubt")
    off = latest()
    call_command("learned", "on")
    assert known(before) == known(latest()) == {"geo.disruption", "lab.predicted"}
    assert known(off) == set()
    assert in_force(off) == []
    assert [row.on for row in LearnedSwitch.objects.order_by("edition_id")] == [False, True]
    assert LearnedModel.objects.filter(~Q(champion_until=None)).count() == 0
    assert (
        f"learned models are off from edition {off} (disruption v1, labour v1)"
        in capsys.readouterr().out
    )


def test_turning_it_to_where_it_stands_records_nothing(bundle: None) -> None:
    before = latest()
    assert model_registry.turn(on=True, by=None, reason="") is None
    assert latest() == before
