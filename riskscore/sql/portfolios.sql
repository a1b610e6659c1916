-- That a limit was crossed is an alert that somebody relied on.
CREATE OR REPLACE TRIGGER limitcrossing_append_only BEFORE UPDATE OR DELETE ON riskscore_limitcrossing
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
