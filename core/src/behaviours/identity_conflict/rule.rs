//! The rule of `identity_conflict`.
//!
//! After a jump there are two tracks under one MMSI, the older one and the further one. If only the further one goes on, one ship jumped.
//! If the older one has more fixes, there are two ships. A track that is silent for half an hour is given up, so a jump back within a day,
//! to where only the ship of an earlier place can be, proves as much (`returns`).

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::{Span, Time};
use crate::base::units::{METRES_PER_NM, Mmsi};
use crate::behaviours::shared::sharing::{JumpFacts, explain_number, is_watched, jump_nm};
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, PictureRule, Places, Rule, Scene, Signal, SignalKind, Step,
    Subject, Verdict, minutes,
};
use crate::picture::tracks::{Activity, Fix, Jump, TrackIx, TrackKey};
use crate::zones::{Chart, Relation, ZoneIx};

use super::facts::{Facts, Form, Measured, NameThere};
use super::returns::{RETURN_WITHIN, Returns, fits};
use super::settings::Settings;

/// Interval at which an open conflict is reported again.
const SAY_EVERY: Span = Span::from_minutes(1);
/// For how long an ended conflict does not open again, unless there is a further place.
const ONCE_IN: Span = Span::from_hours(24);

/// The `identity_conflict` behaviour and its state.
pub struct IdentityConflict {
    /// The settings. Zones do not affect them.
    settings: Settings,
    /// Conflicts, by the further track.
    doubles: BTreeMap<TrackIx, Double>,
    /// For each track, the further tracks that split off from it.
    left: FxHashMap<TrackIx, Vec<TrackIx>>,
    /// MMSIs reported within the last day.
    numbers: BTreeMap<Mmsi, Number>,
    /// The places that MMSIs left within the last day.
    returns: Returns,
}

/// What was reported about an MMSI.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Number {
    /// Number of places when last reported.
    places: usize,
    /// When its alert was last known to hold.
    last_at: Time,
    /// Further track of the pair whose alert is open.
    open: Option<TrackIx>,
}

/// One MMSI in two places.
#[derive(Serialize, Deserialize)]
struct Double {
    /// The further track, which the jump began.
    key: TrackKey,
    /// The older track, which the jump left; the further track itself if a return proved the two ships and the jump went on with it.
    from: (TrackKey, TrackIx),
    jump: Jump,
    /// Since when the number has been heard in two places.
    since: Time,
    /// When the jump was confirmed. Only fixes after that prove two ships.
    confirmed_at: Time,
    /// Fixes of the older track since the jump.
    fixes: u32,
    /// When two ships were proved, and when that was last reported; `None` before the proof.
    open: Option<(Time, Time)>,
    /// When the older and the further track were last heard.
    last: [Time; 2],
    /// Zones of the further track, where the alert is placed.
    zones: Vec<(ZoneIx, Relation)>,
}

impl Double {
    /// Whether both ships are on one track, which jumps from the one to the other.
    fn is_one_track(&self, further: TrackIx) -> bool {
        self.from.1 == further
    }

    /// Both tracks, or the one that both ships are on.
    fn subject(&self, further: TrackIx) -> Subject {
        if self.is_one_track(further) {
            return Subject::one(self.key, further);
        }
        Subject::pair(self.from, (self.key, further))
    }

    /// Distance between their last positions. Nautical miles.
    fn apart_nm(&self, scene: &Scene<'_>, further: TrackIx) -> Option<f64> {
        if self.is_one_track(further) {
            return Some(jump_nm(&self.jump));
        }
        let last = |ix| scene.tracks.vessel(ix).last().map(|fix| fix.position);
        Some(last(self.from.1)?.metres_to(last(further)?) / METRES_PER_NM)
    }

    /// When the one that has been silent for longer was last heard.
    fn quiet_since(&self) -> Time {
        self.last[0].min(self.last[1])
    }
}

/// Since when all ships of the MMSI but one have been silent: the second latest time at which one of its tracks was heard.
fn number_quiet_since(scene: &Scene<'_>, double: &Double) -> Time {
    let tracks = scene.tracks.under(double.key.mmsi);
    let mut heard: Vec<Time> = tracks.filter_map(|vessel| vessel.last()).map(|fix| fix.at).collect();
    heard.sort_unstable();
    let second = heard.len().checked_sub(2).and_then(|place| heard.get(place).copied());
    second.map_or(double.quiet_since(), |second| second.max(double.quiet_since()))
}

impl IdentityConflict {
    /// Creates the behaviour. Zones do not affect it.
    pub fn new(settings: &Settings, _chart: &Chart) -> IdentityConflict {
        IdentityConflict {
            settings: settings.clone(),
            doubles: BTreeMap::new(),
            left: FxHashMap::default(),
            numbers: BTreeMap::new(),
            returns: Returns::default(),
        }
    }

    /// Begins to compare two tracks after a jump, unless it is too short or the number may not be watched. A jump back to a place that the
    /// number had left proves two ships at once.
    fn begin(&mut self, scene: &Scene<'_>, step: &Step<'_>, jump: &Jump, at: Time, out: &mut Output) {
        let (from, min_nm) = (jump.from.1, self.settings.min_nm);
        if !is_watched(step.key.mmsi) || jump_nm(jump) < min_nm {
            return;
        }
        self.numbers.retain(|_, number| number.open.is_some() || at - number.last_at <= ONCE_IN);
        self.returns.expire(at);
        let proved = self.returns.proved_by(step.key.mmsi, jump, scene.tracks.settings().jump_knots, min_nm);
        self.returns.leaves(step.key.mmsi, jump.before, jump.first.at);
        let last = [jump.before.at, at];
        // Of two ships on one track, each return is a jump of that track. They are one conflict, which goes on.
        if let Some(known) = self.doubles.get_mut(&step.vessel)
            && known.is_one_track(step.vessel)
        {
            known.last = last;
            return self.heard(scene, step, step.vessel, at, out);
        }
        if proved.is_none() && from == step.vessel {
            return;
        }
        let double = Double {
            key: step.key,
            from: jump.from,
            jump: *jump,
            since: proved.unwrap_or(jump.first.at),
            confirmed_at: at,
            fixes: proved.map_or(0, |_| self.settings.fixes),
            open: None,
            last,
            zones: step.presence.iter().collect(),
        };
        self.doubles.insert(step.vessel, double);
        if from != step.vessel {
            self.left.entry(from).or_default().push(step.vessel);
            out.activity.push((from, Activity::Keeps));
        }
        out.activity.push((step.vessel, Activity::Keeps));
        out.wakes.push((at + RETURN_WITHIN, step.key, step.vessel));
        if proved.is_some() {
            self.heard(scene, step, step.vessel, at, out);
        }
    }

    /// Handles a fix of one of the two.
    fn heard(&mut self, scene: &Scene<'_>, step: &Step<'_>, further: TrackIx, at: Time, out: &mut Output) {
        let settings = &self.settings;
        let Some(double) = self.doubles.get_mut(&further) else {
            return;
        };
        let older = step.vessel != further;
        double.last[usize::from(!older)] = at;
        if !older {
            double.zones = step.presence.iter().collect();
        }
        // An older fix may arrive late, and long after the jump it may be the same ship that has come back, unless it could not have.
        let since = at - double.confirmed_at;
        let soon = since <= minutes(settings.within_minutes);
        let limit = scene.tracks.settings().jump_knots;
        let apart = |fix: &Fix| {
            let last = scene.tracks.vessel(further).last();
            since <= RETURN_WITHIN && last.is_some_and(|last| !fits(&last, fix, limit, settings.min_nm))
        };
        let counts = older && Span::ZERO < since && (soon || step.fix.is_some_and(|fix| apart(&fix)));
        let position = scene.tracks.vessel(further).last().map(|fix| fix.position);
        let (Some(position), Some(apart_nm)) = (position, double.apart_nm(scene, further)) else {
            return;
        };
        // So near each other, the two may be one ship whose positions have wrong times.
        if apart_nm < settings.min_nm {
            return;
        }
        double.fixes += u32::from(counts);
        if double.fixes < settings.fixes {
            return;
        }
        let mmsi = double.key.mmsi;
        if !scene.tracks.vessel(further).is_of_several() {
            out.verdicts.push(Verdict::Several { mmsi, are: true });
        }
        let places = scene.tracks.places_within_a_day(mmsi).max(2);
        let number = self.numbers.entry(mmsi).or_insert(Number { places: 0, last_at: at, open: None });
        let most = scene.tracks.settings().shared_above_places as usize;
        // Once it is known that the number is shared, one place more is no news.
        let is_more = number.places < places && number.places <= most;
        let is_new = number.open.is_none() && (is_more || ONCE_IN < at - number.last_at);
        let since = match double.open {
            Some((_, said)) if at - said < SAY_EVERY => return,
            Some((since, _)) => since,
            // One alert for each number: another pair of its tracks only adds a place to the open one.
            None if !is_new => return,
            None => {
                number.open = Some(further);
                let silent = Span::from_millis((settings.silent_hours * 3_600_000.0) as i64);
                out.wakes.push((double.quiet_since() + silent, double.key, further));
                at
            }
        };
        (number.places, number.last_at) = (number.places.max(places), number.last_at.max(at));
        double.open = Some((since, at));
        let is_shared = most < places;
        // Distance, time and speed of one pair of fixes: what the latest fixes of both show are two moments.
        let jump = JumpFacts::from(&double.jump);
        let names = scene.tracks.names_of(mmsi).iter().filter_map(NameThere::of).collect();
        let measured = Measured { jump, places, names };
        let holding = Holding {
            started_at: double.since,
            satisfied_at: since,
            last_at: at,
            facts: Facts {
                form: if is_shared { Form::Shared } else { Form::Conflict },
                measured,
                thresholds: settings.into(),
            }
            .into(),
            position: Some(position),
            shore_nm: Some(scene.chart.shore_nm(position)),
            zones: double.zones.clone(),
            base: vec![(Behaviour::IdentityConflict.name(), settings.score)],
            asked: None,
            anchored: false,
        };
        let kind = SignalKind::Holds(Box::new(holding));
        out.signals.push(Signal { behaviour: Behaviour::IdentityConflict, subject: double.subject(further), kind });
    }

    /// Stops comparing two tracks. Ends the alert if one is open, at the time from which one of them was silent.
    fn close(&mut self, further: TrackIx, reason: End, out: &mut Output) {
        let Some(double) = self.doubles.remove(&further) else {
            return;
        };
        let from = double.from.1;
        // A track may be part of several pairs, and is followed until the last of them is closed.
        let others = self.left.get_mut(&from).is_some_and(|left| {
            left.retain(|other| *other != further);
            !left.is_empty()
        });
        if !others {
            self.left.remove(&from);
        }
        for vessel in [from, further] {
            if !self.left.contains_key(&vessel) && !self.doubles.contains_key(&vessel) {
                out.activity.push((vessel, Activity::Done));
            }
        }
        if double.open.is_some() {
            if let Some(number) = self.numbers.get_mut(&double.key.mmsi) {
                number.open = None;
            }
            out.wakes.push((double.quiet_since() + ONCE_IN, double.key, further));
            let kind = SignalKind::Over { ended_at: double.quiet_since(), reason };
            out.signals.push(Signal { behaviour: Behaviour::IdentityConflict, subject: double.subject(further), kind });
        }
    }
}

impl Rule for IdentityConflict {
    fn behaviour(&self) -> Behaviour {
        Behaviour::IdentityConflict
    }

    fn interest(&self) -> Interest {
        Interest::JUMPED
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let settings = &self.settings;
        let mmsi = step.key.mmsi;
        let shown = |about| explain_number(Explanation::new(about), mmsi, is_watched(mmsi));
        let places = scene.tracks.places_within_a_day(mmsi);
        let shared_above = scene.tracks.settings().shared_above_places;
        let left = self.left.get(&step.vessel).into_iter().flatten();
        let doubles = left.chain([&step.vessel]).filter_map(|further| self.doubles.get(further));
        let found = doubles.map(|double| {
            let since = scene.now - double.confirmed_at;
            let quiet = scene.now - double.quiet_since();
            let shown = shown(format!("{} and {}", double.from.0, double.key)).is("tracks", 2, "2", true);
            let shown = shown.is("places_within_24_h", places, format!("> {shared_above} is shared"), true).is(
                "older_track_fixes",
                double.fixes,
                format!(">= {}", settings.fixes),
                settings.fixes <= double.fixes,
            );
            match double.open {
                Some(_) => shown.below("one_silent_hours", Some(quiet.hours()), settings.silent_hours),
                None => shown.at_most("hours_since_the_jump", Some(since.hours()), RETURN_WITHIN.hours()),
            }
        });
        let found: Vec<Explanation> = found.collect();
        if !found.is_empty() {
            return found;
        }
        let tracks = scene.tracks.under(mmsi).count();
        let needed = "2, one just jumped away from the other";
        let damaged = scene.tracks.damaged_reports_of(step.key);
        let shown = shown(String::new()).is("tracks", tracks, needed, false);
        let shown =
            shown.is("places_within_24_h", places, format!("> {shared_above} is shared"), shared_above < places as u32);
        vec![shown.is("reports_under_damaged_numbers", damaged, "left out, no other ship", false)]
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(double) = self.doubles.get(&vessel).filter(|double| double.key == key) else {
            let is_over = |number: &Number| number.open.is_none() && ONCE_IN <= scene.now - number.last_at;
            if self.numbers.get(&key.mmsi).is_none_or(is_over) {
                out.verdicts.push(Verdict::Several { mmsi: key.mmsi, are: false });
            }
            return;
        };
        if double.open.is_none() {
            return self.close(vessel, End::OneShip, out);
        }
        let silent = Span::from_millis((self.settings.silent_hours * 3_600_000.0) as i64);
        let over_at = number_quiet_since(scene, double) + silent;
        if scene.now < over_at {
            return out.wakes.push((over_at, key, vessel));
        }
        self.close(vessel, End::OneSilent, out);
    }

    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        let further = self.left.get(&vessel).cloned().unwrap_or_default();
        // Either of the two may have been heard since the jump, and may return to where that was.
        let one = further.first().or(self.doubles.get(&vessel).map(|_| &vessel)).and_then(|one| self.doubles.get(one));
        if let (Some(double), Some(last)) = (one, scene.tracks.vessel(vessel).last()) {
            self.returns.leaves(double.key.mmsi, last, double.since);
        }
        self.close(vessel, reason, out);
        for further in further {
            self.close(further, reason, out);
        }
    }

    fn reload(
        &mut self,
        _scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        _out: &mut Output,
    ) {
        self.settings = settings.identity_conflict.clone();
        // Zone indexes may have changed. The next fix looks the zones up again.
        self.doubles.values_mut().for_each(|double| double.zones.clear());
    }

    remembers! { kept { doubles, left, numbers, returns } parts {} built { settings } }
}

impl PictureRule for IdentityConflict {
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let Some(fix) = step.fix else {
            return;
        };
        if let Some(jump) = step.jump {
            return self.begin(scene, step, jump, fix.at, out);
        }
        self.heard(scene, step, step.vessel, fix.at, out);
        let further = self.left.get(&step.vessel).cloned().unwrap_or_default();
        for further in further {
            self.heard(scene, step, further, fix.at, out);
        }
    }
}
