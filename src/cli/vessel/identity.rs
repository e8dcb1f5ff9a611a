//! How a vessel identified itself, and when: from the lines that were read, and from the alerts of the store.
//!
//! A vessel says its name every six minutes, and an operator can change it at any time. Each value therefore
//! has a first and a last time; what was said last is the present identity, and everything else a former one.

use serde_json::{Value, json};

use atalaia_core::ais::{Static, ship_type_name};
use atalaia_core::alerts::Alert;
use atalaia_core::base::time::Time;
use atalaia_core::picture::tracks::{Identity, country_of};

/// A part of a vessel's identity. In the order of the JSON answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Field {
    /// Name of the ship, at most 20 characters.
    Name,
    /// Radio call sign, at most 7 characters.
    CallSign,
    /// IMO number of the hull, which ought never to change.
    Imo,
    /// Ship type, in words.
    Kind,
    /// Length and beam, in words.
    Hull,
    /// Number of the radio, known here only from alerts about a hull that changed it.
    Mmsi,
}

impl Field {
    /// The name of the field in pages and JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Field::Name => "name",
            Field::CallSign => "call sign",
            Field::Imo => "IMO",
            Field::Kind => "type",
            Field::Hull => "hull",
            Field::Mmsi => "MMSI",
        }
    }
}

/// One value of one field, with the first and last time it is known to have been reported. Times
/// are event times.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Saying {
    /// What the value is.
    pub(super) field: Field,
    /// The value as it was sent.
    pub(super) value: String,
    /// The earliest time it is known to have been reported at.
    pub(super) first: Time,
    /// The latest such time. The value may have been reported again since, but not noticed.
    pub(super) last: Time,
    /// How often it is known to have been reported, at least 1.
    pub(super) count: u32,
}

/// Every value that a vessel reported, each once per field.
#[derive(Default, Debug)]
pub(super) struct Sayings(Vec<Saying>);

impl Sayings {
    /// Records that a value was reported at this time. Empty values are ignored. A value that was already
    /// known only gets wider times.
    pub(super) fn say(&mut self, field: Field, value: &str, at: Time) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        match self.0.iter_mut().find(|saying| saying.field == field && saying.value == value) {
            Some(saying) => {
                saying.first = saying.first.min(at);
                saying.last = saying.last.max(at);
                saying.count = saying.count.saturating_add(1);
            }
            None => self.0.push(Saying { field, value: value.to_owned(), first: at, last: at, count: 1 }),
        }
    }

    /// Records the identity that the vessel had at this time.
    pub(super) fn identity(&mut self, identity: &Identity, at: Time) {
        let said = Static {
            imo: identity.imo,
            name: identity.name.clone(),
            call_sign: identity.call_sign.clone(),
            ship_type: identity.ship_type,
            dimensions: identity.dimensions,
            ..Static::default()
        };
        self.reported(&said, at);
    }

    /// Records what one report of the vessel says.
    pub(super) fn reported(&mut self, said: &Static, at: Time) {
        if let Some(name) = &said.name {
            self.say(Field::Name, name, at);
        }
        if let Some(call_sign) = &said.call_sign {
            self.say(Field::CallSign, call_sign, at);
        }
        if let Some(imo) = said.imo {
            self.say(Field::Imo, &imo.to_string(), at);
        }
        if said.ship_type.is_some() {
            self.say(Field::Kind, ship_type_name(said.ship_type), at);
        }
        // Zero is what a transponder sends before its dimensions are set up.
        if let Some(hull) = said.dimensions.filter(|hull| 0 < hull.length()) {
            self.say(Field::Hull, &hull_words(hull.length(), hull.beam()), at);
        }
    }

    /// The values that were reported at least twice, or that are the only one of their field. Any other may be a damaged
    /// message.
    pub(super) fn repeated(self) -> Sayings {
        let values = |field: Field| self.0.iter().filter(|saying| saying.field == field).count();
        let kept = self.0.iter().filter(|saying| 1 < saying.count || values(saying.field) == 1);
        Sayings(kept.cloned().collect())
    }

    /// Adds everything that another has.
    pub(super) fn add(&mut self, other: Sayings) {
        for saying in other.0 {
            self.say(saying.field, &saying.value, saying.first);
            self.say(saying.field, &saying.value, saying.last);
        }
    }

    /// Records the identity in a stored alert. An alert about a change of identity contributes the old and
    /// the new values. Where several vessels take part, only the one with this MMSI counts.
    pub(super) fn alert(&mut self, mmsi: u32, alert: &Alert) {
        for vessel in alert.vessels.iter().filter(|vessel| vessel.mmsi == mmsi) {
            self.note(Field::Name, vessel.name.as_deref(), alert.last_at);
            self.note(Field::CallSign, vessel.call_sign.as_deref(), alert.last_at);
            self.note(Field::Imo, vessel.imo.map(|imo| imo.to_string()).as_deref(), alert.last_at);
            self.note(Field::Kind, vessel.ship_type.map(|kind| ship_type_name(Some(kind))), alert.last_at);
        }
        let Some(new) = alert.new_identity() else {
            return;
        };
        // If a hull appears under a new MMSI, what was reported under the old one is of the same ship.
        let times = [new.old_heard_at.unwrap_or(alert.started_at), alert.started_at];
        for (place, at) in times.into_iter().enumerate() {
            self.note(Field::Name, new.names[place].as_deref(), at);
            self.note(Field::CallSign, new.call_signs[place].as_deref(), at);
            self.note(Field::Mmsi, new.mmsis[place].map(|mmsi| format!("{:09}", mmsi.0)).as_deref(), at);
            self.note(Field::Kind, new.ship_types[place].map(|kind| ship_type_name(Some(kind))), at);
        }
    }

    /// Records a value if there is one.
    fn note(&mut self, field: Field, value: Option<&str>, at: Time) {
        value.into_iter().for_each(|value| self.say(field, value, at));
    }

    /// The latest value of a field. `None` if the field was never reported.
    pub(super) fn now(&self, field: Field) -> Option<&Saying> {
        self.0.iter().filter(|saying| saying.field == field).max_by_key(|saying| saying.last)
    }

    /// Values that are not reported any more, the latest first.
    pub(super) fn before(&self) -> Vec<&Saying> {
        let is_now = |saying: &Saying| self.now(saying.field).is_some_and(|now| now.value == saying.value);
        let mut before: Vec<&Saying> = self.0.iter().filter(|saying| !is_now(saying)).collect();
        before.sort_by_key(|saying| (std::cmp::Reverse(saying.last), saying.field));
        before
    }

    /// All values with their times, by field and first time.
    pub(super) fn json(&self) -> Value {
        let mut all: Vec<&Saying> = self.0.iter().collect();
        all.sort_by_key(|saying| (saying.field, saying.first));
        let one = |saying: &&Saying| {
            json!({
                "field": saying.field.name(), "value": saying.value, "first_known": saying.first.to_string(),
                "last_known": saying.last.to_string(),
            })
        };
        all.iter().map(one).collect()
    }
}

/// `120 x 20 m`; only the length if the beam is zero.
fn hull_words(length: u16, beam: u16) -> String {
    match beam {
        0 => format!("{length} m"),
        beam => format!("{length} x {beam} m"),
    }
}

/// The country of a flag code; the code itself if it is not known.
pub(super) fn country(flag: &str) -> &str {
    country_of(flag).unwrap_or(flag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::alerts::HandlingSettings;

    #[test]
    fn current_and_former_values_are_separate() {
        let hour = |hour: i64| Time::from_seconds(3600 * hour);
        let mut sayings = Sayings::default();
        sayings.say(Field::Name, "OLD NAME", hour(1));
        sayings.say(Field::Name, "OLD NAME", hour(5));
        sayings.say(Field::Name, "NEW NAME", hour(7));
        sayings.say(Field::Name, " ", hour(9));
        sayings.say(Field::CallSign, "EAAA", hour(2));
        assert_eq!(sayings.now(Field::Name).map(|saying| saying.value.as_str()), Some("NEW NAME"));
        let before: Vec<_> =
            sayings.before().iter().map(|saying| (saying.value.clone(), saying.first, saying.last)).collect();
        assert_eq!(before, [("OLD NAME".to_owned(), hour(1), hour(5))]);
    }

    #[test]
    fn a_value_that_was_reported_once_beside_others_is_not_an_earlier_identity() {
        let report = |name: &str, imo: u32| Static { name: Some(name.into()), imo: Some(imo), ..Static::default() };
        let mut earlier = Sayings::default();
        for (hour, name) in ["OLD NAME", "OLD NAME", "OLD NAM3", "NEW NAME", "NEW NAME"].into_iter().enumerate() {
            earlier.reported(&report(name, 9_074_729), Time::from_seconds(3600 * hour as i64));
        }
        let mut all = Sayings::default();
        all.add(earlier.repeated());
        assert_eq!(all.now(Field::Name).map(|saying| saying.value.as_str()), Some("NEW NAME"));
        assert_eq!(all.before().iter().map(|saying| saying.value.as_str()).collect::<Vec<_>>(), ["OLD NAME"]);
        assert_eq!(all.now(Field::Imo).map(|saying| saying.last), Some(Time::from_seconds(4 * 3600)));
    }

    /// A stored alert about a vessel, with these measured values.
    fn alert(behaviour: &str, at: &str, vessel: &Value, measured: &Value) -> Alert {
        let handling = HandlingSettings::default().of(Time::from_seconds(0), false, false);
        let mut whole = json!({
            "id": "a", "behaviour": behaviour, "kind": "vessel", "announced": true, "status": "ended", "severity": "medium", "score": 45,
            "confidence": "normal", "started_at": at, "opened_at": at, "last_at": at, "ended_at": at, "vessels": [{
                "mmsi": 224_000_001, "track": 1, "imo": null, "name": null, "call_sign": null, "ship_type": null, "flag": "ES",
                "class": "A", "role": null,
            }], "zones": [], "position": null, "group_id": null, "case_id": null, "replaces": null, "handling": handling,
            "summary": "It changed.", "score_reasons": [],
            "evidence": {"thresholds": {}, "measured": measured, "stations": []},
        });
        for (key, value) in vessel.as_object().into_iter().flatten() {
            whole["vessels"][0][key] = value.clone();
        }
        serde_json::from_value(whole).expect("an alert as the store has it")
    }

    #[test]
    fn an_alert_about_a_change_names_both_values() {
        let measured =
            json!({"old_name": "OLD NAME", "new_name": "NEW NAME", "old_ship_type": 30, "new_ship_type": 70});
        let named = json!({"name": "NEW NAME"});
        let mut sayings = Sayings::default();
        sayings.alert(224_000_001, &alert("identity_change", "2026-03-02T06:00:00Z", &named, &measured));
        let later = json!({"name": "NEW NAME", "ship_type": 70});
        sayings.alert(224_000_001, &alert("distress", "2026-03-03T06:00:00Z", &later, &json!({})));
        let before: Vec<&str> = sayings.before().iter().map(|saying| saying.value.as_str()).collect();
        assert_eq!(before, ["OLD NAME", "fishing"]);
        assert_eq!(sayings.now(Field::Kind).map(|saying| saying.value.as_str()), Some("cargo"));
    }
}
