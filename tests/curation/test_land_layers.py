"""Land layers from upload to score: known, unknown, near, replaced, withdrawn, replayed."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from riskscore.curation import land_layers
from riskscore.engine.inputs.land_overlap import REACH_KM
from riskscore.engine.inputs.mapped_area import MappedArea
from riskscore.jobs import requests
from riskscore.models import (
    Edition,
    Footprint,
    Intake,
    Job,
    Land,
    LandLayer,
    Lens,
    Project,
    Score,
)
from riskscore.scoring import inputs, rescore, staleness
from riskscore.scoring.project_inputs import land_distances
from riskscore.sources.maps import BadMap, mapped_area
from tests.bundled import AS_OF
from tests.intake.files import take_in
from tests.make import make_method, make_place, make_project
from tests.maps.files import AMAZON, SQUARE, brazil, collection, geojson
from tests.sources.published import needs_published, published

pytestmark = pytest.mark.django_db

TRUE_SYSTEM = "+proj=poly +lat_0=0 +lon_0=-54 +ellps=aust_SA +towgs84=-66.87,4.37,-38.52"


@pytest.fixture
def lens(db: None) -> Lens:
    return Lens.objects.create(
        method_code=make_method().code, importer=make_place("WLD"), kept_current=True
    )


ABOUT = {
    "kind": "lands",
    "code": "test-lands",
    "name": "Test lands",
    "steward": "Nobody",
    "source": "https://example.org/lands",
    "mapped": "-74, -18, -44, 5.5",
}


def imported(content: bytes, file: str = "lands.geojson", **changes: Any) -> Intake:
    """What came of a file of a layer, taken in here and now."""
    options = {"licence": "CC0"}
    for option in ("mapping", "replace", "dry_run", "skip_bad", "repair"):
        if option in changes:
            options[option] = changes.pop(option)
    return take_in(content, "map-layers", file, layer={**ABOUT, **changes}, **options)


def load(content: bytes = b"", **changes: Any) -> LandLayer:
    done = imported(content or geojson(), **changes)
    assert done.state == Intake.State.SUCCEEDED, done.error
    found = done.land_layer or LandLayer.objects.order_by("-edition_id").first()
    assert found is not None
    return found


def draw(project: Project, content: bytes | None) -> None:
    drawn = None if content is None else land_layers.outline_of(project, content)
    land_layers.draw_outline(project, drawn, "https://example.org/plan")


def overlap(*projects: Project, edition: int | None = None) -> list[float]:
    pinned = inputs.Pinned(edition or land_distances.latest(), date(2026, 1, 1), "WLD")
    known = inputs.known_at(pinned)
    found = inputs.projects([p.pk for p in projects], known, pinned)
    return list(found.units.inputs["ind.overlap"])


def rescored() -> set[str]:
    return {key for job in Job.objects.all() for key in job.scope["keys"]}


def moved(before: int, after: int, column: str = "ind.overlap") -> set[str]:
    """Keys of the projects that a change of layers makes stale."""
    was, now = (inputs.Pinned(edition, date(2026, 1, 1), "WLD") for edition in (before, after))
    changes = staleness.changed(was, now, {column})
    return set(Project.objects.filter(id__in=changes.projects).values_list("key", flat=True))


def test_inside_the_mapped_area_absence_is_known_and_outside_nothing_is() -> None:
    on = make_project(latitude=-3.5, longitude=-59.5)
    beside = make_project(latitude=-3.5, longitude=-58.8)
    far = make_project(latitude=-12.0, longitude=-50.0)
    outside = make_project(latitude=40.0, longitude=10.0)
    everyone = (on, beside, far, outside)
    load()
    found = overlap(*everyone)
    assert found[0] == 0.0
    assert 15 < found[1] < 22
    assert found[2] == REACH_KM
    assert np.isnan(found[3])
    (position,) = land_distances.positions(beside)
    assert (position.layer, position.land, position.overlap) == ("Test lands", "Xipaya", 0.0)
    assert land_distances.positions(outside) == []


def test_a_layer_makes_stale_the_projects_whose_distance_it_changes_and_no_others(
    lens: Lens,
) -> None:
    on = make_project(latitude=-3.5, longitude=-59.5)
    far = make_project(latitude=-12.0, longitude=-50.0)
    make_project(latitude=40.0, longitude=10.0)
    make_project(latitude=-3.5, longitude=-59.5, state="draft")
    before = land_distances.latest()
    first = load()
    (job,) = Job.objects.all()
    assert job.edition_id == first.edition_id
    assert moved(before, first.edition_id) == {on.key, far.key}
    assert load().pk == first.pk, "the same file again changes nothing"
    assert Job.objects.count() == 1


def test_what_was_known_before_a_layer_stays_known_as_it_was() -> None:
    project = make_project(latitude=-3.5, longitude=-58.8)
    before = make_method().edition_id
    assert before
    first = load()
    moved = [[lon + 0.15, lat] for lon, lat in SQUARE]
    second = load(geojson(moved))
    third = land_layers.withdraw_layer(second)
    then, near, nearer, withdrawn = (
        overlap(project, edition=edition)[0]
        for edition in (before, first.edition_id, second.edition_id, third.edition_id)
    )
    assert np.isnan(then)
    assert near > nearer > 0
    assert np.isnan(withdrawn)
    assert land_distances.positions(project) == []


def test_withdrawing_a_layer_rescores_what_it_had_made_known(lens: Lens) -> None:
    project = make_project(latitude=-3.5, longitude=-59.5)
    one = load()
    Job.objects.all().delete()
    over = land_layers.withdraw_layer(one)
    assert Job.objects.get().edition_id == over.edition_id
    assert moved(one.edition_id, over.edition_id) == {project.key}


def test_layers_add_up_and_each_says_what_it_knows() -> None:
    project = make_project(latitude=-3.5, longitude=-58.8)
    load()
    load(geojson([[lon + 0.15, lat] for lon, lat in SQUARE]), code="nearer", name="Nearer lands")
    near, far = land_distances.positions(project)
    assert (near.layer, far.layer) == ("Nearer lands", "Test lands")
    assert overlap(project) == [near.km]


@pytest.mark.parametrize(
    "content", [b"nonsense", geojson([[lat, lon] for lon, lat in SQUARE]), geojson(SQUARE[:-1])]
)
def test_after_a_bad_file_nothing_is_written(content: bytes, lens: Lens) -> None:
    load()
    before = Edition.objects.count(), LandLayer.objects.count(), Job.objects.count()
    assert imported(content).state == Intake.State.FAILED
    assert (Edition.objects.count(), LandLayer.objects.count(), Job.objects.count()) == before


def test_a_drawn_outline_counts_in_place_of_the_radius_and_can_be_taken_back(lens: Lens) -> None:
    project = make_project(latitude=-3.5, longitude=-58.8)
    load()
    (disc,) = overlap(project)
    drawn = [[-58.9, -3.6], [-58.7, -3.6], [-58.7, -3.4], [-58.9, -3.4], [-58.9, -3.6]]
    version = Project.objects.get(pk=project.pk).input_version
    Job.objects.all().delete()
    draw(project, geojson(drawn))
    assert Project.objects.get(pk=project.pk).input_version == version + 1
    assert rescored() == {project.key}
    (outlined,) = overlap(project)
    assert outlined < disc - 5
    draw(project, None)
    assert overlap(project) == [disc]
    assert Footprint.objects.count() == 2


def test_an_outline_overlaps_by_its_share_of_area() -> None:
    project = make_project(latitude=-3.5, longitude=-59.0)
    load()
    drawn = [[-59.1, -3.6], [-58.9, -3.6], [-58.9, -3.4], [-59.1, -3.4], [-59.1, -3.6]]
    draw(project, geojson(drawn))
    (position,) = land_distances.positions(project)
    assert position.overlap == pytest.approx(0.5, abs=1e-3)
    assert overlap(project) == [0.0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (geojson([[lat, lon] for lon, lat in SQUARE]), "km from the project"),
        (geojson(SQUARE).replace(b'"features": [', b'"features": [null, '), "is no Feature"),
        (collection({"type": "Point", "coordinates": [-58.8, -3.5]}), "is a Point"),
    ],
)
def test_an_outline_that_is_none_of_the_project_is_refused(content: bytes, said: str) -> None:
    project = make_project(latitude=-3.5, longitude=-58.8)
    with pytest.raises(BadMap, match=said):
        draw(project, content)
    assert not Footprint.objects.exists()


def test_layers_lands_and_outlines_are_append_only() -> None:
    project = make_project(latitude=-3.5, longitude=-58.8)
    load()
    draw(project, geojson())
    for rows in (Land.objects.all(), LandLayer.objects.all(), Footprint.objects.all()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_a_layer_is_whole_or_withdrawn() -> None:
    with pytest.raises(IntegrityError, match="land_layer_is_whole_or_withdrawn"):
        LandLayer(code="x", edition=make_method().edition, mapped=None, lands_count=3).save()


@pytest.mark.parametrize("text", ["-74, -18, -44, 5.5", "-74 -18 -44 5.5"])
def test_a_mapped_area_is_four_numbers_or_geojson(text: str) -> None:
    drawn, boxed = mapped_area(geojson().decode()).polygon, mapped_area(text).polygon
    assert boxed is not None
    assert boxed.equals(AMAZON)
    assert drawn is not None
    assert drawn.area == pytest.approx(1.0)


def test_a_mapped_area_is_countries_or_nowhere() -> None:
    assert mapped_area("ARG, chl") == MappedArea(None, frozenset({"ARG", "CHL"}))
    assert not mapped_area(" ").tells_absence


@pytest.mark.parametrize("text", ["Brazil", "1 2 3", "-44 -18 -74 5", "0 0 nan 5", "0 0 1 91"])
def test_a_mapped_area_of_other_words_is_refused(text: str) -> None:
    with pytest.raises(BadMap, match="west, south, east, north"):
        mapped_area(text)


@needs_published
def test_the_brazilian_layer_with_its_wrong_projection_is_refused_and_with_the_true_one_scores(
    bundle: None,
) -> None:
    before = LandLayer.objects.count()
    assert "outside the mapped area" in imported(brazil(), "lands.zip").error
    assert before == LandLayer.objects.count()
    loaded = load(brazil(), system=TRUE_SYSTEM)
    assert loaded.lands_count == 398


@needs_published
def test_projects_in_the_amazon_become_assessed_by_the_map_of_its_lands(bundle: None) -> None:
    lens = requests.default_lens()
    inside = {"latitude__range": (-18.0, 5.5), "longitude__range": (-74.0, -44.0)}
    unknown = Score.objects.filter(lens=lens, indigenous=None)
    before = unknown.filter(**{f"project__{k}": v for k, v in inside.items()}).count()
    elsewhere = unknown.exclude(**{f"project__{k}": v for k, v in inside.items()}).count()
    assert before > 10
    load(published("data/brazil_amazon_indigenous_wgs84.geojson"))
    while rescore.drain():
        pass
    requests.start({"all": True}, as_of=AS_OF, apart=False)
    while rescore.drain():
        pass
    assert not unknown.filter(**{f"project__{k}": v for k, v in inside.items()}).exists()
    assert unknown.count() == elsewhere
