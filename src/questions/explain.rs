//! Why there is an alert about a vessel, or what is missing for one.

use std::cmp::Ordering;

use serde::Serialize;

use crate::behaviours::{Behaviour, Condition, Explanation};
use crate::engine::{Engine, Explained};
use crate::time::Time;
use crate::units::Mmsi;

/// Distance of an unmet condition that has no number, or whose value is unknown: as if a number were at four times its
/// limit.
const PLAIN_MISS: f64 = 3.0;

/// One form of a behaviour with the conditions that it lacks.
pub struct Form<'a> {
    /// The behaviour.
    pub behaviour: Behaviour,
    /// The form with its conditions, as the engine explains it.
    pub told: &'a Explanation,
    /// The conditions that are not met, the nearest to being met first.
    pub missing: Vec<&'a Condition>,
    /// Sum of the distances of all missing conditions; 0 when nothing is missing.
    pub away: f64,
}

impl<'a> Form<'a> {
    /// The form of an explanation.
    pub fn new(behaviour: Behaviour, told: &'a Explanation) -> Form<'a> {
        let mut missing: Vec<&Condition> = told.conditions.iter().filter(|condition| !condition.met).collect();
        missing.sort_by(|one, other| miss(one).total_cmp(&miss(other)));
        let away = missing.iter().map(|condition| miss(condition)).sum();
        Form { behaviour, told, missing, away }
    }

    /// Sort key: what no zone here asks for comes last, the others by how near they are to an alert.
    fn order(&self) -> (bool, f64) {
        (!self.told.asked_for, self.away)
    }

    /// Whether this form is nearer to an alert.
    pub fn nearer(&self, other: &Form<'_>) -> Ordering {
        let ((mine, away), (others, others_away)) = (self.order(), other.order());
        mine.cmp(&others).then(away.total_cmp(&others_away))
    }
}

fn miss(condition: &Condition) -> f64 {
    condition.miss.unwrap_or(PLAIN_MISS)
}

/// Every form of every behaviour, each once, or those of one behaviour. If several zones give the same form for one pair of vessels, the
/// one that lacks least.
pub fn forms(track: &Explained, only: Option<Behaviour>) -> Vec<Form<'_>> {
    let mut forms: Vec<Form<'_>> = Vec::new();
    for (behaviour, told) in track.behaviours.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
        for form in told.iter().map(|told| Form::new(*behaviour, told)) {
            let same = |other: &Form<'_>| other.behaviour == form.behaviour && other.told.about == form.told.about;
            match forms.iter_mut().find(|other| same(other)) {
                Some(other) if form.nearer(other).is_lt() => *other = form,
                Some(_) => {}
                None => forms.push(form),
            }
        }
    }
    forms
}

/// The nearest form of each behaviour, the nearest behaviour first. Behaviours that do not apply to the vessel are left
/// out.
pub fn nearest<'a>(forms: &[Form<'a>]) -> Vec<Form<'a>> {
    let mut best: Vec<Form<'a>> = Vec::new();
    for form in forms.iter().filter(|form| form.told.conditions.iter().all(|condition| condition.name != "about")) {
        let form = Form::new(form.behaviour, form.told);
        match best.iter_mut().find(|other| other.behaviour == form.behaviour) {
            Some(other) if form.nearer(other).is_lt() => *other = form,
            Some(_) => {}
            None => best.push(form),
        }
    }
    best.sort_by(|one, other| one.nearer(other).then(one.behaviour.name().cmp(other.behaviour.name())));
    best
}

/// The conditions of every behaviour for a vessel.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Conditions {
    /// MMSI.
    pub mmsi: u32,
    /// Engine time of the answer.
    pub at: Time,
    /// Its tracks by ordinal.
    pub tracks: Vec<TrackConditions>,
}

/// The conditions for one track.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TrackConditions {
    /// Ordinal of the track, from 1.
    pub track: u16,
    /// Its latest fix; `None` if it never sent a position.
    pub last_fix: Option<FixOf>,
    /// The forms of the behaviours, the nearest to an alert first.
    pub behaviours: Vec<BehaviourForm>,
}

/// When and where a track was last heard.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FixOf {
    /// Event time.
    pub at: Time,
    /// Latitude in degrees north.
    pub lat: f64,
    /// Longitude in degrees east.
    pub lon: f64,
}

/// One form of a behaviour as plain data.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct BehaviourForm {
    /// The behaviour.
    pub behaviour: Behaviour,
    /// Which form, zone settings or other vessel; empty if there is only one.
    pub form: String,
    /// Number of conditions that are not met.
    pub missing: usize,
    /// How far they are from being met, in all: shares of the thresholds. 0 when nothing is missing.
    pub away: f64,
    /// The conditions, in the order in which the behaviour checks them.
    pub conditions: Vec<Condition>,
}

/// The conditions for a vessel now; `None` if it has no track.
pub fn conditions(engine: &Engine, mmsi: Mmsi, only: Option<Behaviour>) -> Option<Conditions> {
    let tracks = engine.explain(mmsi);
    let tracks: Vec<TrackConditions> = tracks.iter().map(|track| TrackConditions::of(track, only)).collect();
    let at = engine.now()?;
    (!tracks.is_empty()).then_some(Conditions { mmsi: mmsi.0, at, tracks })
}

impl TrackConditions {
    /// The conditions of a track as the engine explains them, or those of one behaviour.
    pub fn of(track: &Explained, only: Option<Behaviour>) -> TrackConditions {
        let mut forms = forms(track, only);
        forms.sort_by(Form::nearer);
        let last_fix = track.fix.map(|fix| FixOf { at: fix.at, lat: fix.position.lat, lon: fix.position.lon });
        TrackConditions {
            track: track.key.ordinal,
            last_fix,
            behaviours: forms.iter().map(BehaviourForm::of).collect(),
        }
    }
}

impl BehaviourForm {
    fn of(form: &Form<'_>) -> BehaviourForm {
        BehaviourForm {
            behaviour: form.behaviour,
            form: form.told.about.clone(),
            missing: form.missing.len(),
            away: (form.away * 1000.0).round() / 1000.0,
            conditions: form.told.conditions.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_no_zone_asks_for_comes_last() {
        let form = |asked_for, miss| {
            let condition =
                Condition { name: "x", measured: Value::Null, threshold: String::new(), met: false, miss: Some(miss) };
            Explanation { about: String::new(), conditions: vec![condition], asked_for }
        };
        let (fast, unasked, slow) = (form(true, 6.0), form(false, 0.1), form(true, 0.5));
        let forms = [
            Form::new(Behaviour::Drift, &fast),
            Form::new(Behaviour::ZoneEntry, &unasked),
            Form::new(Behaviour::Loitering, &slow),
        ];
        let order: Vec<&str> = nearest(&forms).iter().map(|form| form.behaviour.name()).collect();
        assert_eq!(order, ["loitering", "drift", "zone_entry"]);
    }
}
