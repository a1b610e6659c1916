-- A word under "scenario" never changed a score. Views that differ in nothing else become one: the
-- view without a word is kept, else the oldest. Every score of history, and every job, is kept; of
-- two current scores of a project the later one stays current.
DO $$
DECLARE
    twin record;
BEGIN
    IF NOT EXISTS (SELECT FROM riskscore_lens GROUP BY method_code, importer_id HAVING count(*) > 1) THEN
        RETURN;
    END IF;
    ALTER TABLE riskscore_scorehistory DISABLE TRIGGER scorehistory_append_only;
    ALTER TABLE riskscore_job DISABLE TRIGGER job_ended;
    FOR twin IN
        SELECT gone.id AS gone, kept.id AS kept FROM riskscore_lens gone
        CROSS JOIN LATERAL (
            SELECT id FROM riskscore_lens same
            WHERE same.method_code = gone.method_code AND same.importer_id = gone.importer_id
            ORDER BY same.scenario <> '', same.id LIMIT 1) kept
        WHERE kept.id <> gone.id
    LOOP
        UPDATE riskscore_scorehistory SET lens_id = twin.kept WHERE lens_id = twin.gone;
        DELETE FROM riskscore_score mine USING riskscore_score other
        WHERE mine.project_id = other.project_id AND mine.lens_id IN (twin.kept, twin.gone)
          AND other.lens_id IN (twin.kept, twin.gone) AND mine.lens_id <> other.lens_id
          AND (mine.computed_at, mine.lens_id = twin.kept) < (other.computed_at, other.lens_id = twin.kept);
        UPDATE riskscore_score SET lens_id = twin.kept WHERE lens_id = twin.gone;
        DELETE FROM riskscore_stalemark mine USING riskscore_stalemark other
        WHERE mine.lens_id = twin.gone AND other.lens_id = twin.kept AND other.project_id = mine.project_id;
        UPDATE riskscore_stalemark SET lens_id = twin.kept WHERE lens_id = twin.gone;
        -- Two jobs of one slot of a schedule: the second is then one that a person might have started.
        UPDATE riskscore_job mine SET schedule_id = NULL, slot = NULL
        WHERE mine.lens_id = twin.gone AND EXISTS (
            SELECT FROM riskscore_job other WHERE other.lens_id = twin.kept
              AND other.schedule_id = mine.schedule_id AND other.slot = mine.slot);
        UPDATE riskscore_job SET lens_id = twin.kept WHERE lens_id = twin.gone;
        UPDATE riskscore_lens kept SET kept_current = kept.kept_current OR gone.kept_current
        FROM riskscore_lens gone WHERE kept.id = twin.kept AND gone.id = twin.gone;
        DELETE FROM riskscore_lens WHERE id = twin.gone;
    END LOOP;
    -- What references the views is checked now: a table with checks to come cannot be altered.
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE riskscore_scorehistory ENABLE TRIGGER scorehistory_append_only;
    ALTER TABLE riskscore_job ENABLE TRIGGER job_ended;
END $$;
