"""Portfolios: positions, limits, and each time that a limit was crossed."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


# As riskscore/sql/portfolios.sql stood.
RULES = """
-- That a limit was crossed is an alert that somebody relied on.
CREATE OR REPLACE TRIGGER limitcrossing_append_only BEFORE UPDATE OR DELETE ON riskscore_limitcrossing
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("riskscore", "0011_scenarios"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='apikey',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'read projects and scores'), ('rescore', 'start and cancel rescoring jobs'), ('challenge', 'file corrections on projects'), ('scenario', 'store scenarios'), ('portfolio', "keep portfolios of one's own")], max_length=12), default=list, size=None),
        ),
        migrations.CreateModel(
            name='Portfolio',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField(max_length=60)),
                ('about', models.CharField(blank=True, max_length=400)),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('checked', models.CharField(blank=True, db_default='', default='', editable=False, max_length=80)),
                ('checked_at', models.DateTimeField(editable=False, null=True)),
                ('lens', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.lens', verbose_name="buyer's view")),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='portfolios', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PortfolioLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('composite', 'exposure: composite'), ('geopolitical', 'exposure: geopolitical'), ('concentration', 'exposure: concentration'), ('labour', 'exposure: labour'), ('indigenous', 'exposure: indigenous'), ('place', 'share of one place'), ('owner', 'share of one owner'), ('n1_place', 'N-1: share of the largest place'), ('n1_owner', 'N-1: share of the largest owner')], max_length=13)),
                ('at_most', models.FloatField(help_text='points 0..100 of an exposure; else a share 0..1')),
                ('standing', models.CharField(blank=True, choices=[('within', 'Within'), ('unclear', 'unclear: what is unknown decides'), ('above', 'Above')], db_default='', default='', editable=False, max_length=7)),
                ('value', models.FloatField(editable=False, null=True)),
                ('low', models.FloatField(editable=False, null=True)),
                ('high', models.FloatField(editable=False, null=True)),
                ('company', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.company')),
                ('place', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.place')),
                ('portfolio', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='limits', to='riskscore.portfolio')),
            ],
            options={
                'ordering': ['what', 'place_id', 'company_id'],
            },
        ),
        migrations.CreateModel(
            name='LimitCrossing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('composite', 'exposure: composite'), ('geopolitical', 'exposure: geopolitical'), ('concentration', 'exposure: concentration'), ('labour', 'exposure: labour'), ('indigenous', 'exposure: indigenous'), ('place', 'share of one place'), ('owner', 'share of one owner'), ('n1_place', 'N-1: share of the largest place'), ('n1_owner', 'N-1: share of the largest owner')], max_length=13)),
                ('at_most', models.FloatField(help_text='points 0..100 of an exposure; else a share 0..1')),
                ('before', models.CharField(blank=True, choices=[('within', 'Within'), ('unclear', 'unclear: what is unknown decides'), ('above', 'Above')], max_length=7)),
                ('after', models.CharField(choices=[('within', 'Within'), ('unclear', 'unclear: what is unknown decides'), ('above', 'Above')], max_length=7)),
                ('value_before', models.FloatField(null=True)),
                ('low_before', models.FloatField(null=True)),
                ('high_before', models.FloatField(null=True)),
                ('value', models.FloatField(null=True)),
                ('low', models.FloatField(null=True)),
                ('high', models.FloatField(null=True)),
                ('cause', models.CharField(choices=[('rescoring', 'Rescoring'), ('edit', 'an edit of the portfolio'), ('facts', 'owners, or the calendar')], max_length=9)),
                ('edition', models.BigIntegerField(null=True)),
                ('positions', models.JSONField(help_text='what it was computed from')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('company', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.company')),
                ('job', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='riskscore.job')),
                ('place', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.place')),
                ('portfolio', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='crossings', to='riskscore.portfolio')),
                ('limit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='riskscore.portfoliolimit')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Position',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kt_per_year', models.FloatField(help_text='thousand tonnes a year of the product that is held')),
                ('since', models.DateField(blank=True, null=True)),
                ('until', models.DateField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('mineral', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.mineral')),
                ('portfolio', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='positions', to='riskscore.portfolio')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='positions', to='riskscore.project')),
            ],
            options={
                'ordering': ['project_id', 'mineral_id', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='portfolio',
            constraint=models.UniqueConstraint(fields=('owner', 'name'), name='portfolio_once_per_owner'),
        ),
        migrations.AddConstraint(
            model_name='portfoliolimit',
            constraint=models.UniqueConstraint(fields=('portfolio', 'what', 'place', 'company'), name='limit_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='portfoliolimit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('company__isnull', True), ('place__isnull', False), ('what', 'place')), models.Q(('company__isnull', False), ('place__isnull', True), ('what', 'owner')), models.Q(('company__isnull', True), ('place__isnull', True), models.Q(('what__in', ['place', 'owner']), _negated=True)), _connector='OR'), name='limit_names_what_it_is_about'),
        ),
        migrations.AddConstraint(
            model_name='portfoliolimit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('at_most__range', (0, 1)), ('what__in', ('place', 'owner', 'n1_place', 'n1_owner'))), models.Q(models.Q(('what__in', ('place', 'owner', 'n1_place', 'n1_owner')), _negated=True), ('at_most__range', (0, 100))), _connector='OR'), name='limit_is_on_its_scale'),
        ),
        migrations.AddIndex(
            model_name='limitcrossing',
            index=models.Index(fields=['portfolio', '-id'], name='limit_crossing_by_portfolio'),
        ),
        migrations.AddConstraint(
            model_name='limitcrossing',
            constraint=models.CheckConstraint(condition=models.Q(('before', models.F('after')), _negated=True), name='limit_crossing_is_a_change'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.CheckConstraint(condition=models.Q(('kt_per_year__gte', 0), ('kt_per_year__lte', 1000000.0)), name='position_is_an_amount'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.CheckConstraint(condition=models.Q(('since__isnull', True), ('until__isnull', True), ('since__lte', models.F('until')), _connector='OR'), name='position_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.UniqueConstraint(fields=('portfolio', 'project', 'mineral', 'since'), name='position_once', nulls_distinct=False),
        ),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
    ]
