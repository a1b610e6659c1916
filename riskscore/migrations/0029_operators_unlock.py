"""Operators see failed log-ins and delete them, which unlocks the account.

Permissions come into being after all migrations, so those of django-axes are made here first. The
groups' table is riskscore/curation/roles.py; a group that somebody removed stays away.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = {"operator": ("view_accessattempt", "delete_accessattempt")}


def permit(apps, schema_editor):
    """Give each ready group its permissions on failed log-ins."""
    alias = schema_editor.connection.alias
    axes = apps.get_app_config("axes")
    axes.models_module = True  # an app of the past has none, and would be skipped
    create_permissions(axes, verbosity=0, using=alias, apps=apps)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for name, codenames in GROUPS.items():
        for group in groups.filter(name=name):
            group.permissions.add(
                *permissions.filter(content_type__app_label="axes", codename__in=codenames)
            )


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("axes", "0010_accessattemptexpiration"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("riskscore", "0028_same_sites"),
    ]

    operations = [migrations.RunPython(permit, migrations.RunPython.noop)]
