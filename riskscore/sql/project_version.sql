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
