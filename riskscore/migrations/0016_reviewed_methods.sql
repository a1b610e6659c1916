-- riskscore/sql/method_published.sql, whole.
CREATE OR REPLACE FUNCTION riskscore_method_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('draft', 'review') AND (TG_OP = 'DELETE' OR NEW.state IN ('draft', 'review') OR
        (NEW.code, NEW.version, NEW.spec, NEW.hash, NEW.edition_id)
        IS DISTINCT FROM (OLD.code, OLD.version, OLD.spec, OLD.hash, OLD.edition_id)) THEN
        RAISE EXCEPTION 'method % v% is published and cannot change: make a new version', OLD.code, OLD.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'review' AND (TG_OP = 'DELETE' OR
        (NEW.code, NEW.version, NEW.spec, NEW.hash)
        IS DISTINCT FROM (OLD.code, OLD.version, OLD.spec, OLD.hash)) THEN
        RAISE EXCEPTION 'method % v% is in review and cannot change: send it back first', OLD.code, OLD.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE OR REPLACE TRIGGER method_published BEFORE UPDATE OR DELETE ON riskscore_method
    FOR EACH ROW EXECUTE FUNCTION riskscore_method_published();

-- riskscore/sql/append_only.sql as far as it is about this table.
CREATE OR REPLACE TRIGGER methodchoice_append_only BEFORE UPDATE OR DELETE ON riskscore_methodchoice
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
