"""What happened, written down by the database itself, and what must be true of it."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from riskscore.jobs import ledger, requests
from riskscore.models import Chunk, ItemError, Job, JobScore, Project, Score
from tests.faults.site import QUEUES, House, Watcher

#: An append-only record of every write to a score, and the table of planted faults.
TABLES = """
CREATE TABLE fault_history (
    id bigint GENERATED ALWAYS AS IDENTITY, project_id bigint, lens_id bigint, job_id uuid,
    edition_before bigint, edition bigint, version_before bigint, version bigint);
CREATE FUNCTION fault_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fault_history
        (project_id, lens_id, job_id, edition_before, edition, version_before, version)
    VALUES (NEW.project_id, NEW.lens_id, NEW.job_id,
        CASE TG_OP WHEN 'UPDATE' THEN OLD.edition END, NEW.edition,
        CASE TG_OP WHEN 'UPDATE' THEN OLD.input_version END, NEW.input_version);
    RETURN NULL;
END $$;
CREATE TRIGGER fault_record AFTER INSERT OR UPDATE ON riskscore_score
    FOR EACH ROW EXECUTE FUNCTION fault_record();
CREATE TABLE fault_poison (project_id bigint, action text);
"""

_NUMBERS = """
SELECT p.key, s.input_version, md5(ROW(s.composite, s.geopolitical, s.concentration, s.labour,
    s.indigenous, s.band, s.coverage, s.node_low, s.node_high, s.node_coverage, s.context,
    s.residual, s.inputs, s.contributions, s.digest)::text)
FROM riskscore_score s JOIN riskscore_project p ON p.id = s.project_id WHERE s.lens_id = %s
"""


Numbers = dict[tuple[str, int], str]


def numbers(lens_id: int) -> Numbers:
    """Every number of every current score through a lens, hashed, by project's key and version."""
    return {(project, version): number for project, version, number in rows(_NUMBERS, [lens_id])}


def rows(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@dataclass
class Checker:
    """The invariants, asked of one database once it is quiet."""

    reference: Numbers
    accepted: set[str] = field(default_factory=set)  # ids of jobs that a client saw accepted

    def check(self, *watchers: Watcher) -> None:
        for job in Job.objects.all():
            self.every_project_is_scored_once_or_has_one_error(job)
            self.the_job_has_ended_with_all_its_chunks(job)
        self.nothing_older_was_written_over_newer()
        self.states_changed_on_record_and_ended_for_ever()
        self.every_accepted_job_exists()
        for watcher in watchers:
            self.progress_never_went_back(watcher)
        self.scores_are_those_of_a_run_without_faults()

    def every_project_is_scored_once_or_has_one_error(self, job: Job) -> None:
        """G1: and a job wrote no project's score twice."""
        twice = (
            "SELECT project_id FROM fault_history WHERE job_id = %s GROUP BY 1 HAVING count(*) > 1"
        )
        assert not rows(twice, [job.id]), "written twice by one job"
        finished = Chunk.objects.filter(job=job, state=Chunk.State.DONE)
        wanted = {one for ids in finished.values_list("project_ids", flat=True) for one in ids}
        some_left = Project.objects.filter(id__in=wanted)  # others were deleted meanwhile
        wanted = set(some_left.values_list("id", flat=True))
        failed = set(ItemError.objects.filter(job=job).values_list("project", flat=True))
        apart, current = JobScore.objects.filter(job=job), Score.objects.filter(lens=job.lens_id)
        scored = set((apart if job.apart else current).values_list("project", flat=True))
        assert wanted <= scored, f"{len(wanted - scored)} projects have no score"
        assert not wanted & failed, "scored, and an error too"

    def the_job_has_ended_with_all_its_chunks(self, job: Job) -> None:
        """G3."""
        assert job.state in Job.TERMINAL, job.state
        assert not Chunk.objects.filter(job=job, state__in=Chunk.OPEN).exists()
        assert ledger.progress(job.id).ended == ledger.progress(job.id).total

    def nothing_older_was_written_over_newer(self) -> None:
        """G2."""
        assert not rows(
            "SELECT FROM fault_history WHERE edition < edition_before OR version < version_before"
        )

    def states_changed_on_record_and_ended_for_ever(self) -> None:
        """G4 and G9: each change begins where the last one ended; the last one is the state."""
        broken = """
            SELECT FROM (
                SELECT before, lag(after, 1, '') OVER (PARTITION BY job_id, seq ORDER BY id) AS last
                FROM riskscore_transition) t
            WHERE before <> last"""
        assert not rows(broken), "a change of state is not on record"
        last = """
            SELECT DISTINCT ON (job_id, seq) job_id, seq, after
            FROM riskscore_transition ORDER BY job_id, seq, id DESC"""
        missing = f"""
            SELECT FROM riskscore_job j LEFT JOIN ({last}) t ON t.job_id = j.id AND t.seq IS NULL
            WHERE t.after IS DISTINCT FROM j.state
            UNION ALL
            SELECT FROM riskscore_chunk c
            LEFT JOIN ({last}) t ON t.job_id = c.job_id AND t.seq = c.seq
            WHERE t.after IS DISTINCT FROM c.state"""  # noqa: S608 - our own words
        assert not rows(missing)

    def every_accepted_job_exists(self) -> None:
        """G5."""
        known = {str(one) for one in Job.objects.values_list("id", flat=True)}
        assert self.accepted <= known, "a job was accepted and is gone"

    def progress_never_went_back(self, watcher: Watcher) -> None:
        """G6."""
        for earlier, later in zip(watcher.seen, watcher.seen[1:], strict=False):
            assert later.ended >= earlier.ended, (earlier, later)
            assert later.done >= earlier.done, (earlier, later)
            assert not (earlier.total and later.total != earlier.total), (earlier, later)

    def scores_are_those_of_a_run_without_faults(self) -> None:
        """G7: to the last bit, for all projects that nobody has edited meanwhile."""
        found = numbers(requests.default_lens().id)
        different = [
            key for key in found.keys() & self.reference if found[key] != self.reference[key]
        ]
        assert not different, f"{len(different)} projects have other numbers: {different[:5]}"

    def nothing_is_left_behind(self, house: House) -> None:
        """G8: no open transaction, no lock, no message that waits, no reply queue."""
        idle = """SELECT application_name, state FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
        assert not rows(idle)
        mine = "SELECT oid FROM pg_database WHERE datname = current_database()"
        held = f"SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = ({mine})"
        assert not rows(held)
        with house.broker() as client:
            # What was in flight when a connection was cut stays "unacked" until it is restored.
            left = client.keys("*pidbox*") + [one for one in QUEUES if client.exists(one)]
            assert not left, left
