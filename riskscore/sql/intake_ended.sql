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
