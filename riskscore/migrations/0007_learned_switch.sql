-- riskscore/sql/append_only.sql as far as it is about this table.
CREATE OR REPLACE TRIGGER learnedswitch_append_only BEFORE UPDATE OR DELETE ON riskscore_learnedswitch
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
