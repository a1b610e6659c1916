"""Owners become sourced statements in append-only versions; companies have a table of their own."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

STATES = [
    ("unverified", "Unverified"),
    ("confirmed", "Confirmed"),
    ("corrected", "Corrected"),
    ("rejected", "Rejected"),
]

# Owners that were entered before: each becomes a company, its country that company's home, and its
# share a confirmed statement. One without an address gets the release of its project as its source;
# where there is none either, the migration stops and names the project.
CARRY_OVER = """
DO $$
DECLARE
    step bigint;
    lost text;
BEGIN
    IF NOT EXISTS (SELECT FROM riskscore_ownership) THEN
        RETURN;
    END IF;
    SELECT min(p.key) INTO lost FROM riskscore_ownership o JOIN riskscore_project p ON p.id = o.project_id
    WHERE o.url = '' AND p.release_id IS NULL;
    IF lost IS NOT NULL THEN
        RAISE EXCEPTION 'an owner of project % has no source: write the address where it can be read, then migrate again', lost
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT coalesce(max(number), 0) + 1 INTO step FROM riskscore_edition;
    INSERT INTO riskscore_edition (number, made_at, reason)
    VALUES (step, clock_timestamp(), 'owners become statements');
    CREATE TEMP TABLE owner_key ON COMMIT DROP AS
    SELECT owner, coalesce(nullif(trim(BOTH '-' FROM left(regexp_replace(lower(owner), '[^a-z0-9]+', '-', 'g'), 50)), ''),
        'company') AS key
    FROM riskscore_ownership GROUP BY owner;
    UPDATE owner_key SET key = owner_key.key || '-' || n.number FROM (
        SELECT owner, row_number() OVER (PARTITION BY key ORDER BY owner) AS number FROM owner_key) n
    WHERE n.owner = owner_key.owner AND n.number > 1;
    INSERT INTO riskscore_company (key, name, aliases) SELECT key, owner, '{}' FROM owner_key;
    UPDATE riskscore_ownership o SET company_id = c.id, edition_id = step, state = 'confirmed',
        release_id = p.release_id
    FROM owner_key k JOIN riskscore_company c ON c.key = k.key, riskscore_project p
    WHERE k.owner = o.owner AND p.id = o.project_id;
    INSERT INTO riskscore_domicile (company_id, place_id, state, credibility, url, release_id, note, edition_id)
    SELECT DISTINCT ON (company_id) company_id, place_id, 'confirmed', 1, url, release_id, '', step
    FROM riskscore_ownership WHERE place_id IS NOT NULL ORDER BY company_id, id;
END $$;
"""

# As riskscore/sql/owners.sql stood then.
RULES = """
-- Who owns what, and where owners are at home, stays as it was recorded: a correction is a new row.
CREATE OR REPLACE TRIGGER ownership_append_only BEFORE UPDATE OR DELETE ON riskscore_ownership
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
CREATE OR REPLACE TRIGGER domicile_append_only BEFORE UPDATE OR DELETE ON riskscore_domicile
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();

-- The home of an owner is an input of the scores of what it owns, and of what its subsidiaries own.
-- UNION ends where companies are said to own each other in a ring.
CREATE OR REPLACE FUNCTION riskscore_domicile_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH RECURSIVE touched (company_id) AS (
        SELECT company_id FROM changed
        UNION
        SELECT d.company_id FROM riskscore_domicile d JOIN touched t ON d.parent_id = t.company_id
    )
    UPDATE riskscore_project SET input_version = input_version + 1
    WHERE id IN (SELECT o.project_id FROM riskscore_ownership o JOIN touched USING (company_id));
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER domicile_insert AFTER INSERT ON riskscore_domicile
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_domicile_changed();
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("riskscore", "0004_map_layers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Company",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("aliases", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, help_text="other names of the same party, apart by commas", size=None)),
            ],
            options={
                "ordering": ["name", "id"],
                "verbose_name_plural": "companies",
                "indexes": [models.Index(fields=["name", "id"], name="company_by_name")],
                "constraints": [models.CheckConstraint(condition=models.Q(key__regex="^[a-z0-9][a-z0-9-]{0,59}$"), name="company_key_is_slug")],
            },
        ),
        migrations.CreateModel(
            name="Domicile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(choices=STATES, default="unverified", max_length=10)),
                ("credibility", models.FloatField(default=1.0, help_text="0..1: how far its source is believed")),
                ("stated_on", models.DateField(blank=True, help_text="the day of the source", null=True)),
                ("url", models.URLField(blank=True, help_text="where it can be read", max_length=400)),
                ("release", models.ForeignKey(blank=True, null=True, help_text="the release that states it", on_delete=django.db.models.deletion.PROTECT, related_name="+", to="riskscore.release")),
                ("note", models.CharField(blank=True, help_text="why it was decided so", max_length=400)),
                ("supersedes", models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="superseded_by", to="riskscore.domicile")),
                ("entered_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("entered_at", models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now())),
                ("edition", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="riskscore.edition")),
                ("company", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="domiciles", to="riskscore.company")),
                ("place", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="riskscore.place")),
                ("parent", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="riskscore.company")),
                ("state_owned", models.BooleanField(blank=True, help_text="whether a state holds most of it, where a source says so", null=True)),
            ],
            options={
                "verbose_name": "home of a company",
                "verbose_name_plural": "homes of companies",
                "ordering": ["company_id", "-id"],
                "indexes": [models.Index(fields=["company"], name="domicile_by_company")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(credibility__range=(0, 1)), name="domicile_credibility_is_a_share"),
                    models.CheckConstraint(condition=models.Q(models.Q(("url", ""), _negated=True), ("release__isnull", False), _connector="OR"), name="domicile_has_a_source"),
                    models.CheckConstraint(condition=models.Q(("parent", models.F("company")), _negated=True), name="domicile_parent_is_another"),
                    models.UniqueConstraint(condition=models.Q(("supersedes__isnull", True)), fields=("company",), name="domicile_one_line_of_versions"),
                ],
            },
        ),
        migrations.AlterModelOptions(name="ownership", options={"ordering": ["project_id", "-share", "id"], "verbose_name": "owner"}),
        migrations.AddField("ownership", "state", models.CharField(choices=STATES, default="unverified", max_length=10)),
        migrations.AddField("ownership", "credibility", models.FloatField(default=1.0, help_text="0..1: how far its source is believed")),
        migrations.AddField("ownership", "stated_on", models.DateField(blank=True, help_text="the day of the source", null=True)),
        migrations.AlterField("ownership", "url", models.URLField(blank=True, help_text="where it can be read", max_length=400)),
        migrations.AddField("ownership", "release", models.ForeignKey(blank=True, null=True, help_text="the release that states it", on_delete=django.db.models.deletion.PROTECT, related_name="+", to="riskscore.release")),
        migrations.AddField("ownership", "note", models.CharField(blank=True, help_text="why it was decided so", max_length=400)),
        migrations.AddField("ownership", "supersedes", models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="superseded_by", to="riskscore.ownership")),
        migrations.AddField("ownership", "entered_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
        migrations.AddField("ownership", "entered_at", models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now())),
        migrations.AddField("ownership", "edition", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="riskscore.edition")),
        migrations.AddField("ownership", "company", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="ownerships", to="riskscore.company")),
        migrations.AddField("ownership", "basis", models.CharField(blank=True, help_text="how the source's site was found to be this project", max_length=200)),
        migrations.AddField("ownership", "doubt", models.CharField(blank=True, help_text="what speaks against it", max_length=200)),
        migrations.AlterField("ownership", "project", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="ownerships", to="riskscore.project")),
        migrations.AlterField("ownership", "share", models.FloatField(blank=True, help_text="0..1; empty: unknown", null=True)),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        # The table cannot be altered while the keys above wait to be checked.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField("ownership", "edition", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="riskscore.edition")),
        migrations.AlterField("ownership", "company", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="ownerships", to="riskscore.company")),
        migrations.RemoveField("ownership", "owner"),
        migrations.RemoveField("ownership", "place"),
        migrations.RemoveConstraint("ownership", "ownership_is_a_share"),
        migrations.AddConstraint("ownership", models.CheckConstraint(condition=models.Q(("share__isnull", True), models.Q(("share__gt", 0), ("share__lte", 1)), _connector="OR"), name="ownership_is_a_share")),
        migrations.AddConstraint("ownership", models.CheckConstraint(condition=models.Q(("credibility__range", (0, 1))), name="ownership_credibility_is_a_share")),
        migrations.AddConstraint("ownership", models.CheckConstraint(condition=models.Q(models.Q(("url", ""), _negated=True), ("release__isnull", False), _connector="OR"), name="ownership_has_a_source")),
        migrations.AddConstraint("ownership", models.UniqueConstraint(condition=models.Q(("supersedes__isnull", True)), fields=("project", "company", "since"), name="ownership_stated_once", nulls_distinct=False)),
        migrations.AddIndex("ownership", models.Index(fields=["company", "project"], name="ownership_by_company")),
        migrations.AddIndex("ownership", models.Index(condition=models.Q(("state", "unverified")), fields=["id"], name="ownership_to_review")),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
    ]
