"""Scenarios of their own, and no word for them on a buyer's view, where it changed nothing."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

HERE = Path(__file__)
MERGE = HERE.with_name("0011_scenarios_merge_lenses.sql").read_text()
RULES = HERE.with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("riskscore", "0010_community_distances"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(MERGE, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="lens", name="lens_once"),
        migrations.RemoveField(model_name="lens", name="scenario"),
        migrations.AddConstraint(
            model_name="lens",
            constraint=models.UniqueConstraint(fields=("method_code", "importer"), name="lens_once"),
        ),
        migrations.AlterField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[("read", "read projects and scores"), ("rescore", "start and cancel rescoring jobs"), ("challenge", "file corrections on projects"), ("scenario", "store scenarios")], max_length=12), default=list, size=None),
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=120)),
                ("about", models.TextField(blank=True, help_text="what it assumes, and why", max_length=2000)),
                ("source", models.CharField(blank=True, help_text="where its facts can be read", max_length=400)),
                ("shocks", models.JSONField(help_text="a list of shocks: kind, place, mineral, stage, cut, since, until, source …")),
                ("created_at", models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now())),
                ("created_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["code", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="scenario_version_once"),
                    models.CheckConstraint(condition=models.Q(("version__gte", 1)), name="scenario_version_from_one"),
                    models.CheckConstraint(condition=models.Q(("code__regex", "^[a-z0-9][a-z0-9_-]{1,59}$")), name="scenario_code_is_slug"),
                ],
            },
        ),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
    ]
