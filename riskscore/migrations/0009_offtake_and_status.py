"""Off-take says of which mineral and who states it; a status that is hardly believed gives way."""

import django.db.models.deletion
from django.db import migrations, models

# As riskscore/sql/project_facts.sql stood.
RULES = """
-- The newest status of a project is kept on it, so that lists can be filtered by it; one that is
-- believed less than half counts where nothing better is on file. It is no input of a score: the
-- input version stays.
CREATE OR REPLACE FUNCTION riskscore_status_stated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE riskscore_project p SET status = newest.status, status_since = newest.since
    FROM (
        SELECT DISTINCT ON (project_id) project_id, status, since FROM riskscore_projectstatus
        WHERE project_id IN (SELECT project_id FROM changed)
        ORDER BY project_id, credibility >= 0.5 DESC, since DESC, credibility DESC, id DESC
    ) newest
    WHERE p.id = newest.project_id
      AND (p.status, p.status_since) IS DISTINCT FROM (newest.status, newest.since);
    RETURN NULL;
END $$;
"""
# The statuses that are kept already, by the same order.
KEPT = """
UPDATE riskscore_project p SET status = newest.status, status_since = newest.since
FROM (
    SELECT DISTINCT ON (project_id) project_id, status, since FROM riskscore_projectstatus
    ORDER BY project_id, credibility >= 0.5 DESC, since DESC, credibility DESC, id DESC
) newest
WHERE p.id = newest.project_id
  AND (p.status, p.status_since) IS DISTINCT FROM (newest.status, newest.since);
"""


class Migration(migrations.Migration):

    dependencies = [
        # 0008 was published upon 0002, before 0003 to 0007: databases hold it without these.
        ("riskscore", "0007_learned_switch"),
        ("riskscore", "0008_order_of_samples"),
    ]

    operations = [
        migrations.AddField(
            model_name='offtake',
            name='mineral',
            field=models.ForeignKey(blank=True, db_index=False, help_text='nothing: all that the project yields', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.mineral'),
        ),
        migrations.AddField(
            model_name='offtake',
            name='note',
            field=models.CharField(blank=True, db_default='', default='', max_length=400),
        ),
        migrations.AddField(
            model_name='offtake',
            name='release',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.release'),
        ),
        migrations.AlterField(
            model_name='offtake',
            name='url',
            field=models.URLField(blank=True, help_text='where it can be read', max_length=400),
        ),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
