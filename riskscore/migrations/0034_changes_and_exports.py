"""What changed since a client was here last is found by an index; large exports are work."""

import django.db.models.deletion
import riskscore.models.ids
from pathlib import Path

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

#: The ready groups that may ask for files, where they are still there.
GROUPS = ("viewer", "curator", "methodologist", "operator")


def permit(apps, schema_editor):
    """Give each ready group its permissions; a group that somebody removed stays away."""
    alias = schema_editor.connection.alias
    ours = apps.get_app_config("riskscore")
    ours.models_module = True  # an app of the past has none, and would be skipped
    create_permissions(ours, verbosity=0, using=alias, apps=apps)
    permissions = apps.get_model("auth", "Permission").objects.using(alias).filter(
        content_type__app_label="riskscore", codename__in=("add_export", "view_export")
    )
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(name__in=GROUPS):
        group.permissions.add(*permissions)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ("riskscore", "0033_webhooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.UUIDField(default=riskscore.models.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(choices=[('scores', 'Scores'), ('projects', 'Projects'), ('events', 'statements of evidence')], max_length=10)),
                ('format', models.CharField(choices=[('csv', 'CSV'), ('ndjson', 'NDJSON'), ('parquet', 'Parquet'), ('xlsx', 'Excel workbook'), ('geojson', 'GeoJSON')], max_length=8)),
                ('scope', models.JSONField(help_text='which projects, as in a request for rescoring')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('rows', models.BigIntegerField(default=0, help_text='written so far')),
                ('size', models.BigIntegerField(default=0, help_text='bytes of the file')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('edition', models.BigIntegerField(help_text='the newest that its rows know', null=True)),
                ('position', models.TextField(blank=True, help_text='what its rows know, for later changes')),
                ('error', models.CharField(blank=True, max_length=400)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('token', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('worker', models.CharField(blank=True, db_default='', max_length=120)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('kept_until', models.DateTimeField(help_text='when its file is deleted', null=True)),
                ('deleted_at', models.DateTimeField(help_text='when its file was deleted', null=True)),
                ('request_id', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        # The columns come by the file, which writes no row of what is there.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name='edition',
                    name='changed_in',
                    field=models.BigIntegerField(db_default=0, default=0, editable=False),
                ),
                migrations.AddField(
                    model_name='edition',
                    name='position',
                    field=models.TextField(blank=True, db_default='', default='', editable=False, help_text='what was seen when it was recorded; a trigger keeps it'),
                ),
                migrations.AddField(
                    model_name='project',
                    name='changed_in',
                    field=models.BigIntegerField(db_default=models.Func(function='riskscore_transaction', output_field=models.BigIntegerField()), editable=False, help_text='the transaction in which it was changed last'),
                ),
                migrations.AddField(
                    model_name='project',
                    name='shown_in',
                    field=models.BigIntegerField(db_default=0, editable=False, help_text='the transaction that changed its state last; 0: it was made in it'),
                ),
                migrations.AddField(
                    model_name='scorehistory',
                    name='changed_in',
                    field=models.BigIntegerField(db_default=models.Func(function='riskscore_transaction', output_field=models.BigIntegerField()), editable=False, help_text='the transaction that wrote it'),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(fields=['changed_in'], name='edition_by_transaction'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(fields=['changed_in', 'id'], name='project_by_transaction'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(fields=['shown_in', 'id'], name='project_by_shown_in'),
        ),
        migrations.AddIndex(
            model_name='recordchange',
            index=models.Index(condition=models.Q(('action', 'removed'), ('model', 'project')), fields=['transaction', 'id'], name='change_project_removed'),
        ),
        migrations.AddIndex(
            model_name='scorehistory',
            index=models.Index(fields=['lens', 'changed_in', 'id'], name='history_by_transaction'),
        ),
        migrations.AddField(
            model_name='export',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='export',
            name='lens',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.lens'),
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['id'], name='export_queued'),
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(fields=['created_by', '-id'], name='export_of_whom'),
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(condition=models.Q(('deleted_at__isnull', True), ('state', 'succeeded')), fields=['kept_until'], name='export_on_disk'),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'succeeded'), _negated=True), models.Q(('edition__isnull', False), ('kept_until__isnull', False), ('sha256__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='export_made_has_its_hash'),
        ),
        migrations.RunPython(permit, migrations.RunPython.noop),
    ]
