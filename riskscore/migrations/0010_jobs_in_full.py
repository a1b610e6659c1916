"""Jobs that pause, retry, repeat and supersede; who works on them; what is stale."""

import django.db.models.deletion
import django.db.models.functions.datetime
import riskscore.models.schedules
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('riskscore', '0005_trainings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StaleMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edition', models.BigIntegerField()),
                ('since', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Transition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField(null=True)),
                ('before', models.CharField(blank=True, max_length=16)),
                ('after', models.CharField(max_length=16)),
                ('worker', models.CharField(blank=True, max_length=120)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='WorkerPulse',
            fields=[
                ('worker', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'ordering': ['worker'],
            },
        ),
        migrations.AddField(
            model_name='chunk',
            name='finished_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='model',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='riskscore.learnedmodel'),
        ),
        migrations.AddField(
            model_name='job',
            name='paused_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='retry_of',
            field=models.OneToOneField(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='retry', to='riskscore.job'),
        ),
        migrations.AddField(
            model_name='job',
            name='slot',
            field=models.DateTimeField(help_text='the moment at which its schedule was due', null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='superseded_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='riskscore.job'),
        ),
        migrations.AlterField(
            model_name='job',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.CreateModel(
            name='ProjectList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField(max_length=60, unique=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('projects', models.ManyToManyField(blank=True, related_name='lists', to='riskscore.project')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('what', models.CharField(choices=[('everything', 'Everything'), ('stale', 'what is stale')], max_length=10)),
                ('every', models.CharField(choices=[('hour', 'Hour'), ('day', 'Day')], max_length=4)),
                ('at', models.TimeField(help_text='time of day; of an hourly schedule only the minute counts')),
                ('timezone', models.CharField(default='UTC', max_length=40, validators=[riskscore.models.schedules.check_timezone])),
                ('enabled', models.BooleanField(default=True)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, help_text='slots before this moment are not caught up')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('every__in', ['hour', 'day']), ('what__in', ['everything', 'stale'])), name='schedule_is_known')],
            },
        ),
        migrations.AddField(
            model_name='job',
            name='schedule',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='riskscore.schedule'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(fields=('schedule', 'lens', 'slot'), name='job_once_per_slot'),
        ),
        migrations.AddField(
            model_name='stalemark',
            name='lens',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='riskscore.lens'),
        ),
        migrations.AddField(
            model_name='stalemark',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='riskscore.project'),
        ),
        migrations.AddField(
            model_name='transition',
            name='job',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='transitions', to='riskscore.job'),
        ),
        migrations.AddField(
            model_name='workerpulse',
            name='chunk',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='riskscore.chunk'),
        ),
        migrations.AddConstraint(
            model_name='stalemark',
            constraint=models.UniqueConstraint(fields=('project', 'lens'), name='stale_mark_once'),
        ),
        migrations.AddIndex(
            model_name='transition',
            index=models.Index(fields=['job', 'id'], name='transition_of_job'),
        ),
    ]
