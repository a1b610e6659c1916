"""What is loaded, what may be passed on, and what is stale or missing."""

from datetime import date

import pytest

from riskscore.jobs import requests
from riskscore.models import Evidence, Project, Release, Score
from riskscore.releases import register
from riskscore.releases.editions import next_edition
from riskscore.scoring import data_gaps, inputs, rescore
from tests.bundled import AS_OF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forget() -> None:
    """Editions of a test are taken back, and the next test gives their numbers to other facts."""
    inputs.known_at.cache_clear()


def test_the_register_says_rows_years_and_coverage_by_place(bundle: None) -> None:
    release = Release.objects.get(code="wgi-1996-2023")
    assert register.feeds_scores(release)
    wgi = {row.indicator: row for row in register.coverage(release)}
    assert sum(row.rows for row in wgi.values()) == 30_914
    assert (wgi["wgi.law"].first_year, wgi["wgi.law"].last_year) == (1996, 2023)
    assert 0.75 < wgi["wgi.law"].share < 0.9
    places = register.by_place(release)
    assert places["CHL"] == (150, 2023)
    assert "ATA" not in places


def test_freshness_names_the_years_the_gaps_and_the_most_useful_fact(bundle: None) -> None:
    lens = requests.default_lens()
    project = Project.objects.filter(scores__lens=lens, scores__indigenous=None).earliest("id")
    (found,) = data_gaps.of([project.pk], lens, AS_OF)
    by_code = {part.code: part for part in found.dimensions}
    assert set(by_code) == {"geopolitical", "concentration", "labour", "indigenous"}
    assert by_code["geopolitical"].years["geo.law"] == 2023
    assert by_code["geopolitical"].age == 2026 - (by_code["geopolitical"].newest_year or 0)
    missing = {fact.indicator: fact for fact in by_code["indigenous"].missing}
    assert {"ind.overlap", "ind.community", "ind.events", "ind.language"} <= set(missing)
    best = by_code["indigenous"].best
    assert best is not None
    assert best.would_assess
    assert best.gain == max(fact.gain for fact in missing.values()) > 0
    assert found.best is not None
    assert found.best.gain_of_whole > 0


def test_the_promised_gain_is_what_the_fact_then_brings(bundle: None) -> None:
    lens = requests.default_lens()
    project = Project.objects.filter(scores__lens=lens, scores__indigenous=None).earliest("id")
    (before,) = data_gaps.of([project.pk], lens, AS_OF)
    promised = {f.indicator: f for part in before.dimensions for f in part.missing}["ind.events"]
    Evidence.objects.create(
        project=project,
        kind="conflict",
        happened_on=date(2026, 1, 1),
        status="verified",
        url="https://example.org/refusal",
        edition=next_edition("conflict"),
    )
    (after,) = data_gaps.of([project.pk], lens, AS_OF)
    part = next(part for part in after.dimensions if part.code == "indigenous")
    assert "ind.events" not in {fact.indicator for fact in part.missing}
    assert part.years["ind.events"] == 2026
    assert coverage(project, before=True) + promised.gain == pytest.approx(coverage(project))


def coverage(project: Project, *, before: bool = False) -> float:
    """The coverage of the indigenous dimension: as scored first, or scored again now."""
    lens = requests.default_lens()
    if not before:
        requests.start({"keys": [project.key]}, lens=lens, as_of=AS_OF, apart=False)
        while rescore.drain():
            pass
    return float(Score.objects.get(project=project, lens=lens).node_coverage[4])


def test_freshness_counts_no_statement_that_was_superseded_or_retracted(bundle: None) -> None:
    lens = requests.default_lens()
    project = Project.objects.filter(scores__lens=lens, scores__indigenous=None).earliest("id")

    def year() -> int | None:
        (found,) = data_gaps.of([project.pk], lens, AS_OF)
        part = next(part for part in found.dimensions if part.code == "indigenous")
        return part.years.get("ind.events")

    def conflict(when: date, status: str, supersedes: Evidence | None = None) -> Evidence:
        return Evidence.objects.create(
            project=project, kind="conflict", happened_on=when, status=status,
            supersedes=supersedes, url="https://example.org/c", edition=next_edition("conflict"),
        )  # fmt: skip

    conflict(date(2024, 5, 1), "verified")
    wrong = conflict(date(2026, 5, 1), "verified")
    assert year() == 2026
    corrected = conflict(date(2025, 5, 1), "verified", supersedes=wrong)
    assert year() == 2025
    conflict(date(2025, 5, 1), "retracted", supersedes=corrected)
    assert year() == 2024
