"""Land layers and outlines in admin: a file is loaded whole or refused in words, on the form."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from riskscore.models import Footprint, Job, LandLayer, Project
from tests.admin.conftest import url
from tests.maps.files import geojson, shapefile_parts, zipped


def around(project: Project) -> list[list[float]]:
    """A square kilometre or so around a project."""
    lon, lat = project.longitude, project.latitude
    return [
        [lon - 0.1, lat - 0.1], [lon + 0.1, lat - 0.1], [lon + 0.1, lat + 0.1],
        [lon - 0.1, lat + 0.1], [lon - 0.1, lat - 0.1],
    ]  # fmt: skip


def layer(content: bytes, **changes: str) -> dict[str, object]:
    return {
        "code": "test-lands",
        "name": "Lands of a test",
        "steward": "Nobody",
        "source": "https://example.org/lands",
        "licence": "CC0",
        "mapped_area": "-80, -60, -50, 0",
        "upload": SimpleUploadedFile("lands.zip", content),
        **changes,
    }


def test_a_loaded_layer_rescores_what_it_covers_and_stands_on_the_project(
    page: Client, project: Project
) -> None:
    assert "No loaded map of lands" in page.get(url("project", "change", project.pk)).text
    page.post(url("landlayer", "add"), layer(geojson(around(project))))
    row = LandLayer.objects.get()
    assert (row.lands_count, row.file, row.entered_by and row.entered_by.username) == (
        1, "lands.zip", "ada",
    )  # fmt: skip
    for job in Job.objects.filter(edition=row.edition):
        assert project.key in job.scope["keys"]
        assert job.queue == "bulk"
    text = page.get(url("project", "change", project.pk)).text
    assert "Lands of a test" in text
    assert "Xipaya" in text
    assert "100.0 %" in text


@pytest.mark.parametrize(
    ("content", "changes", "said"),
    [
        (b"nonsense", {}, "is not JSON"),
        (zipped({"../lands.shp": b""}), {}, "leaves the folder"),
        (zipped(shapefile_parts()), {"mapped_area": "0 0 1 1"}, "outside the mapped area"),
        (geojson(), {"mapped_area": "Brazil"}, "give west, south, east, north"),
        (geojson(), {"system": "EPSG:0"}, "is not understood"),
        (geojson(), {"named_by": "nation"}, "has no property"),
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
    assert not LandLayer.objects.exists()
    assert Job.objects.count() == jobs


def test_a_layer_can_be_withdrawn_and_not_changed(page: Client, project: Project) -> None:
    page.post(url("landlayer", "add"), layer(geojson(around(project))))
    row = LandLayer.objects.get()
    assert page.post(url("landlayer", "change", row.pk), {"name": "x"}).status_code == 403
    chosen = {"action": "withdraw_selected", "_selected_action": [row.pk]}
    assert "1 layers are withdrawn" in page.post(url("landlayer"), chosen, follow=True).text
    assert "0 layers are withdrawn" in page.post(url("landlayer"), chosen, follow=True).text
    assert LandLayer.objects.count() == 2
    assert "No loaded map of lands" in page.get(url("project", "change", project.pk)).text


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
