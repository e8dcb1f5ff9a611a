-- A store of schema 6 as programs of that version left it, with rows in every table but `digests`: a digest ends when a daemon starts.
PRAGMA foreign_keys = OFF;
PRAGMA auto_vacuum = INCREMENTAL;
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
INSERT INTO "alert_items" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaa','distress','vessel',1,'ended',3,60,1772337600000,1772338200000,2,NULL,NULL,'','','["RED",null,null,null,null,null]','closed',NULL,NULL,'benign','a drill','cccccccc',0,2,1772337600009);
INSERT INTO "alert_items" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbb','distress','vessel',1,'ended',3,60,1772337600000,1772338200000,2,NULL,NULL,'','','[null,null,null,null,null,null]','acknowledged',1772346600000,'bea',NULL,NULL,'cccccccc',0,0,1772338200000);
CREATE TABLE alert_texts (
        id TEXT PRIMARY KEY REFERENCES alerts (id) ON DELETE CASCADE,
        item TEXT NOT NULL,
        handling TEXT NOT NULL,
        names TEXT NOT NULL,
        words TEXT NOT NULL
    ) STRICT;
INSERT INTO "alert_texts" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaa','{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","behaviour":"distress","status":"ended","severity":"high","score":60,"summary":"AIS-SART 972100000 is active","vessels":[{"mmsi":972100000,"name":"SART O''CLOCK"}],"zones":[{"id":"watch","name":"Watch"}],"started_at":"2026-03-01T04:00:00Z","opened_at":"2026-03-01T04:00:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":"2026-03-01T04:25:00Z"}','{"tlp":"RED","who":"ana"}','sart o''clock','distress
ais-sart 972100000 is active
sart o''clock 972100000
watch watch');
INSERT INTO "alert_texts" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbb','{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbb","behaviour":"distress","status":"ended","severity":"high","score":60,"summary":"AIS-SART 972100001 is active","vessels":[{"mmsi":972100001,"name":"SART O''CLOCK"}],"zones":[{"id":"watch","name":"Watch"}],"started_at":"2026-03-01T04:00:00Z","opened_at":"2026-03-01T04:00:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":"2026-03-01T04:25:00Z"}','{}','sart o''clock','distress
ais-sart 972100001 is active
sart o''clock 972100001
watch watch');
CREATE TABLE alert_vessels (
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        mmsi INTEGER NOT NULL,
        imo INTEGER,
        PRIMARY KEY (alert, mmsi)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "alert_vessels" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaa',972100000,NULL);
INSERT INTO "alert_vessels" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbb',972100001,NULL);
CREATE TABLE alert_zones (
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        zone TEXT NOT NULL,
        PRIMARY KEY (alert, zone)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "alert_zones" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaa','watch');
INSERT INTO "alert_zones" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbb','watch');
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
    , mark TEXT, retain_until INTEGER, case_id TEXT, acts INTEGER NOT NULL DEFAULT 0, touched_seq INTEGER NOT NULL DEFAULT 0, touched_at INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "alerts" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaa','distress',1,'ended',3,60,1772337600000,1772337600000,1772338200000,1772339100000,2,'closed',NULL,NULL,NULL,'benign','a drill','{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","behaviour":"distress","status":"ended","severity":"high","score":60,"summary":"AIS-SART 972100000 is active","vessels":[{"mmsi":972100000,"name":"SART O''CLOCK"}],"zones":[{"id":"watch","name":"Watch"}],"started_at":"2026-03-01T04:00:00Z","opened_at":"2026-03-01T04:00:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":"2026-03-01T04:25:00Z"}','{"tlp":"RED","who":"ana"}',NULL,'cccccccc',0,2,1772337600009);
INSERT INTO "alerts" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbb','distress',1,'ended',3,60,1772337600000,1772337600000,1772338200000,1772339100000,2,'acknowledged',1772346600000,3,'bea',NULL,NULL,'{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbb","behaviour":"distress","status":"ended","severity":"high","score":60,"summary":"AIS-SART 972100001 is active","vessels":[{"mmsi":972100001,"name":"SART O''CLOCK"}],"zones":[{"id":"watch","name":"Watch"}],"started_at":"2026-03-01T04:00:00Z","opened_at":"2026-03-01T04:00:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":"2026-03-01T04:25:00Z"}',NULL,1782337600000,'cccccccc',0,0,1772338200000);
CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        what TEXT NOT NULL,
        subject TEXT NOT NULL,
        why TEXT
    , caller TEXT, verb TEXT, way TEXT, session TEXT, address TEXT, purpose TEXT, result TEXT, times INTEGER NOT NULL DEFAULT 1, repeated_at INTEGER, salt BLOB, sealed BLOB, digest BLOB, hash BLOB) STRICT;
INSERT INTO "audit" VALUES(1,1772337600000,'atalaia','opened','aaaaaaaaaaaaaaaaaaaaaaaaaa',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "audit" VALUES(2,1772337600009,'ana','closed','aaaaaaaaaaaaaaaaaaaaaaaaaa','a drill','root',NULL,NULL,NULL,NULL,NULL,NULL,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "audit" VALUES(3,1796165757644,'root','added','person ana','roles analyst, supervisor',NULL,'alteration','local account',NULL,NULL,NULL,NULL,1,NULL,X'f6e4f73feda3f9257c6fc79dff3b06d5',NULL,X'aff03b33293855758a8a3e868bbea34524eff1c388b37f5f11beef069a68ac5f',X'b368991b2f7caffdaf89cc6f42ce5ab6cd587a91a7e2a31e33551ee4634d4c54');
INSERT INTO "audit" VALUES(4,1796165775482,'root','added','token qgis','rights ["read"], until 2027-03-01T22:56:15.482Z',NULL,'alteration','local account',NULL,NULL,NULL,NULL,1,NULL,X'7ec841cb90714b4b7ede74ac04ca1c20',NULL,X'29a3556d8a74948a6728f2d9c09eab051645a1cf80da56e85f694f399172c311',X'f78166ff081af442c38bfdd0fa32c9ff44c408f60c20ac8e334a8c5254cbfdd0');
CREATE TABLE case_alerts (
        case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
        alert TEXT NOT NULL,
        PRIMARY KEY (case_id, alert)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "case_alerts" VALUES('cccccccc','aaaaaaaaaaaaaaaaaaaaaaaaaa');
INSERT INTO "case_alerts" VALUES('cccccccc','bbbbbbbbbbbbbbbbbbbbbbbbbb');
CREATE TABLE cases (
        id TEXT PRIMARY KEY,
        score INTEGER NOT NULL,
        severity INTEGER NOT NULL,
        stored_at INTEGER NOT NULL,
        body TEXT NOT NULL
    , held_at INTEGER, held_by TEXT, held_why TEXT) STRICT;
INSERT INTO "cases" VALUES('cccccccc',60,3,1772337600000,'{"id":"cccccccc","alerts":["aaaaaaaaaaaaaaaaaaaaaaaaaa","bbbbbbbbbbbbbbbbbbbbbbbbbb"],"score":60}',1772337600000,'ana','court');
CREATE TABLE chain_start (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        seq INTEGER NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
INSERT INTO "chain_start" VALUES(1,2,X'0000000000000000000000000000000000000000000000000000000000000000');
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
INSERT INTO "changes" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaa',1,1772337600001,'opened',3,1772337600002,'{"change":"opened","revision":1,"at":"2026-03-01T04:00:00Z","reason":"heard","alert":{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","behaviour":"distress","status":"ended","severity":"high","score":60,"summary":"AIS-SART 972100000 is active","vessels":[{"mmsi":972100000,"name":"SART O''CLOCK"}],"zones":[{"id":"watch","name":"Watch"}],"started_at":"2026-03-01T04:00:00Z","opened_at":"2026-03-01T04:00:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":"2026-03-01T04:25:00Z"}}');
INSERT INTO "changes" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaa',2,1772337600002,'ended',3,1772337600003,'{"change":"ended","revision":2,"at":"2026-03-01T04:00:00Z","reason":"heard","alert":{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","behaviour":"distress","status":"ended","severity":"high","score":60,"summary":"AIS-SART 972100000 is active","vessels":[{"mmsi":972100000,"name":"SART O''CLOCK"}],"zones":[{"id":"watch","name":"Watch"}],"started_at":"2026-03-01T04:00:00Z","opened_at":"2026-03-01T04:00:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":"2026-03-01T04:25:00Z"}}');
INSERT INTO "changes" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbb',1,1772337600001,'opened',3,1772337600002,'{"change":"opened","revision":1,"at":"2026-03-01T04:00:00Z","reason":"heard","alert":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbb","behaviour":"distress","status":"ended","severity":"high","score":60,"summary":"AIS-SART 972100001 is active","vessels":[{"mmsi":972100001,"name":"SART O''CLOCK"}],"zones":[{"id":"watch","name":"Watch"}],"started_at":"2026-03-01T04:00:00Z","opened_at":"2026-03-01T04:00:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":"2026-03-01T04:25:00Z"}}');
INSERT INTO "changes" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbb',2,1772337600002,'ended',3,1772337600003,'{"change":"ended","revision":2,"at":"2026-03-01T04:00:00Z","reason":"heard","alert":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbb","behaviour":"distress","status":"ended","severity":"high","score":60,"summary":"AIS-SART 972100001 is active","vessels":[{"mmsi":972100001,"name":"SART O''CLOCK"}],"zones":[{"id":"watch","name":"Watch"}],"started_at":"2026-03-01T04:00:00Z","opened_at":"2026-03-01T04:00:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":"2026-03-01T04:25:00Z"}}');
CREATE TABLE digests (
        sink TEXT NOT NULL,
        behaviour TEXT NOT NULL,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        PRIMARY KEY (sink, behaviour)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE links (
        secret BLOB PRIMARY KEY,
        person TEXT COLLATE NOCASE REFERENCES people (name) ON DELETE CASCADE,
        ends_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "links" VALUES(X'0202020202020202020202020202020202020202020202020202020202020202','ana',4102444800000);
CREATE TABLE notes (
        seq INTEGER PRIMARY KEY,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
INSERT INTO "notes" VALUES(1,'aaaaaaaaaaaaaaaaaaaaaaaaaa',1772337600007,'ana','=1+1');
INSERT INTO "notes" VALUES(2,'bbbbbbbbbbbbbbbbbbbbbbbbbb',1772337600008,'bea','seen on radar');
CREATE TABLE notices (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "notices" VALUES('delivery_failed','archive','bbbbbbbbbbbbbbbbbbbbbbbbbb');
CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY,
        sink TEXT NOT NULL,
        alert TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        revision INTEGER NOT NULL,
        state TEXT NOT NULL,
        told_at INTEGER,
        error TEXT, line TEXT, since INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER, gathered INTEGER NOT NULL DEFAULT 0, digest TEXT,
        UNIQUE (sink, alert, revision)
    ) STRICT;
INSERT INTO "outbox" VALUES(1,'archive','aaaaaaaaaaaaaaaaaaaaaaaaaa',1,'told',1772337600005,NULL,'{"told":true}',1772337600001,2,NULL,0,NULL);
INSERT INTO "outbox" VALUES(2,'archive','aaaaaaaaaaaaaaaaaaaaaaaaaa',2,'failed',NULL,'no such sink',NULL,1772337600002,9,NULL,0,NULL);
INSERT INTO "outbox" VALUES(3,'archive','bbbbbbbbbbbbbbbbbbbbbbbbbb',1,'silenced',NULL,NULL,NULL,0,0,NULL,0,NULL);
INSERT INTO "outbox" VALUES(4,'archive','bbbbbbbbbbbbbbbbbbbbbbbbbb',2,'told',1772337600006,NULL,NULL,0,0,NULL,1,'eeeeeeeeeeeeeeeeeeeeeeeeee-1');
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
INSERT INTO "people" VALUES('ana','$argon2id$v=19$m=19456,t=2,p=1$XvlQHEGwMQGLh7hEXJIfEQ$E508CpyFfFAoSxL2+aI391m8vAmLeWLgOLFUyrOPzGo','["analyst","supervisor"]','{"max_tlp":"RED","releasable_to":null,"europol":null,"purposes":null,"realities":null,"personal_data":true}',NULL,1796165757644,NULL,NULL,'{}',NULL);
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
INSERT INTO "purges" VALUES(1,1772337600000,'atalaia',3,0,0,0,0,0);
CREATE TABLE reached (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        journal_seq INTEGER NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;
INSERT INTO "reached" VALUES(1,17,1772337600000);
CREATE TABLE requests (
        person TEXT NOT NULL,
        key TEXT NOT NULL,
        at INTEGER NOT NULL,
        digest BLOB NOT NULL,
        status INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (person, key)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "requests" VALUES('ana','k1',4102444800000,X'0303030303030303030303030303030303030303030303030303030303030303',200,'{}');
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
INSERT INTO "sessions" VALUES('s1',X'0101010101010101010101010101010101010101010101010101010101010101','csrf','ana','password','Security','127.0.0.1',1772337600000,4102441200000,4102444800000,NULL);
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
INSERT INTO "silences" VALUES(1,1772337600000,'ana','exercise',972100009,NULL,NULL,1772337600000,1772341200000,1772337601000);
INSERT INTO "silences" VALUES(2,1772337600000,'bea','buoy',NULL,'watch','distress',1772337600000,1772337600001,NULL);
CREATE TABLE singles (
        sink TEXT NOT NULL,
        behaviour TEXT NOT NULL,
        at INTEGER NOT NULL,
        changes INTEGER NOT NULL,
        PRIMARY KEY (sink, behaviour, at)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "singles" VALUES('archive','distress',1772337600000,2);
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
INSERT INTO "tokens" VALUES('qgis',X'ac6323d90722deb3486a6bf4d98f2f8b0b825dbf1f340419bb84e3088dda8b36','["read"]','{"max_tlp":"RED","releasable_to":null,"europol":null,"purposes":null,"realities":null,"personal_data":true}','[]','Security','root',1796165775482,1803941775482,NULL,NULL);
CREATE INDEX alerts_by_time ON alerts (last_at);
CREATE INDEX alerts_by_vessel ON alert_vessels (mmsi);
CREATE INDEX audit_by_subject ON audit (subject);
CREATE INDEX notes_by_alert ON notes (alert);
CREATE INDEX cases_by_alert ON case_alerts (alert);
CREATE INDEX outbox_failed ON outbox (sink, seq) WHERE state = 'failed';
CREATE INDEX outbox_pending ON outbox (sink, gathered, seq) WHERE state = 'pending';
CREATE INDEX outbox_gathered ON outbox (sink, seq) WHERE state = 'pending' AND gathered = 1 AND digest IS NULL;
CREATE INDEX outbox_by_digest ON outbox (digest) WHERE digest IS NOT NULL;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX changes_by_time ON changes (stored_at);
CREATE INDEX alerts_by_case ON alerts (case_id);
CREATE INDEX alerts_open ON alerts (severity) WHERE status = 'open';
CREATE INDEX sessions_by_person ON sessions (person);
CREATE INDEX requests_by_time ON requests (at);
CREATE INDEX outbox_by_alert ON outbox (alert, state);
CREATE INDEX items_by_score ON alert_items (score DESC, last_at DESC, id);
CREATE INDEX items_by_time ON alert_items (last_at DESC, id);
CREATE INDEX items_by_start ON alert_items (started_at DESC, id);
CREATE INDEX items_by_touch ON alert_items (touched_at DESC, id);
CREATE INDEX items_by_clears ON alert_items (clears);
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
PRAGMA user_version = 6;
