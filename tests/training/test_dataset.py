"""What models learn from: the figures in force, corrected where a curator corrected them."""

from datetime import date
from typing import Any

import pytest

from riskscore.learning.data.features_place import STABILITY_ERROR
from riskscore.models import Edition, Evidence, Observation, Project
from riskscore.releases.editions import next_edition
from riskscore.training import dataset
from tests.intake.files import take_in

pytestmark = pytest.mark.usefixtures("bundle")


def corrected_to_nothing(source: str, **where: Any) -> int:
    """Correct every row that says this to 0 by a file of corrections; the edition since then."""
    rows = Observation.objects.filter(**where)
    lines = ["indicator,place,mineral,year,unit,value"] + [
        f'{row.indicator},{row.place_id},{row.mineral_id},{row.year},"{row.label}",0'
        for row in rows
    ]
    text = "\n".join(lines) + "\n"
    done = take_in(text, source, layout="observations", accept_jumps=True)
    assert (done.error, done.changed, done.added) == ("", rows.count(), 0)
    return Edition.objects.latest("number").number


def newest() -> int:
    return Edition.objects.latest("number").number


def test_production_corrected_to_nothing_makes_no_producer() -> None:
    before = newest()
    assert ("copper", "CHL") in dataset.trade(before).producers
    assert ("CHL", "copper") in dataset.labour_pairs(before)[1]
    after = corrected_to_nothing("wmd", indicator="wmd.production", place="CHL", mineral="copper")
    assert ("copper", "CHL") not in dataset.trade(after).producers
    assert ("CHL", "copper") not in dataset.labour_pairs(after)[1]
    assert ("copper", "CHL") in dataset.trade(before).producers


def test_a_listing_corrected_to_nothing_is_not_learnt() -> None:
    def listed(edition: int) -> float:
        pairs, names = dataset.labour_pairs(edition)
        return float(pairs.listed[names.index(("AFG", "salt"))])

    before = newest()
    assert listed(before) == 1.0
    after = corrected_to_nothing("dol", indicator="dol.good", place="AFG", mineral="salt")
    assert (listed(before), listed(after)) == (1.0, 0.0)


def test_a_corrected_figure_is_what_models_learn_from() -> None:
    before = newest()
    take_in(
        "indicator,place,year,value,standard_error\nwgi.stability,CHL,2023,-1.5,0.4\n",
        "wgi", layout="observations", accept_jumps=True,
    )  # fmt: skip
    said = dataset.trade(newest()).known
    assert said["wgi.stability"]["CHL", 2023] == -1.5
    assert said[STABILITY_ERROR]["CHL", 2023] == 0.4
    assert dataset.trade(before).known["wgi.stability"]["CHL", 2023] != -1.5


def test_a_superseded_statement_is_not_learnt() -> None:
    project = Project.objects.earliest("id")
    first = {
        "project": project, "happened_on": date(2025, 1, 1), "url": "https://example.org/a",
    }  # fmt: skip
    old = Evidence.objects.create(
        kind="conflict", status="verified", edition=next_edition("one"), **first
    )
    reviewed = dataset.reviewed_projects(newest())
    assert reviewed.event.tolist() == [1.0]
    Evidence.objects.create(
        kind="conflict", status="retracted", supersedes=old, edition=next_edition("two"), **first
    )
    assert dataset.reviewed_projects(newest()).event.tolist() == []
