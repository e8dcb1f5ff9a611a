//! What an alert rests on beyond its own vessels and times: others that its measurements name, earlier moments, reception.
//!
//! The measurements of an alert are those of its behaviour, by name (`evidence.measured`). Names follow one rule in all behaviours: an MMSI
//! is under a name that ends in `_mmsi`, a moment under one that ends in `_at` or `_since`. So a behaviour that is added later is covered.

use serde_json::Value;

use atalaia_core::alerts::Alert;
use atalaia_core::base::time::Time;

/// The measurement of further vessels that could have taken part: texts that begin with an MMSI.
const OTHER_CANDIDATES: &str = "other_candidates";
/// The measurement of when an IMO number was last heard under its former MMSI.
const OLD_HEARD_AT: &str = "old_heard_at";

/// MMSIs of the vessels that take part, in the order of the alert.
pub(super) fn mmsis(alert: &Alert) -> impl Iterator<Item = u32> {
    alert.vessels.iter().map(|vessel| vessel.mmsi)
}

/// Vessels that are only in the measurements: a former MMSI, the silent vessel, further candidates.
pub(super) fn named_vessels(alert: &Alert) -> impl Iterator<Item = u32> {
    alert.evidence.measured.iter().flat_map(|(name, value)| -> Vec<u32> {
        match value {
            Value::Number(number) if name.ends_with("_mmsi") => {
                number.as_u64().and_then(|mmsi| u32::try_from(mmsi).ok()).into_iter().collect()
            }
            Value::Array(list) if name == OTHER_CANDIDATES => {
                let first = |text: &Value| text.as_str()?.split(' ').next()?.parse().ok();
                list.iter().filter_map(first).collect()
            }
            _ => Vec::new(),
        }
    })
}

/// Earlier moments in the measurements, such as the beginning of a silence or the last report under a former MMSI.
pub(super) fn named_times(alert: &Alert) -> impl Iterator<Item = Time> {
    let named = alert.evidence.measured.iter().filter(|(name, _)| name.ends_with("_at") || name.ends_with("_since"));
    named.filter_map(|(_, value)| Time::parse(value.as_str()?))
}

/// When the IMO number of an alert was last heard under its former MMSI; `None` for alerts about anything else.
pub(super) fn old_heard_at(alert: &Alert) -> Option<Time> {
    Time::parse(alert.evidence.measured.get(OLD_HEARD_AT)?.as_str()?)
}

/// Whether an alert depends on how well other vessels nearby were received.
pub(super) fn is_of_reception(alert: &Alert) -> bool {
    alert.behaviour.character().rests_on_silence
}
