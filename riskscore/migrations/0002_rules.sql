-- What was recorded stays as it was recorded: a correction is a new row.
CREATE OR REPLACE FUNCTION riskscore_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: record a new row instead', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER artefact_append_only BEFORE UPDATE OR DELETE ON riskscore_artefact
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER edition_append_only BEFORE UPDATE OR DELETE ON riskscore_edition
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE ON riskscore_evidence
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER exportflow_append_only BEFORE UPDATE OR DELETE ON riskscore_exportflow
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER footprint_append_only BEFORE UPDATE OR DELETE ON riskscore_footprint
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER land_append_only BEFORE UPDATE OR DELETE ON riskscore_land
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER landlayer_append_only BEFORE UPDATE OR DELETE ON riskscore_landlayer
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER locality_append_only BEFORE UPDATE OR DELETE ON riskscore_locality
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER observation_append_only BEFORE UPDATE OR DELETE ON riskscore_observation
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER prediction_append_only BEFORE UPDATE OR DELETE ON riskscore_prediction
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER release_append_only BEFORE UPDATE OR DELETE ON riskscore_release
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
-- Partitions get it from their parent.
CREATE OR REPLACE TRIGGER scorehistory_append_only BEFORE UPDATE OR DELETE ON riskscore_scorehistory
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
-- Transitions go when their job goes.
CREATE OR REPLACE TRIGGER transition_append_only BEFORE UPDATE ON riskscore_transition
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
-- A correction that somebody filed stays as it was filed, and is answered once.
CREATE OR REPLACE FUNCTION riskscore_challenge_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'open' OR
        (NEW.project_id, NEW.statement, NEW.url, NEW.kind, NEW.happened_on, NEW.disputes_id, NEW.filed_by_id)
        IS DISTINCT FROM
        (OLD.project_id, OLD.statement, OLD.url, OLD.kind, OLD.happened_on, OLD.disputes_id, OLD.filed_by_id)
    THEN
        RAISE EXCEPTION 'challenge % stays as it was filed and answered: file a new one instead', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER challenge_answered BEFORE UPDATE OR DELETE ON riskscore_challenge
    FOR EACH ROW EXECUTE FUNCTION riskscore_challenge_answered();
-- Make the partition of the score history that holds a month (UTC), if it is not there yet.
CREATE OR REPLACE FUNCTION riskscore_history_partition(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', month);
    name text := 'riskscore_scorehistory_' || to_char(first, 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NULL THEN
        -- Two workers may come at once: the second waits, then finds the table.
        PERFORM pg_advisory_xact_lock(hashtext(name));
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF riskscore_scorehistory FOR VALUES FROM (%L) TO (%L)',
            name, first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
    END IF;
END $$;
-- An import that has ended stays as it ended.
CREATE OR REPLACE FUNCTION riskscore_intake_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('succeeded', 'failed', 'cancelled') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'import % has ended as % and cannot change: import the file again instead', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER intake_ended BEFORE UPDATE ON riskscore_intake
    FOR EACH ROW EXECUTE FUNCTION riskscore_intake_ended();
-- Whoever writes, and however late: a state only moves along these arrows, and what ended stays.
CREATE OR REPLACE FUNCTION riskscore_job_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('succeeded', 'partially_failed', 'failed', 'cancelled') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'job % has ended as % and cannot change: start a new job instead', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('queued', 'running'), ('queued', 'failed'), ('queued', 'cancelled'), ('running', 'succeeded'),
        ('running', 'partially_failed'), ('running', 'failed'), ('running', 'cancelled')) THEN
        RAISE EXCEPTION 'job % is % and cannot become %: queued leads to running, failed or cancelled; running to any end',
            OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER job_ended BEFORE UPDATE ON riskscore_job
    FOR EACH ROW EXECUTE FUNCTION riskscore_job_ended();

CREATE OR REPLACE FUNCTION riskscore_chunk_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('done', 'split', 'dead', 'skipped') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'chunk % has ended as % and cannot change: retry its job instead', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('pending', 'running'), ('pending', 'skipped'), ('running', 'pending'), ('running', 'done'),
        ('running', 'split'), ('running', 'dead'), ('running', 'skipped')) THEN
        RAISE EXCEPTION 'chunk % is % and cannot become %: pending leads to running or skipped; running to pending or any end',
            OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER chunk_guard BEFORE UPDATE ON riskscore_chunk
    FOR EACH ROW EXECUTE FUNCTION riskscore_chunk_guard();
-- What a learned model is never changes; only what was decided about it does.
CREATE OR REPLACE FUNCTION riskscore_learned_model_trained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR
        (NEW.kind, NEW.version, NEW.card, NEW.artefact_sha256, NEW.created_at)
        IS DISTINCT FROM (OLD.kind, OLD.version, OLD.card, OLD.artefact_sha256, OLD.created_at) THEN
        RAISE EXCEPTION 'learned model % v% is trained and cannot change: train a new version', OLD.kind, OLD.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER learned_model_trained BEFORE UPDATE OR DELETE ON riskscore_learnedmodel
    FOR EACH ROW EXECUTE FUNCTION riskscore_learned_model_trained();
-- A published method keeps its specification for ever: scores refer to it. It may only retire.
CREATE OR REPLACE FUNCTION riskscore_method_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (TG_OP = 'DELETE' OR
        (NEW.code, NEW.version, NEW.spec, NEW.hash, NEW.edition_id)
        IS DISTINCT FROM (OLD.code, OLD.version, OLD.spec, OLD.hash, OLD.edition_id)) THEN
        RAISE EXCEPTION 'method % v% is published and cannot change: make a new version', OLD.code, OLD.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE OR REPLACE TRIGGER method_published BEFORE UPDATE OR DELETE ON riskscore_method
    FOR EACH ROW EXECUTE FUNCTION riskscore_method_published();
-- The places and minerals that observations name: as strict as foreign keys, but looked up once per
-- statement and code, since one look per row and reference would be half the time of a large file.
-- Codes must exist, are locked against deletion until the end of the transaction, and cannot be
-- deleted or renamed while an observation names them.
CREATE OR REPLACE FUNCTION riskscore_observation_codes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing text;
BEGIN
    PERFORM FROM riskscore_place WHERE code IN
        (SELECT place_id FROM fresh UNION SELECT importer_id FROM fresh) FOR KEY SHARE;
    PERFORM FROM riskscore_mineral WHERE code IN (SELECT mineral_id FROM fresh) FOR KEY SHARE;
    SELECT min(n.code) INTO missing
    FROM (SELECT place_id AS code FROM fresh UNION SELECT importer_id FROM fresh) n
    LEFT JOIN riskscore_place p USING (code) WHERE n.code IS NOT NULL AND p.code IS NULL;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'an observation names a place that does not exist: %; add it to the places, or correct the code', missing
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    SELECT min(n.code) INTO missing
    FROM (SELECT DISTINCT mineral_id AS code FROM fresh) n
    LEFT JOIN riskscore_mineral m USING (code) WHERE n.code IS NOT NULL AND m.code IS NULL;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'an observation names a mineral that does not exist: %; add it to the minerals, or correct the code', missing
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER observation_codes AFTER INSERT ON riskscore_observation
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION riskscore_observation_codes();

CREATE OR REPLACE FUNCTION riskscore_code_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_TABLE_NAME = 'riskscore_place' AND EXISTS (SELECT FROM riskscore_observation
            WHERE place_id = OLD.code OR importer_id = OLD.code))
       OR (TG_TABLE_NAME = 'riskscore_mineral' AND EXISTS (SELECT FROM riskscore_observation
            WHERE mineral_id = OLD.code)) THEN
        RAISE EXCEPTION '% cannot be deleted or renamed, since observations name it: keep it, and add a new code beside it', OLD.code
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER mineral_in_use AFTER DELETE ON riskscore_mineral
    FOR EACH ROW EXECUTE FUNCTION riskscore_code_in_use();
CREATE OR REPLACE TRIGGER mineral_renamed AFTER UPDATE OF code ON riskscore_mineral
    FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION riskscore_code_in_use();
CREATE OR REPLACE TRIGGER place_in_use AFTER DELETE ON riskscore_place
    FOR EACH ROW EXECUTE FUNCTION riskscore_code_in_use();
CREATE OR REPLACE TRIGGER place_renamed AFTER UPDATE OF code ON riskscore_place
    FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION riskscore_code_in_use();
-- The input version of a project rises with every change that a score can see, and never falls.
-- Old copies saved by a form cannot lower it. The moment of the change says since when a score is
-- stale.
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

CREATE OR REPLACE TRIGGER project_version BEFORE UPDATE ON riskscore_project
    FOR EACH ROW EXECUTE FUNCTION riskscore_project_version();

-- What belongs to a project counts as the project: once per statement, however many rows it wrote.
CREATE OR REPLACE FUNCTION riskscore_part_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE riskscore_project SET input_version = input_version + 1
    WHERE id IN (SELECT project_id FROM changed);
    RETURN NULL;
END $$;

-- A transition table names one event, so each part has a trigger per event.
CREATE OR REPLACE TRIGGER evidence_insert AFTER INSERT ON riskscore_evidence
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER evidence_update AFTER UPDATE ON riskscore_evidence
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER evidence_delete AFTER DELETE ON riskscore_evidence
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER offtake_insert AFTER INSERT ON riskscore_offtake
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER offtake_update AFTER UPDATE ON riskscore_offtake
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER offtake_delete AFTER DELETE ON riskscore_offtake
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER ownership_insert AFTER INSERT ON riskscore_ownership
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER ownership_update AFTER UPDATE ON riskscore_ownership
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER ownership_delete AFTER DELETE ON riskscore_ownership
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER projectmineral_insert AFTER INSERT ON riskscore_projectmineral
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER projectmineral_update AFTER UPDATE ON riskscore_projectmineral
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
CREATE OR REPLACE TRIGGER projectmineral_delete AFTER DELETE ON riskscore_projectmineral
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
-- Footprints are append-only: they are only ever inserted.
CREATE OR REPLACE TRIGGER footprint_insert AFTER INSERT ON riskscore_footprint
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
-- A changed schedule starts afresh: slots before the change are not caught up.
CREATE OR REPLACE FUNCTION riskscore_schedule_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER schedule_changed BEFORE UPDATE ON riskscore_schedule
    FOR EACH ROW EXECUTE FUNCTION riskscore_schedule_changed();
-- Chunks change state three times and are gone through often: leave room for updates in place.
ALTER TABLE riskscore_chunk SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE riskscore_workerpulse SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
-- The parts of a file are read once and often packed already: compressing them again only takes time.
ALTER TABLE riskscore_intakepart ALTER COLUMN content SET STORAGE EXTERNAL;
-- Each change of state of a job or a chunk is on record, with its moment, whoever made it.
CREATE OR REPLACE FUNCTION riskscore_job_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO riskscore_transition (job_id, before, after, worker, at)
    VALUES (NEW.id, CASE TG_OP WHEN 'UPDATE' THEN OLD.state ELSE '' END, NEW.state, '', clock_timestamp());
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER job_born AFTER INSERT ON riskscore_job
    FOR EACH ROW EXECUTE FUNCTION riskscore_job_transition();
CREATE OR REPLACE TRIGGER job_moved AFTER UPDATE ON riskscore_job
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION riskscore_job_transition();

CREATE OR REPLACE FUNCTION riskscore_chunk_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO riskscore_transition (job_id, seq, before, after, worker, at)
    VALUES (NEW.job_id, NEW.seq, CASE TG_OP WHEN 'UPDATE' THEN OLD.state ELSE '' END, NEW.state,
        NEW.worker, clock_timestamp());
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER chunk_born AFTER INSERT ON riskscore_chunk
    FOR EACH ROW EXECUTE FUNCTION riskscore_chunk_transition();
CREATE OR REPLACE TRIGGER chunk_moved AFTER UPDATE ON riskscore_chunk
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION riskscore_chunk_transition();
