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
