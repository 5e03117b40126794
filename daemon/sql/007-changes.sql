-- What an admin or member asked for and a second person has not approved yet.

CREATE TABLE change_asked (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    kind TEXT NOT NULL,             -- of changes.def
    about TEXT NOT NULL,            -- login or agency code, as in the path
    member_id TEXT REFERENCES member (id), -- whose it is, if they are there
    body_sealed BYTES NOT NULL,     -- JSON of the call, ward key
    asker_kind TEXT NOT NULL CHECK (asker_kind IN ('admin', 'member')),
    asker_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'withdrawn',
        'expired')),
    asked_at INT8 NOT NULL,
    expires_at INT8 NOT NULL,
    ended_at INT8,
    ended_by TEXT                   -- member or admin; NULL: time
) STRICT;
CREATE INDEX change_asked_pending ON change_asked (expires_at)
    WHERE state = 'pending';
