-- Frames and steps of a thread lie side by side in one table, so that a turn of a thread of some tens of
-- steps changes one page for both: what a commit costs is pages. The key of a cell is text and comes first, that of a step is bytes.
CREATE TABLE views (
    thread     INTEGER NOT NULL,
    key        ANY NOT NULL,
    cell       TEXT,
    label      TEXT,
    primitive  TEXT,
    tool       TEXT,
    status     TEXT,
    attempt    INTEGER,
    started_at INTEGER,
    ended_at   INTEGER,
    input_seq  INTEGER,
    output_seq INTEGER,
    error      TEXT,
    recovery   TEXT,
    PRIMARY KEY (thread, key)
) STRICT, WITHOUT ROWID;

INSERT INTO views (thread, key, cell) SELECT thread, key, cell FROM frames;
INSERT INTO views (thread, key, label, primitive, tool, status, attempt, started_at, ended_at, input_seq,
                   output_seq, error, recovery)
SELECT thread, path, label, primitive, tool, status, attempt, started_at, ended_at, input_seq,
       output_seq, error, recovery
FROM steps;

DROP TABLE frames;
DROP TABLE steps;

-- For people who look inside.
CREATE VIEW frames AS SELECT thread, key, cell FROM views WHERE typeof(key) = 'text';
CREATE VIEW steps AS
SELECT thread, key AS path, label, primitive, tool, status, attempt, started_at, ended_at, input_seq,
       output_seq, error, recovery
FROM views WHERE typeof(key) = 'blob';
