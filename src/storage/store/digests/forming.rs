//! Forms digests: a revision lists what is waiting, and a digest ends once nothing is added to it.

use std::sync::Arc;

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::{Map, Value, json};

use super::due::{Due, MOST, due};
use crate::storage::store::columns::stored_severity;
use crate::storage::store::markings;
use crate::storage::store::orders::Orders;
use crate::storage::store::rows::{insert, upsert};
use crate::storage::store::stages::filter::Filter;
use crate::storage::store::trail::audit_withheld;
use atalaia_core::alerts::{
    Alert, Change, ChangeKind, Class, Confidence, Evidence, Handling, ScoreReason, Sentence, Severity, Status, digest,
};
use atalaia_core::base::text::counted;
use atalaia_core::base::time::Time;
use atalaia_core::behaviours::Behaviour;
use atalaia_core::geo::LatLon;

/// An open digest.
struct Open {
    /// Id of the digest, an alert of its own.
    id: String,
    /// When its first revision was formed, wall clock.
    opened_at: Time,
    /// Its latest revision.
    revision: u32,
    severity: Severity,
    score: i32,
    handling: Handling,
}

/// Forms and ends the digests that are due. Returns whether a delivery is now due.
pub(in crate::storage::store) fn form(
    transaction: &Transaction<'_>,
    orders: &Orders,
    now: Time,
) -> rusqlite::Result<bool> {
    let mut told = false;
    for due in due(transaction, now)? {
        let filter = orders.filters.iter().find(|filter| filter.sink == due.sink);
        let Some(filter) = filter.filter(|_| 0 < due.waiting) else {
            told |= end(transaction, orders, filter, &due, now)?;
            continue;
        };
        // Only full revisions are formed at once. A remainder waits for the next revision.
        for _ in 0..(due.waiting / MOST).max(1) {
            for of_one_marking in apart(members(transaction, filter, &due.behaviour, now)?) {
                told |= extend(transaction, orders, filter, &due.behaviour, &of_one_marking, now)?;
            }
        }
    }
    Ok(told)
}

/// A row that waits for a digest.
struct Member {
    /// Number of its outbox row.
    seq: i64,
    /// Id of the alert.
    alert: String,
    /// Status of the alert now: `open`, `ended` or `retracted`.
    status: String,
    /// Severity in its change.
    severity: Severity,
    score: i32,
    /// Position in its change; `None` without one, or if the sink may not receive it.
    place: Option<LatLon>,
    /// Its marking; `None` if the marking is not allowed but the sink already knows the alert from a digest.
    handling: Option<Handling>,
}

/// The oldest waiting rows with their current markings. Rows that may no longer be sent are withheld.
fn members(
    transaction: &Transaction<'_>,
    filter: &Filter,
    behaviour: &str,
    now: Time,
) -> rusqlite::Result<Vec<Member>> {
    let mut query = transaction.prepare_cached(
        "SELECT outbox.seq, outbox.alert, alerts.status, alerts.mark, changes.line,
             EXISTS (SELECT 1 FROM outbox AS other WHERE other.sink = outbox.sink AND other.alert = outbox.alert
                 AND other.state = 'told')
         FROM outbox JOIN alerts ON alerts.id = outbox.alert
         JOIN changes ON changes.alert = outbox.alert AND changes.revision = outbox.revision
         WHERE outbox.state = 'pending' AND outbox.gathered = 1 AND outbox.digest IS NULL
             AND outbox.sink = ?1 AND alerts.behaviour = ?2
         ORDER BY outbox.seq LIMIT ?3",
    )?;
    let mut rows = query.query(params![filter.sink, behaviour, MOST as i64])?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, alert): (i64, String) = (row.get(0)?, row.get(1)?);
        let (mark, line, known): (Option<String>, String, bool) = (row.get(3)?, row.get(4)?, row.get(5)?);
        // The store writes only valid lines.
        let mut change: Value = serde_json::from_str(&line).unwrap_or_default();
        markings::apply(&mut change["alert"], mark.as_deref());
        let body = &change["alert"];
        let handling = markings::of_machine(body);
        let refusal = filter.clearance.refusal(&handling);
        if let Some(why) = refusal.as_ref().filter(|_| !known) {
            transaction.execute(
                "UPDATE outbox SET state = 'withheld', told_at = ?2, error = ?3 WHERE seq = ?1",
                params![seq, now.millis(), why],
            )?;
            audit_withheld(transaction, now, &alert, &filter.sink, why)?;
            continue;
        }
        let degrees = |key: &str| body["position"][key].as_f64();
        let may_go = refusal.is_none();
        members.push(Member {
            seq,
            alert,
            status: row.get(2)?,
            severity: stored_severity(body),
            score: body["score"].as_i64().and_then(|score| i32::try_from(score).ok()).unwrap_or_default(),
            place: degrees("lat").zip(degrees("lon")).map(|(lat, lon)| LatLon::new(lat, lon)).filter(|_| may_go),
            handling: may_go.then_some(handling),
        });
    }
    Ok(members)
}

/// Groups rows whose markings can be joined, in order of the first row of each group. Alerts that may be released to different receivers,
/// for example, must not be listed together. Rows whose marking the sink may not receive form a group of their own.
fn apart(members: Vec<Member>) -> Vec<Vec<Member>> {
    let mut groups: Vec<Vec<Member>> = Vec::new();
    for member in members {
        let goes_with = |group: &&mut Vec<Member>| match (&group[0].handling, &member.handling) {
            (Some(one), Some(other)) => one.goes_with(other),
            (one, other) => one.is_none() == other.is_none(),
        };
        match groups.iter_mut().find(goes_with) {
            Some(group) => group.push(member),
            None => groups.push(vec![member]),
        }
    }
    groups
}

/// Forms the first or next revision of a digest from these rows. Returns whether a delivery is now due.
fn extend(
    transaction: &Transaction<'_>,
    orders: &Orders,
    filter: &Filter,
    behaviour: &str,
    members: &[Member],
    now: Time,
) -> rusqlite::Result<bool> {
    let open = open(transaction, &filter.sink, behaviour)?;
    // From sink, behaviour and time, so that no two digests share an id.
    let id = open.as_ref().map_or_else(
        || digest(&format!("digest|{}|{behaviour}|{}", filter.sink, now.millis())),
        |open| open.id.clone(),
    );
    let revision = open.as_ref().map_or(1, |open| open.revision + 1);
    let mut take = transaction.prepare_cached("UPDATE outbox SET digest = ?2, error = ?3 WHERE seq = ?1")?;
    let key = format!("{id}-{revision}");
    for member in members {
        take.execute(params![member.seq, key, format!("in digest {key}")])?;
    }
    let handling = members.iter().filter_map(|member| member.handling.clone()).reduce(Handling::joined);
    let severity = members.iter().map(|member| member.severity).max().unwrap_or(Severity::Info);
    let listed = |status: &str| -> Vec<&str> {
        let mut ids: Vec<&str> =
            members.iter().filter(|member| member.status == status).map(|member| member.alert.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    // By the status now, not that of the change: a list that is read late should say how the alerts stand.
    let (going_on, ended, retracted) = (listed("open"), listed("ended"), listed("retracted"));
    let alerts = going_on.len() + ended.len() + retracted.len();
    let most = filter.digest_after.unwrap_or_default();
    let words = behaviour.replace('_', " ");
    let summary = format!(
        "More than {most} updates on {words} alerts in an hour: this digest covers {}, {} of them open, highest severity {}. \
         Their ids are listed; `atalaia alerts show ID` shows each.",
        alerts_of(alerts as u64),
        going_on.len(),
        severity.name(),
    );
    let told = DigestChange {
        id,
        revision,
        kind: if revision == 1 { ChangeKind::Opened } else { ChangeKind::Updated },
        opened_at: open.as_ref().map_or(now, |open| open.opened_at),
        severity: open.as_ref().map_or(severity, |open| open.severity.max(severity)),
        score: members.iter().map(|member| member.score).chain(open.as_ref().map(|open| open.score)).max().unwrap_or(0),
        place: members.iter().rev().find_map(|member| member.place),
        handling: handling.or_else(|| open.map(|open| open.handling)),
        summary,
        listed: json!({
            "alerts": alerts, "alerts_in_all": in_all(transaction, &filter.sink, &key)?,
            "open": going_on, "ended": ended, "retracted": retracted,
        }),
    };
    put(transaction, orders, Some(filter), behaviour, told, now)
}

/// Ends a digest to which nothing was added for an hour. Without a filter, its sink is no longer in the settings, and the end is sent to no
/// sink. Returns whether a delivery is now due.
fn end(
    transaction: &Transaction<'_>,
    orders: &Orders,
    filter: Option<&Filter>,
    due: &Due,
    now: Time,
) -> rusqlite::Result<bool> {
    let Some(open) = open(transaction, &due.sink, &due.behaviour)? else {
        return Ok(false);
    };
    let all = in_all(transaction, &due.sink, &format!("{}-{}", open.id, open.revision))?;
    let words = due.behaviour.replace('_', " ");
    let told = DigestChange {
        id: open.id,
        revision: open.revision + 1,
        kind: ChangeKind::Ended,
        opened_at: open.opened_at,
        severity: open.severity,
        score: open.score,
        place: None,
        handling: Some(open.handling),
        summary: format!(
            "For an hour, few enough {words} alerts have changed for them to be sent one by one again. The digest covered {}.",
            alerts_of(all)
        ),
        listed: json!({ "alerts": 0, "alerts_in_all": all, "open": [], "ended": [], "retracted": [] }),
    };
    put(transaction, orders, filter, &due.behaviour, told, now)
}

/// For example `1 alert` or `940 alerts`.
fn alerts_of(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "alert")
}

/// Number of alerts that a digest has covered so far.
fn in_all(transaction: &Transaction<'_>, sink: &str, key: &str) -> rusqlite::Result<u64> {
    let id = key.split_once('-').map_or(key, |(id, _)| id);
    // The keys of one id sort from `-` up to the next character, `.`. The `+` keeps SQLite from using the index on `sink`, which matches
    // far more rows than the one on `digest`.
    let count: i64 = transaction.query_row(
        "SELECT count(DISTINCT alert) FROM outbox WHERE +sink = ?1 AND ?2 || '-' <= digest AND digest < ?2 || '.'",
        params![sink, id],
        |row| row.get(0),
    )?;
    // A count is never negative.
    Ok(count.unsigned_abs())
}

/// The open digest of a sink and behaviour; `None` if there is none.
fn open(transaction: &Transaction<'_>, sink: &str, behaviour: &str) -> rusqlite::Result<Option<Open>> {
    let mut query = transaction.prepare_cached(
        "SELECT alerts.id, alerts.opened_at, alerts.revision, alerts.score, alerts.body
         FROM digests JOIN alerts ON alerts.id = digests.alert WHERE digests.sink = ?1 AND digests.behaviour = ?2",
    )?;
    let open = query.query_row(params![sink, behaviour], |row| {
        let body: Value = serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or_default();
        Ok(Open {
            id: row.get(0)?,
            opened_at: Time::from_millis(row.get(1)?),
            revision: row.get(2)?,
            severity: stored_severity(&body),
            score: row.get(3)?,
            handling: markings::of_machine(&body),
        })
    });
    open.optional()
}

/// One change of a digest.
struct DigestChange {
    /// Id of the digest.
    id: String,
    /// Revision of the digest.
    revision: u32,
    /// Opened, updated or ended.
    kind: ChangeKind,
    /// When its first revision was formed, wall clock.
    opened_at: Time,
    /// Highest severity that it has listed.
    severity: Severity,
    /// Highest score that it has listed.
    score: i32,
    /// The latest position among its alerts; `None` if there is none.
    place: Option<LatLon>,
    /// The markings of its alerts, joined; `None` if no marking may be shown.
    handling: Option<Handling>,
    /// What a person reads.
    summary: String,
    /// The ids that it lists and their numbers, for `evidence.measured.digest`.
    listed: Value,
}

/// Stores a change of a digest and queues it for its sink. Returns whether a delivery is now due.
fn put(
    transaction: &Transaction<'_>,
    orders: &Orders,
    filter: Option<&Filter>,
    behaviour: &str,
    told: DigestChange,
    now: Time,
) -> rusqlite::Result<bool> {
    // A behaviour of another version has no digests here.
    let Some(behaviour) = Behaviour::named(behaviour) else {
        return Ok(false);
    };
    let ends = told.kind == ChangeKind::Ended;
    let mut measured = Map::new();
    measured.insert("digest".to_owned(), told.listed);
    // The cap that led to the digest; null once its sink has left the settings.
    let mut thresholds = Map::new();
    thresholds.insert("digest_after_per_hour".to_owned(), filter.and_then(|filter| filter.digest_after).into());
    let alert = Alert {
        id: told.id,
        behaviour,
        kind: Class::of(behaviour),
        announced: true,
        status: if ends { Status::Ended } else { Status::Open },
        severity: told.severity,
        score: told.score,
        confidence: Confidence::Normal,
        started_at: told.opened_at,
        opened_at: told.opened_at,
        last_at: now,
        ended_at: ends.then_some(now),
        vessels: Vec::new(),
        zones: Vec::new(),
        position: told.place,
        group_id: None,
        case_id: None,
        replaces: None,
        handling: told.handling.unwrap_or_else(|| orders.handling.of(told.opened_at, false, false)),
        summary: told.summary,
        score_reasons: vec![ScoreReason {
            code: "digest".to_owned(),
            points: told.score,
            text: "Highest score of the alerts it covers".to_owned(),
        }],
        evidence: Evidence { thresholds, measured, stations: Vec::new(), tracks: Vec::new() },
    };
    let reason = match told.kind {
        ChangeKind::Opened => "more alerts than this sink receives one by one",
        ChangeKind::Ended => "nothing added for an hour",
        ChangeKind::Updated | ChangeKind::Retracted => "more alerts added",
    };
    let change = Change {
        change: told.kind,
        revision: told.revision,
        at: now,
        reason: reason.to_owned(),
        alert: Arc::new(alert),
        sentence: Sentence::default(),
        is_uncertain: false,
    };
    // Stored like any alert, so that the outbox and retries need no second kind of message.
    upsert(transaction, &change, now)?;
    insert(transaction, &change, now)?;
    let id = &change.alert.id;
    // Lists and counts of the store show the alerts in the digest, not the digest itself.
    transaction.execute("UPDATE alerts SET announced = 0 WHERE id = ?1", [id])?;
    match filter {
        Some(filter) if !ends => transaction.execute(
            "INSERT INTO digests (sink, behaviour, alert) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![filter.sink, behaviour.name(), id],
        )?,
        _ => transaction.execute("DELETE FROM digests WHERE alert = ?1", [id])?,
    };
    let Some(filter) = filter else {
        return Ok(false);
    };
    let mut insert = transaction.prepare_cached(
        "INSERT INTO outbox (sink, alert, revision, state, since) VALUES (?1, ?2, ?3, 'pending', ?4)
         ON CONFLICT DO NOTHING",
    )?;
    Ok(0 < insert.execute(params![filter.sink, id, change.revision, now.millis()])?)
}
