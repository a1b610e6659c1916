"""A figure is one per place, mineral, importer, project, year and stage; unit and label are not part
of it. Rows that stand get the stage that their label says. One indicator has one source."""

from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__)
STAGE = HERE.with_name("0025_figures_stage.sql").read_text()
RULES = HERE.with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("riskscore", "0024_file_readings")]

    operations = [
        migrations.AddField(
            model_name="intake",
            name="jumps",
            field=models.BigIntegerField(db_default=0, default=0, help_text="values far from those that stand"),
        ),
        migrations.RemoveConstraint(model_name="observation", name="observation_once_per_release"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(STAGE, "ALTER TABLE riskscore_observation DROP COLUMN stage")
            ],
            state_operations=[
                migrations.AddField(
                    model_name="observation",
                    name="stage",
                    field=models.CharField(blank=True, db_default="", default="", help_text="what is counted, where one place, mineral and year have several figures", max_length=200),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.UniqueConstraint(fields=("release", "indicator", "place", "mineral", "importer", "project", "year", "stage", "since"), name="observation_once_per_release", nulls_distinct=False),
        ),
        migrations.RunSQL(
            RULES,
            "DROP TRIGGER observation_sources ON riskscore_observation;"
            " DROP FUNCTION riskscore_observation_sources()",
        ),
    ]
