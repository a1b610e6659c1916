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
