"""Communities, areas and weak languages of the bundle: whom they are near, and what is known."""

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from riskscore.models import CommunityDistance, LandLayer, Project
from riskscore.scoring import inputs
from riskscore.scoring.project_inputs import kept_communities, land_distances, map_distances

pytestmark = pytest.mark.django_db
NEW = ("ind.language_weak", "ind.area", "ind.community")
#: Beyond this distance a language says nothing, as in the method.
LANGUAGE_KM = 150.0


class Known:
    """Which of the scored projects have a value, by indicator; their countries."""

    def __init__(self) -> None:
        pinned = inputs.Pinned(land_distances.latest(), date(2026, 11, 1), "WLD")
        scored = Project.objects.filter(minerals__isnull=False).order_by("id").distinct()
        ids = list(scored.values_list("id", flat=True))
        found = inputs.projects(ids, inputs.known_at(pinned), pinned)
        self.place = np.array(inputs.axes_of(pinned).places)[found.units.place]
        self.read = {key: ~np.isnan(km) for key, km in found.units.inputs.items()}

    def any_of(self, *keys: str) -> npt.NDArray[np.bool_]:
        return np.asarray(np.logical_or.reduce([self.read[key] for key in keys]), np.bool_)


@pytest.fixture
def known(bundle: None) -> Known:
    return Known()


def nearest(key: str) -> tuple[str, str, float]:
    """Name, people and km of the nearest registered community."""
    first = kept_communities.of_projects([key])[0]
    return first.name, first.people, round(first.km, 1)


def test_olaroz_lies_9_km_from_its_nearest_community_by_name(bundle: None) -> None:
    assert nearest("busch-007") == ("Comunidad Aborigen de Olaroz Chico", "Atacama", 8.8)


def test_the_salt_flats_lie_near_the_communities_that_the_register_names(bundle: None) -> None:
    pastos = "Comunidad Andina de Santa Rosa de los Pastos Grandes"
    assert nearest("busch-040") == (pastos, "Kolla", 8.9)
    assert nearest("busch-111") == (pastos, "Kolla", 11.0)
    assert nearest("busch-005")[2] == 12.7
    assert nearest("busch-020") == ("Comunidad Aborigen de Catua", "Atacama", 30.0)


def test_1418_projects_about_which_nothing_was_known_get_a_reading(known: Known) -> None:
    newly = known.any_of(*NEW) & ~known.read["ind.language"]
    assert int(newly.sum()) == 1418


@pytest.mark.parametrize(
    ("place", "projects", "before", "after"),
    [("ARG", 83, 12, 83), ("AUS", 487, 0, 487), ("CAN", 191, 19, 191), ("CHL", 158, 3, 30),
     ("BOL", 147, 68, 147), ("PER", 206, 160, 200), ("SWE", 24, 0, 15)],
)  # fmt: skip
def test_projects_with_a_reading_by_country(
    place: str, projects: int, before: int, after: int, known: Known
) -> None:
    there = known.place == place
    found = known.read["ind.language"], known.any_of("ind.language", *NEW)
    assert [int(there.sum()), *(int(one[there].sum()) for one in found)] == [
        projects, before, after,
    ]  # fmt: skip


def test_a_register_knows_its_own_country_and_no_other(known: Known) -> None:
    registered = np.isin(known.place, ("ARG", "AUS", "CAN"))
    assert (known.read["ind.community"] == registered).all()


def test_every_layer_says_its_steward_source_and_licence_or_that_the_copy_states_none(
    bundle: None,
) -> None:
    licences = dict(LandLayer.objects.values_list("code", "licence"))
    assert len(licences) == 10
    assert licences.pop("arg-inai") == "facts of a public register; the copy states no licence"
    assert set(licences.values()) == {
        "CC BY 4.0", "CC BY 3.0 AU", "Open Government Licence – Canada 2.0",
    }  # fmt: skip
    assert all(LandLayer.objects.values_list("source", flat=True))


def test_no_layer_of_the_bundle_moves_a_column_that_methods_before_it_read(bundle: None) -> None:
    first = LandLayer.objects.order_by("edition_id").values_list("edition_id", flat=True)[0]
    ids = list(Project.objects.order_by("id").values_list("id", flat=True)[:500])
    values: list[Any] = []
    for edition in (first - 1, first):
        pinned = inputs.Pinned(edition, date(2026, 11, 1), "WLD")
        units = inputs.projects(ids, inputs.known_at(pinned), pinned).units
        values.append([units.inputs[key] for key in ("ind.language", "ind.overlap")])
    assert np.array_equal(values[0], values[1], equal_nan=True)


def test_what_is_kept_is_what_scores_are_made_of_for_every_project_of_the_bundle(
    bundle: None,
) -> None:
    rows = list(Project.objects.order_by("id").values_list(*kept_communities.COLUMNS))
    sites = [land_distances.Site(*row) for _, *row in rows]
    scored = map_distances.columns(sites, land_distances.latest())["ind.community"]
    kept = dict(CommunityDistance.objects.filter(nearest=True).values_list("project", "km"))
    known = {row[0]: km for row, km in zip(rows, scored, strict=True) if not np.isnan(km)}
    assert known == kept


def test_172_projects_are_kept_within_25_km_of_a_community_and_370_within_50(
    bundle: None,
) -> None:
    within = [kept_communities.within(km) for km in (25.0, 50.0)]
    assert [Project.objects.filter(near).count() for near in within] == [172, 370]


def test_a_stored_distance_is_told_with_name_people_and_the_layers_behind_it(bundle: None) -> None:
    project, edition = Project.objects.get(key="busch-007"), land_distances.latest()
    (km,) = map_distances.columns([land_distances.site_of(project)], edition)["ind.community"]
    near = map_distances.nearest_to(project.pk, edition, {"ind.community": km, "geo.law": 1.0})
    assert {key: str(one) for key, one in near.items()} == {
        "ind.community": "Comunidad Aborigen de Olaroz Chico (Atacama)"
    }
    assert map_distances.nearest_to(project.pk, edition, {"ind.community": km + 1}) == {}
    layers = map_distances.cited(edition)
    cited = map_distances.citations(layers, "ind.community", near["ind.community"])
    assert [row["source"] for row in cited] == ["arg-inai"]
    cited = map_distances.citations(layers, "ind.community")
    assert [row["source"] for row in cited] == ["arg-inai", "aus-agil", "can-first-nations"]
