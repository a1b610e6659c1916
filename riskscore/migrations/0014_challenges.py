"""Corrections that people file on projects: answered once, kept for ever."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

RULES = """
CREATE FUNCTION riskscore_challenge_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'open' OR
        (NEW.project_id, NEW.statement, NEW.url, NEW.kind, NEW.happened_on, NEW.disputes_id, NEW.filed_by_id)
        IS DISTINCT FROM
        (OLD.project_id, OLD.statement, OLD.url, OLD.kind, OLD.happened_on, OLD.disputes_id, OLD.filed_by_id)
    THEN
        RAISE EXCEPTION 'challenge % stays as it was filed and answered', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER challenge_answered BEFORE UPDATE OR DELETE ON riskscore_challenge
    FOR EACH ROW EXECUTE FUNCTION riskscore_challenge_answered();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('riskscore', '0013_land'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='apikey',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'read projects and scores'), ('rescore', 'start and cancel rescoring jobs'), ('challenge', 'file corrections on projects')], max_length=12), default=list, size=None),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='kind',
            field=models.CharField(choices=[('fatality', 'Fatality'), ('strike', 'Strike'), ('child_labour', 'Child Labour'), ('forced_labour', 'Forced Labour'), ('union_recognised', 'Union Recognised'), ('collective_agreement', 'Collective Agreement'), ('resettlement', 'eviction or resettlement'), ('consent', 'stage of consent'), ('conflict', 'protest or conflict'), ('court_ruling', 'Court Ruling'), ('remedy', 'Remedy'), ('grievance_mechanism', 'Grievance Mechanism'), ('certification', 'Certification')], max_length=24),
        ),
        migrations.CreateModel(
            name='Challenge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('statement', models.TextField(help_text='what is wrong, and what is right', max_length=2000)),
                ('url', models.URLField(help_text='where that can be read', max_length=400)),
                ('kind', models.CharField(blank=True, choices=[('fatality', 'Fatality'), ('strike', 'Strike'), ('child_labour', 'Child Labour'), ('forced_labour', 'Forced Labour'), ('union_recognised', 'Union Recognised'), ('collective_agreement', 'Collective Agreement'), ('resettlement', 'eviction or resettlement'), ('consent', 'stage of consent'), ('conflict', 'protest or conflict'), ('court_ruling', 'Court Ruling'), ('remedy', 'Remedy'), ('grievance_mechanism', 'Grievance Mechanism'), ('certification', 'Certification')], help_text='the kind of evidence that it would be', max_length=24)),
                ('happened_on', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('declined', 'Declined')], db_index=True, default='open', max_length=8)),
                ('filed_at', models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now())),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('disputes', models.ForeignKey(blank=True, help_text='the statement on file that is wrong', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='challenges', to='riskscore.evidence')),
                ('evidence', models.OneToOneField(help_text='what it became', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='riskscore.evidence')),
                ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='challenges', to='riskscore.project')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('evidence__isnull', True), ('reason', ''), ('state', 'open')), models.Q(('decided_at__isnull', False), ('evidence__isnull', False), ('state', 'accepted')), models.Q(('decided_at__isnull', False), ('evidence__isnull', True), ('state', 'declined'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='challenge_answer_fits_its_state'), models.UniqueConstraint(models.F('project'), models.F('filed_by'), django.db.models.functions.text.MD5('statement'), condition=models.Q(('state', 'open')), name='challenge_open_once')],
            },
        ),
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
    ]
