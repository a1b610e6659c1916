"""Older editions are kept beside the one in force; what was loaded can be withdrawn, with a reason."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

#: What the ready groups may do besides, where they are still there.
GROUPS = {
    "viewer": ["view_withdrawal"],
    "curator": ["view_withdrawal", "add_withdrawal"],
    "methodologist": ["view_withdrawal"],
    "operator": ["view_withdrawal", "add_withdrawal"],
}


def permit(apps, schema_editor):
    """Give each ready group its permissions; a group that somebody removed stays away."""
    alias = schema_editor.connection.alias
    ours = apps.get_app_config("riskscore")
    ours.models_module = True  # an app of the past has none, and would be skipped
    create_permissions(ours, verbosity=0, using=alias, apps=apps)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for name, codenames in GROUPS.items():
        for group in groups.filter(name=name):
            group.permissions.add(
                *permissions.filter(content_type__app_label="riskscore", codename__in=codenames)
            )


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('riskscore', '0026_saved_mappings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Withdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300)),
                ('withdrawn_at', models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='intake',
            name='transaction',
            field=models.BigIntegerField(editable=False, help_text='number of the transaction that loaded it', null=True),
        ),
        migrations.AddField(
            model_name='release',
            name='scored',
            field=models.BooleanField(db_default=True, default=True, help_text='no: an older edition, kept beside the one that scores are made of'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('scored', True), ('partial', False), _connector='OR'), name='release_kept_is_whole'),
        ),
        migrations.AddField(
            model_name='withdrawal',
            name='edition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawals', to='riskscore.edition'),
        ),
        migrations.AddField(
            model_name='withdrawal',
            name='layer',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='riskscore.landlayer'),
        ),
        migrations.AddField(
            model_name='withdrawal',
            name='release',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='riskscore.release'),
        ),
        migrations.AddField(
            model_name='withdrawal',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('layer__isnull', True), ('release__isnull', False)), models.Q(('layer__isnull', False), ('release__isnull', True)), _connector='OR'), name='withdrawal_of_a_release_or_a_layer'),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='withdrawal_has_a_reason'),
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
        migrations.RunPython(permit, migrations.RunPython.noop),
    ]
