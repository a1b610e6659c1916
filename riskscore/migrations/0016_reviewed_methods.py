"""Methods are reviewed before they are published, and an earlier version may score again."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskscore', '0015_map'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MethodChoice',
            fields=[
                ('edition', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='riskscore.edition')),
                ('reason', models.CharField(help_text='why this version scores again', max_length=400)),
                ('decided_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-edition_id'],
            },
        ),
        migrations.AlterModelOptions(
            name='method',
            options={'ordering': ['code', '-version'], 'permissions': [('review_method', 'Can review, publish and bring back methods')]},
        ),
        migrations.RemoveConstraint(
            model_name='method',
            name='method_published_has_edition',
        ),
        migrations.AddField(
            model_name='method',
            name='based_on',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.method'),
        ),
        migrations.AddField(
            model_name='method',
            name='confirmed',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), default=list, help_text='changed nodes whose reason, as it was before, somebody confirmed', size=None),
        ),
        migrations.AddField(
            model_name='method',
            name='review',
            field=models.CharField(blank=True, help_text='what the reviewer says of it', max_length=400),
        ),
        migrations.AddField(
            model_name='method',
            name='reviewed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='method',
            name='reviewed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='method',
            name='submitted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='method',
            name='submitted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='method',
            name='state',
            field=models.CharField(choices=[('draft', 'Draft'), ('review', 'in review'), ('published', 'Published'), ('retired', 'Retired')], default='draft', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='method',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'review']), ('edition__isnull', False), _connector='OR'), name='method_published_has_edition'),
        ),
        migrations.AddConstraint(
            model_name='method',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'review'), _negated=True), ('submitted_by__isnull', False), _connector='OR'), name='method_in_review_was_submitted'),
        ),
        migrations.AddField(
            model_name='methodchoice',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='methodchoice',
            name='method',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='choices', to='riskscore.method'),
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
    ]
