-- Who owns what, and where owners are at home, stays as it was recorded: a correction is a new row.
CREATE OR REPLACE TRIGGER ownership_append_only BEFORE UPDATE OR DELETE ON riskscore_ownership
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER domicile_append_only BEFORE UPDATE OR DELETE ON riskscore_domicile
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();

-- The home of an owner is an input of the scores of what it owns, and of what its subsidiaries own.
-- UNION ends where companies are said to own each other in a ring.
CREATE OR REPLACE FUNCTION riskscore_domicile_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH RECURSIVE touched (company_id) AS (
        SELECT company_id FROM changed
        UNION
        SELECT d.company_id FROM riskscore_domicile d JOIN touched t ON d.parent_id = t.company_id
    )
    UPDATE riskscore_project SET input_version = input_version + 1
    WHERE id IN (SELECT o.project_id FROM riskscore_ownership o JOIN touched USING (company_id));
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER domicile_insert AFTER INSERT ON riskscore_domicile
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_domicile_changed();
