"""Layers of the bundle: whole, under their licences, loaded once, and left alone where replaced."""

import shutil
from pathlib import Path

import pytest
import shapely

from riskscore.bundle import layer_tables
from riskscore.bundle.fixture_rows import Locality
from riskscore.bundle.fixture_tables import read
from riskscore.bundle.layer_load import load_layers
from riskscore.bundle.layer_make import LAYER_FILES
from riskscore.bundle.weak_languages import weak_points
from riskscore.curation import land_layers
from riskscore.models import LandLayer
from riskscore.sources.bad_file import BadFile
from riskscore.sources.maps.layer_about import CODE, KINDS
from tests.curation.test_land_layers import imported
from tests.intake.test_map_layers import TABLE
from tests.make import make_place
from tests.sources.published import needs_published, published

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def test_each_layer_holds_the_rows_that_it_states_in_valid_shapes() -> None:
    shapes = layer_tables.shapes(FIXTURES)
    for layer in layer_tables.layers(FIXTURES):
        assert len(shapes[layer.code]) == layer.rows
        assert all(shapely.is_valid(shape.geometry) for shape in shapes[layer.code])
        assert {shape.geometry.geom_type == "Point" for shape in shapes[layer.code]} == {
            KINDS[layer.kind]
        }
        assert CODE.fullmatch(layer.code), "a newer edition must be able to take the same code"


def test_1799_communities_of_argentina_each_name_their_people() -> None:
    shapes = layer_tables.shapes(FIXTURES)["arg-inai"]
    assert len(shapes) == 1799
    assert sum(bool(shape.people) for shape in shapes) > 1790


def test_a_licence_that_the_copy_does_not_state_is_said_to_be_not_stated() -> None:
    (inai,) = (each for each in LAYER_FILES if each.code == "arg-inai")
    assert "the copy states no licence" in inai.licence


@needs_published
def test_3269_of_8291_languages_are_weak_the_atlas_has_3726_and_the_rest_is_left_out() -> None:
    content = published("data/lands/glottolog_5_1_languages_points.csv")
    atlas = {row.code for row in read(FIXTURES).localities if isinstance(row, Locality)}
    weak, kept = list(weak_points(content, atlas)), list(weak_points(content, set()))
    assert (len(weak), len(kept), content.count(b"\n") - 1) == (3269, 6995, 8291)
    names = {row.name for row in kept}
    assert not names & {"Japanese", "Spanish", "Standard Arabic", "Mandarin Chinese"}
    assert {"Bhili", "Saramaccan"} <= names


@pytest.mark.django_db
def test_layers_are_loaded_once_and_one_that_a_person_replaced_or_withdrew_is_left_alone() -> None:
    for code in ("ARG", "AUS", "CAN"):
        make_place(code)
    assert load_layers(FIXTURES) == 10
    assert load_layers(FIXTURES) == 0
    about = {"kind": "communities", "code": "arg-inai", "mapped": "ARG", "replace": True}
    assert imported(TABLE.encode(), "register.csv", **about).land_layer is not None
    land_layers.withdraw_layer(LandLayer.objects.get(code="aus-agil"))
    before = LandLayer.objects.count()
    assert load_layers(FIXTURES) == 0
    assert LandLayer.objects.count() == before


@pytest.mark.django_db
def test_a_layer_with_fewer_rows_than_stated_is_refused(tmp_path: Path) -> None:
    for file in ("layers.csv", "layer_points.csv.gz", "layer_areas.csv.gz"):
        shutil.copy(FIXTURES / file, tmp_path)
    text = (tmp_path / "layers.csv").read_text().replace(",1799\n", ",1800\n")
    (tmp_path / "layers.csv").write_text(text)
    with pytest.raises(BadFile, match="arg-inai has 1799 rows where 1800 are stated"):
        load_layers(tmp_path)


def test_a_bundle_without_layers_is_one() -> None:
    assert layer_tables.layers(FIXTURES / "methods") == []
