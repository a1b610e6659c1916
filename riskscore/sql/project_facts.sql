-- The newest status of a project is kept on it, so that lists can be filtered by it; one that is
-- believed less than half counts where nothing better is on file. It is no input of a score: the
-- input version stays.
CREATE OR REPLACE FUNCTION riskscore_status_stated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE riskscore_project p SET status = newest.status, status_since = newest.since
    FROM (
        SELECT DISTINCT ON (project_id) project_id, status, since FROM riskscore_projectstatus
        WHERE project_id IN (SELECT project_id FROM changed)
        ORDER BY project_id, credibility >= 0.5 DESC, since DESC, credibility DESC, id DESC
    ) newest
    WHERE p.id = newest.project_id
      AND (p.status, p.status_since) IS DISTINCT FROM (newest.status, newest.since);
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
