//! Offers a change to a sink: what the stages decide becomes its row of the outbox.

use rusqlite::{Transaction, params};
use serde::Deserialize;
use serde_json::Value;

use super::delivery_state::DeliveryState;
use super::digests::{self, SinkHistory, Way};
use super::markings;
use super::stages::filter::Filter;
use super::stages::{self, Decision, Knowledge};
use super::trail::audit_withheld;
use atalaia_core::alerts::{Alert, Change, ChangeKind, Handling, Severity};
use atalaia_core::base::time::Time;

/// Put in front of the summary of an alert that is no longer followed.
pub(super) const MAY_GO_ON: &str = "No longer followed after a restart; it may still go on. Last known:";

/// Offers a change to one sink and records what the stages decide. `silence` is the one that covers the alert, if any. Returns whether a
/// delivery is now due.
pub(super) fn offer(
    transaction: &Transaction<'_>,
    filter: &Filter,
    change: &Change,
    silence: Option<&str>,
    now: Time,
) -> rusqlite::Result<bool> {
    let (sink, alert) = (&filter.sink, &change.alert);
    let closes = matches!(change.change, ChangeKind::Ended | ChangeKind::Retracted);
    // Looked up only where it matters: it is a query for each sink and change.
    let known = match closes || filter.digest_after.is_some() {
        true => SinkHistory::of(transaction, sink, &alert.id)?,
        false => SinkHistory::default(),
    };
    let knowledge = match known {
        _ if !closes => Knowledge::Nothing,
        SinkHistory { singly: true, .. } => Knowledge::Singly,
        SinkHistory { gathered: true, .. } => Knowledge::ByDigest,
        _ => Knowledge::Nothing,
    };
    let row = Row { sink, alert: &alert.id, revision: change.revision };
    let line = match stages::decide(filter, alert, silence, knowledge) {
        Decision::NotSelected { because } => return row.stop(transaction, DeliveryState::NotSelected, &because, now),
        Decision::Silenced { by } => return row.stop(transaction, DeliveryState::Silenced, &by, now),
        Decision::Withheld { because } => return row.withhold(transaction, &because, now),
        Decision::ClosingNotice { because } => {
            // Plain data: serialising cannot fail.
            let ended = serde_json::to_value(change).unwrap_or_default();
            let line = closing_notice(transaction, filter, &alert.id, "Ended. Last sent:", |last| {
                ["change", "revision", "at"].iter().for_each(|key| last[*key] = ended[*key].clone());
                ["status", "ended_at"].iter().for_each(|key| last["alert"][*key] = ended["alert"][*key].clone());
            })?;
            if line.is_none() {
                return row.withhold(transaction, &because, now);
            }
            line
        }
        Decision::Due => None,
    };
    let offer = digests::Offer { behaviour: alert.behaviour.name(), severity: alert.severity, closes, known };
    row.queue(transaction, filter, &offer, line, now)
}

/// The place of a change in the outbox.
struct Row<'a> {
    /// Name of the sink.
    sink: &'a str,
    /// Id of the alert.
    alert: &'a str,
    revision: u32,
}

impl Row<'_> {
    /// Records that the change goes no further. Returns that nothing is due.
    fn stop(
        &self,
        transaction: &Transaction<'_>,
        state: DeliveryState,
        because: &str,
        now: Time,
    ) -> rusqlite::Result<bool> {
        self.record(transaction, state, because, now).map(|_| false)
    }

    /// Records that the sink may not receive the change, and the first time also in the audit trail. Returns that nothing is due.
    fn withhold(&self, transaction: &Transaction<'_>, because: &str, now: Time) -> rusqlite::Result<bool> {
        let Row { sink, alert, .. } = self;
        if !self.record(transaction, DeliveryState::Withheld, because, now)? {
            return Ok(false);
        }
        // Every further change of the alert would add the same row to the audit trail.
        let first: bool = transaction.query_row(
            "SELECT count(*) = 1 FROM outbox WHERE sink = ?1 AND alert = ?2 AND state = 'withheld'",
            params![sink, alert],
            |row| row.get(0),
        )?;
        if first {
            audit_withheld(transaction, now, alert, sink, because)?;
        }
        Ok(false)
    }

    /// Returns whether there was no row yet.
    fn record(
        &self,
        transaction: &Transaction<'_>,
        state: DeliveryState,
        because: &str,
        now: Time,
    ) -> rusqlite::Result<bool> {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO outbox (sink, alert, revision, state, since, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO NOTHING",
        )?;
        let row = params![self.sink, self.alert, self.revision, state, now.millis(), because];
        insert.execute(row).map(|added| 0 < added)
    }

    /// Queues the change, singly or for a digest. Returns whether a single delivery is now due.
    fn queue(
        &self,
        transaction: &Transaction<'_>,
        filter: &Filter,
        offer: &digests::Offer<'_>,
        line: Option<String>,
        now: Time,
    ) -> rusqlite::Result<bool> {
        let Row { sink, alert, revision } = self;
        let way = offer.way(transaction, filter, now)?;
        let gathered = way == Way::Gathered;
        let mut insert = transaction.prepare_cached(
            "INSERT INTO outbox (sink, alert, revision, state, line, since, error, gathered)
             VALUES (?1, ?2, ?3, 'pending', ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        )?;
        let waits = gathered.then_some(digests::WAITS);
        let added = insert.execute(params![sink, alert, revision, line, now.millis(), waits, gathered])?;
        if 0 < added && way == (Way::Single { counts: true }) {
            digests::note_single(transaction, sink, offer.behaviour, now)?;
        }
        Ok(0 < added && !gathered)
    }
}

/// Why a change that the store makes itself does not go to a sink.
const UNKNOWN_THERE: &str = "the sink has received nothing of the alert";

/// The end of an alert that no engine follows any more.
pub(super) struct Ending<'a> {
    /// Id of the alert.
    pub(super) alert: &'a str,
    /// Name of its behaviour, for the cap of the sink.
    pub(super) behaviour: &'a str,
    /// Its severity, for the cap of the sink.
    pub(super) severity: Severity,
    /// The revision that ends it.
    pub(super) revision: u32,
    /// Event time of the end.
    pub(super) at: Time,
    /// The marking in force.
    pub(super) handling: &'a Handling,
}

/// Offers the end of an alert to a sink that knows it, without data the sink may not receive. Returns whether a delivery is now due.
pub(super) fn offer_end(
    transaction: &Transaction<'_>,
    filter: &Filter,
    end: &Ending<'_>,
    now: Time,
) -> rusqlite::Result<bool> {
    let sink = &filter.sink;
    let known = SinkHistory::of(transaction, sink, end.alert)?;
    let row = Row { sink, alert: end.alert, revision: end.revision };
    if !known.singly && !known.gathered {
        return row.stop(transaction, DeliveryState::NotSelected, UNKNOWN_THERE, now);
    }
    let mut line = None;
    if known.singly
        && let Some(because) = filter.clearance.refusal(end.handling)
    {
        line = closing_notice(transaction, filter, end.alert, MAY_GO_ON, |told| {
            told["change"] = "ended".into();
            told["revision"] = end.revision.into();
            told["at"] = end.at.to_string().into();
            told["alert"]["status"] = "ended".into();
            told["alert"]["ended_at"] = told["alert"]["last_at"].clone();
        })?;
        if line.is_none() {
            return row.stop(transaction, DeliveryState::Withheld, &because, now);
        }
    }
    let offer = digests::Offer { behaviour: end.behaviour, severity: end.severity, closes: true, known };
    row.queue(transaction, filter, &offer, line, now)
}

/// Offers the change that reopens an alert to a sink that knows the alert, unless its current marking does not allow it.
pub(super) fn offer_again(
    transaction: &Transaction<'_>,
    filter: &Filter,
    (alert, revision): (&Alert, u32),
    handling: &Handling,
    now: Time,
) -> rusqlite::Result<bool> {
    let known = SinkHistory::of(transaction, &filter.sink, &alert.id)?;
    let row = Row { sink: &filter.sink, alert: &alert.id, revision };
    if !known.singly && !known.gathered {
        return row.stop(transaction, DeliveryState::NotSelected, UNKNOWN_THERE, now);
    }
    if let Some(because) = filter.clearance.refusal(handling) {
        return row.stop(transaction, DeliveryState::Withheld, &because, now);
    }
    let offer = digests::Offer { behaviour: alert.behaviour.name(), severity: alert.severity, closes: false, known };
    row.queue(transaction, filter, &offer, None, now)
}

/// The closing notice of an alert that the sink knows but may no longer receive, as JSON; `close` sets what the end changes, and `lead` is
/// put in front of the summary. It is the latest change it has received, restated as ended. A pending change counts as well if the sink may
/// still receive it. `None` if there is no such change.
fn closing_notice(
    transaction: &Transaction<'_>,
    filter: &Filter,
    alert: &str,
    lead: &str,
    close: impl FnOnce(&mut Value),
) -> rusqlite::Result<Option<String>> {
    let mut query = transaction.prepare_cached(
        "SELECT coalesce(outbox.line, changes.line), outbox.told_at IS NOT NULL, alerts.mark FROM outbox
         JOIN changes ON changes.alert = outbox.alert AND changes.revision = outbox.revision
         JOIN alerts ON alerts.id = outbox.alert
         WHERE outbox.sink = ?1 AND outbox.alert = ?2 AND outbox.state IN ('pending', 'told') AND outbox.gathered = 0
         ORDER BY outbox.revision DESC",
    )?;
    let mut rows = query.query(params![filter.sink, alert])?;
    while let Some(row) = rows.next()? {
        let (line, told, mark): (String, bool, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // Skips a line that does not parse; the store writes only valid ones.
        let Ok(mut change) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        if !told {
            markings::apply(&mut change["alert"], mark.as_deref());
            let handling = Handling::deserialize(&change["alert"]["handling"]);
            if !handling.is_ok_and(|handling| filter.clearance.refusal(&handling).is_none()) {
                continue;
            }
        }
        close(&mut change);
        // The last summary describes something that is still going on.
        let told = change["alert"]["summary"].as_str().unwrap_or_default();
        change["alert"]["summary"] = format!("{lead} {told}").into();
        change["reason"] = "ended; the marking of later findings does not allow more to be sent".into();
        return Ok(Some(change.to_string()));
    }
    Ok(None)
}
