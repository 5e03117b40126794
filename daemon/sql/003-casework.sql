-- Case work: conclusions of forms, approvals, isolation, plans.  Coded facts
-- stand in the open, narrative is sealed with the case key.

CREATE TABLE assessment (           -- a human's conclusion and the form's marks
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    act_id TEXT NOT NULL REFERENCES act (id),
    form TEXT,                      -- M02, M03, M06; NULL: no form
    risk TEXT NOT NULL CHECK (risk IN ('low', 'medium', 'high')),
    high INT8 NOT NULL,             -- how many items were marked so: counted,
    medium INT8 NOT NULL,           -- never added up to a level
    low INT8 NOT NULL,
    items TEXT NOT NULL,            -- JSON: [{item, part, mark}]
    concluded_at INT8 NOT NULL      -- claimed
) STRICT;
CREATE INDEX assessment_case ON assessment (case_id);

CREATE TABLE approval (             -- the chairman's will about one clock
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    clock_id TEXT NOT NULL REFERENCES clock (id),
    step TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('agreed', 'refused', 'ordered',
        'issued', 'void')),         -- ordered: by word of mouth, no paper yet
                                    -- void: more risk was found since
    agreed_by TEXT NOT NULL REFERENCES member (id),
    is_acting INT8 NOT NULL,        -- a vice chairman in the chairman's place
    acting_why TEXT,                -- leave, barred, vacant; outside: the
                                    -- authority outside decided, agreed_by is
                                    -- who recorded it
    agreed_at INT8 NOT NULL,        -- claimed
    agree_act TEXT NOT NULL REFERENCES act (id),
    issue_act TEXT REFERENCES act (id),
    issued_at INT8                  -- claimed
) STRICT;
CREATE INDEX approval_clock ON approval (clock_id);
CREATE INDEX approval_case ON approval (case_id);

CREATE TABLE isolation (            -- one run, from its first decision on
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    decided_at INT8 NOT NULL,       -- the first decision
    cap_at INT8 NOT NULL,           -- end of the days that the law allows
    until_at INT8 NOT NULL,         -- as decided last
    is_beyond INT8 NOT NULL DEFAULT 0, -- a competent body required more
    ended_at INT8
) STRICT;
CREATE INDEX isolation_case ON isolation (case_id);

CREATE TABLE plan (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    round INT8 NOT NULL,            -- 1, 2, ... of this case
    state TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'replaced')),
    act_id TEXT NOT NULL REFERENCES act (id),
    submitted_at INT8 NOT NULL,     -- claimed
    approved_at INT8,
    UNIQUE (case_id, round)
) STRICT;

CREATE TABLE activity (             -- of a plan (D56 28.3)
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    plan_id TEXT NOT NULL REFERENCES plan (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    number INT8 NOT NULL,           -- 1, 2, ... of this case, never again
    state TEXT NOT NULL CHECK (state IN ('planned', 'done', 'cancelled')),
    start_at INT8 NOT NULL,         -- first instant of its first day
    end_at INT8 NOT NULL,           -- 24:00 of its last day
    cost INT8,                      -- estimated, dong
    fund TEXT,                      -- whose money
    body_sealed BYTES NOT NULL,     -- what, body, person, provider
    UNIQUE (case_id, number)
) STRICT;
CREATE INDEX activity_plan ON activity (plan_id);

CREATE TABLE activity_change (      -- as it was before
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    activity_id TEXT NOT NULL REFERENCES activity (id),
    act_id TEXT NOT NULL REFERENCES act (id),
    changed_at INT8 NOT NULL,
    state TEXT NOT NULL,
    start_at INT8 NOT NULL,
    end_at INT8 NOT NULL,
    cost INT8,
    fund TEXT,
    body_sealed BYTES NOT NULL
) STRICT;
CREATE INDEX activity_change_activity ON activity_change (activity_id);
