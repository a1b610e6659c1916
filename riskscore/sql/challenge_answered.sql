-- A correction that somebody filed stays as it was filed, and is answered once.
CREATE OR REPLACE FUNCTION riskscore_challenge_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'open' OR
        (NEW.project_id, NEW.statement, NEW.url, NEW.kind, NEW.happened_on, NEW.disputes_id, NEW.indicator, NEW.filed_by_id)
        IS DISTINCT FROM
        (OLD.project_id, OLD.statement, OLD.url, OLD.kind, OLD.happened_on, OLD.disputes_id, OLD.indicator, OLD.filed_by_id)
    THEN
        RAISE EXCEPTION 'challenge % stays as it was filed and answered: file a new one instead', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER challenge_answered BEFORE UPDATE OR DELETE ON riskscore_challenge
    FOR EACH ROW EXECUTE FUNCTION riskscore_challenge_answered();
