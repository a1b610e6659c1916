"""What was known then gives the score of then, to the last bit, whatever has been loaded since."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest
from django.conf import settings

from riskscore.bundle.fixture_tables import read
from riskscore.curation import project_edits
from riskscore.jobs import requests
from riskscore.models import Evidence, Job, Lens, Project, Release, Score, ScoreHistory
from riskscore.scoring import inputs, methods, replay, rescore
from tests.bundled import AS_OF
from tests.intake.files import take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lens(bundle: None) -> Iterator[Lens]:
    """Editions of a test are taken back, and the next test gives their numbers to other facts."""
    inputs.known_at.cache_clear()
    yield requests.default_lens()
    inputs.known_at.cache_clear()


def rescored(project: Project, lens: Lens) -> Score:
    requests.start({"keys": [project.key]}, lens=lens, as_of=AS_OF, apart=False)
    while rescore.drain():
        pass
    return Score.objects.get(project=project, lens=lens)


def newer_wgi(shift: float) -> str:
    """A whole newer edition of the governance figures: every estimate moved a little."""
    lines = ["indicator,place,year,value,standard_error"]
    for row in read(settings.FIXTURES).observations("wgi-1996-2023"):
        value, error = row.value + shift, row.standard_error
        lines.append(f"{row.indicator},{row.place},{row.year},{value!r},{error!r}")
    return "\n".join(lines) + "\n"


def a_project(lens: Lens) -> Project:
    return Project.objects.filter(scores__lens=lens, place="CHL").earliest("id")


def test_an_old_score_is_computed_again_bit_for_bit_after_a_newer_edition(lens: Lens) -> None:
    project = a_project(lens)
    before = ScoreHistory.objects.get(project=project, lens=lens)
    done = take_in(newer_wgi(0.25), "wgi", layout="observations", release_code="wgi-newer")
    assert done.changed == 30_914, done.error
    after = rescored(project, lens)
    assert after.geopolitical != before.geopolitical

    again = replay.replay(before)
    assert again.identical
    assert again.digest == bytes(before.digest) != bytes(after.digest)
    assert replay.replay(after).identical


def test_the_difference_is_attributed_to_data(lens: Lens) -> None:
    project = a_project(lens)
    before = ScoreHistory.objects.get(project=project, lens=lens)
    take_in(newer_wgi(0.25), "wgi", layout="observations")
    after = rescored(project, lens)
    found = replay.why(before, after)
    difference = after.composite - before.composite  # type: ignore[operator]
    assert difference < -0.5
    assert found.difference[0] == pytest.approx(difference, abs=1e-12)
    assert found.data[0] == pytest.approx(difference, abs=1e-9)
    assert (found.method[0], found.model[0]) == (0.0, 0.0)
    moved = {name for name, part in found.by_leaf.items() if abs(part[0]) > 1e-9}
    assert {"geo.law", "geo.stability", "lab.voice"} <= moved
    most = min(found.by_leaf, key=lambda name: found.by_leaf[name][0])
    assert most.startswith(("geo.", "lab.voice"))


def test_a_score_is_the_same_again_after_evidence_that_came_later(lens: Lens) -> None:
    project = a_project(lens)
    before = ScoreHistory.objects.get(project=project, lens=lens)
    project_edits.add_evidence(
        Evidence(
            project=project,
            kind=Evidence.Kind.STRIKE,
            happened_on=date(2026, 1, 1),
            url="https://example.org/strike",
        ),
        by=None,
    )
    assert rescored(project, lens).digest != before.digest
    assert replay.replay(before).identical


def test_a_project_that_has_moved_since_says_so(lens: Lens) -> None:
    project = a_project(lens)
    before = ScoreHistory.objects.get(project=project, lens=lens)
    Project.objects.filter(id=project.pk).update(place="COD")
    assert not replay.replay(before).identical
    with pytest.raises(replay.CannotReplay):
        replay.why(before, rescored(project, lens))


def test_a_correction_changes_one_place_and_its_neighbours_stay(lens: Lens) -> None:
    here, there = a_project(lens), Project.objects.filter(scores__lens=lens, place="PER").first()
    assert there is not None
    digests = {row.project_id: bytes(row.digest) for row in Score.objects.filter(lens=lens)}
    text = "indicator,place,year,value,standard_error\nwgi.law,Chile,2023,-2,0.1\n"
    assert take_in(text, "wgi", layout="observations", accept_jumps=True).changed == 1
    assert bytes(rescored(here, lens).digest) != digests[here.pk]
    # A producer's governance weighs in every place that shares its minerals, but not in its law.
    law = methods.fitted_method(Job.objects.latest("id").method_id).method.leaves
    at = [leaf.column for leaf in law].index("geo.law")
    assert rescored(there, lens).inputs[at] == stored(there, lens).inputs[at]


def stored(project: Project, lens: Lens) -> ScoreHistory:
    return ScoreHistory.objects.filter(project=project, lens=lens).earliest("computed_at")


def test_as_of_looks_at_the_facts_up_to_its_day(lens: Lens) -> None:
    edition = Release.objects.latest("edition_id").edition_id

    def law(day: date) -> Any:
        known = inputs.known_at(inputs.Pinned(edition, day, "WLD"))
        place = known.axes.place("CHL")
        table = known.tables["geo.law"]
        assert table.years is not None
        return int(table.years[place])

    assert law(date(2026, 11, 1)) == 2023
    assert law(date(2010, 6, 1)) == 2010


def test_an_indicator_that_waits_for_its_file_is_unknown_until_it_is_loaded(lens: Lens) -> None:
    def table(name: str) -> Any:
        edition = Release.objects.latest("edition_id").edition_id
        return inputs.known_at(inputs.Pinned(edition, AS_OF, "WLD")).tables.get(name)

    names = ("lab.rights", "lab.conventions", "lab.slavery", "geo.oecd_restriction")
    assert [table(name) for name in names] == [None] * 4
    take_in("country,year,rating\nChile,2024,3\nMyanmar,2024,5+\n", "ituc")
    header = "indicator,place,mineral,year,value\n"
    take_in(header + "ilo.c087,Chile,,2024,1\nilo.c098,Chile,,2024,0\n", "ilo-fundamental")
    take_in(header + "walkfree.prevalence,Chile,,2023,3.2\n", "walk-free")
    take_in(header + "oecd.restriction,Indonesia,nickel,2023,ban\n", "oecd")
    axes = inputs.known_at(
        inputs.Pinned(Release.objects.latest("edition_id").edition_id, AS_OF, "WLD")
    ).axes
    chile = axes.place("CHL")
    assert [table(name).values[chile] for name in names[:3]] == [2.0, 0.5, 3.2]
    restriction = table("geo.oecd_restriction").values
    assert restriction[axes.place("IDN"), axes.mineral("nickel")] == 3.0
    assert np.isnan(restriction[chile]).all()
