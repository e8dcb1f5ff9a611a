//! A change for Alertmanager: alerts of its API, version 2, and its webhook body, version 4.
//!
//! Labels identify an alert there, so they contain only values that never change; everything else is an annotation. Each revision of a
//! digest lists other alerts. It is therefore an alert of its own, which stops firing when it is no longer repeated.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::plain;
use crate::delivery::digest::Digest;
use crate::delivery::send::SenderIdentity;
use atalaia_core::alerts::{Change, Status};
use atalaia_core::base::time::{Span, Time};

/// How long an open alert keeps firing without being repeated.
pub(in crate::delivery) const LASTS: Span = Span::from_minutes(5);

/// One alert for `POST /api/v2/alerts`.
pub(in crate::delivery) fn alert(told: &Change, sender: &SenderIdentity, now: Time) -> Value {
    json!({
        "labels": labels(told, sender),
        "annotations": annotations(told),
        "startsAt": told.alert.started_at,
        "endsAt": ends_at(told, now),
    })
}

/// The webhook body that Alertmanager sends, version 4.
pub(in crate::delivery) fn webhook(told: &Change, sender: &SenderIdentity) -> Value {
    let (labels, annotations) = (labels(told, sender), annotations(told));
    let (status, ends_at) = match told.alert.status {
        // Alertmanager writes Go's zero time here.
        Status::Open => ("firing", json!("0001-01-01T00:00:00Z")),
        Status::Ended | Status::Retracted => ("resolved", json!(over_at(told))),
    };
    let fingerprint = Sha256::digest(Value::Object(labels.clone()).to_string());
    json!({
        "version": "4",
        "groupKey": format!("{{}}:{{alert=\"{}\"}}", told.alert.id),
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "atalaia",
        "groupLabels": {"alert": told.alert.id},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": "",
        "alerts": [{
            "status": status,
            "labels": labels,
            "annotations": annotations,
            "startsAt": told.alert.started_at,
            "endsAt": ends_at,
            "generatorURL": "",
            "fingerprint": data_encoding::HEXLOWER.encode(&fingerprint[..8]),
        }],
    })
}

fn labels(told: &Change, sender: &SenderIdentity) -> Map<String, Value> {
    let mut labels = Map::new();
    labels.insert("alertname".to_owned(), json!(told.alert.behaviour));
    labels.insert("alert".to_owned(), json!(told.alert.id));
    labels.insert("job".to_owned(), json!("atalaia"));
    labels.insert("site".to_owned(), json!(sender.site));
    if super::digest(&told.alert).is_some() {
        labels.insert("digest".to_owned(), json!(told.revision.to_string()));
    }
    labels
}

fn annotations(told: &Change) -> Map<String, Value> {
    let alert = &told.alert;
    let names: Vec<String> = alert.vessels.iter().map(super::called).collect();
    let zones: Vec<String> = alert.zones.iter().map(|zone| plain(&zone.name)).collect();
    let texts = [
        ("summary", plain(&alert.summary)),
        ("severity", alert.severity.name().to_owned()),
        ("score", alert.score.to_string()),
        ("change", told.change.name().to_owned()),
        ("reason", plain(&told.reason)),
        ("revision", told.revision.to_string()),
        ("mmsi", super::mmsis(alert)),
        ("vessels", names.join(", ")),
        ("zones", zones.join(", ")),
        ("position", super::place(alert).unwrap_or_default()),
        ("handling", plain(&alert.handling.line())),
    ];
    let texts = texts.map(|(key, text)| (key.to_owned(), text)).into_iter();
    let digest = super::digest(alert);
    let listed = digest.iter().flat_map(Digest::texts);
    let listed = listed.map(|(name, ids)| (format!("alerts_{name}"), ids));
    // Alertmanager drops empty annotations.
    texts.chain(listed).filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key, json!(text))).collect()
}

/// When the alert stops firing. Never before it starts, which Alertmanager would reject.
fn ends_at(told: &Change, now: Time) -> Time {
    match told.alert.status {
        Status::Open => (now + LASTS).max(told.alert.started_at),
        Status::Ended | Status::Retracted => over_at(told).min(now).max(told.alert.started_at),
    }
}

fn over_at(told: &Change) -> Time {
    told.alert.ended_at.unwrap_or(told.at).max(told.alert.started_at)
}

#[cfg(test)]
mod tests {
    use super::super::{assert_golden, letter_with, read};
    use super::*;

    fn told(name: &str) -> Change {
        read(&letter_with(name, |_| {})).expect("told")
    }

    fn sender() -> SenderIdentity {
        SenderIdentity { site: "lisbon-1".to_owned() }
    }

    fn now() -> Time {
        Time::parse("2026-03-14T12:00:00Z").expect("a time")
    }

    #[test]
    fn the_alerts_are_those_of_the_golden_files() {
        let told = told("rendezvous-opened");
        assert_golden("rendezvous-opened.alertmanager", &format!("{:#}\n", alert(&told, &sender(), now())));
        assert_golden("rendezvous-opened.alertmanager-webhook", &format!("{:#}\n", webhook(&told, &sender())));
    }

    #[test]
    fn labels_stay_the_same_while_the_alert_changes() {
        let first = told("rendezvous-opened");
        let later = letter_with("rendezvous-opened", |change| {
            change["revision"] = json!(9);
            change["change"] = json!("ended");
            change["alert"]["severity"] = json!("critical");
            change["alert"]["score"] = json!(99);
            change["alert"]["status"] = json!("ended");
            change["alert"]["ended_at"] = json!("2026-03-14T05:00:00Z");
            change["alert"]["vessels"][0]["name"] = json!("ANOTHER");
        });
        let (first, later) = (alert(&first, &sender(), now()), alert(&read(&later).expect("told"), &sender(), now()));
        assert_eq!(first["labels"], later["labels"]);
        assert_ne!(first["annotations"], later["annotations"]);
        assert_eq!(first["endsAt"], "2026-03-14T12:05:00Z", "firing until it is repeated");
        assert_eq!(later["endsAt"], "2026-03-14T05:00:00Z");
    }

    #[test]
    fn what_was_retracted_is_over_when_that_was_decided() {
        let told = told("loitering-retracted");
        let made = alert(&told, &sender(), now());
        assert_eq!(made["endsAt"], json!(told.at));
        assert_eq!(made["annotations"]["change"], "retracted");
        assert_eq!(webhook(&told, &sender())["status"], "resolved");
    }

    #[test]
    fn it_never_ends_before_it_begins() {
        let told = told("rendezvous-opened");
        let made = alert(&told, &sender(), Time::parse("2020-01-01T00:00:00Z").expect("a time"));
        assert_eq!(made["endsAt"], made["startsAt"]);
    }
}
