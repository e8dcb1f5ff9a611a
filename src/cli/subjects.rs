//! What alerts, cases and silences are about, in a few words, as lists show it.
//!
//! Alerts are read here by the keys of their JSON, because rows of the audit trail and of changes carry only
//! a part of an alert. All texts are safe to print on a terminal, except that of [`deed`].

use serde_json::Value;

use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::mmsi;
use crate::storage::store::{Silence, SilenceRow};
use atalaia_core::alerts::system_title;

/// The vessels of an alert. For an alert about the daemon, the part of the daemon that it is
/// about: `receiver partner`.
pub(super) fn about(alert: &Value) -> String {
    system_title(alert).map_or_else(|| vessels(&alert["vessels"]), |title| FromAir(&title).to_string())
}

/// `ALFA (ES) + 002241022 (ES)`. Of more than three vessels, the first two and the number of others.
/// `-` without vessels.
fn vessels(vessels: &Value) -> String {
    // A fourth name would not be readable in a column, even a wide one.
    const MOST: usize = 3;
    let vessels: Vec<&Value> = vessels.as_array().into_iter().flatten().collect();
    let name = |vessel: &&Value| {
        let flag = vessel["flag"].as_str().map_or(String::new(), |flag| format!(" ({})", FromAir(flag)));
        match vessel["name"].as_str() {
            Some(name) => format!("{}{flag}", FromAir(name)),
            None => format!("{:09}{flag}", vessel["mmsi"].as_u64().unwrap_or_default()),
        }
    };
    match vessels.len() {
        0 => "-".to_owned(),
        1..=MOST => vessels.iter().map(name).collect::<Vec<_>>().join(" + "),
        count => {
            let two = vessels.iter().take(2).map(name).collect::<Vec<_>>().join(" + ");
            format!("{two} + {} more", count - 2)
        }
    }
}

/// The summary without the vessels at its beginning, which have a column of their own. The whole summary if
/// it does not begin with the vessels. Not escaped.
pub(super) fn deed<'a>(summary: &'a str, vessels: &Value) -> &'a str {
    let called = |vessel: &Value| match vessel["name"].as_str() {
        Some(name) => name.to_owned(),
        None => format!("MMSI {:09}", vessel["mmsi"].as_u64().unwrap_or_default()),
    };
    let called: Vec<String> = vessels.as_array().into_iter().flatten().map(called).collect();
    // A name may contain parentheses itself, so only the whole name followed by its description counts.
    let after_one = |text: &'a str| {
        let described = called.iter().find_map(|name| text.strip_prefix(name.as_str())?.strip_prefix(" ("));
        described?.split_once(')').map(|(_, after)| after)
    };
    let mut rest = summary;
    while let Some(after) = after_one(rest) {
        rest = after.strip_prefix(" and ").or(after.strip_prefix(", ")).unwrap_or(after.trim_start());
    }
    rest
}

/// The vessels of an alert or case: name and MMSI, or the MMSI alone. All of them; empty without vessels.
pub(super) fn vessel_names(vessels: &Value) -> String {
    let name = |vessel: &Value| match vessel["name"].as_str() {
        Some(name) => format!("{} ({})", FromAir(name), mmsi(vessel)),
        None => format!("MMSI {}", mmsi(vessel)),
    };
    vessels.as_array().into_iter().flatten().map(name).collect::<Vec<_>>().join(" + ")
}

/// The subject of a silence: `loitering, MMSI 224123456, zone c06`. At least one of the three is set in
/// every stored silence.
pub(super) fn silence_words(silence: &Silence) -> String {
    let mmsi = silence.mmsi.map(|mmsi| format!("MMSI {mmsi:09}"));
    let zone = silence.zone.as_ref().map(|zone| format!("zone {}", FromAir(zone)));
    let behaviour = silence.behaviour.as_ref().map(|behaviour| FromAir(behaviour).to_string());
    [behaviour, mmsi, zone].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What the subject of an audit row covers if it is a silence, `silence 3`. `None` for other subjects, and for a silence
/// that is not stored any more.
pub(super) fn silence_of(subject: &str, silences: &[SilenceRow]) -> Option<String> {
    let number: i64 = subject.strip_prefix("silence ")?.parse().ok()?;
    let silence = silences.iter().find(|silence| silence.number == number)?;
    Some(silence_words(&silence.subject()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_text_of_a_row_begins_after_the_vessels() {
        let both = json!([{"mmsi": 224_123_456, "name": "ALFA"}, {"mmsi": 2_241_022, "name": null}]);
        let summary = "ALFA (Spain, cargo) and MMSI 002241022 (Spain, fishing) were within 300 m, at night.";
        assert_eq!(deed(summary, &both), "were within 300 m, at night.");
        assert_eq!(deed("Input shore was silent.", &json!([])), "Input shore was silent.");
        assert_eq!(deed("ALFA, far off (here) and", &both), "ALFA, far off (here) and");
    }

    #[test]
    fn an_act_on_a_silence_says_what_it_covers() {
        let at = atalaia_core::base::time::Time::from_seconds(0);
        let silence = SilenceRow {
            number: 2,
            made: at,
            from: at,
            until: at,
            lifted: None,
            who: "ana".to_owned(),
            why: "dredging".to_owned(),
            mmsi: Some(224_123_456),
            zone: None,
            behaviour: Some("loitering".to_owned()),
        };
        let of = |subject: &str| silence_of(subject, std::slice::from_ref(&silence));
        assert_eq!(of("silence 2").as_deref(), Some("loitering, MMSI 224123456"));
        assert_eq!((of("silence 3"), of("person ana"), of("silence x")), (None, None, None));
    }

    #[test]
    fn many_vessels_are_two_and_a_number() {
        let ship = |name: &str| json!({"mmsi": 224_000_001, "name": name, "flag": "ES"});
        assert_eq!(vessels(&json!([ship("A"), {"mmsi": 2_241_022, "name": null}])), "A (ES) + 002241022");
        let four = json!([ship("A"), ship("B"), ship("C"), ship("D")]);
        assert_eq!(vessels(&four), "A (ES) + B (ES) + 2 more");
        assert_eq!(vessels(&json!([])), "-");
    }
}
