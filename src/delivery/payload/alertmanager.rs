//! A change for Alertmanager: alerts of its API, version 2, and its webhook body, version 4.
//!
//! Labels identify an alert there, so they contain only values that never change; everything else is an annotation. Each revision of a
//! digest lists other alerts. It is therefore an alert of its own, which stops firing when it is no longer repeated.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::fields::{called, place};
use crate::delivery::digest::Digest;
use crate::delivery::fields::mmsis;
use crate::delivery::send::SenderIdentity;
use crate::delivery::text::plain;
use atalaia_core::alerts::{Change, Status};
use atalaia_core::base::time::{Span, Time};

/// How long an open alert keeps firing without being repeated.
/// Five times the interval at which the sink repeats open alerts, so a few lost requests do not resolve one.
pub(in crate::delivery) const LASTS: Span = Span::from_minutes(5);

/// One alert for `POST /api/v2/alerts`.
/// `now` is when it is sent; it decides how long an open alert fires.
pub(in crate::delivery) fn alert(change: &Change, sender: &SenderIdentity, now: Time) -> Value {
    json!({
        "labels": labels(change, sender),
        "annotations": annotations(change),
        "startsAt": change.alert.started_at,
        "endsAt": ends_at(change, now),
    })
}

/// The webhook body that Alertmanager sends, version 4.
/// For receivers that understand Alertmanager and stand behind none: a group of one alert.
pub(in crate::delivery) fn webhook(change: &Change, sender: &SenderIdentity) -> Value {
    let (labels, annotations) = (labels(change, sender), annotations(change));
    let (status, ends_at) = match change.alert.status {
        // Alertmanager writes Go's zero time here.
        Status::Open => ("firing", json!("0001-01-01T00:00:00Z")),
        Status::Ended | Status::Retracted => ("resolved", json!(over_at(change))),
    };
    // Identifies the labels. Alertmanager uses another hash, which receivers need not recompute.
    let fingerprint = Sha256::digest(Value::Object(labels.clone()).to_string());
    json!({
        "version": "4",
        // One group for each alert, so a receiver never joins two.
        "groupKey": format!("{{}}:{{alert=\"{}\"}}", change.alert.id),
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "atalaia",
        "groupLabels": {"alert": change.alert.id},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": "",
        "alerts": [{
            "status": status,
            "labels": labels,
            "annotations": annotations,
            "startsAt": change.alert.started_at,
            "endsAt": ends_at,
            "generatorURL": "",
            "fingerprint": data_encoding::HEXLOWER.encode(&fingerprint[..8]),
        }],
    })
}

/// Labels: behaviour, alert, job and site. Severity and score change, so they are annotations.
/// A label with another value would be another alert there.
fn labels(change: &Change, sender: &SenderIdentity) -> Map<String, Value> {
    let mut labels = Map::new();
    labels.insert("alertname".to_owned(), json!(change.alert.behaviour));
    labels.insert("alert".to_owned(), json!(change.alert.id));
    labels.insert("job".to_owned(), json!("atalaia"));
    labels.insert("site".to_owned(), json!(sender.site));
    // Makes each revision of a digest an alert of its own.
    if Digest::of(&change.alert).is_some() {
        labels.insert("digest".to_owned(), json!(change.revision.to_string()));
    }
    labels
}

/// Texts for people and templates; names from the air are reduced to one line.
fn annotations(change: &Change) -> Map<String, Value> {
    let alert = &change.alert;
    let names: Vec<String> = alert.vessels.iter().map(called).collect();
    let zones: Vec<String> = alert.zones.iter().map(|zone| plain(&zone.name)).collect();
    let texts = [
        ("summary", plain(&alert.summary)),
        ("severity", alert.severity.name().to_owned()),
        ("score", alert.score.to_string()),
        ("change", change.change.name().to_owned()),
        ("reason", plain(&change.reason)),
        ("revision", change.revision.to_string()),
        // Annotations are texts, so lists are joined.
        ("mmsi", mmsis(alert, " ")),
        ("vessels", names.join(", ")),
        ("zones", zones.join(", ")),
        ("position", place(alert).unwrap_or_default()),
        ("handling", plain(&alert.handling.line())),
    ];
    let texts = texts.map(|(key, text)| (key.to_owned(), text)).into_iter();
    let digest = Digest::of(alert);
    let listed = digest.iter().flat_map(Digest::texts);
    let listed = listed.map(|(name, ids)| (format!("alerts_{name}"), ids));
    // Alertmanager drops empty annotations.
    texts.chain(listed).filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key, json!(text))).collect()
}

/// When the alert stops firing. Never before it starts, which Alertmanager would reject.
/// `now` also bounds the end of an alert that is over: Alertmanager shows one that ends later as firing.
fn ends_at(change: &Change, now: Time) -> Time {
    match change.alert.status {
        Status::Open => (now + LASTS).max(change.alert.started_at),
        Status::Ended | Status::Retracted => over_at(change).min(now).max(change.alert.started_at),
    }
}

/// When an alert that is over ended: at the decision if it has no end of its own, as when it was retracted.
fn over_at(change: &Change) -> Time {
    change.alert.ended_at.unwrap_or(change.at).max(change.alert.started_at)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::delivery::testing::{golden, sample};

    fn change(name: &str) -> Arc<Change> {
        sample(name, |_| {}).change
    }

    fn sender() -> SenderIdentity {
        SenderIdentity { site: "lisbon-1".to_owned() }
    }

    fn now() -> Time {
        Time::parse("2026-03-14T12:00:00Z").expect("a time")
    }

    #[test]
    fn the_alerts_are_those_of_the_golden_files() {
        let change = change("rendezvous-opened");
        golden("rendezvous-opened.alertmanager", format!("{:#}\n", alert(&change, &sender(), now())).as_bytes());
        golden("rendezvous-opened.alertmanager-webhook", format!("{:#}\n", webhook(&change, &sender())).as_bytes());
    }

    #[test]
    fn labels_stay_the_same_while_the_alert_changes() {
        let first = change("rendezvous-opened");
        let later = sample("rendezvous-opened", |change| {
            change["revision"] = json!(9);
            change["change"] = json!("ended");
            change["alert"]["severity"] = json!("critical");
            change["alert"]["score"] = json!(99);
            change["alert"]["status"] = json!("ended");
            change["alert"]["ended_at"] = json!("2026-03-14T05:00:00Z");
            change["alert"]["vessels"][0]["name"] = json!("ANOTHER");
        });
        let (first, later) = (alert(&first, &sender(), now()), alert(&later.change, &sender(), now()));
        assert_eq!(first["labels"], later["labels"]);
        assert_ne!(first["annotations"], later["annotations"]);
        assert_eq!(first["endsAt"], "2026-03-14T12:05:00Z", "firing until it is repeated");
        assert_eq!(later["endsAt"], "2026-03-14T05:00:00Z");
    }

    #[test]
    fn what_was_retracted_is_over_when_that_was_decided() {
        let change = change("loitering-retracted");
        let made = alert(&change, &sender(), now());
        assert_eq!(made["endsAt"], json!(change.at));
        assert_eq!(made["annotations"]["change"], "retracted");
        assert_eq!(webhook(&change, &sender())["status"], "resolved");
    }

    #[test]
    fn it_never_ends_before_it_begins() {
        let change = change("rendezvous-opened");
        let made = alert(&change, &sender(), Time::parse("2020-01-01T00:00:00Z").expect("a time"));
        assert_eq!(made["endsAt"], made["startsAt"]);
    }
}
