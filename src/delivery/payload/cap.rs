//! A change as a message of the Common Alerting Protocol 1.2 (OASIS).

use super::plain;
use super::xml::Element;
use crate::alerts::handling::Reality;
use crate::alerts::{Change, ChangeKind, Severity, Status};
use crate::behaviours::{Behaviour, CapCategory};
use crate::delivery::digest::Digest;
use crate::time::Time;

/// Radius of the circle around the alert's position. Kilometres.
const RADIUS_KM: f64 = 1.0;

/// The CAP message. Later messages refer to the first one, whose `sent` is the alert's opening time. As this is stored with the alert, the
/// reference stays right after a restart.
pub(in crate::delivery) fn message(told: &Change, sender: &str) -> String {
    let alert = &told.alert;
    let (kind, sent) = match told.change {
        ChangeKind::Opened => ("Alert", alert.opened_at),
        ChangeKind::Retracted => ("Cancel", told.at),
        ChangeKind::Updated | ChangeKind::Ended => ("Update", told.at),
    };
    let mut parts = vec![
        Element::text("identifier", format!("{}.{}", alert.id, told.revision)),
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
        Element::text("restriction", super::marking(alert)),
    ];
    if kind != "Alert" {
        parts.push(Element::text("note", &told.reason));
        parts.push(Element::text("references", format!("{sender},{}.1,{}", alert.id, offset(alert.opened_at))));
    }
    parts.extend(alert.case_id.as_ref().map(|case| Element::text("incidents", case)));
    parts.push(info(told));
    Element::of("alert", parts).with("xmlns", "urn:oasis:names:tc:emergency:cap:1.2").document()
}

fn info(told: &Change) -> Element {
    let alert = &told.alert;
    let event = event(alert.behaviour);
    let names: Vec<String> = alert.vessels.iter().map(super::called).collect();
    let names = super::digest(alert).map_or_else(|| names.join(", "), |digest| format!("({})", digest.name()));
    let headline = match told.change {
        ChangeKind::Retracted => format!("Withdrawn: {} {names}", event.to_lowercase()),
        _ => format!("Possible {} {names}", event.to_lowercase()),
    };
    let parameters = [
        ("alert", alert.id.clone()),
        ("revision", told.revision.to_string()),
        ("change", told.change.name().to_owned()),
        ("behaviour", alert.behaviour.to_string()),
        ("severity", alert.severity.name().to_owned()),
        ("score", alert.score.to_string()),
        ("decided", told.at.to_string()),
        ("handling", alert.handling.line()),
    ];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value));
    let mmsis = alert.vessels.iter().map(|vessel| ("mmsi".to_owned(), super::nine_digits(vessel)));
    let digest = super::digest(alert);
    let listed = digest.iter().flat_map(Digest::texts);
    let listed = listed.map(|(name, ids)| (format!("alerts_{name}"), ids));
    let parameter = |(name, value): (String, String)| {
        Element::of("parameter", [Element::text("valueName", name), Element::text("value", value)])
    };
    let mut parts = vec![
        Element::text("language", "en-GB"),
        Element::text("category", category(alert.behaviour)),
        Element::text("event", &event),
        Element::text("urgency", urgency(told)),
        Element::text("severity", severity(alert.severity)),
        // What a machine infers from AIS, which ships report themselves, is never more certain than this.
        Element::text("certainty", if alert.status == Status::Retracted { "Unlikely" } else { "Possible" }),
        Element::text("onset", offset(alert.started_at)),
        Element::text("headline", headline.trim_end().chars().take(160).collect::<String>()),
        Element::text("description", &alert.summary),
    ];
    parts.extend(parameters.into_iter().chain(mmsis).chain(listed).map(parameter));
    parts.push(area(told));
    Element::of("info", parts)
}

fn area(told: &Change) -> Element {
    let zones: Vec<String> = told.alert.zones.iter().map(|zone| plain(&zone.name)).collect();
    let described = super::place(&told.alert).into_iter().chain(zones).collect::<Vec<_>>().join("; ");
    let mut parts =
        vec![Element::text("areaDesc", if described.is_empty() { "position unknown" } else { described.as_str() })];
    if let Some(at) = told.alert.position {
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

fn category(behaviour: Behaviour) -> &'static str {
    match behaviour.character().cap {
        CapCategory::Rescue => "Rescue",
        CapCategory::Safety => "Safety",
        CapCategory::Infra => "Infra",
        CapCategory::Security => "Security",
    }
}

fn urgency(told: &Change) -> &'static str {
    match (told.alert.status, told.alert.severity) {
        (Status::Ended | Status::Retracted, _) => "Past",
        (Status::Open, Severity::High | Severity::Critical) => "Immediate",
        (Status::Open, _) => "Expected",
    }
}

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
mod tests {
    use serde_json::json;

    use super::super::xml::{Seen, read};
    use super::super::{assert_golden, letter_with};
    use super::*;
    use crate::delivery::payload;

    const SENDER: &str = "ops@atalaia.example";
    /// The standard's elements in order, with the minimum and maximum number of each.
    const ALERT: &[(&str, usize, usize)] = &[
        ("identifier", 1, 1),
        ("sender", 1, 1),
        ("sent", 1, 1),
        ("status", 1, 1),
        ("msgType", 1, 1),
        ("source", 0, 1),
        ("scope", 1, 1),
        ("restriction", 0, 1),
        ("addresses", 0, 1),
        ("code", 0, 99),
        ("note", 0, 1),
        ("references", 0, 1),
        ("incidents", 0, 1),
        ("info", 0, 99),
    ];
    const INFO: &[(&str, usize, usize)] = &[
        ("language", 0, 1),
        ("category", 1, 99),
        ("event", 1, 1),
        ("responseType", 0, 99),
        ("urgency", 1, 1),
        ("severity", 1, 1),
        ("certainty", 1, 1),
        ("audience", 0, 1),
        ("eventCode", 0, 99),
        ("effective", 0, 1),
        ("onset", 0, 1),
        ("expires", 0, 1),
        ("senderName", 0, 1),
        ("headline", 0, 1),
        ("description", 0, 1),
        ("instruction", 0, 1),
        ("web", 0, 1),
        ("contact", 0, 1),
        ("parameter", 0, 99),
        ("resource", 0, 99),
        ("area", 0, 99),
    ];
    const WORDS: &[(&str, &[&str])] = &[
        ("status", &["Actual", "Exercise", "System", "Test", "Draft"]),
        ("msgType", &["Alert", "Update", "Cancel", "Ack", "Error"]),
        ("scope", &["Public", "Restricted", "Private"]),
        (
            "category",
            &[
                "Geo",
                "Met",
                "Safety",
                "Security",
                "Rescue",
                "Fire",
                "Health",
                "Env",
                "Transport",
                "Infra",
                "CBRNE",
                "Other",
            ],
        ),
        ("urgency", &["Immediate", "Expected", "Future", "Past", "Unknown"]),
        ("severity", &["Extreme", "Severe", "Moderate", "Minor", "Unknown"]),
        ("certainty", &["Observed", "Likely", "Possible", "Unlikely", "Unknown"]),
    ];

    fn in_order(seen: &Seen, rule: &[(&str, usize, usize)]) -> Result<(), String> {
        let mut children = seen.children.iter().peekable();
        for (name, least, most) in rule {
            let mut count = 0;
            while children.next_if(|child| child.name == *name).is_some() {
                count += 1;
            }
            if !(*least..=*most).contains(&count) {
                return Err(format!("{}: {count} {name}", seen.name));
            }
        }
        children.next().map_or(Ok(()), |child| Err(format!("{}: {} has no place there", seen.name, child.name)))
    }

    /// Checks a message against the rules of CAP 1.2.
    fn check(text: &str) -> Result<Seen, String> {
        let seen = read(text)?;
        let expected = ("xmlns".to_owned(), "urn:oasis:names:tc:emergency:cap:1.2".to_owned());
        if seen.name != "alert" || seen.attributes != [expected] {
            return Err("not an alert of CAP 1.2".to_owned());
        }
        in_order(&seen, ALERT)?;
        for info in seen.children.iter().filter(|child| child.name == "info") {
            in_order(info, INFO)?;
            for part in &info.children {
                match part.name.as_str() {
                    "parameter" => in_order(part, &[("valueName", 1, 1), ("value", 1, 1)])?,
                    "area" => {
                        in_order(
                            part,
                            &[("areaDesc", 1, 1), ("polygon", 0, 99), ("circle", 0, 99), ("geocode", 0, 99)],
                        )?;
                    }
                    _ => {}
                }
            }
        }
        for (name, words) in WORDS {
            let mut found = Vec::new();
            seen.all(name, &mut found);
            if let Some(other) = found.iter().find(|one| !words.contains(&one.text.as_str())) {
                return Err(format!("{name}: {}", other.text));
            }
        }
        for name in ["identifier", "sender"] {
            if seen.text_of(name).is_empty() || seen.text_of(name).contains([' ', ',', '<', '&']) {
                return Err(format!("{name}: {:?}", seen.text_of(name)));
            }
        }
        for name in ["sent", "effective", "onset", "expires"] {
            let Some(time) = seen.find(name) else { continue };
            let said = time
                .text
                .strip_suffix("-00:00")
                .filter(|rest| rest.len() == 19)
                .ok_or(format!("{name}: {}", time.text))?;
            Time::parse(&format!("{said}Z")).ok_or(format!("{name}: {said}"))?;
        }
        if seen.text_of("scope") == "Restricted" && seen.text_of("restriction").is_empty() {
            return Err("Restricted without a restriction".to_owned());
        }
        if ["Update", "Cancel"].contains(&seen.text_of("msgType")) && seen.text_of("references").split(',').count() != 3
        {
            return Err(format!("references: {:?}", seen.text_of("references")));
        }
        Ok(seen)
    }

    fn made(name: &str) -> String {
        message(&payload::read(&letter_with(name, |_| {})).expect("told"), SENDER)
    }

    #[test]
    fn messages_are_those_of_the_golden_files_and_keep_the_rules() {
        for name in ["rendezvous-opened", "loitering-retracted", "feed-silent-opened"] {
            let text = made(name);
            check(&text).expect(name);
            assert_golden(&format!("{name}.cap"), &text);
        }
    }

    #[test]
    fn a_message_with_a_fault_fails_the_check() {
        let good = made("loitering-retracted");
        for (from, to) in [
            ("-00:00</sent>", "Z</sent>"),
            ("<status>Actual", "<status>Real"),
            ("<msgType>Cancel</msgType>", ""),
            ("<scope>Restricted</scope>", "<restriction/><scope>Restricted</scope>"),
            ("<sender>ops@", "<sender>ops at "),
            ("urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1"),
            ("<event>", "<onset>2026-03-14T02:00:00-00:00</onset><event>"),
        ] {
            assert!(good.contains(from), "{from}");
            assert!(check(&good.replacen(from, to, 1)).is_err(), "{from} -> {to}");
        }
    }

    #[test]
    fn a_retraction_cancels_the_first_message() {
        let opened = letter_with("loitering-retracted", |change| {
            change["change"] = json!("opened");
            change["revision"] = json!(1);
            change["alert"]["status"] = json!("open");
        });
        let first = read(&message(&payload::read(&opened).expect("told"), SENDER)).expect("a document");
        let cancel = read(&made("loitering-retracted")).expect("a document");
        let named = [first.text_of("sender"), first.text_of("identifier"), first.text_of("sent")].join(",");
        assert_eq!(cancel.text_of("msgType"), "Cancel");
        assert_eq!(cancel.text_of("references"), named);
        assert!(!cancel.text_of("note").is_empty(), "it says why");
    }

    #[test]
    fn an_exercise_is_marked_as_one() {
        let delivery =
            letter_with("rendezvous-opened", |change| change["alert"]["handling"]["reality"] = json!("exercise"));
        let text = message(&payload::read(&delivery).expect("told"), SENDER);
        assert_eq!(check(&text).expect("CAP").text_of("status"), "Exercise");
    }

    #[test]
    fn a_hostile_name_stays_a_text() {
        let delivery = letter_with("rendezvous-opened", |change| {
            change["alert"]["vessels"][0]["name"] = json!("</headline><status>Test\u{0}\u{202e}&x;");
        });
        let seen = check(&message(&payload::read(&delivery).expect("told"), SENDER)).expect("CAP");
        assert_eq!(seen.text_of("status"), "Actual");
        assert!(seen.text_of("headline").contains("</headline><status>Test &x;"), "{}", seen.text_of("headline"));
    }
}
