-- Ranks are kept, not counted. Per buyer's view (lens) and node there are blocks of distinct scores
-- of the ranked projects, the highest first, with how many share each and how many lie above the
-- block; and since those were made, a row per change. Both together are exact at every moment.
--
-- A ranking has the version of the blocks that readers use, and the version under which changes are
-- recorded. They are equal as a rule. `recording` is NULL while a large job rewrites scores, whose
-- changes would be too many: readers then see the ranks of before it. It is version + 1 while the
-- blocks are made anew: what changes meanwhile belongs to the new ones.

-- Whether a project counts in rankings: by its state, and by the flags of Project.UNRANKED.
CREATE OR REPLACE FUNCTION riskscore_is_ranked(state text, flags varchar[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT state = 'published' AND NOT flags && '{duplicate,steel,no_known_output}'::varchar[]
$$;

-- The version under which changes of a ranking are recorded; NULL: they are not. Locks the ranking
-- until the end of the transaction, so that no blocks are made between a change and its record.
CREATE OR REPLACE FUNCTION riskscore_rank_recording(lens bigint, many boolean) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    recorded bigint;
BEGIN
    LOOP
        SELECT r.recording INTO recorded FROM riskscore_ranking r
        WHERE r.lens_id = lens AND (NOT many OR r.recording IS NULL) FOR SHARE;
        IF FOUND THEN
            RETURN recorded;
        END IF;
        UPDATE riskscore_ranking r SET recording = NULL WHERE r.lens_id = lens AND many;
        IF FOUND THEN
            RETURN NULL;
        END IF;
        INSERT INTO riskscore_ranking (lens_id, version, recording, ranked_at, projects)
        VALUES (lens, 0, 0, clock_timestamp(), '{0,0,0,0,0}') ON CONFLICT DO NOTHING;
    END LOOP;
END $$;

-- Scores that came, went or changed, by one statement: of few projects each change is recorded.
CREATE OR REPLACE FUNCTION riskscore_scores_ranked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    written text := CASE TG_OP
        WHEN 'INSERT' THEN '(SELECT *, 1 AS sign FROM after)'
        WHEN 'DELETE' THEN '(SELECT *, -1 AS sign FROM before)'
        ELSE '(SELECT *, 1 AS sign FROM after UNION ALL SELECT *, -1 AS sign FROM before)'
    END;
    nodes text := '(VALUES (0, s.composite), (1, s.geopolitical), (2, s.concentration),'
        ' (3, s.labour), (4, s.indigenous)) v (node, score)';
    each record;
    number bigint;
BEGIN
    FOR each IN EXECUTE format(
        'SELECT lens_id AS lens, count(*) AS number FROM %s s GROUP BY 1 ORDER BY 1', written)
    LOOP
        -- Of a large job that has said so already it is enough to hold on to that.
        number := each.number * 10;
        IF number <= 2000 OR NOT EXISTS (SELECT FROM riskscore_ranking r
                                         WHERE r.lens_id = each.lens AND r.recording IS NULL) THEN
            EXECUTE format('SELECT count(*) FROM (SELECT FROM %s s CROSS JOIN LATERAL %s'
                ' WHERE s.lens_id = $1 AND v.score IS NOT NULL GROUP BY v.node, v.score'
                ' HAVING sum(sign) <> 0) changed', written, nodes) INTO number USING each.lens;
        END IF;
        CONTINUE WHEN number = 0;
        number := riskscore_rank_recording(each.lens, number > 2000);
        CONTINUE WHEN number IS NULL;
        -- Nobody flags or archives these projects before this transaction has ended.
        EXECUTE format('SELECT FROM riskscore_project WHERE id IN (SELECT project_id FROM %s s'
            ' WHERE s.lens_id = $1) ORDER BY id FOR SHARE', written) USING each.lens;
        EXECUTE format('INSERT INTO riskscore_rankchange'
            ' (lens_id, version, node, score, change, changed_at)'
            ' SELECT $1, $2, v.node, v.score, sum(sign), clock_timestamp()'
            ' FROM %s s JOIN riskscore_project p ON p.id = s.project_id CROSS JOIN LATERAL %s'
            ' WHERE s.lens_id = $1 AND v.score IS NOT NULL AND riskscore_is_ranked(p.state, p.flags)'
            ' GROUP BY v.node, v.score HAVING sum(sign) <> 0', written, nodes)
        USING each.lens, number;
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER score_ranked_insert AFTER INSERT ON riskscore_score
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION riskscore_scores_ranked();
CREATE OR REPLACE TRIGGER score_ranked_update AFTER UPDATE ON riskscore_score
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION riskscore_scores_ranked();
CREATE OR REPLACE TRIGGER score_ranked_delete AFTER DELETE ON riskscore_score
    REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION riskscore_scores_ranked();

-- Projects that come into rankings or leave them: published, archived, flagged.
CREATE OR REPLACE FUNCTION riskscore_project_ranked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved bigint[];
    each record;
    recorded bigint;
BEGIN
    SELECT array_agg(n.id) INTO moved FROM after n JOIN before o USING (id)
    WHERE riskscore_is_ranked(n.state, n.flags) <> riskscore_is_ranked(o.state, o.flags);
    FOR each IN
        SELECT s.lens_id AS lens, count(*) AS number FROM riskscore_score s
        WHERE s.project_id = ANY(moved) GROUP BY 1 ORDER BY 1
    LOOP
        recorded := riskscore_rank_recording(each.lens, each.number > 200);
        CONTINUE WHEN recorded IS NULL;
        INSERT INTO riskscore_rankchange (lens_id, version, node, score, change, changed_at)
        SELECT each.lens, recorded, v.node, v.score,
            sum(CASE WHEN riskscore_is_ranked(p.state, p.flags) THEN 1 ELSE -1 END),
            clock_timestamp()
        FROM riskscore_score s JOIN after p ON p.id = s.project_id
        CROSS JOIN LATERAL (VALUES (0, s.composite), (1, s.geopolitical), (2, s.concentration),
            (3, s.labour), (4, s.indigenous)) v (node, score)
        WHERE s.lens_id = each.lens AND s.project_id = ANY(moved) AND v.score IS NOT NULL
        GROUP BY v.node, v.score;
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER project_ranked AFTER UPDATE ON riskscore_project
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION riskscore_project_ranked();

-- Make the blocks of a ranking anew, by one statement and hence from one state of the tables; false
-- where nobody has asked for it (recording > version). Changes that it does not see stay on record.
CREATE OR REPLACE FUNCTION riskscore_rank_anew(lens bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    target bigint;
    began timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(1919513451, lens::int);
    SELECT r.recording INTO target FROM riskscore_ranking r
    WHERE r.lens_id = lens AND r.recording > r.version;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    began := clock_timestamp();
    WITH counted AS (
        SELECT CASE GROUPING(composite, geopolitical, concentration, labour, indigenous)
                WHEN 15 THEN 0 WHEN 23 THEN 1 WHEN 27 THEN 2 WHEN 29 THEN 3 ELSE 4 END AS node,
            coalesce(composite, geopolitical, concentration, labour, indigenous) AS score,
            count(*)::int AS sharing
        FROM riskscore_score s JOIN riskscore_project p ON p.id = s.project_id
        WHERE s.lens_id = lens AND riskscore_is_ranked(p.state, p.flags)
        GROUP BY GROUPING SETS
            ((composite), (geopolitical), (concentration), (labour), (indigenous))
    ), placed AS (
        SELECT node, score, sharing,
            (sum(sharing) OVER higher - sharing)::int AS above,
            (row_number() OVER higher - 1) / 64 AS block
        FROM counted WHERE score IS NOT NULL
        WINDOW higher AS (PARTITION BY node ORDER BY score DESC)
    ), made AS (
        INSERT INTO riskscore_rankblock (lens_id, version, node, lowest, above, scores, sharing)
        SELECT lens, target, node, min(score), min(above), array_agg(score ORDER BY score DESC),
            array_agg(sharing ORDER BY score DESC)
        FROM placed GROUP BY node, block
    ), replaced AS (
        DELETE FROM riskscore_rankblock b WHERE b.lens_id = lens
    ), included AS (
        DELETE FROM riskscore_rankchange c WHERE c.lens_id = lens
    )
    UPDATE riskscore_ranking r SET version = target, ranked_at = began, projects = ARRAY(
        SELECT coalesce(sum(c.sharing), 0)::int FROM generate_series(0, 4) n
        LEFT JOIN counted c ON c.node = n AND c.score IS NOT NULL GROUP BY n ORDER BY n)
    WHERE r.lens_id = lens;
    RETURN true;
END $$;
