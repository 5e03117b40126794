-- Rotations, swaps, shifts taken on, and the decision the team stands on.

CREATE TABLE rotation (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    name TEXT NOT NULL,             -- [a-z][a-z0-9._-]{1,31}
    unit TEXT NOT NULL CHECK (unit IN ('day', 'week')),
    first_at INT8 NOT NULL,         -- hand-over to the first member
    made_at INT8 NOT NULL,
    UNIQUE (ward, name)
) STRICT;

CREATE TABLE rotation_member (      -- in order; whoever is away is skipped
    rotation_id TEXT NOT NULL REFERENCES rotation (id),
    ward TEXT NOT NULL,
    place INT8 NOT NULL,
    member_id TEXT NOT NULL REFERENCES member (id),
    PRIMARY KEY (rotation_id, place)
) STRICT;

CREATE TABLE swap (                 -- of duty, between two members
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    asker TEXT NOT NULL REFERENCES member (id),
    other TEXT NOT NULL REFERENCES member (id),
    from_at INT8 NOT NULL,          -- the other takes the asker's duty here,
    until_at INT8 NOT NULL,
    back_from_at INT8,              -- and the asker the other's here, if at all
    back_until_at INT8,
    state TEXT NOT NULL CHECK (state IN ('asked', 'agreed', 'refused',
        'withdrawn')),
    made_at INT8 NOT NULL,
    ended_at INT8                   -- when it was answered
) STRICT;
CREATE INDEX swap_state ON swap (state, until_at);

CREATE TABLE shift (                -- a duty that began
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    member_id TEXT NOT NULL REFERENCES member (id),
    from_at INT8 NOT NULL,
    clock_id TEXT REFERENCES clock (id), -- done when it was taken on
    over_at INT8
) STRICT;
CREATE INDEX shift_open ON shift (ward, member_id) WHERE over_at IS NULL;

CREATE TABLE team_decision (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    number TEXT NOT NULL,           -- of the paper
    decided_on TEXT NOT NULL,       -- its date, YYYY-MM-DD
    made_at INT8 NOT NULL
) STRICT;
CREATE INDEX team_decision_ward ON team_decision (ward, id);

CREATE TABLE team_office (
    decision_id TEXT NOT NULL REFERENCES team_decision (id),
    ward TEXT NOT NULL,
    member_id TEXT NOT NULL REFERENCES member (id),
    office TEXT NOT NULL,           -- of roles.def
    PRIMARY KEY (decision_id, member_id, office)
) STRICT;
