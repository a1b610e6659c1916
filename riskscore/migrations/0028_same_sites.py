"""Sites that may be the same are found by indexes, and drafts that are doubted have one too."""

from pathlib import Path

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskscore', '0027_withdrawals'),
    ]

    operations = [
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(models.Func(models.Func('name', function='riskscore_folded'), function='riskscore_site_name'), models.F('latitude'), name='project_by_site_name'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(models.Func('latitude', 'longitude', function='riskscore_site_cell'), name='project_by_site_cell'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(condition=models.Q(('flags__overlap', ['duplicate', 'place_disputed']), ('state', 'draft')), fields=['id'], name='project_doubted_draft'),
        ),
    ]
