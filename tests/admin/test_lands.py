"""Land layers and outlines in admin: a file is loaded whole or refused in words, on the form."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from riskscore.models import Footprint, Intake, Job, LandLayer, Project
from tests.admin.conftest import act, url
from tests.intake.files import finish
from tests.maps.files import geojson, shapefile_parts, zipped
from tests.maps.test_mending import BOW_TIE, a_map, box, polygon


def around(project: Project) -> list[list[float]]:
    """A square kilometre or so around a project."""
    lon, lat = project.longitude, project.latitude
    return [
        [lon - 0.1, lat - 0.1], [lon + 0.1, lat - 0.1], [lon + 0.1, lat + 0.1],
        [lon - 0.1, lat + 0.1], [lon - 0.1, lat - 0.1],
    ]  # fmt: skip


def layer(content: bytes, **changes: str) -> dict[str, object]:
    return {
        "kind": "lands",
        "code": "test-lands",
        "name": "Lands of a test",
        "steward": "Nobody",
        "source": "https://example.org/lands",
        "licence": "CC0",
        "mapped_area": "-80, -60, -50, 0",
        "upload": SimpleUploadedFile("lands.zip", content),
        **changes,
    }


def load(page: Client, content: bytes) -> LandLayer:
    """Upload a layer, and let a worker do what waits."""
    shown = page.post(url("landlayer", "add"), layer(content), follow=True)
    assert "This part follows the file by itself." in shown.text
    done = finish(Intake.objects.latest("id"))
    assert done.land_layer is not None, done.error
    text = page.get(url("intake", "change", done.pk)).text
    assert url("landlayer", "change", done.land_layer.pk) in text
    return done.land_layer


def test_a_loaded_layer_rescores_what_it_covers_and_stands_on_the_project(
    page: Client, project: Project
) -> None:
    assert "No loaded map of lands" in page.get(url("project", "land", project.pk)).text
    row = load(page, geojson(around(project)))
    assert (row.lands_count, row.file, row.entered_by and row.entered_by.username) == (
        1, "lands.zip", "ada",
    )  # fmt: skip
    assert Job.objects.filter(edition=row.edition, scope__has_key="filter").count() == 3
    text = page.get(url("project", "land", project.pk)).text
    assert "Lands of a test" in text
    assert "Xipaya" in text
    assert "100.0 %" in text


@pytest.mark.parametrize(
    ("content", "changes", "said"),
    [
        (geojson(), {"mapped_area": ""}, "where a land that is not on the map is not there"),
        (geojson(), {"mapped_area": "QQQ"}, "no place has the code QQQ"),
        (geojson(), {"mapped_area": "Brazil"}, "give west, south, east, north"),
        (geojson(), {"system": "EPSG:0"}, "is not understood"),
        (geojson(), {"steward": ""}, "required"),
        (b"", {}, "empty"),
    ],
)
def test_a_layer_that_cannot_be_used_is_refused_on_the_form(
    page: Client, content: bytes, changes: dict[str, str], said: str
) -> None:
    jobs = Job.objects.count()
    response = page.post(url("landlayer", "add"), layer(content, **changes))
    assert response.status_code == 200
    assert said in response.text
    assert not Intake.objects.exists()
    assert Job.objects.count() == jobs


@pytest.mark.parametrize(
    ("content", "changes", "said"),
    [
        (b"nonsense", {}, "is not JSON"),
        (zipped({"../lands.shp": b""}), {}, "leaves the folder"),
        (zipped(shapefile_parts()), {"mapped_area": "0 0 1 1"}, "outside the mapped area"),
        (geojson(), {"named_by": "nation"}, "has no property"),
    ],
)
def test_a_file_of_a_layer_that_cannot_be_used_is_refused_on_its_page(
    page: Client, content: bytes, changes: dict[str, str], said: str
) -> None:
    layers = LandLayer.objects.count()
    page.post(url("landlayer", "add"), layer(content, **changes))
    done = finish(Intake.objects.latest("id"))
    assert said in page.get(url("intake", "change", done.pk)).text
    assert LandLayer.objects.count() == layers


def test_a_map_is_previewed_with_its_faults_by_name_mended_and_confirmed(page: Client) -> None:
    content = a_map(polygon(box(-60, -20)), BOW_TIE)
    page.post(url("landlayer", "add"), layer(content, dry_run="on"))
    seen = finish(Intake.objects.latest("id"))
    text = page.get(url("intake", "change", seen.pk)).text
    assert "“Land 2” is no valid polygon" in text
    assert "Preview it with shapes mended" in text
    page.post(reverse("admin:riskscore_landlayer_mended", args=[seen.pk]))
    mended = finish(Intake.objects.latest("id"))
    assert (mended.state, mended.added, mended.repair) == ("succeeded", 2, True)
    assert "Import it for good" in page.get(url("intake", "change", mended.pk)).text
    again = page.post(reverse("admin:riskscore_landlayer_mended", args=[seen.pk]), follow=True)
    assert "no longer kept" in again.text


def test_a_layer_can_be_withdrawn_and_not_changed(page: Client, project: Project) -> None:
    row = load(page, geojson(around(project)))
    layers = LandLayer.objects.count()
    assert page.post(url("landlayer", "change", row.pk), {"name": "x"}).status_code == 403
    assert "Withdrawn: 1 layer." in act(page, "landlayer", "withdraw_selected", row).text
    assert "Withdrawn: 0 layers." in act(page, "landlayer", "withdraw_selected", row).text
    assert LandLayer.objects.count() == layers + 1
    assert "No loaded map of lands" in page.get(url("project", "land", project.pk)).text


def test_an_outline_is_drawn_and_taken_back(page: Client, project: Project) -> None:
    drawn = {
        "project": str(project.pk),
        "geojson": geojson(around(project)).decode(),
        "source": "https://example.org/plan",
    }
    page.post(url("footprint", "add"), drawn)
    assert Footprint.objects.get().outline is not None
    assert Job.objects.filter(scope={"keys": [project.key]}, reason="outline").exists()
    page.post(url("footprint", "add"), {**drawn, "geojson": ""})
    assert Footprint.objects.latest("edition_id").outline is None
    wrong = {**drawn, "geojson": geojson().decode()}
    assert "km from the project" in page.post(url("footprint", "add"), wrong).text
    assert Footprint.objects.count() == 2


def test_the_page_of_a_project_names_its_nearest_community_and_the_area_that_is_not_title(
    page: Client,
) -> None:
    text = page.get(url("project", "land", Project.objects.get(key="busch-007").pk)).text
    assert "Comunidad Aborigen de Olaroz Chico" in text
    assert "8.8 km" in text
    assert "the copy states no licence" in text
    assert "Traditional areas, not title" in text
    layers = page.get(url("landlayer")).text
    assert "Indigenous communities of Argentina" in layers
    assert "registered communities, as points" in layers
