-- What is odd about the numbers of a return, seen when its version was kept. A remark belongs to that
-- version and is never taken back: a newer version has its own.
CREATE TABLE return_remarks (                         -- grows only
    seq          INTEGER PRIMARY KEY,
    run          INTEGER NOT NULL REFERENCES runs (seq),
    submission   INTEGER NOT NULL REFERENCES returns (seq),
    at           TEXT NOT NULL,
    provider_id  TEXT NOT NULL,
    period_start TEXT NOT NULL,
    period_end   TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('same_again', 'restated', 'left_out', 'base_moved', 'parts_gone',
                                               'zones_off', 'contradiction', 'overlap', 'hole', 'more')),
    indicator    TEXT,                                -- absent, like the next three, where it is about the return as a whole
    location_id  TEXT,
    zone         TEXT,
    place        TEXT,                                -- absent where the file does not have what it is about
    sentence     TEXT NOT NULL
) STRICT;
CREATE INDEX return_remarks_submission ON return_remarks (submission);
