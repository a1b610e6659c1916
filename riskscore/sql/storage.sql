-- Chunks change state three times and are gone through often: leave room for updates in place.
ALTER TABLE riskscore_chunk SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE riskscore_workerpulse SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
-- The parts of a file are read once and often packed already: compressing them again only takes time.
ALTER TABLE riskscore_intakepart ALTER COLUMN content SET STORAGE EXTERNAL;
