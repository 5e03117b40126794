-- Documents of cases: sealed part by part with the case key.

CREATE TABLE document (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    state TEXT NOT NULL CHECK (state IN ('open', 'whole')),
    type TEXT,                      -- by its first bytes; NULL: not there yet
    size INT8 NOT NULL,             -- of all parts, in bytes
    parts INT8 NOT NULL,
    title_sealed BYTES NOT NULL,    -- JSON, case key
    member_id TEXT NOT NULL REFERENCES member (id), -- who sends it
    made_at INT8 NOT NULL,
    whole_at INT8,
    expires_at INT8,                -- dropped then, unless it is whole
    manifest BYTES                  -- BLAKE2b-256 of each sealed part
) STRICT;
CREATE INDEX document_case ON document (case_id);
CREATE INDEX document_expires ON document (expires_at) WHERE state = 'open';

CREATE TABLE document_part (
    document_id TEXT NOT NULL REFERENCES document (id),
    number INT8 NOT NULL,           -- 1, 2, ...
    ward TEXT NOT NULL,
    body_sealed BYTES NOT NULL,     -- case key; tied to document, number, parts
    PRIMARY KEY (document_id, number)
) STRICT;
