-- What the daemon writes down of itself, and one run for each due instant of a job.

CREATE TABLE daemon_events (                          -- grows only
    seq           INTEGER PRIMARY KEY,
    at            TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN
                      ('started', 'stopped', 'reloaded', 'refused', 'schedule', 'missed', 'clock', 'failed')),
    subject       TEXT,                               -- a source's id, or a job
    scheduled_for TEXT,                               -- the due instant that was missed; from when a schedule counts
    detail        TEXT
) STRICT;
CREATE INDEX daemon_events_subject ON daemon_events (subject, kind, seq);

CREATE INDEX runs_scheduled ON runs (job, scheduled_for);
CREATE TRIGGER runs_once BEFORE INSERT ON runs
WHEN NEW.scheduled_for IS NOT NULL
 AND EXISTS (SELECT 1 FROM runs WHERE job = NEW.job AND scheduled_for = NEW.scheduled_for)
BEGIN SELECT RAISE(ABORT, 'a due instant of a job has one run'); END;
