"""Scores against an outside list: figures that can be worked out by hand."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from riskscore.accountability import outside_check
from riskscore.accountability.judgement import Judged, judged
from riskscore.jobs import requests
from riskscore.models import Lens, ScoreAccountability


def test_auc_overall_within_country_and_of_the_country_alone_by_hand() -> None:
    """Two countries. A: 10, 20 (event), 30; B: 60 (event), 70.

    Overall pairs (event, other): 20 beats 10, loses to 30 and 70; 60 beats 10 and 30, loses to 70:
    3 of 6 = 0.5. Within A 1 of 2, within B 0 of 1: 1 of 3. Means: A 20 (1 event), B 65 (1 event):
    A–A ties 2 × ½, A–B 0, B–A 2, B–B tie ½: 3.5 of 6.
    """
    result = judged(
        Judged(
            {"composite": np.array([10.0, 20, 30, 60, 70, np.nan])},
            np.array(list("AAABBB"), object),
            np.array(list("xxxyyy"), object),
            np.array([0.0, 1, 0, 1, 0, 1]),
        )
    )["composite"]
    assert result["auc"] == pytest.approx(0.5)
    assert result["within_country"] == pytest.approx(1 / 3)
    assert result["country_alone"] == pytest.approx(3.5 / 6)
    assert (result["projects"], result["events"], result["not_assessed"]) == (5, 2, 1)
    assert result["by_region"]["x"]["auc"] == pytest.approx(0.5)
    assert result["few_countries"]


@pytest.fixture
def lens(bundle: None) -> Lens:
    return requests.lens_for("critical-minerals", "WLD")


def listed(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "events.csv"
    path.write_text("date,project,name,place,mineral,latitude,longitude\n" + "\n".join(rows))
    return path


def test_events_are_joined_by_key_name_point_and_country_and_what_came_before_is_left_out(
    lens: Lens, tmp_path: Path
) -> None:
    day = timezone.now().date() + timedelta(days=2)
    path = listed(
        tmp_path,
        f"{day},icmm-13619,,,,,",
        f"{day},,Antamina,Peru,,,",
        f"{day},,,,,-22.5,-68.9",
        f"{day},,,Bolivia,lithium,,",
        f"{day},,Nowhere Mine,Peru,,,",
        f"{day},,,,,0,-150",
        "2020-01-01,icmm-13619,,,,,",
    )
    made = outside_check.check(path, lens, scores_of=timezone.now().date())
    assert made.joined["by_rule"] == {"key": 1, "name": 1, "coordinates": 1, "country": 1}
    assert (made.joined["unjoined"], made.joined["before_scores"]) == (2, 1)
    assert not made.hindsight
    assert set(made.results) == {
        "composite", "geopolitical", "concentration", "labour", "indigenous",
    }  # fmt: skip


def test_events_older_than_every_score_are_hindsight_and_the_command_says_so(
    lens: Lens, tmp_path: Path
) -> None:
    path = listed(tmp_path, "2024-03-31,icmm-13619,,,,,")
    out = StringIO()
    call_command("check-outside", path, stdout=out)
    text = out.getvalue()
    assert "HINDSIGHT" in text
    assert "What reporting can do" in text
    kept = ScoreAccountability.objects.get()
    assert kept.hindsight
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        kept.delete()


def test_a_list_about_nothing_of_ours_is_refused(lens: Lens, tmp_path: Path) -> None:
    path = listed(tmp_path, "2026-01-01,no-such-key,,,,,")
    with pytest.raises(outside_check.CannotCheck, match="none of 1 events"):
        outside_check.check(path, lens)
