-- What was there before counts as changed before every position: 0. A constant default writes no row.
ALTER TABLE riskscore_edition ADD COLUMN changed_in bigint DEFAULT 0 NOT NULL,
    ADD COLUMN position text DEFAULT '' NOT NULL;
ALTER TABLE riskscore_project ADD COLUMN changed_in bigint DEFAULT 0 NOT NULL,
    ADD COLUMN shown_in bigint DEFAULT 0 NOT NULL;
ALTER TABLE riskscore_scorehistory ADD COLUMN changed_in bigint DEFAULT 0 NOT NULL;

CREATE OR REPLACE FUNCTION riskscore_derived_columns() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['input_version', 'created_at', 'updated_at', 'changed_at', 'status', 'status_since', 'terms', 'spec', 'card', 'changed_in', 'shown_in']
$$;

-- In which transaction a row was changed last. A clock, or a number given before the commit, says
-- nothing about what a reader had seen: whoever began later may commit first. A transaction is seen
-- or not seen by a snapshot, and PostgreSQL says which. riskscore/sql/position.py reads it.
CREATE OR REPLACE FUNCTION riskscore_transaction() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT pg_current_xact_id()::text::bigint
$$;

-- All that is seen at the moment: the cluster, the first transaction that may still be open, the
-- first that has not begun, and those between them that are open.
CREATE OR REPLACE FUNCTION riskscore_position() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT to_hex(system_identifier) || '-' || translate(pg_current_snapshot()::text, ':,', '-.')
    FROM pg_control_system()
$$;

-- An edition keeps what was seen when it was recorded: whoever sees it has seen at least that, and
-- its own transaction.
CREATE OR REPLACE FUNCTION riskscore_edition_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_in := riskscore_transaction();
    NEW.position := riskscore_position();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER edition_position BEFORE INSERT ON riskscore_edition
    FOR EACH ROW EXECUTE FUNCTION riskscore_edition_position();

-- The name of the trigger lets it come after the others: they change the row too.
CREATE OR REPLACE FUNCTION riskscore_project_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.changed_in := riskscore_transaction();
        NEW.shown_in := CASE WHEN NEW.state = OLD.state THEN OLD.shown_in ELSE NEW.changed_in END;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER project_written BEFORE UPDATE ON riskscore_project
    FOR EACH ROW EXECUTE FUNCTION riskscore_project_written();

-- Parts of a project that are shown with it, and are no inputs of its score.
CREATE OR REPLACE FUNCTION riskscore_part_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE riskscore_project SET changed_in = riskscore_transaction()
    WHERE id IN (SELECT project_id FROM changed) AND changed_in <> riskscore_transaction();
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER capacity_written AFTER INSERT ON riskscore_capacity
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_written();
CREATE OR REPLACE TRIGGER externalid_inserted AFTER INSERT ON riskscore_externalid
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_written();
CREATE OR REPLACE TRIGGER externalid_updated AFTER UPDATE ON riskscore_externalid
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_written();
CREATE OR REPLACE TRIGGER externalid_deleted AFTER DELETE ON riskscore_externalid
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_written();

ALTER TABLE riskscore_project ALTER COLUMN changed_in SET DEFAULT riskscore_transaction();
ALTER TABLE riskscore_scorehistory ALTER COLUMN changed_in SET DEFAULT riskscore_transaction();
