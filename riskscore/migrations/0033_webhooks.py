"""Webhooks and their deliveries; an alert when one is disabled; the plan of an API key."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import riskscore.models.ids
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models


#: What everybody of the ready groups may do, with webhooks of their own; operators see all.
EVERYBODY = (
    "view_webhook", "add_webhook", "change_webhook", "delete_webhook", "view_webhookdelivery",
    "view_webhookattempt",
)
GROUPS = {
    "viewer": EVERYBODY,
    "curator": EVERYBODY,
    "methodologist": EVERYBODY,
    "operator": (*EVERYBODY, "oversee_webhook"),
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
        ("riskscore", "0032_ranking"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=400, verbose_name='address')),
                ('name', models.CharField(blank=True, help_text='to know it by', max_length=80)),
                ('types', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('score.band_crossed', 'a score crossed into another band'), ('event.added', 'a statement or event was added to a project'), ('job.finished', 'a job of yours ended'), ('challenge.decided', 'a challenge was answered'), ('model.promoted', 'a learned model was promoted'), ('limit.crossed', 'a limit of a portfolio of yours was crossed')], max_length=24), size=None)),
                ('about', models.CharField(choices=[('watched', 'the projects that I watch'), ('chosen', 'the projects of these minerals and places; all if none are named')], db_default='watched', default='watched', max_length=8, verbose_name='which projects')),
                ('minerals', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('places', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), blank=True, default=list, size=None)),
                ('secret', models.TextField(editable=False, help_text='encrypted')),
                ('previous_secret', models.TextField(blank=True, db_default='', default='', editable=False)),
                ('previous_until', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('failing_since', models.DateTimeField(editable=False, null=True)),
                ('disabled_at', models.DateTimeField(editable=False, null=True)),
                ('disabled_reason', models.CharField(blank=True, db_default='', default='', editable=False, max_length=200)),
            ],
            options={
                'ordering': ['-id'],
                'permissions': [('oversee_webhook', 'Can see and stop the webhooks of others')],
            },
        ),
        migrations.CreateModel(
            name='WebhookAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('status', models.PositiveSmallIntegerField(help_text='of HTTP; none without a reply', null=True)),
                ('seconds', models.FloatField()),
                ('reply', models.CharField(blank=True, help_text='how the reply begins', max_length=1000)),
                ('error', models.CharField(blank=True, max_length=400)),
            ],
            options={
                'verbose_name': 'attempt',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(db_default=models.Func(function='uuidv7'), default=riskscore.models.ids.uuid7, primary_key=True, serialize=False)),
                ('type', models.CharField(choices=[('score.band_crossed', 'a score crossed into another band'), ('event.added', 'a statement or event was added to a project'), ('job.finished', 'a job of yours ended'), ('challenge.decided', 'a challenge was answered'), ('model.promoted', 'a learned model was promoted'), ('limit.crossed', 'a limit of a portfolio of yours was crossed'), ('webhook.test', 'a test')], max_length=24)),
                ('subject', models.CharField(help_text='what happened, once for each webhook', max_length=100)),
                ('data', models.JSONField(default=dict, verbose_name='keys')),
                ('at', models.DateTimeField(verbose_name='happened at')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'being sent'), ('delivered', 'Delivered'), ('failed', 'Failed'), ('withheld', 'withheld: its owner may not see it')], db_default='waiting', default='waiting', max_length=9)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='next attempt')),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('token', models.UUIDField(null=True)),
                ('worker', models.CharField(blank=True, db_default='', default='', max_length=100)),
                ('lease_until', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, db_default='', default='', max_length=400)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['-id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='alert',
            name='alert_fits_its_kind',
        ),
        migrations.AddField(
            model_name='alert',
            name='note',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='apikey',
            name='plan',
            field=models.CharField(db_default='standard', default='standard', help_text='how often it may ask', max_length=20),
        ),
        migrations.AlterField(
            model_name='alert',
            name='kind',
            field=models.CharField(choices=[('band', 'band crossed'), ('evidence', 'new statement'), ('limit', 'limit of a portfolio'), ('webhook', 'webhook disabled')], max_length=8),
        ),
        migrations.AlterField(
            model_name='apikey',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'read projects and scores'), ('rescore', 'start and cancel rescoring jobs'), ('challenge', 'file corrections on projects'), ('scenario', 'store scenarios'), ('portfolio', "keep portfolios of one's own"), ('webhook', "keep webhooks of one's own")], max_length=12), default=list, size=None),
        ),
        migrations.AddField(
            model_name='webhook',
            name='lens',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.lens', verbose_name="buyer's view"),
        ),
        migrations.AddField(
            model_name='webhook',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhooks', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='alert',
            name='webhook',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='riskscore.webhook'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('band_after__isnull', False), ('band_before__isnull', False), ('crossing__isnull', True), ('evidence__isnull', True), ('kind', 'band'), ('lens__isnull', False), ('project__isnull', False)), models.Q(('crossing__isnull', True), ('evidence__isnull', False), ('kind', 'evidence'), ('project__isnull', False)), models.Q(('crossing__isnull', False), ('evidence__isnull', True), ('kind', 'limit'), ('project__isnull', True)), models.Q(('crossing__isnull', True), ('evidence__isnull', True), ('kind', 'webhook'), ('project__isnull', True), ('webhook__isnull', False)), _connector='OR'), name='alert_fits_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('webhook__isnull', False)), fields=('webhook', 'at'), name='alert_once_per_disabling'),
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='webhook',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='riskscore.webhook'),
        ),
        migrations.AddField(
            model_name='webhookattempt',
            name='delivery',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='riskscore.webhookdelivery'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.CheckConstraint(condition=models.Q(('types', []), _negated=True), name='webhook_is_told_something'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.CheckConstraint(condition=models.Q(('secret', ''), _negated=True), name='webhook_has_a_secret'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('previous_secret', ''), ('previous_until__isnull', True)), models.Q(models.Q(('previous_secret', ''), _negated=True), ('previous_until__isnull', False)), _connector='OR'), name='webhook_previous_secret_ends'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['webhook', 'due_at'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['webhook', '-id'], name='delivery_of_webhook'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['lease_until'], name='delivery_running'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('finished_at__isnull', False)), fields=['finished_at'], name='delivery_ended'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.UniqueConstraint(fields=('webhook', 'type', 'subject'), name='delivery_once_per_webhook'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'running'), ('token__isnull', False)), models.Q(models.Q(('state', 'running'), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='delivery_running_has_a_lease'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state__in', ['waiting', 'running'])), models.Q(models.Q(('state__in', ['waiting', 'running']), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='delivery_ends_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='webhookattempt',
            constraint=models.CheckConstraint(condition=models.Q(('seconds__gte', 0)), name='attempt_lasts'),
        ),
        migrations.RunPython(permit, migrations.RunPython.noop),
    ]
