"""Distances to registered communities are kept; those of a project that moves are removed."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("riskscore", "0009_offtake_and_status"),
    ]

    operations = [
        migrations.CreateModel(
            name='CommunityDistance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('km', models.FloatField()),
                ('name', models.CharField(max_length=200)),
                ('people', models.CharField(blank=True, db_default='', max_length=160)),
                ('nearest', models.BooleanField(help_text='whether no other register has a nearer one')),
                ('layer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.landlayer')),
                ('project', models.ForeignKey(db_column='project_key', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='community_distances', to='riskscore.project', to_field='key')),
            ],
            options={
                'verbose_name': 'distance to a community',
                'verbose_name_plural': 'distances to communities',
                'ordering': ['km', 'layer__code'],
                'indexes': [models.Index(condition=models.Q(('nearest', True)), fields=['km', 'project'], name='community_distance_by_km'), models.Index(condition=models.Q(('km__lte', 150), ('nearest', True)), fields=['project', 'km'], name='community_distance_of_the_near')],
                'constraints': [models.UniqueConstraint(fields=('project', 'layer'), name='community_distance_once_per_layer'), models.UniqueConstraint(condition=models.Q(('nearest', True)), fields=('project',), name='community_distance_one_nearest'), models.CheckConstraint(condition=models.Q(('km__gte', 0), ('km__lt', 20100)), name='community_distance_is_on_earth')],
            },
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
    ]
