-- One indicator has one source: figures of two publishers about one thing are never in force beside
-- each other, whoever writes them. Together with the unique constraint of a release, and the newest
-- row of each figure among a source's releases, it makes one figure in force per identity.
CREATE OR REPLACE FUNCTION riskscore_observation_sources() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stated record; other text;
BEGIN
    FOR stated IN
        SELECT f.indicator, r.source_id FROM (SELECT DISTINCT indicator, release_id FROM fresh) f
        JOIN riskscore_release r ON r.id = f.release_id ORDER BY 1, 2
    LOOP
        -- Two that load one indicator at once wait for each other, so that the second sees the first.
        PERFORM pg_advisory_xact_lock(hashtext('riskscore_observation.indicator'), hashtext(stated.indicator));
        SELECT min(r.source_id) INTO other FROM riskscore_release r
        WHERE r.source_id <> stated.source_id AND EXISTS (SELECT FROM riskscore_observation o
            WHERE o.release_id = r.id AND o.indicator = stated.indicator);
        IF other IS NOT NULL THEN
            RAISE EXCEPTION '% is stated by the source %, and not by %: record it as a correction of that source', stated.indicator, other, stated.source_id
                USING ERRCODE = 'unique_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER observation_sources AFTER INSERT ON riskscore_observation
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION riskscore_observation_sources();
