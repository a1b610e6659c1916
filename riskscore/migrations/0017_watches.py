"""Watches, alerts, the question asked last, and figures that are kept for pages."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('riskscore', '0016_reviewed_methods'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('band', 'band crossed'), ('evidence', 'new statement'), ('limit', 'limit of a portfolio')], max_length=8)),
                ('band_before', models.SmallIntegerField(choices=[(0, 'not assessed'), (1, 'low'), (2, 'moderate'), (3, 'high'), (4, 'extreme')], null=True)),
                ('band_after', models.SmallIntegerField(choices=[(0, 'not assessed'), (1, 'low'), (2, 'moderate'), (3, 'high'), (4, 'extreme')], null=True)),
                ('score_before', models.FloatField(null=True)),
                ('score_after', models.FloatField(null=True)),
                ('method_changed', models.BooleanField(null=True)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('mail_after', models.DateTimeField(null=True)),
                ('mail_attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('mail_error', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('mailed_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='AskedLast',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('buyer', models.CharField(help_text='codes of places, apart by commas', max_length=60)),
                ('region', models.CharField(blank=True, max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name='KeptFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('coverage', 'Coverage'), ('movers', 'Movers')], max_length=8)),
                ('content', models.JSONField()),
                ('counted_at', models.DateTimeField()),
                ('tried_at', models.DateTimeField(help_text='when it was counted, or given up, last')),
                ('took_s', models.FloatField()),
                ('seen', models.BigIntegerField(help_text='changes of the tables that the database had counted before')),
            ],
            options={
                'verbose_name_plural': 'kept figures',
            },
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_mail', models.BooleanField(db_default=True, default=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'verbose_name_plural': 'watches',
                'ordering': ['-id'],
            },
        ),
        migrations.AddIndex(
            model_name='ownership',
            index=models.Index(condition=models.Q(('state', 'unverified'), models.Q(('doubt', ''), _negated=True)), fields=['id'], name='ownership_in_doubt'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(condition=models.Q(('flags__contains', ['place_disputed']), ('state', 'published')), fields=['id'], name='project_place_disputed'),
        ),
        migrations.AddField(
            model_name='alert',
            name='crossing',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.limitcrossing'),
        ),
        migrations.AddField(
            model_name='alert',
            name='evidence',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.evidence'),
        ),
        migrations.AddField(
            model_name='alert',
            name='job',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='riskscore.job'),
        ),
        migrations.AddField(
            model_name='alert',
            name='lens',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.lens'),
        ),
        migrations.AddField(
            model_name='alert',
            name='project',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='riskscore.project'),
        ),
        migrations.AddField(
            model_name='alert',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='askedlast',
            name='mineral',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='riskscore.mineral'),
        ),
        migrations.AddField(
            model_name='keptfigures',
            name='lens',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='riskscore.lens'),
        ),
        migrations.AddField(
            model_name='watch',
            name='lens',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.lens', verbose_name="buyer's view"),
        ),
        migrations.AddField(
            model_name='watch',
            name='portfolio',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='riskscore.portfolio'),
        ),
        migrations.AddField(
            model_name='watch',
            name='project',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='riskscore.project'),
        ),
        migrations.AddField(
            model_name='watch',
            name='project_list',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='riskscore.projectlist'),
        ),
        migrations.AddField(
            model_name='watch',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='watches', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['user', '-id'], name='alert_of_user'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='alert_unread'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('mail_after__isnull', False), ('mailed_at__isnull', True)), fields=['mail_after'], name='alert_to_mail'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('band_after__isnull', False), ('band_before__isnull', False), ('crossing__isnull', True), ('evidence__isnull', True), ('kind', 'band'), ('lens__isnull', False), ('project__isnull', False)), models.Q(('crossing__isnull', True), ('evidence__isnull', False), ('kind', 'evidence'), ('project__isnull', False)), models.Q(('crossing__isnull', False), ('evidence__isnull', True), ('kind', 'limit'), ('project__isnull', True)), _connector='OR'), name='alert_fits_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(('band_before', models.F('band_after')), _negated=True), name='alert_band_is_a_change'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'band')), fields=('user', 'project', 'lens', 'at'), name='alert_once_per_score'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'evidence')), fields=('user', 'evidence'), name='alert_once_per_statement'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'limit')), fields=('user', 'crossing'), name='alert_once_per_crossing'),
        ),
        migrations.AddConstraint(
            model_name='keptfigures',
            constraint=models.UniqueConstraint(fields=('lens', 'what'), name='kept_figures_once'),
        ),
        migrations.AddConstraint(
            model_name='watch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('portfolio__isnull', True), ('project__isnull', False), ('project_list__isnull', True)), models.Q(('portfolio__isnull', True), ('project__isnull', True), ('project_list__isnull', False)), models.Q(('portfolio__isnull', False), ('project__isnull', True), ('project_list__isnull', True)), _connector='OR'), name='watch_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='watch',
            constraint=models.UniqueConstraint(fields=('user', 'project', 'project_list', 'portfolio'), name='watch_once', nulls_distinct=False),
        ),
    ]
