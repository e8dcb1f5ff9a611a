//! Why there is an alert about a vessel, or what is missing for one.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::vessel::kind_of;
use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::{self, Behaviour, Explanation};
use crate::engine::{Engine, Explained};
use crate::picture::tracks::TrackKey;

/// Distance of an unmet condition that has no number, or whose value is unknown: as if a number were at four
/// times its limit.
const PLAIN_MISS: f64 = 3.0;

/// The conditions of every behaviour for a vessel at one moment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Conditions {
    /// MMSI.
    pub mmsi: u32,
    /// The moment, in engine time.
    pub at: Time,
    /// Its tracks by ordinal; empty if it was not heard.
    pub tracks: Vec<TrackConditions>,
    /// Names of the vessels that the conditions mention, by track (`224123456.1`).
    pub names: BTreeMap<String, String>,
}

/// The conditions for one track.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TrackConditions {
    /// Ordinal of the track, from 1.
    pub track: u16,
    /// Name as it was sent; `None` if never sent.
    pub name: Option<String>,
    /// Country and ship type: `Spain, cargo`.
    pub kind: String,
    /// Its latest fix; `None` if it never sent a position.
    pub last_fix: Option<FixThere>,
    /// Speed made good at that fix in knots; `None` before five minutes of track, or across a hole too long to count.
    pub made_good_knots: Option<f64>,
    /// The forms of the behaviours, in the order of the behaviours. A behaviour that is switched off has none.
    pub behaviours: Vec<Form>,
    /// The behaviours that are switched on.
    pub on: Vec<Behaviour>,
}

/// When and where a track was last heard.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FixThere {
    /// Event time.
    pub at: Time,
    /// Latitude in degrees north.
    pub lat: f64,
    /// Longitude in degrees east.
    pub lon: f64,
    /// Distance from shore in nautical miles; `None` without a coastline.
    pub shore_nm: Option<f64>,
    /// Whether it is in calm water.
    pub in_calm_water: bool,
}

/// One form of a behaviour.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Form {
    /// The behaviour.
    pub behaviour: Behaviour,
    /// Which form, zone settings or other vessel; empty if there is only one.
    pub form: String,
    /// Number of conditions that are not met.
    pub missing: usize,
    /// How far they are from being met, in all: shares of the thresholds. 0 when nothing is missing.
    #[serde(serialize_with = "thousandths")]
    pub away: f64,
    /// Whether it runs at all: false if it runs only in zones that ask for it, and none there does.
    pub asked_for: bool,
    /// The conditions, in the order in which the behaviour checks them.
    pub conditions: Vec<Condition>,
}

/// One condition of a form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Condition {
    /// Name of the measured value, with its unit (`speed_made_good_knots`).
    pub name: String,
    /// Value then. Null if it is not known.
    pub measured: Value,
    /// Required value, in a few words: `< 2`, `>= 60`.
    pub threshold: String,
    /// Whether the measured value meets the threshold.
    pub met: bool,
    /// How far the value is from the threshold, as a share of the threshold. `None` if the condition is met, or if the
    /// value is unknown or not a number.
    pub miss: Option<f64>,
}

impl Conditions {
    /// Leaves out forms and names about vessels for which `may` does not hold.
    pub fn retain(&mut self, may: impl Fn(Mmsi) -> bool) {
        for track in &mut self.tracks {
            track.behaviours.retain(|form| form.vessels().all(|key| may(key.mmsi)));
        }
        self.names.retain(|key, _| track_key(key).is_none_or(|key| may(key.mmsi)));
    }
}

impl Form {
    /// The tracks that the form and its values name.
    fn vessels(&self) -> impl Iterator<Item = TrackKey> {
        let values = self.conditions.iter().filter_map(|condition| condition.measured.as_str());
        let texts = values.chain([self.form.as_str()]);
        let words = texts.flat_map(|text| text.split(|letter: char| !letter.is_ascii_digit() && letter != '.'));
        words.filter_map(|word| track_key(word.trim_matches('.')))
    }
}

/// The conditions for a vessel at `at`, where the engine is, or those of one behaviour.
pub fn conditions(engine: &Engine, mmsi: Mmsi, only: Option<Behaviour>, at: Time) -> Conditions {
    let tracks = engine.explain(mmsi);
    let names = names(engine, &tracks);
    let tracks = tracks.iter().map(|track| TrackConditions::of(engine, track, only)).collect();
    Conditions { mmsi: mmsi.0, at, tracks, names }
}

/// The nearest form of each behaviour, the nearest behaviour first. Behaviours that do not apply to the vessel
/// are left out.
pub fn nearest(forms: &[Form]) -> Vec<&Form> {
    let mut best: Vec<&Form> = Vec::new();
    for form in forms.iter().filter(|form| form.conditions.iter().all(|condition| condition.name != "about")) {
        match best.iter_mut().find(|other| other.behaviour == form.behaviour) {
            Some(other) if form.nearer(other).is_lt() => *other = form,
            Some(_) => {}
            None => best.push(form),
        }
    }
    best.sort_by(|one, other| one.nearer(other).then(one.behaviour.name().cmp(other.behaviour.name())));
    best
}

/// A track key as the engine writes it in its answers: `224123456.1`.
pub fn track_key(word: &str) -> Option<TrackKey> {
    let (mmsi, ordinal) = word.split_once('.')?;
    let is_mmsi = mmsi.len() == 9 && mmsi.bytes().all(|byte| byte.is_ascii_digit());
    let (mmsi, ordinal) = (mmsi.parse().ok().filter(|_| is_mmsi)?, ordinal.parse().ok()?);
    Some(TrackKey { mmsi: Mmsi(mmsi), ordinal })
}

/// A word without the brackets and commas around it.
pub fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| "(),;:".contains(c))
}

/// The names of every vessel that is mentioned in the explanations.
fn names(engine: &Engine, tracks: &[Explained]) -> BTreeMap<String, String> {
    let explanations = tracks.iter().flat_map(|track| &track.behaviours).flat_map(|(_, forms)| forms);
    let mut texts: Vec<&str> = Vec::new();
    for explanation in explanations {
        texts.push(&explanation.about);
        texts.extend(explanation.conditions.iter().filter_map(|condition| condition.measured.as_str()));
    }
    let keys = texts.iter().flat_map(|text| text.split(' ')).filter_map(|word| track_key(bare(word)));
    let named = keys.filter_map(|key| {
        let name = engine.tracks().find(key)?.name()?.to_owned();
        Some((key.to_string(), name))
    });
    named.collect()
}

impl TrackConditions {
    /// The conditions of one track, for one behaviour or all.
    fn of(engine: &Engine, track: &Explained, only: Option<Behaviour>) -> TrackConditions {
        let vessel = engine.tracks().vessel(track.vessel);
        let name = vessel.name();
        TrackConditions {
            track: track.key.ordinal,
            name: name.map(str::to_owned),
            kind: kind_of(track.key.mmsi, vessel.ship_type()),
            last_fix: track.fix.map(|fix| FixThere {
                at: fix.at,
                lat: fix.position.lat,
                lon: fix.position.lon,
                shore_nm: track.place.map(|place| place.shore_nm).filter(|shore| shore.is_finite()),
                in_calm_water: track.place.is_some_and(|place| place.calm.inside),
            }),
            made_good_knots: track.smg.map(|smg| smg.knots),
            behaviours: forms(track, only),
            on: track.behaviours.iter().map(|(behaviour, _)| *behaviour).collect(),
        }
    }
}

/// Every form of every behaviour, each once. If several zones give the same form for one pair of vessels, the one
/// that lacks least.
fn forms(track: &Explained, only: Option<Behaviour>) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    for (behaviour, explanations) in track.behaviours.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
        for form in explanations.iter().map(|explanation| Form::new(*behaviour, explanation)) {
            let same = |other: &Form| other.behaviour == form.behaviour && other.form == form.form;
            match forms.iter_mut().find(|other| same(other)) {
                Some(other) if form.nearer(other).is_lt() => *other = form,
                Some(_) => {}
                None => forms.push(form),
            }
        }
    }
    forms
}

impl Form {
    fn new(behaviour: Behaviour, explanation: &Explanation) -> Form {
        let conditions: Vec<Condition> = explanation.conditions.iter().map(Condition::of).collect();
        let missing = conditions.iter().filter(|condition| !condition.met);
        let (away, missing) = (missing.clone().map(Condition::away).sum(), missing.count());
        Form { behaviour, form: explanation.about.clone(), missing, away, asked_for: explanation.asked_for, conditions }
    }

    /// The conditions that are not met, the nearest to being met first.
    pub fn missing_first(&self) -> Vec<&Condition> {
        let mut missing: Vec<&Condition> = self.conditions.iter().filter(|condition| !condition.met).collect();
        missing.sort_by(|one, other| one.away().total_cmp(&other.away()));
        missing
    }

    /// Whether this form is nearer to an alert. What no zone there asks for comes last, the others by how far they are away.
    pub fn nearer(&self, other: &Form) -> Ordering {
        self.asked_for.cmp(&other.asked_for).reverse().then(self.away.total_cmp(&other.away))
    }
}

impl Condition {
    fn of(condition: &behaviours::Condition) -> Condition {
        Condition {
            name: condition.name.to_owned(),
            measured: condition.measured.clone(),
            threshold: condition.threshold.clone(),
            met: condition.met,
            miss: condition.miss,
        }
    }

    /// How far the condition is from being met, as a share of its threshold.
    fn away(&self) -> f64 {
        self.miss.unwrap_or(PLAIN_MISS)
    }
}

/// Rounded to thousandths, so that answers do not end in noise.
fn thousandths<S: Serializer>(away: &f64, into: S) -> Result<S::Ok, S::Error> {
    into.serialize_f64((away * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_zone_asks_for_comes_last() {
        let form = |behaviour, asked_for, away| {
            let form = String::new();
            Form { behaviour, form, missing: 1, away, asked_for, conditions: Vec::new() }
        };
        let forms = [
            form(Behaviour::Drift, true, 6.0),
            form(Behaviour::ZoneEntry, false, 0.1),
            form(Behaviour::Loitering, true, 0.5),
        ];
        let order: Vec<&str> = nearest(&forms).iter().map(|form| form.behaviour.name()).collect();
        assert_eq!(order, ["loitering", "drift", "zone_entry"]);
    }
}
