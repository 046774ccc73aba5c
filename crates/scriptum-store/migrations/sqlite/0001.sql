-- The first format. Every table but threads names a thread by its small INTEGER key, so that index
-- entries stay short. Journal, frames and steps are kept in the order of their keys and have no other
-- index, so that a turn changes one page of each: what a commit costs is pages.
-- docs/store.md says what each table holds.

CREATE TABLE programs (
    program  INTEGER PRIMARY KEY,
    hash     TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,
    pins     TEXT NOT NULL,
    source   TEXT NOT NULL
) STRICT;

-- AUTOINCREMENT: a key is never used again, so a worker that was taken for dead and forgotten can not
-- be mistaken for a later one.
CREATE TABLE workers (
    worker      INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL UNIQUE,
    alive_until INTEGER NOT NULL
) STRICT;

CREATE TABLE threads (
    thread     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         BLOB NOT NULL UNIQUE,
    program    INTEGER NOT NULL,
    script     TEXT NOT NULL,
    request    TEXT,
    status     TEXT NOT NULL,
    pause      TEXT,
    ended      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    wake_at    INTEGER,
    posted_at  INTEGER,
    owner      INTEGER,
    last_seq   INTEGER NOT NULL,
    last_inbox INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX threads_by_request ON threads (request) WHERE request IS NOT NULL;
-- A thread is in one of these two only while nobody owns it, so a turn changes neither.
CREATE INDEX threads_posted ON threads (posted_at) WHERE owner IS NULL AND posted_at IS NOT NULL;
CREATE INDEX threads_waking ON threads (wake_at) WHERE owner IS NULL AND wake_at IS NOT NULL;
CREATE INDEX threads_owned ON threads (owner) WHERE owner IS NOT NULL;
-- For lists. They change when a thread is made and when it ends.
CREATE INDEX threads_open ON threads (id) WHERE ended = 0;
CREATE INDEX threads_ended ON threads (status, id) WHERE ended = 1;

CREATE TABLE inbox (
    thread       INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    notification TEXT NOT NULL,
    PRIMARY KEY (thread, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    thread  INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    entries TEXT NOT NULL,
    PRIMARY KEY (thread, last)
) STRICT, WITHOUT ROWID;

CREATE TABLE frames (
    thread INTEGER NOT NULL,
    key    TEXT NOT NULL,
    cell   TEXT NOT NULL,
    PRIMARY KEY (thread, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
    thread     INTEGER NOT NULL,
    path       BLOB NOT NULL,
    label      TEXT,
    primitive  TEXT NOT NULL,
    tool       TEXT,
    status     TEXT NOT NULL,
    attempt    INTEGER NOT NULL,
    started_at INTEGER,
    ended_at   INTEGER,
    input_seq  INTEGER,
    output_seq INTEGER,
    error      TEXT,
    recovery   TEXT,
    PRIMARY KEY (thread, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE blobs (
    blob  INTEGER PRIMARY KEY,
    hash  BLOB NOT NULL UNIQUE,
    bytes BLOB NOT NULL
) STRICT;
