-- A kept distance is that of the point that was measured: a project that moves loses its own, and is
-- unknown until it is measured again. The lock is that of whoever measures: not while all are.
CREATE OR REPLACE FUNCTION riskscore_project_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'7269736B0004'::bigint);
    DELETE FROM riskscore_communitydistance WHERE project_key = NEW.key;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER project_moved AFTER UPDATE OF latitude, longitude, place_id ON riskscore_project
    FOR EACH ROW WHEN ((NEW.latitude, NEW.longitude, NEW.place_id) IS DISTINCT FROM (OLD.latitude, OLD.longitude, OLD.place_id))
    EXECUTE FUNCTION riskscore_project_moved();
