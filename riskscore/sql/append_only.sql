-- What was recorded stays as it was recorded: a correction is a new row.
CREATE OR REPLACE FUNCTION riskscore_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: record a new row instead', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE TRIGGER artefact_append_only BEFORE UPDATE OR DELETE ON riskscore_artefact
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER edition_append_only BEFORE UPDATE OR DELETE ON riskscore_edition
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE ON riskscore_evidence
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER exportflow_append_only BEFORE UPDATE OR DELETE ON riskscore_exportflow
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER footprint_append_only BEFORE UPDATE OR DELETE ON riskscore_footprint
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER land_append_only BEFORE UPDATE OR DELETE ON riskscore_land
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER landlayer_append_only BEFORE UPDATE OR DELETE ON riskscore_landlayer
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER learnedswitch_append_only BEFORE UPDATE OR DELETE ON riskscore_learnedswitch
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER locality_append_only BEFORE UPDATE OR DELETE ON riskscore_locality
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER methodchoice_append_only BEFORE UPDATE OR DELETE ON riskscore_methodchoice
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER observation_append_only BEFORE UPDATE OR DELETE ON riskscore_observation
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER prediction_append_only BEFORE UPDATE OR DELETE ON riskscore_prediction
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER recordchange_append_only BEFORE UPDATE OR DELETE ON riskscore_recordchange
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER release_append_only BEFORE UPDATE OR DELETE ON riskscore_release
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER scenario_append_only BEFORE UPDATE OR DELETE ON riskscore_scenario
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
-- Partitions get it from their parent.
CREATE OR REPLACE TRIGGER scorehistory_append_only BEFORE UPDATE OR DELETE ON riskscore_scorehistory
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
-- Transitions go when their job goes.
CREATE OR REPLACE TRIGGER transition_append_only BEFORE UPDATE ON riskscore_transition
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER withdrawal_append_only BEFORE UPDATE OR DELETE ON riskscore_withdrawal
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
