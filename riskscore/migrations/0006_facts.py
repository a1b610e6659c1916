"""Facts about projects: status, capacity, incidents; scores judged by what happened."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# As riskscore/sql/project_facts.sql stood.
RULES = """
-- The newest status of a project is kept on it, so that lists can be filtered by it. It is no input
-- of a score: the input version stays.
CREATE OR REPLACE FUNCTION riskscore_status_stated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE riskscore_project p SET status = newest.status, status_since = newest.since
    FROM (
        SELECT DISTINCT ON (project_id) project_id, status, since FROM riskscore_projectstatus
        WHERE project_id IN (SELECT project_id FROM changed)
        ORDER BY project_id, since DESC, credibility DESC, id DESC
    ) newest
    WHERE p.id = newest.project_id
      AND (p.status, p.status_since) IS DISTINCT FROM (newest.status, newest.since);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER status_stated AFTER INSERT ON riskscore_projectstatus
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_status_stated();
CREATE OR REPLACE TRIGGER projectstatus_append_only BEFORE UPDATE OR DELETE ON riskscore_projectstatus
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER capacity_append_only BEFORE UPDATE OR DELETE ON riskscore_capacity
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER scoreaccountability_append_only BEFORE UPDATE OR DELETE ON riskscore_scoreaccountability
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("riskscore", "0005_owners"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Capacity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "url",
                    models.URLField(blank=True, help_text="where it can be read", max_length=400),
                ),
                (
                    "credibility",
                    models.FloatField(default=1.0, help_text="0..1: how far it can be believed"),
                ),
                ("note", models.CharField(blank=True, max_length=400)),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                ("year", models.SmallIntegerField()),
                (
                    "amount",
                    models.FloatField(blank=True, help_text="a year, in the unit", null=True),
                ),
                ("low", models.FloatField(blank=True, null=True)),
                ("high", models.FloatField(blank=True, null=True)),
                ("unit", models.CharField(help_text="of one year, such as t Li", max_length=60)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("stated", "capacity as stated"),
                            ("planned", "plan for a year to come"),
                            ("output", "output of that year"),
                            ("estimated", "estimated: a range with its reason"),
                        ],
                        default="stated",
                        max_length=9,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="why a range, and why this one", max_length=300
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "capacities",
                "ordering": ["mineral_id", "-year", "-id"],
            },
        ),
        migrations.CreateModel(
            name="CapacityRange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("low", models.FloatField()),
                ("high", models.FloatField()),
                ("unit", models.CharField(max_length=60)),
                ("reason", models.CharField(max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="ProjectStatus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "url",
                    models.URLField(blank=True, help_text="where it can be read", max_length=400),
                ),
                (
                    "credibility",
                    models.FloatField(default=1.0, help_text="0..1: how far it can be believed"),
                ),
                ("note", models.CharField(blank=True, max_length=400)),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("exploration", "Exploration"),
                            ("feasibility", "studied: scoping to feasibility"),
                            ("construction", "Construction"),
                            ("operating", "Operating"),
                            ("suspended", "suspended, or in care and maintenance"),
                            ("closed", "Closed"),
                            ("cancelled", "given up before it opened"),
                            ("unknown", "not known: takes back what was said of this day"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "since",
                    models.DateField(
                        help_text="the day from which it is so, or for which it is stated"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "project statuses",
                "ordering": ["-since", "-credibility", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ScoreAccountability",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "methods",
                    models.CharField(
                        help_text="versions that the scores were made by", max_length=200
                    ),
                ),
                (
                    "scores_of",
                    models.DateField(help_text="the scores as they stood at the end of this day"),
                ),
                ("file", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("first_event", models.DateField()),
                ("last_event", models.DateField()),
                ("hindsight", models.BooleanField()),
                (
                    "joined",
                    models.JSONField(help_text="how many events were joined, by which rule"),
                ),
                (
                    "results",
                    models.JSONField(
                        help_text="by dimension: AUC overall, within country, by region"
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "score accountability",
                "verbose_name_plural": "score accountability",
                "ordering": ["-scores_of", "-id"],
            },
        ),
        migrations.AddField(
            model_name="evidence",
            name="reach",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "not stated"),
                    ("people", "some people or households"),
                    ("community", "one community, or the workforce"),
                    ("district", "several communities"),
                    ("country", "the country"),
                ],
                db_default="",
                default="",
                help_text="how far an incident was felt",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="reference",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="what its source calls it: the name or number of a case",
                max_length=160,
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="release",
            field=models.ForeignKey(
                blank=True,
                help_text="the file it came with",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="riskscore.release",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="status",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="the newest of its statuses; a trigger keeps it",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="status_since",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="challenge",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("fatality", "Fatality"),
                    ("strike", "Strike"),
                    ("child_labour", "Child Labour"),
                    ("forced_labour", "Forced Labour"),
                    ("accident", "Accident"),
                    ("inspection_finding", "Inspection Finding"),
                    ("union_recognised", "Union Recognised"),
                    ("collective_agreement", "Collective Agreement"),
                    ("resettlement", "eviction or resettlement"),
                    ("consent", "stage of consent"),
                    ("conflict", "protest or conflict"),
                    ("court_ruling", "Court Ruling"),
                    ("court_case", "Court Case"),
                    ("pollution", "pollution or spill"),
                    ("sanction", "Sanction"),
                    ("permit_withdrawn", "permit withdrawn"),
                    ("remedy", "Remedy"),
                    ("grievance_mechanism", "Grievance Mechanism"),
                    ("certification", "Certification"),
                ],
                help_text="the kind of evidence that it would be",
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="kind",
            field=models.CharField(
                choices=[
                    ("fatality", "Fatality"),
                    ("strike", "Strike"),
                    ("child_labour", "Child Labour"),
                    ("forced_labour", "Forced Labour"),
                    ("accident", "Accident"),
                    ("inspection_finding", "Inspection Finding"),
                    ("union_recognised", "Union Recognised"),
                    ("collective_agreement", "Collective Agreement"),
                    ("resettlement", "eviction or resettlement"),
                    ("consent", "stage of consent"),
                    ("conflict", "protest or conflict"),
                    ("court_ruling", "Court Ruling"),
                    ("court_case", "Court Case"),
                    ("pollution", "pollution or spill"),
                    ("sanction", "Sanction"),
                    ("permit_withdrawn", "permit withdrawn"),
                    ("remedy", "Remedy"),
                    ("grievance_mechanism", "Grievance Mechanism"),
                    ("certification", "Certification"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(fields=["happened_on", "project"], name="evidence_by_day"),
        ),
        migrations.AddIndex(
            model_name="project",
            index=models.Index(
                condition=models.Q(("status", ""), _negated=True),
                fields=["status", "key"],
                name="project_by_status",
            ),
        ),
        migrations.AddField(
            model_name="capacity",
            name="edition",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="riskscore.edition",
            ),
        ),
        migrations.AddField(
            model_name="capacity",
            name="entered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="capacity",
            name="mineral",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="riskscore.mineral",
            ),
        ),
        migrations.AddField(
            model_name="capacity",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="capacities",
                to="riskscore.project",
            ),
        ),
        migrations.AddField(
            model_name="capacity",
            name="release",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="riskscore.release",
            ),
        ),
        migrations.AddField(
            model_name="capacityrange",
            name="edition",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="riskscore.edition",
            ),
        ),
        migrations.AddField(
            model_name="capacityrange",
            name="mineral",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="riskscore.mineral",
            ),
        ),
        migrations.AddField(
            model_name="capacityrange",
            name="place",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="riskscore.place",
            ),
        ),
        migrations.AddField(
            model_name="projectstatus",
            name="edition",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="riskscore.edition",
            ),
        ),
        migrations.AddField(
            model_name="projectstatus",
            name="entered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="projectstatus",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statuses",
                to="riskscore.project",
            ),
        ),
        migrations.AddField(
            model_name="projectstatus",
            name="release",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="riskscore.release",
            ),
        ),
        migrations.AddField(
            model_name="scoreaccountability",
            name="lens",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="riskscore.lens",
                verbose_name="buyer's view",
            ),
        ),
        migrations.AddField(
            model_name="scoreaccountability",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="capacity",
            index=models.Index(fields=["project", "mineral", "-year"], name="capacity_by_project"),
        ),
        migrations.AddConstraint(
            model_name="capacity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__isnull", False),
                    models.Q(
                        ("high__isnull", False),
                        ("low__isnull", False),
                        ("low__lt", models.F("high")),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="capacity_unknown_is_a_range_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("low__isnull", True), ("low__gte", 0), _connector="OR"),
                    models.Q(
                        ("amount__isnull", True),
                        models.Q(("amount__gte", 0), ("amount__lt", 1e308)),
                        _connector="OR",
                    ),
                    models.Q(("high__isnull", True), ("high__lt", 1e308), _connector="OR"),
                ),
                name="capacity_is_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount__isnull", True),
                        ("low__isnull", True),
                        ("low__lte", models.F("amount")),
                        _connector="OR",
                    ),
                    models.Q(
                        ("amount__isnull", True),
                        ("high__isnull", True),
                        ("high__gte", models.F("amount")),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("high__isnull", True), ("low__isnull", True)),
                        models.Q(
                            ("high__isnull", False),
                            ("low__isnull", False),
                            ("low__lte", models.F("high")),
                        ),
                        _connector="OR",
                    ),
                ),
                name="capacity_range_holds_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacity",
            constraint=models.CheckConstraint(
                condition=models.Q(("year__range", (1900, 2100))), name="capacity_year_is_sane"
            ),
        ),
        migrations.AddConstraint(
            model_name="capacity",
            constraint=models.CheckConstraint(
                condition=models.Q(("credibility__range", (0, 1))),
                name="capacity_credibility_is_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="capacityrange",
            constraint=models.UniqueConstraint(
                fields=("place", "mineral"), name="capacity_range_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="capacityrange",
            constraint=models.CheckConstraint(
                condition=models.Q(("low__gte", 0), ("low__lt", models.F("high"))),
                name="capacity_range_is_a_range",
            ),
        ),
        migrations.AddIndex(
            model_name="projectstatus",
            index=models.Index(fields=["project", "-since"], name="status_by_project"),
        ),
        migrations.AddConstraint(
            model_name="projectstatus",
            constraint=models.CheckConstraint(
                condition=models.Q(("credibility__range", (0, 1))),
                name="status_credibility_is_share",
            ),
        ),
        migrations.AddIndex(
            model_name="scoreaccountability",
            index=models.Index(fields=["-scores_of", "-id"], name="accountability_by_day"),
        ),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
    ]
