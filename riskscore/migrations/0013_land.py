"""Mapped lands and outlines of projects: append-only; a new outline raises the input version."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


RULES = "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON riskscore_{table}
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
"""
    for table in ("landlayer", "land", "footprint")
) + """
CREATE TRIGGER footprint_insert AFTER INSERT ON riskscore_footprint
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('riskscore', '0012_intakes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LandLayer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(help_text='the same for all versions of this map, like funai-lands', max_length=40)),
                ('name', models.CharField(max_length=160)),
                ('steward', models.CharField(help_text='who keeps the map', max_length=160)),
                ('source', models.URLField(help_text='where it comes from', max_length=300)),
                ('licence', models.CharField(max_length=160)),
                ('redistributable', models.BooleanField(default=False, help_text='whether its outlines may be passed on')),
                ('file', models.CharField(blank=True, max_length=200)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('crs', models.CharField(blank=True, help_text='the coordinate system that the file was read in', max_length=200)),
                ('mapped', models.BinaryField(help_text='WKB; null: withdrawn', null=True)),
                ('lands_count', models.IntegerField(default=0)),
                ('entered_at', models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now())),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.edition')),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'land layer',
                'ordering': ['code', '-edition_id'],
            },
        ),
        migrations.CreateModel(
            name='Land',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField(help_text='its place in the file')),
                ('name', models.CharField(max_length=200)),
                ('outline', models.BinaryField(help_text='WKB')),
                ('layer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lands', to='riskscore.landlayer')),
            ],
            options={
                'ordering': ['layer_id', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Footprint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outline', models.BinaryField(help_text='WKB; null: taken back', null=True)),
                ('source', models.URLField(help_text='where the outline comes from', max_length=300)),
                ('entered_at', models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now())),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.edition')),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='footprints', to='riskscore.project')),
            ],
            options={
                'ordering': ['project_id', '-edition_id'],
                'constraints': [models.UniqueConstraint(fields=('project', 'edition'), name='footprint_once_per_edition')],
            },
        ),
        migrations.AddConstraint(
            model_name='landlayer',
            constraint=models.UniqueConstraint(fields=('code', 'edition'), name='land_layer_once_per_edition'),
        ),
        migrations.AddConstraint(
            model_name='landlayer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lands_count', 0), ('mapped__isnull', True), ('sha256', '')), models.Q(('mapped__isnull', False), ('sha256__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='land_layer_is_whole_or_withdrawn'),
        ),
        migrations.AddConstraint(
            model_name='land',
            constraint=models.UniqueConstraint(fields=('layer', 'number'), name='land_once_per_layer'),
        ),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
    ]
