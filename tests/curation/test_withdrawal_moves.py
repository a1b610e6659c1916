"""Which scores a withdrawal would move, over the bundle: told before, and what a job then makes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from riskscore.curation.withdrawals import moves
from riskscore.curation.withdrawals import withdraw as withdrawing
from riskscore.models import Edition, Job, Release, Score, Withdrawal
from riskscore.releases import effective
from riskscore.scoring import inputs, rescore
from tests.admin.conftest import as_staff, curator, page, url  # noqa: F401
from tests.intake.files import LAW, take_in

pytestmark = pytest.mark.django_db

WRONG = LAW + "wgi.law,COD,2023,2.1,0.2\n"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Tests are rolled back, and so the numbers of editions come again with other contents."""
    inputs.known_at.cache_clear()


def wrong_release() -> Release:
    """A correction that is wrong: DR Congo's rule of law as good as Finland's."""
    done = take_in(WRONG, "wgi", layout="observations", accept_jumps=True)
    assert done.release is not None, (done.error, list(done.faults.values()))
    work()
    return done.release


def work() -> None:
    """Do what waits, as a worker would."""
    end = timezone.now() + timedelta(minutes=5)
    while Job.objects.filter(state__in=["queued", "running"]).exists() and timezone.now() < end:
        rescore.drain()


def composites() -> dict[str, float | None]:
    rows = Score.objects.filter(lens__importer="WLD", project__place="COD")
    return dict(rows.values_list("project__key", "composite"))


def test_a_preview_names_the_scores_that_a_withdrawal_then_moves(bundle: None) -> None:
    release = wrong_release()
    wrong, editions = composites(), Edition.objects.count()
    seen = withdrawing.preview(release)
    assert (Edition.objects.count(), Withdrawal.objects.count()) == (editions, 0)
    world = next(one for one in seen.moves if "WLD" in one.lens or one == seen.moves[0])
    assert world.concerned == world.scored >= world.moved > 40
    assert {move.key for move in world.largest} <= wrong.keys()
    assert len(world.largest) == moves.MOST_NAMED
    for move in world.largest:
        assert move.before["composite"] == wrong[move.key]
    withdrawing.withdraw(release, "Finland's figure")
    work()
    right = composites()
    for move in world.largest:
        assert right[move.key] == move.after["composite"]
        assert right[move.key] != wrong[move.key]
    assert sum(right[key] != wrong[key] for key in wrong) == world.moved


def test_as_of_the_edition_before_a_withdrawal_the_same_releases_are_in_force(bundle: None) -> None:
    release = wrong_release()
    before = effective.in_force(release.edition_id)
    assert release.pk in before.ids
    withdrawing.withdraw(release, "wrong")
    assert effective.in_force(release.edition_id) == before
    assert effective.in_force() == effective.in_force(release.edition_id - 1)


def test_of_many_projects_one_of_each_place_and_mineral_is_tried(
    bundle: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = wrong_release()
    monkeypatch.setattr(moves, "MOST_SCORED", 10)
    seen = withdrawing.preview(release)
    assert all(0 < one.scored <= 10 < one.concerned for one in seen.moves)


def test_a_release_of_the_bundle_says_so_and_names_the_models_that_learnt_from_it(
    bundle: None,
) -> None:
    seen = withdrawing.preview(Release.objects.get(source="wgi"))
    bundled, learned = seen.outcome.warnings
    assert bundled.startswith("It came with the bundle")
    assert learned.startswith("Learned models were trained on it: disruption v1")


def test_in_admin_a_release_is_withdrawn_with_a_reason_after_a_preview(
    page: Client,  # noqa: F811
) -> None:
    release = wrong_release()
    intake = release.intakes.get()
    address = url("release", "withdraw", release.pk)
    assert address in page.get(url("release", "change", release.pk)).text
    assert address in page.get(url("intake", "change", intake.pk)).text
    shown = page.get(address).text
    assert "1 figures no longer count" in shown
    assert "The largest moves, the first 20" in shown
    refused = page.post(address, {"reason": " "}).text
    assert "Say why" in refused
    assert not Withdrawal.objects.exists()
    done = page.post(address, {"reason": "Finland's figure"}, follow=True).text
    assert "is withdrawn; scores are made again" in done
    assert "by ada, with edition" in done
    assert "Finland&#x27;s figure" in done
    assert address not in done
    again = page.post(address, {"reason": "again"}, follow=True).text
    assert "Nothing was withdrawn" in again
    assert release.code in page.get(url("withdrawal")).text


def test_who_may_not_withdraw_sees_no_button_and_is_refused(
    as_staff: object,  # noqa: F811
) -> None:
    release = Release.objects.get(source="wgi")
    viewer = as_staff("view_release")  # type: ignore[operator]
    address = url("release", "withdraw", release.pk)
    assert address not in viewer.get(url("release", "change", release.pk)).text
    assert viewer.get(address).status_code == 403
