-- riskscore/sql/append_only.sql as far as it is about this table.
CREATE OR REPLACE TRIGGER scenario_append_only BEFORE UPDATE OR DELETE ON riskscore_scenario
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
