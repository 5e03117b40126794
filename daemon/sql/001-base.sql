-- The first schema.  Every instant is UTC milliseconds, every id a UUIDv7,
-- every row carries its ward.  BYTES columns named *_sealed hold
-- nonce || XChaCha20-Poly1305 of seal.c.  INT8, BYTES and STRICT are tokens
-- that the driver expands.  Where rows are many a CHECK of words is spelled
-- with OR: for IN, SQLite fills a small table at every row.

CREATE TABLE meta (            -- small facts of the daemon itself
    ward TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (ward, name)
) STRICT;

CREATE TABLE data_key (        -- one key an owner, wrapped by the master key
    id TEXT NOT NULL,          -- the owner: a case, referral, informant, ward
    ward TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'ward' OR kind = 'case'
        OR kind = 'referral' OR kind = 'informant' OR kind = 'index'),
                               -- index: an earlier key of blind indexes
    version INT8 NOT NULL,
    wrapped BYTES NOT NULL,
    master INT8 NOT NULL,      -- version of the master key that wraps it
    made_at INT8 NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX data_key_master ON data_key (master);

CREATE TABLE tombstone (       -- an erased owner; a restore erases it again
    id TEXT NOT NULL,          -- as in data_key
    ward TEXT NOT NULL,
    erased_at INT8 NOT NULL,
    PRIMARY KEY (id)
) STRICT;

CREATE TABLE blind (           -- keyed hashes for look-ups
    kind TEXT NOT NULL,        -- name, phone, id, never (contact.h)
    digest BYTES NOT NULL,
    owner_kind TEXT NOT NULL,  -- child, person, member, agency
    owner_id TEXT NOT NULL,
    ward TEXT NOT NULL,
    key_version INT8 NOT NULL,
    PRIMARY KEY (kind, digest, owner_id)
) STRICT;
CREATE INDEX blind_owner ON blind (owner_id);
CREATE INDEX blind_version ON blind (key_version);

CREATE TABLE agency (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    code TEXT NOT NULL,        -- short name in keys: [a-z0-9]{2,16}
    name TEXT NOT NULL,        -- of the institution
    kind TEXT NOT NULL CHECK (kind IN ('hotline', 'school', 'health', 'police',
        'ward', 'justice', 'union', 'other')),
    phone TEXT,                -- of the institution
    quota INT8,                -- calls a minute; NULL: the setting
    state TEXT NOT NULL CHECK (state IN ('active', 'stopped')),
    refused_in_row INT8 NOT NULL DEFAULT 0,
    silent_after_s INT8 NOT NULL DEFAULT 0, -- an alarm; 0: it need not call
    contact_sealed BYTES,      -- who agreed that it is written to, and the
                               -- paper's number; JSON, ward key
    contact_on TEXT,           -- the day of it; NULL: it is phoned
    made_at INT8 NOT NULL,
    UNIQUE (ward, code)
) STRICT;

CREATE TABLE agency_key (
    id TEXT PRIMARY KEY NOT NULL,   -- the key id inside the token
    ward TEXT NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agency (id),
    hash BYTES NOT NULL,            -- BLAKE2b-256 of the secret part
    sign_sealed BYTES,              -- Standard Webhooks secret, if it signs
    form_quota INT8,                -- of a create-only link: notifications an
                                    -- hour; NULL: a key of a program
    not_before_at INT8 NOT NULL,
    not_after_at INT8 NOT NULL,
    revoked_at INT8,
    used_at INT8
) STRICT;
CREATE INDEX agency_key_agency ON agency_key (agency_id);

CREATE TABLE member (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    login TEXT NOT NULL,            -- [a-z][a-z0-9._-]{1,31}
    name_sealed BYTES NOT NULL,     -- under the ward key
    roles TEXT NOT NULL,            -- blank-separated, of roles.def
    languages TEXT NOT NULL DEFAULT '', -- the same, of languages.def
    quiet_from INT8,                -- minutes of the civil day in which
    quiet_until INT8,               -- nothing but urgent alerts is sent
    agency_id TEXT REFERENCES agency (id), -- where they work, if a partner
    state TEXT NOT NULL CHECK (state IN ('active', 'stopped')),
    made_at INT8 NOT NULL,
    UNIQUE (ward, login)
) STRICT;

CREATE TABLE member_token (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    member_id TEXT NOT NULL REFERENCES member (id),
    hash BYTES NOT NULL,
    not_after_at INT8 NOT NULL,
    revoked_at INT8
) STRICT;

CREATE TABLE address (             -- where a person or outside body is reached
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    member_id TEXT REFERENCES member (id),
    agency_id TEXT REFERENCES agency (id),
    channel TEXT NOT NULL,
    address_sealed BYTES NOT NULL, -- under the ward key
    digest BYTES NOT NULL,         -- blind index of channel and address
    place INT8 NOT NULL,           -- order of use, 1 first
    verified_at INT8,
    verified_how TEXT CHECK (verified_how IN ('admin', 'code')),
    proved_at INT8 NOT NULL DEFAULT 0,   -- last answered from it
    removed_at INT8,                     -- and no longer verified
    next_digest_at INT8 NOT NULL DEFAULT 0,
    tries INT8 NOT NULL DEFAULT 0, -- wrong answer codes since tries_at
    tries_at INT8 NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX address_member ON address (member_id, place);
CREATE INDEX address_person
    ON address (coalesce(member_id, agency_id), place);
CREATE INDEX address_digest ON address (digest);

CREATE TABLE duty (                -- overrides: they beat the rotations
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    member_id TEXT NOT NULL REFERENCES member (id),
    from_at INT8 NOT NULL,
    until_at INT8 NOT NULL
) STRICT;
CREATE INDEX duty_until ON duty (until_at);

CREATE TABLE leave (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    member_id TEXT NOT NULL REFERENCES member (id),
    from_at INT8 NOT NULL,
    until_at INT8 NOT NULL
) STRICT;
CREATE INDEX leave_member ON leave (member_id, until_at);

CREATE TABLE cases (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    code TEXT NOT NULL,             -- random, spoken on the phone
    incident TEXT NOT NULL,         -- shared by the children of one referral
    state TEXT NOT NULL CHECK (state = 'open' OR state = 'closed'
        OR state = 'merged'),
    file TEXT NOT NULL,             -- the case whose file it is in: itself,
                                    -- or the one it was merged into
    kind TEXT NOT NULL,             -- of Mau 01
    facts TEXT NOT NULL,            -- JSON of facts.def: coded, no narrative
    t0_at INT8 NOT NULL,            -- earliest place of receipt (D56 25.1)
    received_at INT8 NOT NULL,      -- ours
    assignee TEXT REFERENCES member (id),
    assigned_why TEXT,              -- JSON: who was passed over and why
    assigned_at INT8,
    is_confidential INT8 NOT NULL DEFAULT 0,
    is_possible_duplicate INT8 NOT NULL DEFAULT 0,
    closed_at INT8,
    close_reason TEXT,
    version INT8 NOT NULL DEFAULT 1,
    UNIQUE (ward, code)
) STRICT;
CREATE INDEX cases_assignee ON cases (assignee) WHERE state = 'open';
CREATE INDEX cases_incident ON cases (incident);
-- Lists go on by id: of all, and of what one member holds.
CREATE INDEX cases_page ON cases (ward, id);
CREATE INDEX cases_held ON cases (ward, assignee, id);
CREATE INDEX cases_file ON cases (file, id);

CREATE TABLE duplicate_of (        -- suspicions, seen by the team only
    case_id TEXT NOT NULL REFERENCES cases (id),
    other_id TEXT NOT NULL REFERENCES cases (id),
    ward TEXT NOT NULL,
    made_at INT8 NOT NULL,
    PRIMARY KEY (case_id, other_id)
) STRICT;
CREATE INDEX duplicate_of_other ON duplicate_of (other_id);

CREATE TABLE child (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    body_sealed BYTES NOT NULL      -- JSON of Mau 01 part 2, case key
) STRICT;
CREATE INDEX child_case ON child (case_id);

CREATE TABLE person (               -- around the child
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    role TEXT NOT NULL CHECK (role = 'father' OR role = 'mother'
        OR role = 'carer' OR role = 'alleged'),
    relation TEXT,
    names_agency INT8 NOT NULL DEFAULT 0, -- the body says where they work
    body_sealed BYTES NOT NULL      -- JSON, case key
) STRICT;
CREATE INDEX person_case ON person (case_id);
CREATE INDEX person_agency ON person (id) WHERE names_agency = 1;

CREATE TABLE bar (                  -- conflict of interest
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    member_id TEXT REFERENCES member (id),
    agency_id TEXT REFERENCES agency (id),
    state TEXT NOT NULL CHECK (state IN ('provisional', 'standing', 'cleared')),
    reason TEXT NOT NULL CHECK (reason IN ('match', 'recusal', 'lead')),
    ground TEXT CHECK (ground IN ('name', 'phone', 'agency', 'case')),
    made_at INT8 NOT NULL,
    cleared_at INT8
) STRICT;
CREATE INDEX bar_case ON bar (case_id);
CREATE INDEX bar_member ON bar (member_id);
CREATE INDEX bar_waiting ON bar (ward, id) WHERE state = 'provisional';

CREATE TABLE bar_clearing (         -- a namesake is cleared by two members
    bar_id TEXT NOT NULL REFERENCES bar (id),
    member_id TEXT NOT NULL REFERENCES member (id),
    ward TEXT NOT NULL,
    made_at INT8 NOT NULL,
    PRIMARY KEY (bar_id, member_id)
) STRICT;

-- The bars of a case; of one file, those of all its cases.
CREATE VIEW barring (case_id, member_id, agency_id) AS
SELECT c.id, b.member_id, b.agency_id FROM cases c
  JOIN cases o ON o.file = c.file JOIN bar b ON b.case_id = o.id
 WHERE b.state <> 'cleared';

-- Who must not learn that a case exists: members, agencies, and members who
-- work at such an agency.
CREATE VIEW barred (case_id, party) AS
SELECT b.case_id, coalesce(b.member_id, b.agency_id) FROM barring b
UNION ALL
SELECT b.case_id, m.id FROM barring b
  JOIN member m ON m.agency_id = b.agency_id;

-- Cases that a member who is an admin is barred from: to the control socket, its
-- lists and numbers they do not exist.
CREATE VIEW unseen (case_id) AS
SELECT c.id FROM bar b JOIN cases o ON o.id = b.case_id
  JOIN cases c ON c.file = o.file JOIN member m
    ON m.id = b.member_id OR m.agency_id = b.agency_id
 WHERE b.state <> 'cleared' AND ' ' || m.roles || ' ' LIKE '% admin %';

CREATE TABLE referral (             -- in or out: one resource
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    agency_id TEXT NOT NULL REFERENCES agency (id),
    recorded_by TEXT REFERENCES member (id), -- on behalf of the agency
    source_ref TEXT,
    -- a barred member, to whom the first with this source_ref does not exist
    hidden_from TEXT NOT NULL DEFAULT '',
    incident TEXT NOT NULL,
    channel TEXT NOT NULL,          -- how the first place of receipt got it
    received_at INT8 NOT NULL,      -- ours
    first_received_at INT8 NOT NULL,
    state TEXT NOT NULL CHECK (state = 'received' OR state = 'assigned'
        OR state = 'in_progress' OR state = 'closed' OR state = 'sent'
        OR state = 'accepted' OR state = 'refused' OR state = 'completed'
        OR state = 'withdrawn'),
    purpose TEXT NOT NULL DEFAULT 'notice' CHECK (purpose = 'notice'
        OR purpose = 'service' OR purpose = 'transfer'
        OR purpose = 'feedback'),   -- notice: of a child in danger
    answer TEXT CHECK (answer = 'accepted' OR answer = 'refused'
        OR answer = 'withdrawn'),
                                -- ours, to a transfer; withdrawn: by who sent it
    risk TEXT,
    is_confidential INT8 NOT NULL DEFAULT 0,
    form_id TEXT REFERENCES agency_key (id), -- the link that it came through
    secret_hash BYTES,              -- of the receipt secret, if confidential
                                    -- or through the page
    body_sealed BYTES NOT NULL,     -- the whole JSON, referral key
    informant_sealed BYTES,         -- its own key (owner informant)
    digest BYTES NOT NULL,          -- BLAKE2b-256 of the body as received
    due_at INT8,
    despite_bar INT8 NOT NULL DEFAULT 0, -- sent to a barred agency, for a reason
    version INT8 NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX referral_source
    ON referral (agency_id, source_ref, hidden_from);
CREATE INDEX referral_agency ON referral (agency_id, id);
CREATE INDEX referral_form ON referral (form_id) WHERE form_id IS NOT NULL;

CREATE TABLE referral_case (
    referral_id TEXT NOT NULL REFERENCES referral (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    ward TEXT NOT NULL,
    is_attached INT8 NOT NULL DEFAULT 0, -- by the team: no receipt tells it
    PRIMARY KEY (referral_id, case_id)
) STRICT;
CREATE INDEX referral_case_case ON referral_case (case_id, referral_id);

CREATE TABLE referral_update (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    referral_id TEXT NOT NULL REFERENCES referral (id),
    made_at INT8 NOT NULL,
    body_sealed BYTES NOT NULL,     -- all but the informant, referral key
    informant_sealed BYTES,         -- its own key (owner informant)
    digest BYTES                    -- BLAKE2b-256 of the body as received
) STRICT;
CREATE INDEX referral_update_referral ON referral_update (referral_id);

CREATE TABLE transfer_recall (      -- taken back before it came; pruned by age
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agency (id),
    source_ref TEXT NOT NULL,       -- of the transfer, once it comes
    last_at INT8 NOT NULL,
    UNIQUE (agency_id, source_ref)
) STRICT;

CREATE TABLE idempotency (          -- small, pruned by age
    agency_id TEXT NOT NULL,        -- or a link, or a member
    key TEXT NOT NULL,
    ward TEXT NOT NULL,
    request_hash BYTES NOT NULL,
    status INT8 NOT NULL,
    response TEXT,                  -- ids and codes only; else
    owner TEXT,                     -- whose key seals
    response_sealed BYTES,          -- the response
    made_at INT8 NOT NULL,
    PRIMARY KEY (agency_id, key)
) STRICT;
CREATE INDEX idempotency_made ON idempotency (made_at);

CREATE TABLE refused_body (         -- what an agency could not bring in
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agency (id),
    made_at INT8 NOT NULL,
    status INT8 NOT NULL,           -- of the last time
    errors TEXT NOT NULL,           -- JSON pointers, no values
    size INT8 NOT NULL,             -- bytes that it has, or was said to have
    digest BYTES,                   -- of the body; NULL: too large to be read
    body_sealed BYTES NOT NULL,     -- ward key; empty if it was not read
    times INT8 NOT NULL DEFAULT 1,  -- that these very bytes were refused
    last_at INT8 NOT NULL,
    taken_at INT8,                  -- these very bytes came in later
    seen_at INT8                    -- the lead dealt with it
) STRICT;
CREATE UNIQUE INDEX refused_body_digest ON refused_body (agency_id, digest);

CREATE TABLE quota (
    agency_id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    window_at INT8 NOT NULL,
    used INT8 NOT NULL
) STRICT;

CREATE TABLE clock (                -- one opening of one step, news or alarm
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT REFERENCES cases (id), -- NULL: the ward's own (a report)
    step TEXT NOT NULL,             -- or the kind of the news or alarm
    item TEXT NOT NULL DEFAULT '',  -- one of several at once: an activity;
                                    -- what an alarm is about, coded
    news TEXT CHECK (news = 'news' OR news = 'news_lead' OR news = 'alarm'
        OR news = 'drill'),
                                    -- NULL: a step; else the ladder it climbs
    opening INT8 NOT NULL,          -- 1, 2, ... of this step and item
    procedure TEXT NOT NULL,        -- id and version that it started with
    term TEXT NOT NULL,             -- "12h", frozen
    start_at INT8 NOT NULL,         -- frozen; if from_t0 it moves with t0
    due_at INT8 NOT NULL,           -- start_at and term
    from_t0 INT8 NOT NULL DEFAULT 0, -- it runs from the earliest receipt
    opened_at INT8 NOT NULL,
    state TEXT NOT NULL CHECK (state = 'open' OR state = 'done'
        OR state = 'dropped'),
    ended_at INT8,
    lapsed_at INT8,                 -- never cleared (promise P6)
    lapse_leg TEXT,                 -- sender, duty, officer, chairman, partner
    is_late_record INT8 NOT NULL DEFAULT 0,
    act_id TEXT,                    -- the act that ended it
    is_urgent INT8 NOT NULL,
    -- the climb up the ladder, moved by ladder_fire() alone
    triggers INT8 NOT NULL,         -- warnings already given
    rung INT8 NOT NULL,             -- highest reached; -1: none
    repeats INT8 NOT NULL,          -- of this rung
    round INT8 NOT NULL,            -- of alerts
    climb_at INT8,                  -- when silence brings the next
    is_acked INT8 NOT NULL DEFAULT 0,
    next_at INT8,                   -- earliest thing to happen; NULL: nothing
    UNIQUE (case_id, step, item, opening)
) STRICT;
CREATE UNIQUE INDEX clock_ward ON clock (ward, step, item, opening)
    WHERE case_id IS NULL;
CREATE INDEX clock_next ON clock (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX clock_news ON clock (step, item) WHERE news IS NOT NULL;
CREATE INDEX clock_open ON clock (due_at, is_urgent)
    WHERE state = 'open' AND news IS NULL;

CREATE TABLE act (                  -- what a human did
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    case_id TEXT REFERENCES cases (id), -- NULL: of the ward itself
    step TEXT,
    kind TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    acted_at INT8 NOT NULL,         -- claimed
    recorded_at INT8 NOT NULL,      -- ours
    evidence TEXT,                  -- coded: paper number, link, answer code
    body_sealed BYTES               -- JSON, key of the case or ward
) STRICT;
CREATE INDEX act_case ON act (case_id);

CREATE TABLE alert (
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    clock_id TEXT NOT NULL REFERENCES clock (id),
    case_id TEXT REFERENCES cases (id),
    kind TEXT NOT NULL,             -- text key in conf/messages
    rung INT8 NOT NULL,
    round INT8 NOT NULL,
    is_urgent INT8 NOT NULL,
    due_at INT8 NOT NULL,           -- when it should have been raised
    raised_at INT8 NOT NULL,
    is_late INT8 NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state = 'open' OR state = 'acked'
        OR state = 'over'),
    acked_at INT8,
    acked_by TEXT,
    acked_how TEXT,                 -- link, code, phone, api, step
    subject TEXT,                   -- of an operator alarm: coded
    channels TEXT,                  -- the rung's order; NULL: the person's own
    is_drill INT8 NOT NULL DEFAULT 0,
    needs_all INT8 NOT NULL DEFAULT 0, -- everybody told must acknowledge
    UNIQUE (clock_id, rung, round)
) STRICT;
CREATE INDEX alert_case ON alert (case_id);
CREATE INDEX alert_open ON alert (id) WHERE state = 'open';
CREATE INDEX alert_raised ON alert (raised_at, state);
CREATE INDEX alert_acked ON alert (acked_at) WHERE acked_at IS NOT NULL;

CREATE TABLE delivery (             -- one (alert, person, channel)
    id TEXT PRIMARY KEY NOT NULL,
    ward TEXT NOT NULL,
    alert_id TEXT NOT NULL REFERENCES alert (id),
    member_id TEXT,                 -- the person, or
    agency_id TEXT,                 -- the outside body
    channel TEXT NOT NULL,
    address_id TEXT NOT NULL REFERENCES address (id),
    is_urgent INT8 NOT NULL,
    queue INT8 NOT NULL,            -- of enum queue
    state TEXT NOT NULL CHECK (state = 'waiting' OR state = 'leased'
        OR state = 'accepted' OR state = 'refused' OR state = 'over'),
    attempts INT8 NOT NULL DEFAULT 0,
    next_at INT8,                   -- next attempt, or the end of the lease
    held_until INT8,                -- by quiet hours or until the next digest
    widen_at INT8,                  -- when the next channel joins in, if urgent
    is_widened INT8 NOT NULL DEFAULT 0, -- the next channel or person was called
    epoch INT8 NOT NULL DEFAULT 0,  -- of the lease; an old one's result is late
    digest TEXT,                    -- leader's id, if it left in a digest
    made_at INT8 NOT NULL,
    accepted_at INT8,
    acked_at INT8,                  -- by this person
    result TEXT,                    -- last class and code, no text
    provider_ref TEXT,
    token_hash BYTES,               -- of the link's 128 bits
    code_hash BYTES,                -- of the answer code
    expires_at INT8 NOT NULL,       -- of link and code
    UNIQUE (alert_id, address_id)
) STRICT;
CREATE INDEX delivery_waiting ON delivery (channel, queue, next_at)
    WHERE state = 'waiting';
CREATE INDEX delivery_leased ON delivery (next_at) WHERE state = 'leased';
CREATE INDEX delivery_unsent ON delivery (made_at)
    WHERE state IN ('waiting', 'leased');
CREATE INDEX delivery_widen ON delivery (widen_at) WHERE widen_at IS NOT NULL;
CREATE INDEX delivery_digest ON delivery (digest, id) WHERE digest IS NOT NULL;
CREATE INDEX delivery_token ON delivery (token_hash)
    WHERE token_hash IS NOT NULL;
CREATE INDEX delivery_address ON delivery (address_id, state, next_at);

CREATE TABLE channel_state (        -- breaker and throttle
    channel TEXT NOT NULL,
    ward TEXT NOT NULL,
    failures INT8 NOT NULL DEFAULT 0,
    open_until_at INT8 NOT NULL DEFAULT 0,
    next_send_at INT8 NOT NULL DEFAULT 0,
    PRIMARY KEY (ward, channel)
) STRICT;

CREATE TABLE event (                -- the audit chain, one a ward
    ward TEXT NOT NULL,
    seq INT8 NOT NULL,
    at INT8 NOT NULL,
    actor_kind TEXT NOT NULL,       -- agency, member, link, admin, system
    actor_id TEXT NOT NULL,
    act TEXT NOT NULL,              -- "case.read", "clock.lapsed", ...
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    case_id TEXT,
    detail TEXT NOT NULL,           -- JSON, coded values only
    digest BYTES,                   -- of the sealed row it stands for
    prev BYTES NOT NULL,
    hash BYTES NOT NULL,            -- BLAKE2b-256(prev, canonical row)
    PRIMARY KEY (ward, seq)
) STRICT;
CREATE INDEX event_case ON event (case_id, seq) WHERE case_id IS NOT NULL;
CREATE INDEX event_actor ON event (actor_id, seq) WHERE case_id IS NULL;
