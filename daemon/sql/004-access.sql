-- How members log in.

CREATE TABLE password (
    member_id TEXT PRIMARY KEY NOT NULL REFERENCES member (id),
    ward TEXT NOT NULL,
    salt BYTES NOT NULL,
    hash_sealed BYTES NOT NULL,     -- argon2id, under the ward key
    set_at INT8 NOT NULL
) STRICT;

CREATE TABLE totp (
    member_id TEXT PRIMARY KEY NOT NULL REFERENCES member (id),
    ward TEXT NOT NULL,
    secret_sealed BYTES NOT NULL,   -- under the ward key, base32
    made_at INT8 NOT NULL,
    confirmed_at INT8,              -- NULL: nothing asks for it yet
    used_step INT8 NOT NULL DEFAULT 0 -- codes up to this one are used
) STRICT;

CREATE TABLE session (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    member_id TEXT NOT NULL REFERENCES member (id),
    hash BYTES NOT NULL UNIQUE,     -- BLAKE2b-256 of the cookie's 32 bytes
    proof TEXT NOT NULL CHECK (proof IN ('password', 'totp', 'break_glass')),
    made_at INT8 NOT NULL,
    used_at INT8 NOT NULL,          -- last act or audited read, by the minute
    ended_at INT8
) STRICT;
CREATE INDEX session_member ON session (member_id);

CREATE TABLE break_glass (          -- codes in the ward's safe
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    number INT8 NOT NULL,           -- 1, 2, as on the envelope
    hash BYTES NOT NULL UNIQUE,
    made_at INT8 NOT NULL,
    over_at INT8,                   -- used, or replaced by new ones
    member_id TEXT REFERENCES member (id), -- who used it
    reason_sealed BYTES             -- why, under the ward key
) STRICT;

CREATE TABLE throttle (             -- wrong logins; never a lock
    kind TEXT NOT NULL CHECK (kind IN ('account', 'address', 'pair')),
    digest BYTES NOT NULL,          -- blind index of login, address, both
    ward TEXT NOT NULL,
    fails INT8 NOT NULL,
    failed_at INT8 NOT NULL,
    free_at INT8 NOT NULL,          -- the next try is looked at from then on
    known_at INT8 NOT NULL DEFAULT 0, -- of a pair: last logged in
    PRIMARY KEY (kind, digest)
) STRICT;
