"""What is edited in place is on record, before and after: the table, and the triggers that fill it."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskscore', '0017_watches'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RecordChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('transaction', models.BigIntegerField(help_text='number of the transaction that wrote it')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('model', models.CharField(help_text='name of the model', max_length=40)),
                ('record', models.CharField(help_text='its key', max_length=60)),
                ('action', models.CharField(choices=[('added', 'Added'), ('changed', 'Changed'), ('removed', 'Removed')], max_length=7)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('about', models.JSONField()),
                ('how', models.CharField(blank=True, db_default='', max_length=10)),
                ('reason', models.CharField(blank=True, db_default='', max_length=400)),
                ('author', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='changes', to='riskscore.project')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('project__isnull', False)), fields=['project', '-id'], name='change_by_project'), models.Index(fields=['model', 'record', '-id'], name='change_by_record')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('action', 'added'), ('after__isnull', False), ('before__isnull', True)), models.Q(('action', 'changed'), ('after__isnull', False), ('before__isnull', False)), models.Q(('action', 'removed'), ('after__isnull', True), ('before__isnull', False)), _connector='OR'), name='change_has_what_its_action_says')],
            },
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
    ]
