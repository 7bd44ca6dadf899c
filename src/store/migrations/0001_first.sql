-- The first schema. Tables marked "grows only" take inserts at seq = max + 1 and nothing else; the
-- guards are made in code for every table in GROWS_ONLY, so that none can be forgotten.
-- Instants are RFC 3339 in UTC with microseconds, so that they order as text; civil dates are ISO.
-- Grows-only tables have no UNIQUE beside their key: REPLACE INTO would delete through it.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- A job that was started. Its end is a row of its own, so that nothing is ever updated.
CREATE TABLE runs (                                   -- grows only
    seq           INTEGER PRIMARY KEY,
    job           TEXT NOT NULL CHECK (job IN ('collect', 'assess', 'deliver', 'housekeeping')),
    scheduled_for TEXT,
    started_at    TEXT NOT NULL                       -- the job's own "now"
) STRICT;

CREATE TABLE run_ends (                               -- grows only
    seq            INTEGER PRIMARY KEY,
    run            INTEGER NOT NULL REFERENCES runs (seq),
    ended_at       TEXT NOT NULL,
    outcome        TEXT NOT NULL CHECK (outcome IN ('ok', 'part', 'failed', 'interrupted')),
    documents      INTEGER NOT NULL DEFAULT 0,
    facts          INTEGER NOT NULL DEFAULT 0,
    rejects        INTEGER NOT NULL DEFAULT 0,
    flags_opened   INTEGER NOT NULL DEFAULT 0,
    flags_cleared  INTEGER NOT NULL DEFAULT 0,
    mails_queued   INTEGER NOT NULL DEFAULT 0,
    mails_accepted INTEGER NOT NULL DEFAULT 0,
    detail         TEXT
) STRICT;
CREATE INDEX run_ends_run ON run_ends (run);

-- A body as kept: people's names, telephones and e-mails are gone before it gets here.
CREATE TABLE documents (                              -- grows only
    seq        INTEGER PRIMARY KEY,
    source     TEXT NOT NULL,
    url        TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    sha256     TEXT NOT NULL,                         -- of the body as kept, before compression
    bytes      INTEGER NOT NULL,                      -- length of the body as received
    body       BLOB,                                  -- gzip; absent where it could not be made free of names
    note       TEXT                                   -- why there is no body, or what was cut
) STRICT;
CREATE INDEX documents_url ON documents (url, sha256);

CREATE TABLE fetches (                                -- grows only
    seq         INTEGER PRIMARY KEY,
    run         INTEGER NOT NULL REFERENCES runs (seq),
    source      TEXT NOT NULL,
    url         TEXT NOT NULL,
    at          TEXT NOT NULL,
    status      INTEGER,                              -- HTTP status; absent when no reply came
    outcome     TEXT NOT NULL CHECK (outcome IN ('good', 'unchanged', 'gone', 'outside_filter', 'failed')),
    document    INTEGER REFERENCES documents (seq),
    detail      TEXT
) STRICT;
CREATE INDEX fetches_run ON fetches (run);

-- One row a source and collect: its outcome, and how far it has been read.
CREATE TABLE collects (                               -- grows only
    seq         INTEGER PRIMARY KEY,
    run         INTEGER NOT NULL REFERENCES runs (seq),
    source      TEXT NOT NULL,
    at          TEXT NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('ok', 'part', 'failed')),
    full        INTEGER NOT NULL CHECK (full IN (0, 1)),
    watermark   TEXT,                                 -- everything changed before it has been handled
    error       TEXT,
    documents   INTEGER NOT NULL,
    facts       INTEGER NOT NULL,
    rejects     INTEGER NOT NULL
) STRICT;
CREATE INDEX collects_source ON collects (source, seq);

-- Ids that are not plainly fine: asked again next time. The newest row of an id counts.
CREATE TABLE id_states (                              -- grows only
    seq    INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    id     TEXT NOT NULL,
    at     TEXT NOT NULL,
    state  TEXT NOT NULL CHECK (state IN ('fine', 'rejected', 'gone')),
    streak INTEGER NOT NULL                           -- collects in a row with this state
) STRICT;
CREATE INDEX id_states_id ON id_states (source, id, seq);

CREATE TABLE rejects (                                -- grows only
    seq      INTEGER PRIMARY KEY,
    run      INTEGER NOT NULL REFERENCES runs (seq),
    source   TEXT NOT NULL,
    document INTEGER REFERENCES documents (seq),
    at       TEXT NOT NULL,
    place    TEXT NOT NULL,                           -- id and JSON pointer, or sheet, row and column
    reason   TEXT NOT NULL
) STRICT;

-- Fields of a source that this version does not know; noted once each.
CREATE TABLE drift (                                  -- grows only
    seq    INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    field  TEXT NOT NULL,
    at     TEXT NOT NULL
) STRICT;

-- What a server said of a body we hold. A cache: it may be emptied at any time.
CREATE TABLE http_cache (
    url           TEXT PRIMARY KEY,
    etag          TEXT,
    last_modified TEXT,
    sha256        TEXT NOT NULL
) STRICT;

CREATE TABLE facts (                                  -- grows only
    seq          INTEGER PRIMARY KEY,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('location', 'provider', 'source')),
    subject_id   TEXT NOT NULL,
    attribute    TEXT NOT NULL,
    value        TEXT NOT NULL,
    effective    TEXT,
    observed_at  TEXT NOT NULL,
    document     INTEGER NOT NULL REFERENCES documents (seq),
    row          TEXT NOT NULL
) STRICT;
CREATE INDEX facts_subject ON facts (subject_kind, subject_id, attribute, seq);
CREATE INDEX facts_observed ON facts (observed_at);

CREATE TABLE flag_events (                            -- grows only
    seq          INTEGER PRIMARY KEY,
    run          INTEGER REFERENCES runs (seq),
    flag         INTEGER NOT NULL,
    at           TEXT NOT NULL,
    kind         TEXT NOT NULL,
    state        TEXT NOT NULL,
    rule         TEXT NOT NULL,
    rule_version TEXT NOT NULL,
    family       TEXT NOT NULL,
    severity     TEXT NOT NULL,
    weight       INTEGER NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id   TEXT NOT NULL,
    reason       TEXT NOT NULL,
    evidence     TEXT NOT NULL,                       -- JSON
    until        TEXT,
    by           TEXT
) STRICT;
CREATE INDEX flag_events_flag ON flag_events (flag, seq);

-- The text of every rule version that was ever in force, so that an old flag can be explained.
CREATE TABLE rule_texts (                             -- grows only
    seq     INTEGER PRIMARY KEY,
    rule    TEXT NOT NULL,
    version TEXT NOT NULL,
    name    TEXT NOT NULL,
    text    TEXT NOT NULL,
    at      TEXT NOT NULL
) STRICT;

-- Mails as rendered bytes. What became of one is in deliveries.
CREATE TABLE outbox (                                 -- grows only
    seq           INTEGER PRIMARY KEY,
    run           INTEGER REFERENCES runs (seq),
    alert         TEXT NOT NULL,                      -- CW-0142, or the kind and the run
    kind          TEXT NOT NULL,
    recipient     TEXT NOT NULL,                      -- id in the configuration
    address       TEXT NOT NULL,
    envelope_from TEXT NOT NULL,
    severity      TEXT NOT NULL,
    why           TEXT NOT NULL,
    subject       TEXT NOT NULL,                      -- the subject line
    message_id    TEXT NOT NULL,
    queued_at     TEXT NOT NULL,
    bytes         BLOB NOT NULL,                      -- sent as they are, every time
    content       TEXT NOT NULL                       -- the alert as JSON
) STRICT;

-- Which flag a mail told whom, and why.
CREATE TABLE tellings (                               -- grows only
    seq       INTEGER PRIMARY KEY,
    outbox    INTEGER REFERENCES outbox (seq),        -- absent: hushed, with the cause in detail
    flag      INTEGER NOT NULL,
    opening   INTEGER NOT NULL,                       -- which opening of the flag
    recipient TEXT NOT NULL,
    why       TEXT NOT NULL,
    severity  TEXT NOT NULL,
    weight    INTEGER NOT NULL,
    at        TEXT NOT NULL,
    detail    TEXT
) STRICT;
CREATE INDEX tellings_flag ON tellings (flag, seq);

-- What became of a mail, step by step; the newest row counts.
CREATE TABLE deliveries (                             -- grows only
    seq     INTEGER PRIMARY KEY,
    outbox  INTEGER NOT NULL REFERENCES outbox (seq),
    attempt INTEGER NOT NULL,
    at      TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('sending', 'accepted', 'deferred', 'refused', 'unknown', 'queued', 'dropped')),
    step    TEXT,                                     -- connect, ehlo, starttls, auth, mail, rcpt, data, body
    reply   TEXT,                                     -- the server's words, or what happened instead
    next_at TEXT
) STRICT;
CREATE INDEX deliveries_outbox ON deliveries (outbox, seq);

-- What a named person decided.
CREATE TABLE decisions (                              -- grows only
    seq          INTEGER PRIMARY KEY,
    at           TEXT NOT NULL,
    kind         TEXT NOT NULL,
    subject_kind TEXT,
    subject_id   TEXT,
    flag         INTEGER,
    outbox       INTEGER,
    by           TEXT NOT NULL,
    reason       TEXT NOT NULL,
    until        TEXT,
    detail       TEXT
) STRICT;

-- Leaf hashes (RFC 6962) of every audited row, in the order in which the rows were added.
CREATE TABLE leaves (                                 -- grows only
    seq  INTEGER PRIMARY KEY,
    at   TEXT NOT NULL,
    kind TEXT NOT NULL,                               -- the table
    row  INTEGER NOT NULL,                            -- its seq
    leaf TEXT NOT NULL                                -- SHA-256, hex
) STRICT;
