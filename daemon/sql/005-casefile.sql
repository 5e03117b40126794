-- The case file: what is written about a case besides its steps, and what of
-- it was mended.  Nothing here is ever changed or deleted, but drafts of forms.

CREATE TABLE note (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    author TEXT NOT NULL REFERENCES member (id),
    made_at INT8 NOT NULL,
    corrects TEXT REFERENCES note (id), -- an earlier one, which stays
    body_sealed BYTES NOT NULL      -- JSON {text, reason}, case key
) STRICT;
CREATE INDEX note_case ON note (case_id);

CREATE TABLE case_form (            -- Mau 01-07 as people wrote them
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    form TEXT NOT NULL,             -- M01 ..., as the procedure calls it
    version INT8 NOT NULL,          -- 1, 2, ... of its form; one more each time
    is_filed INT8 NOT NULL,         -- 0: a draft, the next saving replaces it
    author TEXT NOT NULL REFERENCES member (id),
    saved_at INT8 NOT NULL,
    body_sealed BYTES NOT NULL,     -- JSON [{name, text}], case key
    UNIQUE (case_id, form, version)
) STRICT;

CREATE TABLE correction (           -- of one field of a child or a person
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    act_id TEXT NOT NULL REFERENCES act (id), -- who, when, and sealed why
    object TEXT NOT NULL CHECK (object IN ('child', 'person')),
    object_id TEXT NOT NULL,
    field TEXT NOT NULL,            -- of Mau 01
    old_sealed BYTES,               -- JSON {value}, case key; NULL: none
    new_sealed BYTES
) STRICT;
CREATE INDEX correction_case ON correction (case_id);

CREATE TABLE case_merge (           -- one case into the file of another
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    into_id TEXT NOT NULL REFERENCES cases (id),
    act_id TEXT NOT NULL REFERENCES act (id), -- who, when, and sealed why
    made_at INT8 NOT NULL,
    undone_at INT8,
    undo_act TEXT REFERENCES act (id)
) STRICT;
CREATE INDEX case_merge_case ON case_merge (case_id);
CREATE INDEX case_merge_into ON case_merge (into_id);

CREATE TABLE case_link (            -- children who belong together
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    other_id TEXT NOT NULL REFERENCES cases (id),
    kind TEXT NOT NULL CHECK (kind IN ('sibling', 'household')),
    act_id TEXT NOT NULL REFERENCES act (id), -- who, when, and sealed why
    made_at INT8 NOT NULL,
    ended_at INT8,
    end_act TEXT REFERENCES act (id)
) STRICT;
CREATE INDEX case_link_case ON case_link (case_id);
CREATE INDEX case_link_other ON case_link (other_id);
