//! The tables, as the steps that create and change them.
//!
//! Times are milliseconds since 1970. Those of an alert (`started_at` to `ended_at`, `changes.at`, `silences.from_at` and `until_at`) are
//! event time; all others are the wall clock of the daemon. Severity is a number from 0 (info) to 4 (critical), so that SQL can compare it.
//!
//! | table | one row is |
//! |---|---|
//! | `alerts` | an alert or fact: its latest state in columns for queries, the whole alert as JSON in `body`, what analysts did with it |
//! | `alert_vessels`, `alert_zones` | a vessel or zone of an alert; a vessel that a later change no longer names stays findable |
//! | `changes` | a change, with the line as the engine gave it and the marking of that moment |
//! | `outbox` | a change on its way to a sink; `seq` is the order of delivery, `line` is set only if the sink gets another text |
//! | `digests`, `singles` | an open digest of a sink and behaviour; changes sent singly, counted against the hourly cap |
//! | `notices` | an open alert about the daemon, by what is wrong and where |
//! | `notes`, `silences` | what analysts wrote about an alert; what they hold back |
//! | `cases`, `case_alerts` | a case as the engine last gave it; every alert that was ever in it |
//! | `audit` | who did what, when and why; `caller` is the account that gave another name, `way` how the person was identified; `salt` to `hash` belong to the chain (`chain`) |
//! | `chain_start` | the one row of `audit` before the chain: the last that retention deleted, or the last from before schema 6 |
//! | `people`, `tokens` | who may use the API: people with the hash of their password, machines with the hash of their token |
//! | `sessions`, `links` | who is signed in; one-time links for signing in (without a person: for the first administrator) |
//! | `requests` | the answer to a request with an idempotency key, kept for a day |
//! | `purges` | how much a purge deleted, numbers only |
//! | `alert_items`, `alert_texts` | an alert as lists show it, without its tracks: columns to filter and sort by, and the text of the item |
//! | `collecting` | how many lines a feed has sent since the last row of `audit` about it |
//! | `reached` | the one journal position up to which all changes are stored |
//!
//! `case_alerts` keeps the alerts of a case that was merged into another, so that a hold survives the merge; `alerts.case_id` names the
//! case that an alert is in now. `alerts.acts` counts what people did with the alert; `touched_seq` and `touched_at` are the last row of
//! `audit` about it.
//!
//! `alert_items` and `alert_texts` repeat what is in `alerts`, because a row of `alerts` is long: its tracks would have to be read to reach
//! the columns after them. Triggers keep them, so that no writer can forget it. `clears` is the part of the marking in force that a
//! clearance depends on; few different ones exist.

/// Schema version of this program, stored in `user_version`.
pub(super) const VERSION: i64 = 7;
/// One migration per version, each from the version before. A step that was released is never edited: a new database runs all of them, so
/// an edit would give two databases of one version with different tables.
pub(super) const STEPS: [&str; VERSION as usize] = [
    "
    CREATE TABLE alerts (
        id TEXT PRIMARY KEY,
        behaviour TEXT NOT NULL,
        announced INTEGER NOT NULL,
        status TEXT NOT NULL,
        severity INTEGER NOT NULL,
        score INTEGER NOT NULL,
        started_at INTEGER NOT NULL,
        opened_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        ended_at INTEGER,
        revision INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'new',
        acknowledged_until INTEGER,
        acknowledged_severity INTEGER,
        assignee TEXT,
        finding TEXT,
        finding_reason TEXT,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX alerts_by_time ON alerts (last_at);
    CREATE TABLE alert_vessels (
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        mmsi INTEGER NOT NULL,
        imo INTEGER,
        PRIMARY KEY (alert, mmsi)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX alerts_by_vessel ON alert_vessels (mmsi);
    CREATE TABLE alert_zones (
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        zone TEXT NOT NULL,
        PRIMARY KEY (alert, zone)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE changes (
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        revision INTEGER NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        severity INTEGER NOT NULL,
        stored_at INTEGER NOT NULL,
        line TEXT NOT NULL,
        PRIMARY KEY (alert, revision)
    ) STRICT;
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY,
        sink TEXT NOT NULL,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        revision INTEGER NOT NULL,
        state TEXT NOT NULL,
        told_at INTEGER,
        error TEXT,
        UNIQUE (sink, alert, revision)
    ) STRICT;
    CREATE INDEX outbox_pending ON outbox (seq) WHERE state = 'pending';
    CREATE TABLE notes (
        seq INTEGER PRIMARY KEY,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    CREATE TABLE silences (
        seq INTEGER PRIMARY KEY,
        made_at INTEGER NOT NULL,
        who TEXT NOT NULL,
        why TEXT NOT NULL,
        mmsi INTEGER,
        zone TEXT,
        behaviour TEXT,
        from_at INTEGER NOT NULL,
        until_at INTEGER NOT NULL,
        lifted_at INTEGER
    ) STRICT;
    CREATE TABLE cases (
        id TEXT PRIMARY KEY,
        score INTEGER NOT NULL,
        severity INTEGER NOT NULL,
        stored_at INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        what TEXT NOT NULL,
        subject TEXT NOT NULL,
        why TEXT
    ) STRICT;
    CREATE INDEX audit_by_subject ON audit (subject);
",
    "
    ALTER TABLE alerts ADD COLUMN mark TEXT;
    ALTER TABLE alerts ADD COLUMN retain_until INTEGER;
    CREATE INDEX outbox_by_alert ON outbox (alert);
    CREATE INDEX notes_by_alert ON notes (alert);
    ALTER TABLE cases ADD COLUMN held_at INTEGER;
    ALTER TABLE cases ADD COLUMN held_by TEXT;
    ALTER TABLE cases ADD COLUMN held_why TEXT;
    CREATE TABLE case_alerts (
        case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
        alert TEXT NOT NULL,
        PRIMARY KEY (case_id, alert)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX cases_by_alert ON case_alerts (alert);
    INSERT INTO case_alerts SELECT DISTINCT cases.id, one.value FROM cases, json_each(cases.body, '$.alerts') AS one;
    CREATE TABLE reached (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        journal_seq INTEGER NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE purges (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        alerts INTEGER NOT NULL DEFAULT 0,
        cases INTEGER NOT NULL DEFAULT 0,
        notes INTEGER NOT NULL DEFAULT 0,
        silences INTEGER NOT NULL DEFAULT 0,
        audit INTEGER NOT NULL DEFAULT 0,
        copies INTEGER NOT NULL DEFAULT 0
    ) STRICT;
",
    "
    ALTER TABLE outbox ADD COLUMN line TEXT;
    ALTER TABLE outbox ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN due_at INTEGER;
    UPDATE outbox SET since = coalesce((SELECT stored_at FROM changes
        WHERE changes.alert = outbox.alert AND changes.revision = outbox.revision), 0);
    DROP INDEX outbox_pending;
    CREATE INDEX outbox_pending ON outbox (sink, seq) WHERE state = 'pending';
    CREATE INDEX outbox_failed ON outbox (sink, seq) WHERE state = 'failed';
    CREATE TABLE notices (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;
",
    "
    ALTER TABLE outbox ADD COLUMN gathered INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN digest TEXT;
    DROP INDEX outbox_pending;
    CREATE INDEX outbox_pending ON outbox (sink, gathered, seq) WHERE state = 'pending';
    CREATE INDEX outbox_gathered ON outbox (sink, seq) WHERE state = 'pending' AND gathered = 1 AND digest IS NULL;
    CREATE INDEX outbox_by_digest ON outbox (digest) WHERE digest IS NOT NULL;
    CREATE TABLE digests (
        sink TEXT NOT NULL,
        behaviour TEXT NOT NULL,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        PRIMARY KEY (sink, behaviour)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE singles (
        sink TEXT NOT NULL,
        behaviour TEXT NOT NULL,
        at INTEGER NOT NULL,
        changes INTEGER NOT NULL,
        PRIMARY KEY (sink, behaviour, at)
    ) STRICT, WITHOUT ROWID;
",
    "
    ALTER TABLE audit ADD COLUMN caller TEXT;
    CREATE INDEX audit_by_time ON audit (at);
    CREATE INDEX changes_by_time ON changes (stored_at);
    ALTER TABLE alerts ADD COLUMN case_id TEXT;
    UPDATE alerts SET case_id = (
        SELECT cases.id FROM case_alerts JOIN cases ON cases.id = case_alerts.case_id
        WHERE case_alerts.alert = alerts.id AND instr(cases.body, alerts.id) ORDER BY cases.stored_at DESC, cases.id LIMIT 1
    );
    CREATE INDEX alerts_by_case ON alerts (case_id);
",
    "
    ALTER TABLE audit ADD COLUMN verb TEXT;
    ALTER TABLE audit ADD COLUMN way TEXT;
    ALTER TABLE audit ADD COLUMN session TEXT;
    ALTER TABLE audit ADD COLUMN address TEXT;
    ALTER TABLE audit ADD COLUMN purpose TEXT;
    ALTER TABLE audit ADD COLUMN result TEXT;
    ALTER TABLE audit ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE audit ADD COLUMN repeated_at INTEGER;
    ALTER TABLE audit ADD COLUMN salt BLOB;
    ALTER TABLE audit ADD COLUMN sealed BLOB;
    ALTER TABLE audit ADD COLUMN digest BLOB;
    ALTER TABLE audit ADD COLUMN hash BLOB;
    CREATE TABLE chain_start (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        seq INTEGER NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
    INSERT INTO chain_start SELECT 1, coalesce(max(seq), 0), zeroblob(32) FROM audit;
    ALTER TABLE alerts ADD COLUMN acts INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE alerts ADD COLUMN touched_seq INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE alerts ADD COLUMN touched_at INTEGER NOT NULL DEFAULT 0;
    UPDATE alerts SET (touched_seq, touched_at) =
        (SELECT coalesce(max(seq), 0), coalesce(max(at), alerts.last_at) FROM audit WHERE subject = alerts.id);
    CREATE INDEX alerts_open ON alerts (severity) WHERE status = 'open';
    CREATE TABLE people (
        name TEXT PRIMARY KEY COLLATE NOCASE,
        password TEXT,
        roles TEXT NOT NULL,
        ceilings TEXT NOT NULL,
        purpose TEXT,
        made_at INTEGER NOT NULL,
        disabled_at INTEGER,
        signed_in_at INTEGER,
        preferences TEXT NOT NULL DEFAULT '{}',
        seen INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tokens (
        name TEXT PRIMARY KEY COLLATE NOCASE,
        secret BLOB NOT NULL UNIQUE,
        rights TEXT NOT NULL,
        ceilings TEXT NOT NULL,
        networks TEXT NOT NULL,
        purpose TEXT NOT NULL,
        made_by TEXT NOT NULL,
        made_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER,
        ended_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        secret BLOB NOT NULL UNIQUE,
        csrf TEXT NOT NULL,
        person TEXT NOT NULL COLLATE NOCASE REFERENCES people (name) ON DELETE CASCADE,
        way TEXT NOT NULL,
        purpose TEXT,
        address TEXT NOT NULL,
        began_at INTEGER NOT NULL,
        used_at INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        ended_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_by_person ON sessions (person);
    CREATE TABLE links (
        secret BLOB PRIMARY KEY,
        person TEXT COLLATE NOCASE REFERENCES people (name) ON DELETE CASCADE,
        ends_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE requests (
        person TEXT NOT NULL,
        key TEXT NOT NULL,
        at INTEGER NOT NULL,
        digest BLOB NOT NULL,
        status INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (person, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX requests_by_time ON requests (at);
    DROP INDEX outbox_by_alert;
    CREATE INDEX outbox_by_alert ON outbox (alert, state);
    CREATE TABLE alert_items (
        id TEXT PRIMARY KEY REFERENCES alerts (id) ON DELETE CASCADE,
        behaviour TEXT NOT NULL,
        kind TEXT NOT NULL,
        announced INTEGER NOT NULL,
        status TEXT NOT NULL,
        severity INTEGER NOT NULL,
        score INTEGER NOT NULL,
        started_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        lat REAL,
        lon REAL,
        types TEXT NOT NULL,
        flags TEXT NOT NULL,
        clears TEXT NOT NULL,
        state TEXT NOT NULL,
        acknowledged_until INTEGER,
        assignee TEXT,
        finding TEXT,
        finding_reason TEXT,
        case_id TEXT,
        acts INTEGER NOT NULL,
        touched_seq INTEGER NOT NULL,
        touched_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX items_by_score ON alert_items (score DESC, last_at DESC, id);
    CREATE INDEX items_by_time ON alert_items (last_at DESC, id);
    CREATE INDEX items_by_start ON alert_items (started_at DESC, id);
    CREATE INDEX items_by_touch ON alert_items (touched_at DESC, id);
    CREATE INDEX items_by_clears ON alert_items (clears);
    CREATE TABLE alert_texts (
        id TEXT PRIMARY KEY REFERENCES alerts (id) ON DELETE CASCADE,
        item TEXT NOT NULL,
        handling TEXT NOT NULL,
        names TEXT NOT NULL,
        words TEXT NOT NULL
    ) STRICT;
    CREATE VIEW item_handlings AS SELECT id, CASE WHEN mark IS NULL THEN coalesce(body -> '$.handling', '{}')
        ELSE json_patch(coalesce(body -> '$.handling', '{}'),
            (SELECT json_group_object(key, json(mark -> fullkey)) FROM json_each(mark) WHERE type <> 'null')) END AS handling
        FROM alerts;
    CREATE VIEW item_rows AS SELECT id, behaviour,
        coalesce(body ->> '$.kind', iif(behaviour IN ('delivery_failed', 'delivery_test', 'feed_silent', 'vessel_flood'), 'system', 'vessel')),
        announced, status, severity, score, started_at, last_at, revision,
        CAST(body ->> '$.position.lat' AS REAL), CAST(body ->> '$.position.lon' AS REAL),
        (SELECT coalesce(',' || group_concat(value ->> '$.ship_type') || ',', '') FROM json_each(body, '$.vessels')),
        (SELECT coalesce(',' || group_concat(value ->> '$.flag') || ',', '') FROM json_each(body, '$.vessels')),
        (SELECT json_array(handling ->> '$.tlp', handling -> '$.europol', handling -> '$.releasable_to',
            handling ->> '$.purpose', handling -> '$.personal_data', handling ->> '$.reality')
            FROM item_handlings WHERE item_handlings.id = alerts.id),
        state, acknowledged_until, assignee, finding, finding_reason, case_id, acts, touched_seq, touched_at
        FROM alerts;
    CREATE VIEW item_texts AS SELECT id,
        json_remove(body, '$.evidence.tracks', '$.handling', '$.case_id', '$.kind'),
        (SELECT handling FROM item_handlings WHERE item_handlings.id = alerts.id),
        (SELECT coalesce(lower(group_concat(concat_ws(' ', value ->> '$.name', value ->> '$.call_sign'), char(10))), '')
            FROM json_each(body, '$.vessels')),
        (SELECT lower(concat_ws(char(10), replace(behaviour, '_', ' '), body ->> '$.summary',
            (SELECT group_concat(concat_ws(' ', value ->> '$.name', value ->> '$.call_sign', value ->> '$.mmsi',
                value ->> '$.imo'), char(10)) FROM json_each(body, '$.vessels')),
            (SELECT group_concat(concat_ws(' ', value ->> '$.id', value ->> '$.name'), char(10))
                FROM json_each(body, '$.zones')))))
        FROM alerts;
    INSERT INTO alert_items SELECT * FROM item_rows;
    INSERT INTO alert_texts SELECT * FROM item_texts;
    CREATE TRIGGER item_of_new_alert AFTER INSERT ON alerts BEGIN
        INSERT INTO alert_items SELECT * FROM item_rows WHERE id = NEW.id;
        INSERT INTO alert_texts SELECT * FROM item_texts WHERE id = NEW.id;
    END;
    CREATE TRIGGER item_of_changed_alert AFTER UPDATE OF body, mark ON alerts BEGIN
        DELETE FROM alert_items WHERE id = NEW.id;
        DELETE FROM alert_texts WHERE id = NEW.id;
        INSERT INTO alert_items SELECT * FROM item_rows WHERE id = NEW.id;
        INSERT INTO alert_texts SELECT * FROM item_texts WHERE id = NEW.id;
    END;
    CREATE TRIGGER item_of_touched_alert AFTER UPDATE OF announced, status, state, acknowledged_until, assignee, finding,
        finding_reason, case_id, acts, touched_seq, touched_at ON alerts BEGIN
        UPDATE alert_items SET announced = NEW.announced, status = NEW.status, state = NEW.state,
            acknowledged_until = NEW.acknowledged_until, assignee = NEW.assignee, finding = NEW.finding,
            finding_reason = NEW.finding_reason, case_id = NEW.case_id, acts = NEW.acts,
            touched_seq = NEW.touched_seq, touched_at = NEW.touched_at WHERE id = NEW.id;
    END;
",    "
    CREATE TABLE collecting (
        feed TEXT PRIMARY KEY,
        lines INTEGER NOT NULL,
        from_at INTEGER NOT NULL,
        until_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    DROP INDEX audit_by_subject;
    CREATE INDEX audit_by_subject ON audit (subject, at);
    CREATE INDEX audit_log ON audit (seq) WHERE verb IS NOT 'consultation';
    CREATE INDEX alerts_by_zone ON alert_zones (zone, alert);
    CREATE INDEX alerts_by_imo ON alert_vessels (imo) WHERE imo IS NOT NULL;
    CREATE INDEX items_by_case ON alert_items (case_id) WHERE case_id IS NOT NULL;
    CREATE INDEX outbox_unsettled ON outbox (seq) WHERE state IN ('pending', 'failed');
",
];
