"""Saved lists of people, and indexes by which lists of scores are sorted by any dimension."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskscore', '0020_roles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DefaultList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rows', models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name='SavedList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rows', models.CharField(help_text='the table that the list shows: project', max_length=60)),
                ('name', models.CharField(max_length=80)),
                ('query', models.JSONField(default=dict)),
                ('shared', models.BooleanField(db_default=False, default=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='score',
            index=models.Index(models.F('lens'), models.OrderBy(models.F('geopolitical'), descending=True, nulls_last=True), models.F('project'), condition=models.Q(('geopolitical__isnull', False)), name='score_by_geopolitical'),
        ),
        migrations.AddIndex(
            model_name='score',
            index=models.Index(models.F('lens'), models.OrderBy(models.F('concentration'), descending=True, nulls_last=True), models.F('project'), condition=models.Q(('concentration__isnull', False)), name='score_by_concentration'),
        ),
        migrations.AddIndex(
            model_name='score',
            index=models.Index(models.F('lens'), models.OrderBy(models.F('labour'), descending=True, nulls_last=True), models.F('project'), condition=models.Q(('labour__isnull', False)), name='score_by_labour'),
        ),
        migrations.AddIndex(
            model_name='score',
            index=models.Index(models.F('lens'), models.OrderBy(models.F('indigenous'), descending=True, nulls_last=True), models.F('project'), condition=models.Q(('indigenous__isnull', False)), name='score_by_indigenous'),
        ),
        migrations.AddField(
            model_name='defaultlist',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='savedlist',
            name='owner',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='saved_lists', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='defaultlist',
            name='saved',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='riskscore.savedlist'),
        ),
        migrations.AddIndex(
            model_name='savedlist',
            index=models.Index(condition=models.Q(('shared', True)), fields=['rows'], name='saved_list_shared'),
        ),
        migrations.AddConstraint(
            model_name='savedlist',
            constraint=models.UniqueConstraint(fields=('owner', 'rows', 'name'), name='saved_list_name_once'),
        ),
        migrations.AddConstraint(
            model_name='savedlist',
            constraint=models.CheckConstraint(condition=models.Q(('rows__regex', '^[a-z]+$')), name='saved_list_is_of_a_table'),
        ),
        migrations.AddConstraint(
            model_name='savedlist',
            constraint=models.CheckConstraint(condition=models.Q(('name', django.db.models.functions.text.Trim('name')), models.Q(('name', ''), _negated=True)), name='saved_list_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='savedlist',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(models.Func(models.F('query'), function='jsonb_typeof', output_field=models.TextField()), 'object'), name='saved_list_query_is_an_object'),
        ),
        migrations.AddConstraint(
            model_name='savedlist',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length(django.db.models.functions.comparison.Cast('query', models.TextField())), 8000), name='saved_list_query_is_short'),
        ),
        migrations.AddConstraint(
            model_name='defaultlist',
            constraint=models.UniqueConstraint(fields=('user', 'rows'), name='default_list_one_per_table'),
        ),
    ]
