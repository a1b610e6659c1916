-- What was edited in place is on record, before and after, whoever wrote: a form, a list's action, an
-- import, a statement by hand. Only rows whose values really changed; what is counted or derived is
-- left out. Who, how and why are settings of the transaction (riskscore/sql/authorship.py).
CREATE OR REPLACE FUNCTION riskscore_derived_columns() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['input_version', 'created_at', 'updated_at', 'changed_at', 'status', 'status_since', 'terms', 'spec', 'card', 'changed_in', 'shown_in']
$$;

CREATE OR REPLACE FUNCTION riskscore_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    derived text[] := riskscore_derived_columns();
    one jsonb := to_jsonb(OLD) - derived;
    other jsonb;
    was jsonb;
    became jsonb;
BEGIN
    IF TG_OP = 'DELETE' THEN
        was := one;
    ELSE
        other := to_jsonb(NEW) - derived;
        SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, other -> key) INTO was, became
        FROM jsonb_each(one) WHERE value IS DISTINCT FROM other -> key;
        IF was IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO riskscore_recordchange
        (transaction, at, model, record, project_id, action, before, after, about, author_id, how, reason)
    VALUES (pg_current_xact_id()::text::bigint, clock_timestamp(), substr(TG_TABLE_NAME, 11),
        coalesce(one ->> 'id', one ->> 'code', ''),
        CASE TG_TABLE_NAME WHEN 'riskscore_project' THEN one ->> 'id' ELSE one ->> 'project_id' END::bigint,
        CASE TG_OP WHEN 'DELETE' THEN 'removed' ELSE 'changed' END, was, became,
        coalesce(other, one), nullif(current_setting('riskscore.author', true), '')::int,
        coalesce(current_setting('riskscore.how', true), ''), coalesce(current_setting('riskscore.reason', true), ''));
    RETURN NULL;
END $$;

-- A new row is on record where somebody is known to have entered it. A part that came together with
-- its project is not: a file of a million projects leaves no entry.
CREATE OR REPLACE FUNCTION riskscore_log_part_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('riskscore.how', true), '') <> '' THEN
        INSERT INTO riskscore_recordchange
            (transaction, at, model, record, project_id, action, after, about, author_id, how, reason)
        SELECT pg_current_xact_id()::text::bigint, clock_timestamp(), substr(TG_TABLE_NAME, 11), a.id::text, a.project_id, 'added',
            to_jsonb(a), to_jsonb(a), nullif(current_setting('riskscore.author', true), '')::int,
            current_setting('riskscore.how'), coalesce(current_setting('riskscore.reason', true), '')
        FROM added a JOIN riskscore_project p ON p.id = a.project_id
        WHERE p.created_at < transaction_timestamp();
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION riskscore_log_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    derived text[] := riskscore_derived_columns();
BEGIN
    IF coalesce(current_setting('riskscore.how', true), '') NOT IN ('', 'import') THEN
        INSERT INTO riskscore_recordchange
            (transaction, at, model, record, project_id, action, after, about, author_id, how, reason)
        SELECT pg_current_xact_id()::text::bigint, clock_timestamp(), substr(TG_TABLE_NAME, 11), coalesce(row ->> 'id', row ->> 'code', ''),
            CASE TG_TABLE_NAME WHEN 'riskscore_project' THEN row ->> 'id' ELSE row ->> 'project_id' END::bigint,
            'added', row, row, nullif(current_setting('riskscore.author', true), '')::int,
            current_setting('riskscore.how'), coalesce(current_setting('riskscore.reason', true), '')
        FROM (SELECT to_jsonb(a) - derived AS row FROM added a) rows;
    END IF;
    RETURN NULL;
END $$;

-- The list of columns keeps what counts a project's edits from being one itself.
CREATE OR REPLACE TRIGGER project_logged AFTER UPDATE ON riskscore_project
    FOR EACH ROW WHEN (
        (OLD.key, OLD.name, OLD.place_id, OLD.place_label, OLD.place_rule, OLD.latitude, OLD.longitude, OLD.kind, OLD.stage,
            OLD.state, OLD.flags, OLD.duplicate_of_id, OLD.confidence, OLD.release_id, OLD.source_id)
        IS DISTINCT FROM
        (NEW.key, NEW.name, NEW.place_id, NEW.place_label, NEW.place_rule, NEW.latitude, NEW.longitude, NEW.kind, NEW.stage,
            NEW.state, NEW.flags, NEW.duplicate_of_id, NEW.confidence, NEW.release_id, NEW.source_id)
    ) EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER project_removed AFTER DELETE ON riskscore_project
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER project_added AFTER INSERT ON riskscore_project
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();

-- An append-only table is its own record; these are edited in place.
CREATE OR REPLACE TRIGGER projectmineral_added AFTER INSERT ON riskscore_projectmineral
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_part_added();
CREATE OR REPLACE TRIGGER projectmineral_logged AFTER UPDATE OR DELETE ON riskscore_projectmineral
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER offtake_added AFTER INSERT ON riskscore_offtake
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_part_added();
CREATE OR REPLACE TRIGGER offtake_logged AFTER UPDATE OR DELETE ON riskscore_offtake
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER externalid_added AFTER INSERT ON riskscore_externalid
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_part_added();
CREATE OR REPLACE TRIGGER externalid_logged AFTER UPDATE OR DELETE ON riskscore_externalid
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER challenge_logged AFTER UPDATE ON riskscore_challenge
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER place_added AFTER INSERT ON riskscore_place
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER place_logged AFTER UPDATE OR DELETE ON riskscore_place
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER placemember_added AFTER INSERT ON riskscore_placemember
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER placemember_logged AFTER UPDATE OR DELETE ON riskscore_placemember
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER region_added AFTER INSERT ON riskscore_region
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER region_logged AFTER UPDATE OR DELETE ON riskscore_region
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER regionmember_added AFTER INSERT ON riskscore_regionmember
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER regionmember_logged AFTER UPDATE OR DELETE ON riskscore_regionmember
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER mineral_added AFTER INSERT ON riskscore_mineral
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER mineral_logged AFTER UPDATE OR DELETE ON riskscore_mineral
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER tradecode_added AFTER INSERT ON riskscore_tradecode
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER tradecode_logged AFTER UPDATE OR DELETE ON riskscore_tradecode
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER company_added AFTER INSERT ON riskscore_company
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER company_logged AFTER UPDATE OR DELETE ON riskscore_company
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER lens_added AFTER INSERT ON riskscore_lens
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER lens_logged AFTER UPDATE OR DELETE ON riskscore_lens
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER method_added AFTER INSERT ON riskscore_method
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER method_logged AFTER UPDATE OR DELETE ON riskscore_method
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER learnedmodel_added AFTER INSERT ON riskscore_learnedmodel
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER learnedmodel_logged AFTER UPDATE OR DELETE ON riskscore_learnedmodel
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER schedule_added AFTER INSERT ON riskscore_schedule
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER schedule_logged AFTER UPDATE OR DELETE ON riskscore_schedule
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER portfolio_added AFTER INSERT ON riskscore_portfolio
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER portfolio_logged AFTER UPDATE OR DELETE ON riskscore_portfolio
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER portfoliolimit_added AFTER INSERT ON riskscore_portfoliolimit
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER portfoliolimit_logged AFTER UPDATE OR DELETE ON riskscore_portfoliolimit
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
CREATE OR REPLACE TRIGGER position_added AFTER INSERT ON riskscore_position
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION riskscore_log_added();
CREATE OR REPLACE TRIGGER position_logged AFTER UPDATE OR DELETE ON riskscore_position
    FOR EACH ROW EXECUTE FUNCTION riskscore_log_change();
