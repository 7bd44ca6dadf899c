-- Provider returns. Every version of every return is a row of its own; nothing is overwritten.

-- One version of one provider's return for one period, or a file of which nothing could be said.
CREATE TABLE returns (                                -- grows only
    seq          INTEGER PRIMARY KEY,
    run          INTEGER NOT NULL REFERENCES runs (seq),
    source       TEXT NOT NULL,
    document     INTEGER NOT NULL REFERENCES documents (seq),
    at           TEXT NOT NULL,
    came_on      TEXT NOT NULL,                       -- the day in the council's zone
    file         TEXT NOT NULL,
    template     TEXT,                                -- absent where no template fits
    reading      TEXT NOT NULL,                       -- hash of the file and of all that decides how it is read
    provider_id  TEXT,                                -- absent, with the period, where the file says nothing of them
    period_start TEXT,
    period_end   TEXT,
    version      INTEGER NOT NULL,                    -- 1, 2, ... for the same provider and period
    kept         TEXT NOT NULL CHECK (kept IN ('whole', 'part', 'nothing')),
    rejects      INTEGER NOT NULL                     -- of the whole file
) STRICT;
CREATE INDEX returns_about ON returns (provider_id, period_start, period_end, seq);
CREATE INDEX returns_reading ON returns (source, reading);

-- The values of a version, all in one row, so that one leaf of the log stands for them together.
CREATE TABLE return_values (                          -- grows only
    seq        INTEGER PRIMARY KEY,
    submission INTEGER NOT NULL REFERENCES returns (seq),
    body       TEXT NOT NULL CHECK (json_valid(body))   -- JSON, an object a value
) STRICT;
CREATE INDEX return_values_submission ON return_values (submission);

-- What came of each return that was due; a row each time that it changes, the newest counts.
CREATE TABLE return_states (                          -- grows only
    seq          INTEGER PRIMARY KEY,
    run          INTEGER NOT NULL REFERENCES runs (seq),
    at           TEXT NOT NULL,
    provider_id  TEXT NOT NULL,
    period_start TEXT NOT NULL,
    period_end   TEXT NOT NULL,
    due_on       TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('due', 'received', 'late', 'part', 'refused', 'missing'))
) STRICT;
CREATE INDEX return_states_about ON return_states (provider_id, period_start, seq);
