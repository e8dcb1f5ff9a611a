//! A change as a message of the Common Alerting Protocol 1.2 (OASIS).
//!
//! The elements are in the order of the schema, which validators check. Three decisions are not in the standard: `scope` is always
//! `Restricted`, as alerts are not public; `certainty` never exceeds `Possible`; and a later revision is an `Update` of the first message.

use super::fields::{called, marking, place};
use super::xml::Element;
use crate::delivery::digest::Digest;
use crate::delivery::fields::nine_digits;
use crate::delivery::text::plain;
use atalaia_core::alerts::handling::Reality;
use atalaia_core::alerts::{Change, ChangeKind, Severity, Status};
use atalaia_core::base::time::Time;
use atalaia_core::behaviours::{Behaviour, CapCategory};

/// Radius of the circle around the alert's position. Kilometres.
/// CAP has no points, so a small circle marks the position.
const RADIUS_KM: f64 = 1.0;

/// The CAP message. Later messages refer to the first one, whose `sent` is the alert's opening time. As this is stored with the alert, the
/// reference stays right after a restart.
/// `sender` is the globally unique name from the settings.
pub(in crate::delivery) fn message(change: &Change, sender: &str) -> String {
    let alert = &change.alert;
    let (kind, sent) = match change.change {
        // Not `at`: references name this time, and only the opening time is stored with each revision.
        ChangeKind::Opened => ("Alert", alert.opened_at),
        ChangeKind::Retracted => ("Cancel", change.at),
        ChangeKind::Updated | ChangeKind::Ended => ("Update", change.at),
    };
    let mut parts = vec![
        Element::text("identifier", format!("{}.{}", alert.id, change.revision)),
        Element::text("sender", sender),
        Element::text("sent", offset(sent)),
        Element::text(
            "status",
            match alert.handling.reality {
                Reality::Actual => "Actual",
                Reality::Exercise => "Exercise",
                Reality::Test => "Test",
            },
        ),
        Element::text("msgType", kind),
        Element::text("scope", "Restricted"),
        Element::text("restriction", marking(alert)),
    ];
    // The first message has nothing to refer to.
    if kind != "Alert" {
        parts.push(Element::text("note", &change.reason));
        parts.push(Element::text("references", format!("{sender},{}.1,{}", alert.id, offset(alert.opened_at))));
    }
    parts.extend(alert.case_id.as_ref().map(|case| Element::text("incidents", case)));
    parts.push(info(change));
    Element::of("alert", parts).with("xmlns", "urn:oasis:names:tc:emergency:cap:1.2").document()
}

/// The block `info`: what the alert is, for people in headline and description, for programs in parameters.
fn info(change: &Change) -> Element {
    let alert = &change.alert;
    let event = event(alert.behaviour);
    let names: Vec<String> = alert.vessels.iter().map(called).collect();
    let names = Digest::of(alert).map_or_else(|| names.join(", "), |digest| format!("({})", digest.name()));
    let headline = match change.change {
        ChangeKind::Retracted => format!("Withdrawn: {} {names}", event.to_lowercase()),
        // A machine only suspects, and the headline may be all that is read.
        _ => format!("Possible {} {names}", event.to_lowercase()),
    };
    // For programs: CAP itself has no elements for these.
    let parameters = [
        ("alert", alert.id.clone()),
        ("revision", change.revision.to_string()),
        ("change", change.change.name().to_owned()),
        ("behaviour", alert.behaviour.to_string()),
        ("severity", alert.severity.name().to_owned()),
        ("score", alert.score.to_string()),
        ("decided", change.at.to_string()),
        ("handling", alert.handling.line()),
    ];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value));
    let mmsis = alert.vessels.iter().map(|vessel| ("mmsi".to_owned(), nine_digits(vessel)));
    let digest = Digest::of(alert);
    let listed = digest.iter().flat_map(Digest::texts);
    let listed = listed.map(|(name, ids)| (format!("alerts_{name}"), ids));
    let parameter = |(name, value): (String, String)| {
        Element::of("parameter", [Element::text("valueName", name), Element::text("value", value)])
    };
    let mut parts = vec![
        Element::text("language", "en-GB"),
        Element::text("category", category(alert.behaviour)),
        Element::text("event", &event),
        Element::text("urgency", urgency(change)),
        Element::text("severity", severity(alert.severity)),
        // What a machine infers from AIS, which ships report themselves, is never more certain than this.
        Element::text("certainty", if alert.status == Status::Retracted { "Unlikely" } else { "Possible" }),
        Element::text("onset", offset(alert.started_at)),
        // CAP advises at most 160 characters, for short messages.
        Element::text("headline", headline.trim_end().chars().take(160).collect::<String>()),
        Element::text("description", &alert.summary),
    ];
    // A parameter may be repeated, so each vessel has one.
    parts.extend(parameters.into_iter().chain(mmsis).chain(listed).map(parameter));
    parts.push(area(change));
    Element::of("info", parts)
}

/// The block `area`. `areaDesc` is required, so it also says that a position is unknown.
fn area(change: &Change) -> Element {
    let zones: Vec<String> = change.alert.zones.iter().map(|zone| plain(&zone.name)).collect();
    let described = place(&change.alert).into_iter().chain(zones).collect::<Vec<_>>().join("; ");
    let mut parts =
        vec![Element::text("areaDesc", if described.is_empty() { "position unknown" } else { described.as_str() })];
    if let Some(at) = change.alert.position {
        parts.push(Element::text("circle", format!("{:.5},{:.5} {RADIUS_KM:.1}", at.lat, at.lon)));
    }
    Element::of("area", parts)
}

/// Behaviour as an event name: `Dark rendezvous`.
fn event(behaviour: Behaviour) -> String {
    let words = behaviour.name().replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// CAP category of a behaviour, from its character.
fn category(behaviour: Behaviour) -> &'static str {
    match behaviour.character().cap {
        CapCategory::Rescue => "Rescue",
        CapCategory::Safety => "Safety",
        CapCategory::Infra => "Infra",
        CapCategory::Security => "Security",
    }
}

/// `Past` once it is over; before that by severity.
fn urgency(change: &Change) -> &'static str {
    match (change.alert.status, change.alert.severity) {
        (Status::Ended | Status::Retracted, _) => "Past",
        (Status::Open, Severity::High | Severity::Critical) => "Immediate",
        (Status::Open, _) => "Expected",
    }
}

/// `Extreme` is never used: it stands for an extraordinary threat to life or property (CAP 1.2, section 3.2.2).
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Severe",
        Severity::High => "Moderate",
        Severity::Medium | Severity::Low => "Minor",
        Severity::Info => "Unknown",
    }
}

/// UTC time in CAP's form: whole seconds and the offset `-00:00`, never `Z`.
fn offset(at: Time) -> String {
    let whole = Time::from_seconds(at.seconds()).to_string();
    format!("{}-00:00", whole.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests;
