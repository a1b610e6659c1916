"""What the models cannot say: partitions, rules that the database holds by itself, first rows.

``0002_rules.sql`` is ``riskscore/sql/`` as it stood then: later changes there come as migrations.
"""

from pathlib import Path

from django.db import migrations

# Migrations of before the first release had the same first name: without this, a database of theirs
# would lose its history below.
EMPTY = """
DO $$
BEGIN
    IF to_regclass('riskscore_scorehistory') IS NULL OR EXISTS (
            SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass('riskscore_scorehistory')) THEN
        RAISE EXCEPTION 'this database was made by migrations of before the first release: start with an empty one (the embedded one lies in var/postgres)'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END $$;
"""

# The columns are the model's. The key of a partitioned table must hold the partition column.
PARTITIONED = """
CREATE TABLE partitioned (LIKE riskscore_scorehistory INCLUDING DEFAULTS INCLUDING IDENTITY)
    PARTITION BY RANGE (computed_at);
DROP TABLE riskscore_scorehistory;
ALTER TABLE partitioned RENAME TO riskscore_scorehistory;
ALTER SEQUENCE partitioned_id_seq RENAME TO riskscore_scorehistory_id_seq;
ALTER TABLE riskscore_scorehistory ADD PRIMARY KEY (id, computed_at);
CREATE INDEX score_history_by_project ON riskscore_scorehistory (project_id, lens_id, computed_at DESC);
"""

SCHEDULES = """
INSERT INTO riskscore_schedule (name, what, every, at, timezone, enabled) VALUES
    ('nightly', 'everything', 'day', '02:30', 'UTC', true),
    ('hourly', 'stale', 'hour', '00:15', 'UTC', true);
"""


class Migration(migrations.Migration):
    dependencies = [("riskscore", "0001_initial")]

    operations = [
        migrations.RunSQL(EMPTY, migrations.RunSQL.noop),
        migrations.RunSQL(PARTITIONED, migrations.RunSQL.noop),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL(SCHEDULES, migrations.RunSQL.noop),
    ]
