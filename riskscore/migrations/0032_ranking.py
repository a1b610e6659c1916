"""Ranks are kept: blocks of distinct scores per lens and node, and what changed since."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("riskscore", "0030_scores_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name='Ranking',
            fields=[
                ('lens', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='riskscore.lens')),
                ('version', models.BigIntegerField(help_text='of the blocks that readers use')),
                ('recording', models.BigIntegerField(help_text='version of changes, or none', null=True)),
                ('ranked_at', models.DateTimeField()),
                ('projects', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='ranked projects with a score, by node', size=None)),
            ],
        ),
        migrations.CreateModel(
            name='RankBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.BigIntegerField()),
                ('node', models.SmallIntegerField(help_text='its place in NODES')),
                ('lowest', models.FloatField()),
                ('above', models.IntegerField(help_text='ranked projects with a higher score than all of these')),
                ('scores', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ('sharing', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='ranked projects with each of them', size=None)),
                ('lens', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='riskscore.lens')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('lens', 'version', 'node', 'lowest'), name='rank_block_once')],
            },
        ),
        migrations.CreateModel(
            name='RankChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.BigIntegerField()),
                ('node', models.SmallIntegerField(help_text='its place in NODES')),
                ('score', models.FloatField()),
                ('change', models.IntegerField()),
                ('changed_at', models.DateTimeField()),
                ('lens', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='riskscore.lens')),
            ],
            options={
                'indexes': [models.Index(fields=['lens', 'version', 'node'], include=('score', 'change', 'changed_at'), name='rank_change_by_node')],
            },
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
    ]
