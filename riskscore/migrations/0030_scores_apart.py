"""Jobs for another day, seed or number of draws write scores of their own, not the current ones."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


#: The ready groups that may look at what jobs made, where they are still there.
GROUPS = ("curator", "methodologist", "operator")


def permit(apps, schema_editor):
    """Give each ready group its permission; a group that somebody removed stays away."""
    alias = schema_editor.connection.alias
    ours = apps.get_app_config("riskscore")
    ours.models_module = True  # an app of the past has none, and would be skipped
    create_permissions(ours, verbosity=0, using=alias, apps=apps)
    view = apps.get_model("auth", "Permission").objects.using(alias).get(
        content_type__app_label="riskscore", codename="view_jobscore"
    )
    for group in apps.get_model("auth", "Group").objects.using(alias).filter(name__in=GROUPS):
        group.permissions.add(view)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('riskscore', '0029_operators_unlock'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='JobScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('composite', models.FloatField(null=True)),
                ('geopolitical', models.FloatField(null=True)),
                ('concentration', models.FloatField(null=True)),
                ('labour', models.FloatField(null=True)),
                ('indigenous', models.FloatField(null=True)),
                ('band', models.SmallIntegerField(choices=[(0, 'not assessed'), (1, 'low'), (2, 'moderate'), (3, 'high'), (4, 'extreme')])),
                ('coverage', models.FloatField(help_text='share of the weight that is known, 0..1')),
                ('interval_low', models.FloatField(help_text='5 % quantile of the composite', null=True)),
                ('interval_high', models.FloatField(help_text='95 % quantile of the composite', null=True)),
                ('node_low', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), help_text='one value per node, in the order of NODES', size=None)),
                ('node_high', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), help_text='one value per node, in the order of NODES', size=None)),
                ('node_coverage', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), help_text='one value per node, in the order of NODES', size=None)),
                ('context', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), help_text='one value per node, in the order of NODES', size=None)),
                ('residual', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), help_text='one value per node, in the order of NODES', size=None)),
                ('inputs', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), size=None)),
                ('contributions', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), size=None)),
                ('input_minerals', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='number of the mineral that each input is about; 0 for none', null=True, size=None)),
                ('input_years', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='year of the newest fact behind each input; 0 for none', null=True, size=None)),
                ('input_first_years', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='year of the oldest fact behind each input; 0 for none', null=True, size=None)),
                ('input_errors', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), null=True, size=None)),
                ('node_minerals', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), help_text='number of the mineral that decided a node of NODES; 0 for none', null=True, size=None)),
                ('mineral_scores', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(null=True), help_text='for each mineral of the project: its number, then its value per node of NODES', null=True, size=None)),
                ('input_version', models.BigIntegerField()),
                ('edition', models.BigIntegerField()),
                ('as_of', models.DateField()),
                ('digest', models.BinaryField(max_length=16)),
                ('computed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'score for another day',
                'verbose_name_plural': 'scores for another day',
            },
        ),
        migrations.AddField(
            model_name='job',
            name='apart',
            field=models.BooleanField(db_default=False, default=False, help_text='for another day, seed or number of draws: it writes scores of its own, never the current ones'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('apart', True)), fields=['created_by', '-id'], name='job_apart_of_whom'),
        ),
        # Of what has ended nothing changes: it made current scores, whatever its seed.
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('apart', True), ('seed', 0), _connector='OR'), name='job_of_chance_is_apart'),
        ),
        migrations.AddField(
            model_name='jobscore',
            name='job',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='riskscore.job'),
        ),
        migrations.AddField(
            model_name='jobscore',
            name='place',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='riskscore.place'),
        ),
        migrations.AddField(
            model_name='jobscore',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='riskscore.project'),
        ),
        migrations.AddIndex(
            model_name='jobscore',
            index=models.Index(models.F('job'), models.OrderBy(models.F('composite'), descending=True, nulls_last=True), models.F('project'), name='job_score_ranking'),
        ),
        migrations.AddConstraint(
            model_name='jobscore',
            constraint=models.UniqueConstraint(fields=('job', 'project'), name='job_score_once'),
        ),
        migrations.AddConstraint(
            model_name='jobscore',
            constraint=models.CheckConstraint(condition=models.Q(('composite__isnull', True), ('composite__range', (-1e-09, 100.000000001)), _connector='OR'), name='job_score_composite_in_range'),
        ),
        migrations.RunPython(permit, migrations.RunPython.noop),
    ]
