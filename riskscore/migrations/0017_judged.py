"""A prediction says whether its pair lies in the population that its model was judged on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("riskscore", "0016_intake_follows_by_staleness"),
    ]

    operations = [
        migrations.AddField(
            model_name="prediction",
            name="judged",
            field=models.BooleanField(
                default=True,
                help_text="whether the pair lies in the population the model was judged on",
            ),
        ),
    ]
