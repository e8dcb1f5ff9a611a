//! CAP messages as their schema and their readers want them.

use serde_json::json;

use super::*;
use crate::delivery::payload::testing::{XmlElement, read};
use crate::delivery::testing::{golden, sample};

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

fn in_order(seen: &XmlElement, rule: &[(&str, usize, usize)]) -> Result<(), String> {
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
fn check(text: &str) -> Result<XmlElement, String> {
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
                    in_order(part, &[("areaDesc", 1, 1), ("polygon", 0, 99), ("circle", 0, 99), ("geocode", 0, 99)])?;
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
        let written =
            time.text.strip_suffix("-00:00").filter(|rest| rest.len() == 19).ok_or(format!("{name}: {}", time.text))?;
        Time::parse(&format!("{written}Z")).ok_or(format!("{name}: {written}"))?;
    }
    if seen.text_of("scope") == "Restricted" && seen.text_of("restriction").is_empty() {
        return Err("Restricted without a restriction".to_owned());
    }
    if ["Update", "Cancel"].contains(&seen.text_of("msgType")) && seen.text_of("references").split(',').count() != 3 {
        return Err(format!("references: {:?}", seen.text_of("references")));
    }
    Ok(seen)
}

fn made(name: &str) -> String {
    message(&sample(name, |_| {}).change, SENDER)
}

#[test]
fn messages_are_those_of_the_golden_files_and_keep_the_rules() {
    for name in ["rendezvous-opened", "loitering-retracted", "feed-silent-opened"] {
        let text = made(name);
        check(&text).expect(name);
        golden(&format!("{name}.cap"), text.as_bytes());
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
    let opened = sample("loitering-retracted", |change| {
        change["change"] = json!("opened");
        change["revision"] = json!(1);
        change["alert"]["status"] = json!("open");
    });
    let first = read(&message(&opened.change, SENDER)).expect("a document");
    let cancel = read(&made("loitering-retracted")).expect("a document");
    let named = [first.text_of("sender"), first.text_of("identifier"), first.text_of("sent")].join(",");
    assert_eq!(cancel.text_of("msgType"), "Cancel");
    assert_eq!(cancel.text_of("references"), named);
    assert!(!cancel.text_of("note").is_empty(), "it says why");
}

#[test]
fn an_exercise_is_marked_as_one() {
    let delivery = sample("rendezvous-opened", |change| change["alert"]["handling"]["reality"] = json!("exercise"));
    let text = message(&delivery.change, SENDER);
    assert_eq!(check(&text).expect("CAP").text_of("status"), "Exercise");
}

#[test]
fn a_hostile_name_stays_a_text() {
    let delivery = sample("rendezvous-opened", |change| {
        change["alert"]["vessels"][0]["name"] = json!("</headline><status>Test\u{0}\u{202e}&x;");
    });
    let seen = check(&message(&delivery.change, SENDER)).expect("CAP");
    assert_eq!(seen.text_of("status"), "Actual");
    assert!(seen.text_of("headline").contains("</headline><status>Test &x;"), "{}", seen.text_of("headline"));
}
