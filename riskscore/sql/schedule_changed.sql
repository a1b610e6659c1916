-- A changed schedule starts afresh: slots before the change are not caught up.
CREATE OR REPLACE FUNCTION riskscore_schedule_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER schedule_changed BEFORE UPDATE ON riskscore_schedule
    FOR EACH ROW EXECUTE FUNCTION riskscore_schedule_changed();
