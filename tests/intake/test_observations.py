"""Observations of files: whole or not at all, nothing twice, corrections as new rows."""

import gzip
from typing import Any

import pytest

from riskscore.intake import requests as intake_requests
from riskscore.intake import run
from riskscore.jobs import ledger, requests, work_items
from riskscore.models import Edition, Intake, IntakePart, Job, Lens, Observation, Place, Release
from riskscore.releases import effective
from riskscore.sources.readers import delimited
from riskscore.sources.readers import text as text_reader
from riskscore.sources.readers.formula_guard import disarmed
from tests.intake.files import LAW, faults, finish, queue, take_in
from tests.make import make_job, make_mineral, make_place, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def names(db: None) -> None:
    for code, name in (("CHL", "Chile"), ("BOL", "Bolivia"), ("WLD", "World"), ("JPN", "Japan")):
        make_place(code, name=name)
    make_mineral("copper")


def holding(indicator: str, edition: int = effective.LATEST) -> dict[tuple[str, int], float]:
    """(place, year) → value of what holds at an edition."""
    releases = effective.in_force(edition)
    rows = Observation.objects.raw(
        f"SELECT * FROM {effective.OBSERVATIONS} o WHERE indicator = %(key)s",  # noqa: S608
        {**releases.parameters, "key": indicator},
    )
    return {(str(row.place_id), row.year): row.value for row in rows}


def test_a_valid_file_becomes_one_release_under_one_edition() -> None:
    done = take_in(LAW + "wgi.law,Chile,2023,0.9,0.1\nwgi.law,Bolivia,2023,-1,\n", "observations")
    assert (done.state, done.added, done.changed, done.rejected) == ("succeeded", 2, 0, 0)
    release = Release.objects.get()
    assert (release.rows, release.partial, release.sha256) == (2, True, done.sha256)
    assert release.redistributable is False
    assert Edition.objects.count() == 1
    assert holding("wgi.law") == {("CHL", 2023): 0.9, ("BOL", 2023): -1.0}
    assert not IntakePart.objects.exists()


def test_one_bad_row_keeps_the_whole_file_out() -> None:
    text = LAW + "wgi.law,Chile,2023,0.9,\nwgi.law,Atlantis,2023,1,\nwgi.law,Bolivia,x,y,\n"
    done = take_in(text, "observations")
    assert (done.state, done.rejected) == ("failed", 2)
    assert [(line, column) for line, column, _ in faults(done)] == [(3, "place"), (4, "year")]
    assert not Observation.objects.exists()
    assert not Release.objects.exists()
    assert not Edition.objects.exists()


def test_bad_rows_can_be_left_out_and_are_listed() -> None:
    text = LAW + "wgi.law,Chile,2023,0.9,\nwgi.law,Bolvia,2023,1,\n"
    done = take_in(text, "observations", skip_bad=True)
    assert (done.state, done.added, done.rejected) == ("succeeded", 1, 1)
    fault = done.faults.get()
    assert "did you mean bolivia" in fault.reason
    assert "aliases" in fault.remedy


def test_the_report_lists_every_fault_and_is_harmless_in_a_spreadsheet() -> None:
    done = take_in(LAW + "wgi.law,=cmd|calc,2023,1,\nwgi.law,Chile,x,1,\n", "observations")
    header, first, second = intake_requests.rejects(done)
    assert header == ("line", "column", "value", "reason", "suggestion")
    assert first[:3] == ("2", "place", "'=cmd|calc")
    assert second[:3] == ("3", "year", "x")


@pytest.mark.parametrize("place", ["＋1", "＠x", "a;=1", "\u200b=1", "a\ufeff;@x"])
def test_whatever_stands_in_a_rejected_cell_is_disarmed_in_the_report(place: str) -> None:
    done = take_in(LAW + f"wgi.law,{place},2023,1,\n", "observations")
    _, (_, _, value, _, _) = intake_requests.rejects(done)
    assert value == disarmed(place) != place


def test_an_alias_given_by_a_curator_is_known_at_the_next_try() -> None:
    text = LAW + "wgi.law,Bolvia,2023,1,\n"
    assert take_in(text, "observations").state == "failed"
    Place.objects.filter(code="BOL").update(aliases=["Bolvia"])
    assert take_in(text, "observations").state == "succeeded"


def test_the_same_file_twice_changes_nothing() -> None:
    text = LAW + "wgi.law,Chile,2023,0.9,0.1\n"
    take_in(text, "observations")
    for again in (text, text.replace("\n", "\r\n"), text.replace("0.9", "0.90")):
        done = take_in(again, "observations")
        assert (done.state, done.added, done.changed, done.unchanged) == ("succeeded", 0, 0, 1)
        assert done.release is None
    assert (Release.objects.count(), Edition.objects.count()) == (1, 1)


def test_a_dry_run_says_what_would_change_and_writes_nothing() -> None:
    take_in(LAW + "wgi.law,Chile,2023,0.9,\nwgi.law,Chile,2022,0.8,\n", "observations")
    text = LAW + "wgi.law,Chile,2023,0.7,\nwgi.law,Chile,2022,0.8,\nwgi.law,Bolivia,2023,1,\n"
    dry = take_in(text, "observations", dry_run=True)
    assert (dry.added, dry.changed, dry.unchanged) == (1, 1, 1)
    assert dry.preview == ["changed: wgi.law CHL 2023: 0.9 → 0.7", "added: wgi.law BOL 2023: 1"]
    assert Release.objects.count() == 1
    done = finish(intake_requests.confirm_intake(dry))
    assert (done.state, done.added, done.changed) == ("succeeded", 1, 1)
    with pytest.raises(intake_requests.CannotTakeIn, match="no longer kept"):
        intake_requests.confirm_intake(dry)


def test_a_correction_is_a_new_row_and_what_was_known_before_stays_known() -> None:
    take_in(LAW + "wgi.law,Chile,2023,0.9,\nwgi.law,Bolivia,2023,-1,\n", "observations")
    before = Edition.objects.latest("number").number
    take_in(LAW + "wgi.law,Chile,2023,0.7,\n", "observations")
    assert Observation.objects.count() == 3
    assert holding("wgi.law") == {("CHL", 2023): 0.7, ("BOL", 2023): -1.0}
    assert holding("wgi.law", before)["CHL", 2023] == 0.9


def test_a_whole_release_stands_in_place_of_the_last_and_of_its_corrections() -> None:
    rating = "country,year,rating\n"
    take_in(rating + "Chile,2024,3\nBolivia,2024,4\n", "ituc")
    take_in("indicator,place,year,value\nituc.rating,Chile,2024,5\n", "ituc", layout="observations")
    assert holding("ituc.rating") == {("CHL", 2024): 4.0, ("BOL", 2024): 3.0}
    done = take_in(rating + "Chile,2024,3\nBolivia,2024,4\nJapan,2025,2\n", "ituc")
    assert (done.added, done.changed, done.unchanged, done.gone) == (1, 1, 1, 0)
    assert holding("ituc.rating") == {("CHL", 2024): 2.0, ("BOL", 2024): 3.0, ("JPN", 2025): 1.0}


def test_a_file_cut_short_does_not_pass_for_a_new_release() -> None:
    rating = "country,year,rating\n"
    take_in(rating + "Chile,2024,3\nBolivia,2024,4\n", "ituc")
    short = take_in(rating + "Chile,2024,3\n", "ituc")
    assert (short.state, "lacks 1 of the 2 values" in short.error) == ("failed", True)
    done = take_in(rating + "Chile,2024,3\n", "ituc", replace=True)
    assert (done.state, done.gone) == ("succeeded", 1)


def test_two_sources_are_never_mixed_in_one_indicator() -> None:
    take_in("indicator,place,year,value\nituc.rating,Chile,2024,5\n", "ituc", layout="observations")
    done = take_in("indicator,place,year,value\nituc.rating,Bolivia,2024,5\n", "observations")
    assert done.state == "failed"
    assert "fed by the source ituc" in done.error
    assert "--source ituc" in done.error


def test_two_values_for_the_same_thing_are_a_fault_and_the_same_value_twice_is_none() -> None:
    twice = "wgi.law,Chile,2023,0.9,\n" * 2
    assert take_in(LAW + twice, "observations", dry_run=True).added == 1
    done = take_in(LAW + twice + "wgi.law,Chile,2023,0.8,\n", "observations")
    assert done.state == "failed"
    assert [line for line, _, _ in faults(done)] == [2, 3, 4]


def test_an_observation_about_a_project_needs_a_project() -> None:
    project = make_project()
    text = "indicator,project,year,value,unit\nproject.capacity,{},2024,5,t\n"
    assert take_in(text.format("nobody-1"), "observations").rejected == 1
    done = take_in(text.format(project.key), "observations")
    assert done.state == "succeeded"
    assert Observation.objects.get().project_id == project.pk


def test_what_is_loaded_is_rescored_through_the_lenses_kept_current() -> None:
    make_job()
    Lens.objects.update(kept_current=True)
    done = take_in(LAW + "wgi.law,Chile,2023,0.9,\n", "observations")
    started = Job.objects.get(reason="intake: file.csv")
    assert started.scope == requests.STALE
    take_in(LAW + "wgi.law,Chile,2023,0.8,\n", "observations", "next.csv")
    waiting = Job.objects.filter(scope=requests.STALE, state=Job.State.QUEUED)
    assert [job.reason for job in waiting] == ["intake: next.csv"]
    assert started.edition == done.release.edition  # type: ignore[union-attr]


def test_a_file_that_waits_can_be_cancelled_and_one_that_has_ended_cannot() -> None:
    waiting = queue(LAW + "wgi.law,Chile,2023,0.9,\n", "observations")
    intake_requests.cancel_intake(waiting.id)
    assert finish(waiting).state == "cancelled"
    done = take_in(LAW + "wgi.law,Chile,2023,0.9,\n", "observations")
    intake_requests.cancel_intake(done.id)
    assert Intake.objects.get(id=done.id).state == "succeeded"


def test_a_file_that_ends_its_worker_three_times_is_given_up_and_the_next_one_is_imported() -> None:
    text = LAW + "wgi.law,Chile,2023,0.9,\n"
    poison = queue(text, "observations")
    for _ in range(3):
        assert work_items.claim(work_items.IMPORTS, "killed", only=poison.id)
        Intake.objects.update(lease_until="2026-01-01T00:00Z")
        ledger.sweep()
    done = Intake.objects.get(id=poison.id)
    assert (done.state, done.attempts) == ("failed", 3)
    assert done.error == "given up after 3 attempts: the lease of worker killed ended"
    assert take_in(text, "observations").state == "succeeded"
    run.drain()
    assert not done.parts.exists()


@pytest.mark.parametrize(
    ("source", "wanted", "reason"),
    [
        ("wgl", {}, "did you mean 'wgi'"),
        ("asher", {}, "part of the bundle"),
        ("wgi", {"layout": "projects"}, "leave it out"),
        ("observations", {"release_code": "x" * 61}, "longer than 60"),
        ("wgi", {"mapping": {"place": "x"}}, "publisher's own columns"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_before_any_work(
    source: str, wanted: dict[str, Any], reason: str
) -> None:
    with pytest.raises(intake_requests.CannotTakeIn, match=reason):
        queue(LAW, source, **wanted)
    assert not Intake.objects.exists()
    assert not IntakePart.objects.exists()


def test_an_empty_file_is_refused_and_a_file_without_rows_fails() -> None:
    with pytest.raises(intake_requests.CannotTakeIn, match="empty"):
        queue("", "observations")
    assert "no row" in take_in(LAW, "observations").error


def test_a_release_code_that_is_taken_is_refused() -> None:
    take_in(LAW + "wgi.law,Chile,2023,0.9,\n", "observations", release_code="ours-1")
    with pytest.raises(intake_requests.CannotTakeIn, match="loaded already"):
        queue(LAW, "observations", release_code="ours-1")


def test_a_packed_file_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_reader, "LARGEST_WHOLE", 1024**2)
    done = take_in(gzip.compress(b"0" * 2 * 1024**2), "ucdp", "file.csv.gz")
    assert (done.state, "more than 1,048,576 bytes" in done.error) == ("failed", True)
    monkeypatch.setattr(delimited, "LARGEST", 1024**2)
    text = LAW + "wgi.law,Chile,2023,1,\n" * 90_000
    done = take_in(gzip.compress(text.encode()), "observations", "file.csv.gz")
    assert "unpacks to more than" in done.error


def test_a_name_of_a_file_is_only_a_name() -> None:
    done = queue(LAW, "observations", "../../etc/\0passwd.csv")
    assert done.file == "passwd.csv"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("wgi.law,Chile,2023,-999,", "lies between -5 and 5"),
        ("hdr.hdi,Chile,2023,84.9,", "lies between 0 and 1"),
        ("ilo.c169,Chile,2023,2,", "lies between 0 and 1"),
        ("hdr.population,Chile,2023,-3,", "is at least 0"),
    ],
)
def test_a_missing_code_or_a_slipped_decimal_is_no_figure(row: str, words: str) -> None:
    done = take_in(LAW + row + "\n", "observations")
    assert done.state == "failed"
    assert words in done.error


def test_a_file_that_ends_earlier_than_what_is_in_force_does_not_take_over_by_itself() -> None:
    """Of ten years the tenth is missing: not much, so that nothing else would notice."""
    text = "country,year,rating\n" + "".join(f"Chile,{year},3\n" for year in range(2015, 2024))
    assert take_in(text + "Chile,2024,4\n", "ituc").state == "succeeded"
    older = take_in(text, "ituc")
    assert older.release is not None
    assert not older.release.scored
    assert "is 2023, and figures for 2024 are in force" in " ".join(older.remarks)
    assert effective.observations("ituc.rating").get(year=2024).value == 3
    assert take_in(text, "ituc", replace=True).gone == 1
