"""Rules that the database holds by itself, whoever writes."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from riskscore.models import (
    Edition,
    Evidence,
    Method,
    Mineral,
    Observation,
    Place,
    Project,
    Release,
    Source,
)
from riskscore.releases.editions import next_edition
from tests.make import make_method, make_mineral, make_place, make_project

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 1, 1)


def version_of(project: Project) -> int:
    return Project.objects.values_list("input_version", flat=True).get(id=project.id)


def make_release() -> Release:
    source = Source.objects.create(code="s", publisher="p", title="t")
    return Release.objects.create(
        code="s-1",
        source=source,
        published_edition="1",
        licence="CC0",
        redistributable=True,
        file="f",
        sha256="0" * 64,
        rows=1,
        edition=next_edition("release"),
    )


def test_the_input_version_rises_when_a_score_could_change() -> None:
    project = make_project()
    before = version_of(project)
    project.latitude = -30.0
    project.save()
    assert version_of(project) == before + 1


def test_renaming_a_project_does_not_raise_the_input_version() -> None:
    project = make_project()
    before = version_of(project)
    project.name = "Another name"
    project.save()
    assert version_of(project) == before


def test_an_old_copy_saved_late_never_lowers_the_input_version() -> None:
    project = make_project()
    old = Project.objects.get(id=project.id)
    for latitude in (-30.0, -31.0):
        Project.objects.filter(id=project.id).update(latitude=latitude)
    before = version_of(project)
    old.save()
    assert version_of(project) == before + 1


def test_adding_or_removing_a_mineral_raises_the_input_version() -> None:
    project = make_project()
    before = version_of(project)
    project.minerals.all().delete()
    assert version_of(project) == before + 1


def test_evidence_raises_the_input_version_and_cannot_be_changed() -> None:
    project = make_project()
    before = version_of(project)
    evidence = Evidence.objects.create(
        project=project,
        kind="strike",
        happened_on=DAY,
        url="https://example.org",
        edition=next_edition("e"),
    )
    assert version_of(project) == before + 1
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Evidence.objects.filter(id=evidence.id).update(severity=0.1)


def test_consent_without_a_stage_is_refused() -> None:
    with pytest.raises(IntegrityError, match="evidence_level_is_given"):
        Evidence.objects.create(
            project=make_project(),
            kind="consent",
            happened_on=DAY,
            url="https://example.org",
            edition=next_edition("e"),
        )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e309])
def test_an_observation_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(IntegrityError, match="observation_value_is_finite"):
        Observation.objects.create(
            release=make_release(), indicator="wgi.law", place=make_place(), year=2023, value=value
        )


def test_the_same_observation_is_not_stored_twice() -> None:
    row = {
        "release": make_release(),
        "indicator": "wgi.law",
        "place": make_place(),
        "year": 2023,
        "value": 1.0,
    }
    Observation.objects.create(**row)
    with pytest.raises(IntegrityError, match="observation_once_per_release"):
        Observation.objects.create(**row)


def test_an_observation_names_only_what_exists() -> None:
    release = make_release()
    for column in ("place_id", "importer_id", "mineral_id"):
        with pytest.raises(IntegrityError, match="that does not exist: QQQ"), transaction.atomic():
            Observation.objects.create(
                release=release, indicator="wgi.law", year=2023, value=1.0, **{column: "QQQ"}
            )


def test_a_place_or_mineral_that_an_observation_names_is_neither_deleted_nor_renamed() -> None:
    place, mineral, importer = make_place("CHL"), make_mineral("copper"), make_place("JPN")
    Observation.objects.create(
        release=make_release(),
        indicator="baci.import_value",
        place=place,
        mineral=mineral,
        importer=importer,
        year=2023,
        value=1.0,
    )
    for rows in (Place.objects.filter(code="CHL"), Place.objects.filter(code="JPN")):
        with pytest.raises(IntegrityError, match="observations name it"), transaction.atomic():
            rows._raw_delete(rows.db)
        with pytest.raises(IntegrityError, match="observations name it"), transaction.atomic():
            rows.update(code="QQQ")
    minerals = Mineral.objects.filter(code="copper")
    with pytest.raises(IntegrityError, match="observations name it"), transaction.atomic():
        minerals._raw_delete(minerals.db)
    make_place("BOL")
    Place.objects.filter(code="BOL").delete()


def test_observations_and_releases_are_append_only() -> None:
    release = make_release()
    Observation.objects.create(
        release=release, indicator="wgi.law", place=make_place(), year=2023, value=1.0
    )
    for rows in (Observation.objects.all(), Release.objects.all(), Edition.objects.all()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_a_published_method_never_changes() -> None:
    method = make_method()
    with pytest.raises(IntegrityError, match="is published and cannot change"):
        Method.objects.filter(id=method.id).update(spec={"code": "other"})


def test_a_published_method_may_retire() -> None:
    method = make_method()
    Method.objects.filter(id=method.id).update(state=Method.State.RETIRED)
    method.refresh_from_db()
    assert method.state == Method.State.RETIRED


def test_a_project_has_one_primary_mineral() -> None:
    project = make_project()
    with pytest.raises(IntegrityError, match="project_one_primary"):
        project.minerals.create(
            mineral_id=make_project(mineral="cobalt").minerals.get().mineral_id, role="primary"
        )


def test_editions_rise_by_one() -> None:
    assert [next_edition("a").number, next_edition("b").number] == [1, 2]
