-- riskscore/sql/project_facts.sql, its functions and the trigger of withdrawals; riskscore/sql/append_only.sql, one trigger.
-- The newest status of a project is kept on it, so that lists can be filtered by it; one that is
-- believed less than half counts where nothing better is on file. It is no input of a score: the
-- input version stays. Statuses of a release that was withdrawn do not count.
CREATE OR REPLACE FUNCTION riskscore_keep_status(projects bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE riskscore_project p SET status = coalesce(newest.status, ''), status_since = newest.since
    FROM unnest(projects) asked (id) LEFT JOIN LATERAL (
        SELECT s.status, s.since FROM riskscore_projectstatus s
        WHERE s.project_id = asked.id AND NOT EXISTS (
            SELECT FROM riskscore_withdrawal w WHERE w.release_id = s.release_id)
        ORDER BY s.credibility >= 0.5 DESC, s.since DESC, s.credibility DESC, s.id DESC LIMIT 1
    ) newest ON true
    WHERE p.id = asked.id
      AND (p.status, p.status_since) IS DISTINCT FROM (coalesce(newest.status, ''), newest.since)
$$;

CREATE OR REPLACE FUNCTION riskscore_status_stated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM riskscore_keep_status(array_agg(DISTINCT project_id)) FROM changed;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER status_stated AFTER INSERT ON riskscore_projectstatus
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_status_stated();
CREATE OR REPLACE TRIGGER projectstatus_append_only BEFORE UPDATE OR DELETE ON riskscore_projectstatus
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER capacity_append_only BEFORE UPDATE OR DELETE ON riskscore_capacity
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER scoreaccountability_append_only BEFORE UPDATE OR DELETE ON riskscore_scoreaccountability
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();

-- What was withdrawn with its release is no status of a project any more.
CREATE OR REPLACE FUNCTION riskscore_status_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM riskscore_keep_status(array_agg(DISTINCT s.project_id))
    FROM riskscore_projectstatus s WHERE s.release_id = NEW.release_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER status_withdrawn AFTER INSERT ON riskscore_withdrawal
    FOR EACH ROW WHEN (NEW.release_id IS NOT NULL) EXECUTE FUNCTION riskscore_status_withdrawn();

CREATE OR REPLACE TRIGGER withdrawal_append_only BEFORE UPDATE OR DELETE ON riskscore_withdrawal
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
