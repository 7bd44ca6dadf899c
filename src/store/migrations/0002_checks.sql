-- What the program found out about itself, and bodies that may be forgotten.

-- One row a check: was the file sound, did the log prove itself, is there a good copy, did the
-- outside monitor answer. The newest of a kind counts.
CREATE TABLE checks (                                 -- grows only
    seq     INTEGER PRIMARY KEY,
    run     INTEGER REFERENCES runs (seq),
    at      TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('integrity', 'audit', 'backup', 'heartbeat')),
    outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'failed')),
    detail  TEXT
) STRICT;
CREATE INDEX checks_kind ON checks (kind, seq);

-- The bodies of documents, apart from the rows that are audited: the leaf of a document covers the
-- hash of its body, so a body may go after its time and every proof stays valid. Bodies that were
-- kept before this table was made stay in documents.body, which their leaves cover.
CREATE TABLE bodies (
    document INTEGER PRIMARY KEY REFERENCES documents (seq),
    body     BLOB NOT NULL                            -- gzip
) STRICT;
