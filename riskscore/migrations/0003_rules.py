"""Rules that the database itself holds: versions that rise, rows that stay, states that end."""

from django.db import migrations

INPUT_VERSION = """
-- The version rises with every change that a score can see. Old copies saved by a form cannot lower it.
CREATE FUNCTION riskscore_project_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.input_version := GREATEST(NEW.input_version, OLD.input_version);
    IF NEW.input_version = OLD.input_version
       AND (NEW.place_id, NEW.latitude, NEW.longitude, NEW.kind, NEW.stage, NEW.state)
           IS DISTINCT FROM (OLD.place_id, OLD.latitude, OLD.longitude, OLD.kind, OLD.stage, OLD.state) THEN
        NEW.input_version := OLD.input_version + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER project_version BEFORE UPDATE ON riskscore_project
    FOR EACH ROW EXECUTE FUNCTION riskscore_project_version();

CREATE FUNCTION riskscore_part_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE riskscore_project SET input_version = input_version + 1
    WHERE id IN (SELECT project_id FROM changed);
    RETURN NULL;
END $$;
"""

# A transition table names one event, so each part of a project has a trigger per event.
PARTS = ("projectmineral", "ownership", "offtake", "evidence")
EVENTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
PART_TRIGGERS = "".join(
    f"""
CREATE TRIGGER {part}_{event.lower()} AFTER {event} ON riskscore_{part}
    REFERENCING {which} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION riskscore_part_changed();
"""
    for part in PARTS
    for event, which in EVENTS.items()
)

APPEND_ONLY = """
CREATE FUNCTION riskscore_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: record a new row instead', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON riskscore_{table}
    FOR EACH ROW EXECUTE FUNCTION riskscore_append_only();
"""
    for table in ("edition", "release", "observation", "locality", "evidence", "scorehistory")
)

PUBLISHED = """
CREATE FUNCTION riskscore_method_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (TG_OP = 'DELETE' OR
        (NEW.code, NEW.version, NEW.spec, NEW.hash, NEW.edition_id)
        IS DISTINCT FROM (OLD.code, OLD.version, OLD.spec, OLD.hash, OLD.edition_id)) THEN
        RAISE EXCEPTION 'method % v% is published and cannot change: make a new version', OLD.code, OLD.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER method_published BEFORE UPDATE OR DELETE ON riskscore_method
    FOR EACH ROW EXECUTE FUNCTION riskscore_method_published();
"""

TERMINAL = """
CREATE FUNCTION riskscore_job_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('succeeded', 'partially_failed', 'failed', 'cancelled') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'job % has ended as % and cannot change', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER job_ended BEFORE UPDATE ON riskscore_job
    FOR EACH ROW EXECUTE FUNCTION riskscore_job_ended();
"""


class Migration(migrations.Migration):
    dependencies = [("riskscore", "0002_score_history")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (INPUT_VERSION, PART_TRIGGERS, APPEND_ONLY, PUBLISHED, TERMINAL)
    ]
