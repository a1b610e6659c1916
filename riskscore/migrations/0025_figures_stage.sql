-- A column that computes itself is filled without an update, which the rows do not allow; then it is
-- a column like others.
ALTER TABLE riskscore_observation ADD COLUMN stage varchar(200) GENERATED ALWAYS AS (
    CASE
        WHEN indicator IN ('dol.good', 'ec.trade', 'trade.agreement', 'trade.restriction')
            THEN lower(btrim(regexp_replace(label, '\s+', ' ', 'g')))
        WHEN indicator LIKE 'usgs.%'
            THEN lower(btrim(regexp_replace(split_part(label, '; ', 2), '\s+', ' ', 'g')))
        WHEN indicator LIKE 'project.%'
            THEN lower(btrim(regexp_replace(
                regexp_replace(label, '\s+(per|a)\s+(year|annum)$', '', 'i'), '^\S+\s*', '')))
        ELSE ''
    END) STORED;
ALTER TABLE riskscore_observation ALTER COLUMN stage DROP EXPRESSION;
ALTER TABLE riskscore_observation ALTER COLUMN stage SET DEFAULT '', ALTER COLUMN stage SET NOT NULL;
-- A release that states one figure in two units keeps both: the later ones under their label.
DO $$
BEGIN
    CREATE TEMP TABLE stated_twice ON COMMIT DROP AS
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY release_id, indicator, place_id, mineral_id,
            importer_id, project_id, year, stage, since ORDER BY id) AS nth
        FROM riskscore_observation) numbered WHERE nth > 1;
    IF EXISTS (SELECT FROM stated_twice) THEN
        ALTER TABLE riskscore_observation DISABLE TRIGGER observation_append_only;
        UPDATE riskscore_observation o SET stage = lower(o.label) FROM stated_twice t WHERE t.id = o.id;
        ALTER TABLE riskscore_observation ENABLE TRIGGER observation_append_only;
    END IF;
END $$;
