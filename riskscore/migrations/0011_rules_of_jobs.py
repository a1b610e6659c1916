"""Rules of jobs that the database itself holds: guarded transitions, each on record."""

from django.db import migrations

GUARDS = """
-- Whoever writes, and however late: a state only moves along these arrows, and what ended stays.
CREATE OR REPLACE FUNCTION riskscore_job_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('succeeded', 'partially_failed', 'failed', 'cancelled') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'job % has ended as % and cannot change', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('queued', 'running'), ('queued', 'failed'), ('queued', 'cancelled'), ('running', 'succeeded'),
        ('running', 'partially_failed'), ('running', 'failed'), ('running', 'cancelled')) THEN
        RAISE EXCEPTION 'job %: % cannot become %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION riskscore_chunk_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('done', 'split', 'dead', 'skipped') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'chunk % has ended as % and cannot change', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('pending', 'running'), ('pending', 'skipped'), ('running', 'pending'), ('running', 'done'),
        ('running', 'split'), ('running', 'dead'), ('running', 'skipped')) THEN
        RAISE EXCEPTION 'chunk %: % cannot become %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER chunk_guard BEFORE UPDATE ON riskscore_chunk
    FOR EACH ROW EXECUTE FUNCTION riskscore_chunk_guard();
"""

RECORD = """
CREATE FUNCTION riskscore_job_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO riskscore_transition (job_id, before, after, worker, at)
    VALUES (NEW.id, CASE TG_OP WHEN 'UPDATE' THEN OLD.state ELSE '' END, NEW.state, '', clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER job_born AFTER INSERT ON riskscore_job
    FOR EACH ROW EXECUTE FUNCTION riskscore_job_transition();
CREATE TRIGGER job_moved AFTER UPDATE ON riskscore_job
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION riskscore_job_transition();

CREATE FUNCTION riskscore_chunk_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO riskscore_transition (job_id, seq, before, after, worker, at)
    VALUES (NEW.job_id, NEW.seq, CASE TG_OP WHEN 'UPDATE' THEN OLD.state ELSE '' END, NEW.state,
        NEW.worker, clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER chunk_born AFTER INSERT ON riskscore_chunk
    FOR EACH ROW EXECUTE FUNCTION riskscore_chunk_transition();
CREATE TRIGGER chunk_moved AFTER UPDATE ON riskscore_chunk
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION riskscore_chunk_transition();
CREATE TRIGGER transition_append_only BEFORE UPDATE ON riskscore_transition
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
"""

VERSION = """
-- As before, and the moment of the change is kept: it says since when a score is stale.
CREATE OR REPLACE FUNCTION riskscore_project_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.input_version := GREATEST(NEW.input_version, OLD.input_version);
    IF NEW.input_version = OLD.input_version
       AND (NEW.place_id, NEW.latitude, NEW.longitude, NEW.kind, NEW.stage, NEW.state)
           IS DISTINCT FROM (OLD.place_id, OLD.latitude, OLD.longitude, OLD.kind, OLD.stage, OLD.state) THEN
        NEW.input_version := OLD.input_version + 1;
    END IF;
    IF NEW.input_version > OLD.input_version THEN
        NEW.updated_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
"""

SCHEDULES = """
-- A changed schedule starts afresh: slots before the change are not caught up.
CREATE FUNCTION riskscore_schedule_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER schedule_changed BEFORE UPDATE ON riskscore_schedule
    FOR EACH ROW EXECUTE FUNCTION riskscore_schedule_changed();
INSERT INTO riskscore_schedule (name, what, every, at, timezone, enabled) VALUES
    ('nightly', 'everything', 'day', '02:30', 'UTC', true),
    ('hourly', 'stale', 'hour', '00:15', 'UTC', true);
"""

# Chunks change state three times and are gone through often: leave room for updates in place.
STORAGE = """
ALTER TABLE riskscore_chunk SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE riskscore_workerpulse SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
"""


class Migration(migrations.Migration):
    dependencies = [("riskscore", "0010_jobs_in_full")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (GUARDS, RECORD, VERSION, SCHEDULES, STORAGE)
    ]
