-- riskscore/sql/search_terms.sql, whole; before it the column, after it what it is read by.
ALTER TABLE riskscore_project ADD COLUMN terms tsvector;

-- Names as people type them: no case, no accents however they are written (composed or not), no
-- punctuation; letters that have no accent to lose are written as people type them. Only functions
-- of pg_catalog, so that an index may be made of it.
CREATE OR REPLACE FUNCTION riskscore_folded(given text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(translate(replace(replace(regexp_replace(
        casefold(normalize(given, NFKD) COLLATE "pg_unicode_fast"),
        '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f''’]+', '', 'g'),
        'æ', 'ae'), 'œ', 'oe'), 'øłđðħı', 'olddhi'), '[^[:alnum:]]+', ' ', 'g'))
$$;

-- The words of a list of names as one text, for an index.
CREATE OR REPLACE FUNCTION riskscore_joined(names character varying[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_to_string(names, ' ')
$$;

-- What a project is found by: the words of its key and name, its place as @CHL, its minerals as
-- #lithium. Whatever changes its minerals raises its input version, which comes here too.
CREATE OR REPLACE FUNCTION riskscore_project_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.terms IS NULL
       OR (NEW.key, NEW.name, NEW.place_id, NEW.input_version)
          IS DISTINCT FROM (OLD.key, OLD.name, OLD.place_id, OLD.input_version) THEN
        NEW.terms := array_to_tsvector(
            string_to_array(riskscore_folded(NEW.key || ' ' || NEW.name), ' ')
            || ('@' || NEW.place_id)::text
            || ARRAY(SELECT '#' || mineral_id FROM riskscore_projectmineral
                     WHERE project_id = NEW.id));
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER project_terms BEFORE INSERT OR UPDATE ON riskscore_project
    FOR EACH ROW EXECUTE FUNCTION riskscore_project_terms();

UPDATE riskscore_project SET terms = NULL;
SET CONSTRAINTS ALL IMMEDIATE;

CREATE INDEX project_by_terms ON riskscore_project USING gin (terms)
    WITH (gin_pending_list_limit = 512);
CREATE INDEX project_by_folded_name ON riskscore_project (riskscore_folded(name) text_pattern_ops);
CREATE INDEX company_by_words ON riskscore_company USING gin (
    array_to_tsvector(string_to_array(riskscore_folded(
        name || ' ' || key || ' ' || riskscore_joined(aliases)), ' ')))
    WITH (gin_pending_list_limit = 512);
