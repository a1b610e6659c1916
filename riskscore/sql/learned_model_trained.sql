-- What a learned model is never changes; only what was decided about it does.
CREATE OR REPLACE FUNCTION riskscore_learned_model_trained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR
        (NEW.kind, NEW.version, NEW.card, NEW.artefact_sha256, NEW.created_at)
        IS DISTINCT FROM (OLD.kind, OLD.version, OLD.card, OLD.artefact_sha256, OLD.created_at) THEN
        RAISE EXCEPTION 'learned model % v% is trained and cannot change: train a new version', OLD.kind, OLD.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER learned_model_trained BEFORE UPDATE OR DELETE ON riskscore_learnedmodel
    FOR EACH ROW EXECUTE FUNCTION riskscore_learned_model_trained();
