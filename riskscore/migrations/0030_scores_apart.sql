-- Jobs that wait or run as this comes, for another day, seed or number of draws, go on apart.
UPDATE riskscore_job SET apart = true
WHERE state IN ('queued', 'running')
  AND (seed <> 0 OR draws <> 256 OR as_of <> (created_at AT TIME ZONE 'UTC')::date);
