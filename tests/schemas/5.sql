-- A store of schema 5 as programs of that version left it, with rows in every table but `digests`: a digest ends when a daemon starts.
PRAGMA foreign_keys = OFF;
PRAGMA auto_vacuum = INCREMENTAL;
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
    , mark TEXT, retain_until INTEGER, case_id TEXT) STRICT;
INSERT INTO "alerts" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaa','distress',1,'ended',3,60,1772337600000,1772337600000,1772338200000,1772339100000,2,'closed',NULL,NULL,NULL,'benign','a drill','{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","behaviour":"distress","status":"ended","severity":"high","score":60,"summary":"AIS-SART 972100000 is active","vessels":[{"mmsi":972100000,"name":"SART O''CLOCK"}],"zones":[{"id":"watch","name":"Watch"}],"started_at":"2026-03-01T04:00:00Z","opened_at":"2026-03-01T04:00:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":"2026-03-01T04:25:00Z"}','{"tlp":"RED","who":"ana"}',NULL,'cccccccc');
INSERT INTO "alerts" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbb','distress',1,'ended',3,60,1772337600000,1772337600000,1772338200000,1772339100000,2,'acknowledged',1772346600000,3,'bea',NULL,NULL,'{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbb","behaviour":"distress","status":"ended","severity":"high","score":60,"summary":"AIS-SART 972100001 is active","vessels":[{"mmsi":972100001,"name":"SART O''CLOCK"}],"zones":[{"id":"watch","name":"Watch"}],"started_at":"2026-03-01T04:00:00Z","opened_at":"2026-03-01T04:00:00Z","last_at":"2026-03-01T04:10:00Z","ended_at":"2026-03-01T04:25:00Z"}',NULL,1782337600000,'cccccccc');
CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        what TEXT NOT NULL,
        subject TEXT NOT NULL,
        why TEXT
    , caller TEXT) STRICT;
INSERT INTO "audit" VALUES(1,1772337600000,'atalaia','opened','aaaaaaaaaaaaaaaaaaaaaaaaaa',NULL,NULL);
INSERT INTO "audit" VALUES(2,1772337600009,'ana','closed','aaaaaaaaaaaaaaaaaaaaaaaaaa','a drill','root');
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
CREATE INDEX alerts_by_time ON alerts (last_at);
CREATE INDEX alerts_by_vessel ON alert_vessels (mmsi);
CREATE INDEX audit_by_subject ON audit (subject);
CREATE INDEX outbox_by_alert ON outbox (alert);
CREATE INDEX notes_by_alert ON notes (alert);
CREATE INDEX cases_by_alert ON case_alerts (alert);
CREATE INDEX outbox_failed ON outbox (sink, seq) WHERE state = 'failed';
CREATE INDEX outbox_pending ON outbox (sink, gathered, seq) WHERE state = 'pending';
CREATE INDEX outbox_gathered ON outbox (sink, seq) WHERE state = 'pending' AND gathered = 1 AND digest IS NULL;
CREATE INDEX outbox_by_digest ON outbox (digest) WHERE digest IS NOT NULL;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX changes_by_time ON changes (stored_at);
CREATE INDEX alerts_by_case ON alerts (case_id);
PRAGMA user_version = 5;
