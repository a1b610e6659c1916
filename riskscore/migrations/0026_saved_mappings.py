"""How a table is read can be saved under a name; curators and operators may do so.

Permissions come into being after all migrations, so they are made here first, of the models as they
stand at this migration. A ready group that is gone stays gone.
"""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models
from django.contrib.auth.management import create_permissions


GROUPS = ("curator", "operator")
CODENAMES = ("add_savedmapping", "change_savedmapping", "view_savedmapping")


def permit(apps, schema_editor):
    """Give each ready group that there is the permissions of saved mappings."""
    alias = schema_editor.connection.alias
    ours = apps.get_app_config("riskscore")
    ours.models_module = True  # an app of the past has none, and would be skipped
    create_permissions(ours, verbosity=0, using=alias, apps=apps)
    permissions = apps.get_model("auth", "Permission").objects.using(alias).filter(
        content_type__app_label="riskscore", codename__in=CODENAMES
    )
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(name__in=GROUPS):
        group.permissions.add(*permissions)


class Migration(migrations.Migration):

    dependencies = [
        ('riskscore', '0025_figures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='intake',
            name='hidden',
            field=models.BooleanField(db_default=False, default=False, help_text='read hidden rows of a workbook too'),
        ),
        migrations.AddField(
            model_name='intake',
            name='read_as',
            field=models.JSONField(blank=True, db_default={}, default=dict, help_text='sheet and row of the column names, where they were looked for'),
        ),
        migrations.AlterField(
            model_name='intake',
            name='state',
            field=models.CharField(choices=[('uploaded', 'Uploaded'), ('queued', 'Queued'), ('running', 'Running'), ('loaded', 'Loaded'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10),
        ),
        migrations.CreateModel(
            name='SavedMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('source', models.CharField(help_text='whose figures these are', max_length=40)),
                ('layout', models.CharField(help_text='the table of ours that the file is read as', max_length=40)),
                ('sheet', models.CharField(blank=True, db_default='', default='', help_text='of a workbook', max_length=80)),
                ('header_row', models.PositiveIntegerField(db_default=0, default=0, help_text='row of the column names; 0: it is looked for')),
                ('mapping', models.JSONField(blank=True, db_default={}, default=dict, help_text="our column → the file's")),
                ('constants', models.JSONField(blank=True, db_default={}, default=dict, help_text='our column → what every row says')),
                ('calculated', models.BooleanField(db_default=False, default=False, help_text='take what formulas gave when last calculated')),
                ('hidden', models.BooleanField(db_default=False, default=False, help_text='read hidden rows of a workbook too')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', django.db.models.functions.text.Trim('name')), models.Q(('name', ''), _negated=True)), name='saved_mapping_has_a_name'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(models.Func(models.F('mapping'), function='jsonb_typeof', output_field=models.TextField()), 'object'), django.db.models.lookups.Exact(models.Func(models.F('constants'), function='jsonb_typeof', output_field=models.TextField()), 'object')), name='saved_mapping_is_of_objects'), models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.expressions.CombinedExpression(django.db.models.functions.text.Length(django.db.models.functions.comparison.Cast('mapping', models.TextField())), '+', django.db.models.functions.text.Length(django.db.models.functions.comparison.Cast('constants', models.TextField()))), 20000), name='saved_mapping_is_short')],
            },
        ),
        migrations.RunPython(permit, migrations.RunPython.noop),
    ]
