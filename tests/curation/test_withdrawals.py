"""The way back: what was loaded is taken back, and what it replaced or corrected is back."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from riskscore.curation.withdrawals import withdraw as withdrawing
from riskscore.curation.withdrawals.outcome import CannotWithdraw
from riskscore.models import (
    Capacity,
    Evidence,
    Intake,
    LandLayer,
    Ownership,
    Release,
    Withdrawal,
)
from riskscore.releases import effective
from tests.intake.files import LAW, take_in
from tests.make import make_mineral, make_place, make_project

pytestmark = pytest.mark.django_db

REASON = "the wrong file"


@pytest.fixture(autouse=True)
def names(db: None) -> None:
    for code in ("WLD", "CHL", "PER"):
        make_place(code, name={"CHL": "Chile", "PER": "Peru"}.get(code, code))
    for code in ("copper", "lithium"):
        make_mineral(code)


def released(done: Intake) -> Release:
    assert done.state == "succeeded", (done.error, list(done.faults.values()))
    assert done.release is not None
    return done.release


def law(edition: int = effective.LATEST) -> dict[int, float]:
    """Year → value of wgi.law of Chile, in force at an edition."""
    found = effective.in_force(edition)
    query = f"SELECT year, value FROM {effective.OBSERVATIONS} o WHERE indicator = 'wgi.law'"  # noqa: S608
    return dict(effective.fetch(query, found.parameters))


def own(text: str, **options: Any) -> Release:
    return released(take_in(LAW + text, "wgi", layout="observations", **options))


def test_a_partial_release_withdrawn_gives_back_what_it_corrected_and_stands_as_of_before() -> None:
    first = own("wgi.law,CHL,2023,1.0,0.2\n")
    second = own("wgi.law,CHL,2023,1.4,0.2\nwgi.law,CHL,2022,0.9,0.2\n")
    outcome = withdrawing.withdraw(second, REASON)
    assert outcome.counts == [(2, "figures no longer count")]
    assert law() == {2023: 1.0}
    assert law(second.edition_id) == {2023: 1.4, 2022: 0.9}
    assert law(first.edition_id) == {2023: 1.0}
    row = Withdrawal.objects.get()
    assert row.edition_id == second.edition_id + 1
    assert row.edition.reason == f"release {second.code} withdrawn: the wrong file"


def test_withdrawn_twice_is_refused_and_loaded_again_it_counts_again() -> None:
    text = "wgi.law,CHL,2023,1.0,0.2\n"
    first = own(text)
    withdrawing.withdraw(first, REASON)
    with pytest.raises(CannotWithdraw, match=r"was withdrawn on .*: the wrong file"):
        withdrawing.withdraw(first, REASON)
    assert law() == {}
    again = own(text)
    assert again.code == f"{first.code}-2"
    assert law() == {2023: 1.0}


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_withdrawal_without_a_reason_is_refused(reason: str) -> None:
    release = own("wgi.law,CHL,2023,1.0,0.2\n")
    with pytest.raises(CannotWithdraw, match="needs a reason"):
        withdrawing.withdraw(release, reason)
    assert law() == {2023: 1.0}


def test_a_withdrawal_never_changes() -> None:
    withdrawing.withdraw(own("wgi.law,CHL,2023,1.0,0.2\n"), REASON)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Withdrawal.objects.all().delete()


def test_a_whole_release_withdrawn_brings_back_the_one_before_with_its_corrections() -> None:
    text = "country,year,rating\nChile,2023,3\n"
    take_in(text, "ituc", published_edition="2023")
    header = "indicator,place,year,value\n"
    take_in(header + "ituc.rating,CHL,2023,2\n", "ituc", layout="observations")
    newer = released(take_in(text.replace("3\n", "4\n") + "Chile,2024,5\n", "ituc"))
    values = effective.observations("ituc.rating").order_by("year").values_list("year", "value")
    assert list(values) == [(2023, 3.0), (2024, 4.0)]  # levels, counted from 0
    withdrawing.withdraw(newer, REASON)
    assert list(effective.observations("ituc.rating").values_list("year", "value")) == [(2023, 1.0)]


def test_of_two_withdrawn_the_one_before_both_holds() -> None:
    for rating in (2, 3, 4):
        take_in(f"country,year,rating\nChile,2023,{rating}\n", "ituc")
    first, second, third = Release.objects.order_by("id")
    withdrawing.withdraw(second, REASON)
    assert effective.observations("ituc.rating").get().release == third
    withdrawing.withdraw(third, REASON)
    assert effective.observations("ituc.rating").get().release == first


def test_statuses_of_a_withdrawn_file_are_no_status_of_a_project() -> None:
    project = make_project(key="test-old")
    header = "project,status,since,url\n"
    take_in(header + "test-old,operating,2010-01-01,https://example.org/a\n", "statuses")
    later = header + "test-old,closed,2024-01-01,https://example.org/b\n"
    wrong = released(take_in(later, "statuses"))
    project.refresh_from_db()
    assert project.status == "closed"
    withdrawing.withdraw(wrong, REASON)
    project.refresh_from_db()
    assert (project.status, str(project.status_since)) == ("operating", "2010-01-01")
    assert project.statuses.count() == 1


def test_capacities_of_a_withdrawn_file_are_not_shown_any_more() -> None:
    make_project(key="test-old")
    text = "project,mineral,year,amount,unit,url\ntest-old,copper,2024,12,kt Cu,https://e.org/a\n"
    wrong = released(take_in(text, "capacities"))
    assert Capacity.objects.count() == 1
    withdrawing.withdraw(wrong, REASON)
    assert (Capacity.objects.count(), Capacity.recorded.count()) == (0, 1)


EVIDENCE = "project,kind,date,severity,url\n"


def test_evidence_of_a_withdrawn_file_is_retracted_or_says_again_what_it_said_before() -> None:
    make_project(key="test-old")
    strike = "test-old,strike,2024-01-01,{},https://example.org/strike\n"
    released(take_in(EVIDENCE + strike.format(0.2), "evidence"))
    spill = "test-old,pollution,2024-02-01,1,https://example.org/spill\n"
    wrong = released(take_in(EVIDENCE + strike.format(0.9) + spill, "evidence"))
    withdrawing.withdraw(wrong, REASON)
    newest = Evidence.objects.filter(superseded_by__isnull=True).order_by("kind")
    assert list(newest.values_list("kind", "severity", "status")) == [
        ("pollution", 1.0, "retracted"), ("strike", 0.2, "reported"),
    ]  # fmt: skip
    pollution = newest[0]
    assert pollution.note == f"release {wrong.code} withdrawn: the wrong file"
    rows = effective.fetch(
        f"SELECT severity FROM {effective.EVIDENCE} e WHERE kind = 'strike'",  # noqa: S608
        {"edition": wrong.edition_id},
    )
    assert rows == [(0.9,)]


def test_owners_of_a_withdrawn_file_are_rejected_with_the_reason() -> None:
    make_project(key="test-old")
    text = "project,owner,share,url\ntest-old,Acme,60%,https://example.org/owner\n"
    wrong = released(take_in(text, "owners"))
    withdrawing.withdraw(wrong, REASON)
    newest = Ownership.objects.get(superseded_by__isnull=True)
    assert (newest.state, newest.share) == ("rejected", 0.6)
    assert newest.note == f"release {wrong.code} withdrawn: the wrong file"


def test_the_command_finds_it_by_code_or_import_and_says_what_follows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = take_in(LAW + "wgi.law,CHL,2023,1.0,0.2\n", "wgi", layout="observations")
    release = released(done)
    call_command("withdraw", release.code, "--dry-run")
    assert f"release {release.code} would be withdrawn" in capsys.readouterr().out
    assert not Withdrawal.objects.exists()
    with pytest.raises(CommandError, match="needs a reason"):
        call_command("withdraw", release.code)
    with pytest.raises(CommandError, match="no release, layer or import is called 'nothing'"):
        call_command("withdraw", "nothing", "--reason", REASON)
    call_command("withdraw", str(done.pk), "--reason", REASON)
    out = capsys.readouterr().out
    assert f"release {release.code} is withdrawn\n1 figures no longer count" in out
    assert Withdrawal.objects.get().reason == REASON


def test_a_version_of_a_map_withdrawn_brings_back_the_version_before() -> None:
    def layer(longitude: float) -> LandLayer:
        area = [[longitude, -23.0], [longitude + 1, -23.0], [longitude + 1, -22.0],
                [longitude, -22.0], [longitude, -23.0]]  # fmt: skip
        from_file = take_in(
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
            '{"name":"A land"},"geometry":{"type":"Polygon","coordinates":[' + str(area) + "]}}]}",
            "map-layers", "map.geojson", licence="CC0", layer={
                "kind": "lands", "code": "test-lands", "name": "Lands", "steward": "Nobody",
                "source": "https://example.org/lands", "mapped": "-80, -60, -50, 0",
            },
        )  # fmt: skip
        assert from_file.land_layer is not None, from_file.error
        return from_file.land_layer

    first, second = layer(-69.0), layer(-68.0)
    withdrawing.withdraw(second, REASON)
    newest = LandLayer.objects.latest("edition_id")
    assert newest.sha256 == first.sha256
    assert bytes(newest.lands.get().outline) == bytes(first.lands.get().outline)
    withdrawing.withdraw(newest, REASON)
    assert LandLayer.objects.latest("edition_id").sha256 == ""
    with pytest.raises(CannotWithdraw, match="a newer version holds"):
        withdrawing.withdraw(first, REASON)
