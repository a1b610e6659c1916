"""What a job is about: filters, what is stale, what a newer job makes needless."""

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.utils import timezone

from riskscore.curation import method_edits
from riskscore.jobs import ledger, requests, scope
from riskscore.models import (
    Chunk,
    Job,
    Lens,
    Observation,
    Project,
    ProjectList,
    Release,
    Score,
    StaleMark,
)
from riskscore.releases.editions import next_edition
from riskscore.scoring import inputs, rescore, staleness
from tests.bundled import AS_OF

pytestmark = pytest.mark.django_db


@pytest.fixture
def lens(bundle: None) -> Lens:
    return requests.default_lens()


def keys_of(wanted: Mapping[str, object], lens: Lens) -> set[str]:
    return set(scope.projects(wanted, lens).values_list("key", flat=True))


def drain() -> None:
    while rescore.drain():
        pass


def test_a_band_means_the_current_score_through_the_lens(lens: Lens) -> None:
    found = keys_of({"filter": {"band": ["extreme", "not_assessed"]}}, lens)
    rows = Score.objects.filter(lens=lens, band__in=[4, 0]).values_list("project__key", flat=True)
    assert found == set(rows) != set()


def test_a_list_is_what_its_curator_put_in(lens: Lens) -> None:
    chosen = Project.objects.filter(minerals__isnull=False).distinct()[:3]
    portfolio = ProjectList.objects.create(name="portfolio")
    portfolio.projects.set(chosen)
    assert keys_of({"filter": {"list": ["portfolio"]}}, lens) == {one.key for one in chosen}


def test_filters_narrow_each_other(lens: Lens) -> None:
    both = keys_of({"filter": {"place": ["CHL"], "mineral": ["lithium"]}}, lens)
    assert both == keys_of({"filter": {"place": ["CHL"]}}, lens) & keys_of(
        {"filter": {"mineral": ["lithium"]}}, lens
    )


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"filter": {"band": ["terrible"]}}, "scope.filter.band: 'terrible' is unknown"),
        ({"filter": {"list": ["nobodys"]}}, "scope.filter.list: 'nobodys' is unknown"),
        ({"filter": {"stale_since": "soon"}}, 'scope.filter.stale_since: give "now"'),
        ({"filter": {"colour": ["red"]}}, "'colour' is not one of place, mineral, kind, band"),
    ],
)
def test_a_scope_that_nobody_understands_is_refused_with_the_remedy(
    lens: Lens, wanted: dict[str, object], message: str
) -> None:
    with pytest.raises(scope.BadScope, match=re.escape(message)):
        requests.start(wanted)


def test_checking_a_job_says_what_it_would_be_and_writes_nothing(lens: Lens) -> None:
    before = Job.objects.count()
    job, projects = requests.check({"filter": {"place": ["CHL"]}})
    assert (job.lens, projects.count() > 10, Job.objects.count()) == (lens, True, before)


def test_nothing_is_stale_right_after_everything_was_scored(lens: Lens) -> None:
    assert keys_of(requests.STALE, lens) == set()


def test_an_edited_project_is_stale_and_no_other(lens: Lens) -> None:
    project = Project.objects.filter(scores__lens=lens).earliest("id")
    Project.objects.filter(id=project.pk).update(place="COD")
    assert keys_of(requests.STALE, lens) == {project.key}
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    assert keys_of({"filter": {"stale_since": yesterday}}, lens) == set()
    assert keys_of({"filter": {"stale_since": tomorrow}}, lens) == {project.key}


def test_a_project_that_was_never_scored_is_stale(lens: Lens) -> None:
    project = Project.objects.filter(scores__lens=lens).earliest("id")
    Score.objects.filter(project=project).delete()
    assert keys_of(requests.STALE, lens) == {project.key}


def release_again(code: str, *, without: str = "", **change: object) -> Release:
    """A new release of a source: the old rows, some of them changed."""
    inputs.known_at.cache_clear()  # the last test's edition of this number was rolled back
    old = Release.objects.filter(source=code).latest("edition")
    fields = {f.name: getattr(old, f.name) for f in Release._meta.fields if f.name != "id"}
    fields |= {"code": f"{old.code}-next", "edition": next_edition("next release")}
    new = Release.objects.create(**fields)
    rows = list(Observation.objects.filter(release=old))
    for row in rows:
        if row.indicator == change.get("indicator") and row.place_id == change.get("place"):
            row.value += 1.0
        row.pk, row.release = None, new
    Observation.objects.bulk_create(rows)
    return new


def mark_and_plan(lens: Lens) -> Job:
    (job,) = [one for one in requests.refresh("release") if one.lens == lens]
    Job.objects.exclude(id=job.id).filter(state="queued").update(state="cancelled")
    Job.objects.filter(id=job.id).update(as_of=AS_OF)
    ledger.plan_next(staleness.mark)
    return Job.objects.get(id=job.id)


def planned(job: Job) -> set[int]:
    parts = Chunk.objects.filter(job=job).values_list("project_ids", flat=True)
    return {one for part in parts for one in part}


def test_a_release_that_changes_no_figure_makes_nothing_stale(lens: Lens) -> None:
    release_again("ilo")
    assert planned(mark_and_plan(lens)) == set()


def test_a_release_makes_exactly_those_projects_stale_whose_inputs_it_changes(lens: Lens) -> None:
    before = dict(Score.objects.filter(lens=lens).values_list("project", "inputs"))
    release = release_again("wgi", indicator="wgi.voice", place="CHL")
    job = mark_and_plan(lens)
    stale = planned(job)
    assert stale == set(StaleMark.objects.filter(lens=lens).values_list("project", flat=True))
    assert 0 < len(stale) < len(before)
    full = requests.start({"all": True}, lens=lens, as_of=AS_OF, apart=False)
    drain()
    assert Job.objects.get(id=full.id).state == Job.State.SUCCEEDED
    after = dict(Score.objects.filter(lens=lens).values_list("project", "inputs"))
    differ = {one for one in before if repr(before[one]) != repr(after[one])}
    assert differ <= stale, "an affected project was not marked"
    assert stale <= differ | spread(release, stale), "a project was marked for nothing"
    assert keys_of(requests.STALE, lens) == set()


def spread(release: Release, stale: set[int]) -> set[int]:
    """Projects with several minerals: a changed mineral counts only where it is the worst one."""
    return set(
        Project.objects.filter(id__in=stale, minerals__role__in=["secondary", "other"]).values_list(
            "id", flat=True
        )
    )


def test_refreshing_twice_waits_for_one_job(lens: Lens) -> None:
    lenses = Lens.objects.filter(kept_current=True).count()
    assert len(requests.refresh("first")) == lenses
    assert requests.refresh("second") == []


def test_a_refresh_after_the_next_release_takes_the_place_of_the_one_that_waits(
    lens: Lens,
) -> None:
    first = [job.id for job in requests.refresh("first release")]
    next_edition("second release")
    second = {job.lens_id: job.id for job in requests.refresh("second release")}
    assert len(second) == len(first)
    for job in Job.objects.filter(id__in=first):
        assert (job.state, job.superseded_by_id) == (Job.State.CANCELLED, second[job.lens_id])


def test_a_newer_job_over_the_same_projects_skips_what_the_older_has_not_begun(lens: Lens) -> None:
    older = requests.start({"filter": {"place": ["CHL"]}}, lens=lens, as_of=AS_OF, apart=False)
    ledger.plan_next()
    newer = requests.start({"all": True}, lens=lens, as_of=AS_OF, apart=False)
    ledger.plan_next()
    older.refresh_from_db()
    assert (older.state, older.superseded_by_id) == (Job.State.CANCELLED, newer.id)
    assert older.error == f"superseded by job {newer.id}"


def test_a_newer_job_over_other_projects_skips_nothing(lens: Lens) -> None:
    older = requests.start({"filter": {"place": ["CHL"]}}, lens=lens, as_of=AS_OF, apart=False)
    ledger.plan_next()
    requests.start({"filter": {"place": ["PER"]}}, lens=lens, as_of=AS_OF, apart=False)
    ledger.plan_next()
    older.refresh_from_db()
    assert older.state == Job.State.RUNNING


def test_a_job_about_another_day_skips_nothing_of_a_later_one(lens: Lens) -> None:
    later = requests.start({"all": True}, lens=lens, as_of=AS_OF, apart=False)
    ledger.plan_next()
    requests.start({"all": True}, lens=lens, as_of=AS_OF - timedelta(days=400), apart=False)
    ledger.plan_next()
    later.refresh_from_db()
    assert later.state == Job.State.RUNNING


def test_a_job_keeps_the_method_that_was_published_when_it_began(lens: Lens) -> None:
    job = requests.start({"all": True}, lens=lens, as_of=AS_OF, apart=False)
    spec = job.method.spec | {"version": job.method.version + 1}
    method_edits.publish_method(spec, reason="next")
    assert Job.objects.get(id=job.id).method == job.method
    assert requests.check({"all": True})[0].method.version == job.method.version + 1
