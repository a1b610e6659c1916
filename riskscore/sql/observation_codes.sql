-- The places and minerals that observations name: as strict as foreign keys, but looked up once per
-- statement and code, since one look per row and reference would be half the time of a large file.
-- Codes must exist, are locked against deletion until the end of the transaction, and cannot be
-- deleted or renamed while an observation names them.
CREATE OR REPLACE FUNCTION riskscore_observation_codes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing text;
BEGIN
    PERFORM FROM riskscore_place WHERE code IN
        (SELECT place_id FROM fresh UNION SELECT importer_id FROM fresh) FOR KEY SHARE;
    PERFORM FROM riskscore_mineral WHERE code IN (SELECT mineral_id FROM fresh) FOR KEY SHARE;
    SELECT min(n.code) INTO missing
    FROM (SELECT place_id AS code FROM fresh UNION SELECT importer_id FROM fresh) n
    LEFT JOIN riskscore_place p USING (code) WHERE n.code IS NOT NULL AND p.code IS NULL;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'an observation names a place that does not exist: %; add it to the places, or correct the code', missing
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    SELECT min(n.code) INTO missing
    FROM (SELECT DISTINCT mineral_id AS code FROM fresh) n
    LEFT JOIN riskscore_mineral m USING (code) WHERE n.code IS NOT NULL AND m.code IS NULL;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'an observation names a mineral that does not exist: %; add it to the minerals, or correct the code', missing
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER observation_codes AFTER INSERT ON riskscore_observation
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION riskscore_observation_codes();

CREATE OR REPLACE FUNCTION riskscore_code_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_TABLE_NAME = 'riskscore_place' AND EXISTS (SELECT FROM riskscore_observation
            WHERE place_id = OLD.code OR importer_id = OLD.code))
       OR (TG_TABLE_NAME = 'riskscore_mineral' AND EXISTS (SELECT FROM riskscore_observation
            WHERE mineral_id = OLD.code)) THEN
        RAISE EXCEPTION '% cannot be deleted or renamed, since observations name it: keep it, and add a new code beside it', OLD.code
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER mineral_in_use AFTER DELETE ON riskscore_mineral
    FOR EACH ROW EXECUTE FUNCTION riskscore_code_in_use();
CREATE OR REPLACE TRIGGER mineral_renamed AFTER UPDATE OF code ON riskscore_mineral
    FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION riskscore_code_in_use();
CREATE OR REPLACE TRIGGER place_in_use AFTER DELETE ON riskscore_place
    FOR EACH ROW EXECUTE FUNCTION riskscore_code_in_use();
CREATE OR REPLACE TRIGGER place_renamed AFTER UPDATE OF code ON riskscore_place
    FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION riskscore_code_in_use();
