"""Whether learned models count in scores, from an edition on."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("riskscore", "0006_facts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LearnedSwitch",
            fields=[
                ("edition", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="+", serialize=False, to="riskscore.edition")),
                ("on", models.BooleanField(help_text="whether champions count in scores from this edition on")),
                ("reason", models.CharField(blank=True, help_text="why it was turned", max_length=400)),
                ("decided_at", models.DateTimeField(auto_now_add=True)),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name_plural": "learned switches",
                "ordering": ["-edition_id"],
            },
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
    ]
