"""Four ready groups with their permissions; challenges have an assignee and name a figure.

Permissions come into being after all migrations, so on an empty database there are none yet: they
are made here first, of the models as they stand at this migration. The table is a copy that never
changes (riskscore/curation/roles.py is the living one): a group that exists already is left alone,
and what people change of a group later stays.
"""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

#: What everybody of the four may look at, and what each may do besides.
SEEN = (
    "view_capacity view_challenge view_company view_domicile view_edition view_evidence "
    "view_exportflow view_externalid view_footprint view_land view_landlayer "
    "view_learnedmodel view_learnedswitch view_lens view_limitcrossing view_locality "
    "view_method view_methodchoice view_mineral view_observation view_offtake view_ownership "
    "view_place view_placemember view_portfolio view_portfoliolimit view_position "
    "view_prediction view_project view_projectmineral view_projectstatus view_region "
    "view_regionmember view_release view_scenario view_score view_scoreaccountability "
    "view_scorehistory view_source view_tradecode "
).split()
GROUPS = {
    "viewer": (
        "add_challenge "
    ).split(),
    "curator": (
        "add_capacity add_challenge add_company add_domicile add_evidence add_externalid "
        "add_footprint add_intake add_job add_landlayer add_offtake add_ownership add_portfolio "
        "add_portfoliolimit add_position add_project add_projectlist add_projectmineral "
        "add_projectstatus add_region add_regionmember add_tradecode change_challenge change_company "
        "change_externalid change_mineral change_offtake change_place change_portfolio "
        "change_portfoliolimit change_position change_project change_projectlist "
        "change_projectmineral change_region change_regionmember change_tradecode "
        "delete_externalid delete_offtake "
        "delete_portfoliolimit delete_position delete_projectmineral delete_regionmember "
        "view_intake view_itemerror view_job view_projectlist "
    ).split(),
    "methodologist": (
        "add_challenge add_job add_lens add_method add_scenario change_lens promote_learnedmodel "
        "review_method view_itemerror view_job view_trainingrequest "
    ).split(),
    "operator": (
        "add_apikey add_challenge add_intake add_job add_projectlist add_schedule change_apikey "
        "change_job change_projectlist change_schedule view_apikey view_chunk view_idempotencykey "
        "view_intake view_itemerror view_job view_projectlist view_schedule view_stalemark "
        "view_trainingrequest view_transition view_workerpulse "
    ).split(),
}


def make_groups(apps, schema_editor):
    """Make each group that is not there, with its permissions."""
    alias = schema_editor.connection.alias
    ours = apps.get_app_config("riskscore")
    ours.models_module = True  # an app of the past has none, and would be skipped
    create_permissions(ours, verbosity=0, using=alias, apps=apps)
    groups = apps.get_model("auth", "Group").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for name, more in GROUPS.items():
        group, is_new = groups.get_or_create(name=name)
        if is_new:
            codenames = [*SEEN, *more]
            found = permissions.filter(
                content_type__app_label="riskscore", codename__in=codenames
            )
            missing = set(codenames).difference(found.values_list("codename", flat=True))
            if missing:
                raise LookupError(f"group {name}: no permission {', '.join(sorted(missing))}")
            group.permissions.set(found)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('riskscore', "0019_search_and_matrix"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='challenge',
            name='assigned_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='challenge',
            name='assigned_to',
            field=models.ForeignKey(blank=True, help_text='who is to answer it', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='challenge',
            name='indicator',
            field=models.CharField(blank=True, db_default='', help_text='the figure of the score that is wrong', max_length=60),
        ),
        migrations.AddField(
            model_name='trainingrequest',
            name='started_at',
            field=models.DateTimeField(help_text='when the latest attempt began', null=True),
        ),
        migrations.AddField(
            model_name='trainingrequest',
            name='step',
            field=models.CharField(blank=True, db_default='', help_text='what it is at', max_length=80),
        ),
        migrations.AddIndex(
            model_name='challenge',
            index=models.Index(fields=['-state', 'filed_at', 'id'], name='challenge_queue'),
        ),
        migrations.AddConstraint(
            model_name='challenge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assigned_at__isnull', True), ('assigned_to__isnull', True)), models.Q(('assigned_at__isnull', False), ('assigned_to__isnull', False)), _connector='OR'), name='challenge_assigned_at_a_time'),
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
