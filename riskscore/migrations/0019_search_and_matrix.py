"""One search over everything, and counts by mineral and place that are kept where there is much."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskscore', '0018_record_changes'),
    ]

    operations = [
        migrations.CreateModel(
            name='MatrixCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mineral', models.CharField(max_length=40)),
                ('place', models.CharField(max_length=3)),
                ('number', models.IntegerField()),
                ('known', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ('sums', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), size=None)),
                ('medians', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), size=None)),
                ('worst', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), size=None)),
                ('bands', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ('grid', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='matrix', to='riskscore.mapgrid')),
            ],
        ),
        migrations.AddConstraint(
            model_name='matrixcell',
            constraint=models.UniqueConstraint(fields=('grid', 'mineral', 'place'), name='matrix_cell_once'),
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
    ]
