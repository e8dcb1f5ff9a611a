//! Words that the screen and the page of a handover share: the vessels of an alert, and counts of open ones.

use serde_json::Value;

use crate::platform::telemetry::FromAir;
use crate::storage::evidence::report::{Standing, vessel_name};
use crate::storage::store::Entry;
use atalaia_core::alerts::system_title;

/// The vessels: `ALFA, BRAVO and 2 more`. For an alert about the daemon, its subject: `receiver partner`.
/// Escaped. Empty for an alert about an area.
pub(super) fn names(body: &Value) -> String {
    const MOST: usize = 3;
    if let Some(title) = system_title(body) {
        return FromAir(&title).to_string();
    }
    let vessels = body["vessels"].as_array().map_or(&[][..], Vec::as_slice);
    let names: Vec<String> =
        vessels.iter().take(MOST).map(|vessel| FromAir(&vessel_name(vessel)).to_string()).collect();
    match vessels.len().saturating_sub(MOST) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// Counts by severity: `2 critical, 1 high`. The highest first; empty without alerts.
fn by_severity(entries: &[&Entry]) -> String {
    let severities = ["critical", "high", "medium", "low", "info"];
    let counts = severities.iter().filter_map(|severity| {
        let count = entries.iter().filter(|entry| entry.body["severity"] == *severity).count();
        (0 < count).then(|| format!("{count} {severity}"))
    });
    counts.collect::<Vec<_>>().join(", ")
}

/// The number of open alerts, by what they say of the present: `34: 7 going on (1 high, 6 medium), 27 happened once (27 low)`.
/// Without the latter only the severities: `7: 1 high, 6 medium`.
pub(super) fn open_words(open: &[Entry]) -> String {
    let (going_on, once): (Vec<&Entry>, Vec<&Entry>) =
        open.iter().partition(|entry| Standing::of(&entry.body) == Standing::GoingOn);
    match (going_on.is_empty(), once.is_empty()) {
        (true, true) => "0".to_owned(),
        (false, true) => format!("{}: {}", open.len(), by_severity(&going_on)),
        (none, false) => {
            let going_on = match none {
                true => "none going on".to_owned(),
                false => format!("{} going on ({})", going_on.len(), by_severity(&going_on)),
            };
            format!("{}: {going_on}, {} happened once ({})", open.len(), once.len(), by_severity(&once))
        }
    }
}

/// The number of ended alerts from before the watch, and of those that began and ended within it, which are in the list of new ones:
/// `0 from before this watch; 8 of the new alerts have also ended`. Without the latter only the number.
pub(super) fn ended_words(ended: &[Entry], new: &[Entry]) -> String {
    match new.iter().filter(|entry| entry.body["status"] != "open").count() {
        0 => ended.len().to_string(),
        1 => format!("{} from before this watch; 1 of the new alerts has also ended", ended.len()),
        over => format!("{} from before this watch; {over} of the new alerts have also ended", ended.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use serde_json::json;

    use super::*;
    use crate::storage::store::WorkState;

    #[test]
    fn alerts_that_began_and_ended_within_the_watch_are_counted_where_ended_ones_are() {
        let entry = |status: &str| Entry {
            id: "a".to_owned(),
            state: WorkState::New,
            assignee: None,
            finding: None,
            finding_reason: None,
            body: json!({"status": status}),
        };
        let [open, over, back] = ["open", "ended", "retracted"].map(entry);
        assert_eq!(ended_words(&[], from_ref(&open)), "0");
        assert_eq!(
            ended_words(&[], &[over.clone(), open, back]),
            "0 from before this watch; 2 of the new alerts have also ended"
        );
        assert_eq!(
            ended_words(from_ref(&over), from_ref(&over)),
            "1 from before this watch; 1 of the new alerts has also ended"
        );
    }

    #[test]
    fn what_happened_once_is_not_counted_among_what_goes_on() {
        let entry = |behaviour: &str, severity: &str| Entry {
            id: "a".to_owned(),
            state: WorkState::New,
            assignee: None,
            finding: None,
            finding_reason: None,
            body: json!({"status": "open", "behaviour": behaviour, "severity": severity}),
        };
        let (meets, left) = (entry("rendezvous", "high"), entry("zone_exit", "medium"));
        assert_eq!(open_words(&[]), "0");
        assert_eq!(open_words(&[meets.clone(), meets.clone()]), "2: 2 high");
        let both = open_words(&[meets, left.clone(), left.clone()]);
        assert_eq!(both, "3: 1 going on (1 high), 2 happened once (2 medium)");
        assert_eq!(open_words(&[left]), "1: none going on, 1 happened once (1 medium)");
    }
}
