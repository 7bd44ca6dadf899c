-- Files of known providers of which something was refused, and the mail that tells the council's own
-- mailbox of each. A row without a mail waits for the one in which a collect names what is left; a
-- row with that mail follows.
CREATE TABLE return_letters (                         -- grows only
    seq       INTEGER PRIMARY KEY,
    run       INTEGER NOT NULL REFERENCES runs (seq),
    at        TEXT NOT NULL,
    source    TEXT NOT NULL,
    document  INTEGER NOT NULL REFERENCES documents (seq),
    file      TEXT NOT NULL,
    providers TEXT NOT NULL CHECK (json_valid(providers)),   -- JSON, a list of ids
    mail      INTEGER REFERENCES outbox (seq)
) STRICT;
CREATE INDEX return_letters_document ON return_letters (document, mail);
CREATE INDEX return_letters_run ON return_letters (run);
