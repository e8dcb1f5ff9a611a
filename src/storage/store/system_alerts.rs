//! Alerts about the daemon itself: one open alert for each thing that is wrong. They go the
//! same way as alerts about vessels: stored first, then delivered to each sink whose filter asks for them.

use rusqlite::{OptionalExtension, Transaction, params};

use super::attempts::NOT_NAMED;
use super::changes;
use super::orders::Orders;
use atalaia_core::alerts::{FailedDeliveries, Notice, NoticeFacts};
use atalaia_core::base::time::{Span, Time};

/// Interval at which an ongoing notice is sent again, so that a sink with a hundred failures does not cause a hundred messages. It is sent
/// at once when its count has doubled.
const REPEAT: Span = Span::from_minutes(30);

/// Stores the state of a notice. The first one that holds opens an alert, later ones update it, and one that no longer holds ends it. An
/// end without an open alert is ignored. Returns whether a delivery is now due.
pub(super) fn store(
    transaction: &Transaction<'_>,
    notice: &Notice,
    orders: &Orders,
    now: Time,
) -> rusqlite::Result<bool> {
    let (kind, name) = (notice.facts.kind().behaviour().name(), notice.facts.name());
    let key = params![kind, name];
    let mut query = transaction.prepare_cached(
        "SELECT alerts.started_at, alerts.last_at, alerts.revision, alerts.body ->> '$.evidence.measured.failed' FROM notices JOIN alerts ON alerts.id = notices.alert
         WHERE notices.kind = ?1 AND notices.name = ?2",
    )?;
    let open: Option<(i64, i64, u32, Option<i64>)> =
        query.query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).optional()?;
    // Only notices about failed deliveries have a count. The one in the stored alert is that of the last change that was sent.
    let (failing, count) = match &notice.facts {
        NoticeFacts::DeliveryFailed(deliveries) => (Some(deliveries.sink.as_str()), Some(deliveries.failed)),
        NoticeFacts::VesselFlood(_) => (None, None),
    };
    let doubled = |sent: Option<i64>| sent.zip(count).is_some_and(|(sent, count)| 2 * sent <= count);
    let (started_at, revision) = match open {
        None if !notice.holds => return Ok(false),
        // These alerts are about the daemon, not about reports, so they begin by the wall clock.
        None => (now, 1),
        Some((_, last_at, _, sent)) if notice.holds && now < Time::from_millis(last_at) + REPEAT && !doubled(sent) => {
            return Ok(false);
        }
        Some((started_at, _, revision, _)) => (Time::from_millis(started_at), revision + 1),
    };
    let change = notice.change(started_at, now, revision, &orders.handling);
    // A sink that fails is not sent the notice about its own failure.
    let due = changes::store(transaction, &change, &orders.without(failing), now)?;
    // A row here is what makes an open alert ours: without it, a restart would end the alert as abandoned.
    match notice.holds {
        true => transaction.execute(
            "INSERT INTO notices (kind, name, alert) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![kind, name, change.alert.id],
        )?,
        false => transaction.execute("DELETE FROM notices WHERE kind = ?1 AND name = ?2", key)?,
    };
    Ok(due)
}

/// The notice about a sink's failed deliveries. It leaves out the receiver's own error text, which is not meant for other sinks.
pub(super) fn of_sink(transaction: &Transaction<'_>, sink: &str) -> rusqlite::Result<Notice> {
    let mut query = transaction.prepare_cached(
        "SELECT count(*), min(since), count(*) FILTER (WHERE error = ?2) FROM outbox WHERE sink = ?1 AND state = 'failed'",
    )?;
    let (failed, since, removed): (i64, Option<i64>, i64) =
        query.query_row([sink, NOT_NAMED], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let oldest = since.map(Time::from_millis);
    let summary = match failed {
        0 => format!("The receiver \"{sink}\" has no refused alert messages any more."),
        _ => {
            let (messages, they) = if failed == 1 {
                ("1 alert message".to_owned(), "it")
            } else {
                (format!("{failed} alert messages"), "they")
            };
            // Two causes need two remedies: look at the receiver, or put the sink back into the settings.
            let what = match removed {
                0 => format!("refused {messages}"),
                _ if removed == failed => format!("did not get {messages} because it was removed from the settings"),
                _ => format!(
                    "did not get {messages}: it refused {}, and was not in the settings for {removed}",
                    failed - removed
                ),
            };
            format!(
                "The receiver \"{sink}\" {what}; {they} will not be sent again until somebody retries them. \
                 `atalaia deliveries list` shows why, `atalaia deliveries retry` sends them again."
            )
        }
    };
    let facts = NoticeFacts::DeliveryFailed(FailedDeliveries { sink: sink.to_owned(), failed, oldest });
    Ok(Notice { facts, holds: 0 < failed, summary })
}
