//! The rule of `identity_change`.
//!
//! Two comparisons. A vessel's own name, call sign and type are compared with what it sent before, once the new value has been received
//! twice. Its IMO number is compared with the last vessel that sent it, which the registry remembers after the track is forgotten. One step
//! gives one alert: the strongest change gives the form, and all changes are measured.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::state::remembers;
use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::Parts;
use crate::behaviours::shared::moment::Moment;
use crate::behaviours::shared::names::{another_call_sign, another_name, another_type, is_no_name, is_placeholder_imo};
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, PictureRule, Places, Rule, Scene, Signal, SignalKind, Step,
    Subject, Vicinity, minutes,
};
use crate::picture::tracks::{Fields, Identity, TrackIx, TrackKey, Vessel, flag_of};
use crate::zones::{Chart, imo_check_digit_holds};

use super::facts::{Facts, Form, Measured, NewBearer, NewCallSign, NewName, NewShipType, Said};
use super::registry::{Bearer, Registry};
use super::settings::Settings;

/// Navigational statuses of a ship that is not under way: at anchor (1), moored (5), aground (6).
const LYING: [u8; 3] = [1, 5, 6];
/// Maximum number of earlier names and call signs remembered for a vessel that changed.
const MOST_EARLIER: usize = 8;
/// The `identity_change` behaviour and its state.
pub struct IdentityChange {
    /// The settings. Zones do not affect them.
    settings: Settings,
    /// The vessel that last sent each IMO number, also if it is forgotten by now.
    registry: Registry,
    /// Previous values of vessels whose static data changed once, until the change is repeated or taken back.
    pending: FxHashMap<TrackIx, Pending>,
    /// Earlier names and call signs, folded, of vessels that changed before.
    earlier: FxHashMap<TrackIx, Vec<String>>,
}

/// Values that a vessel sent at least twice before it changed them.
#[derive(Default, Serialize, Deserialize)]
struct Pending {
    /// The name before; `None` if it did not change.
    name: Option<Box<str>>,
    /// The call sign before; `None` if it did not change.
    call_sign: Option<Box<str>>,
    /// The ship type before, 1-99; `None` if it did not change.
    ship_type: Option<u8>,
    /// When the first of these changes was received; `None` only in a new entry.
    at: Option<Time>,
    /// Whether the vessel was under way when the change was first received. `None` if not known.
    under_way: Option<bool>,
}

/// What one step shows about one vessel.
struct Findings {
    /// The strongest change; `None` if nothing changed.
    strongest: Option<Form>,
    /// Earliest time at which one of the changes was received.
    since: Time,
    /// What each change shows.
    measured: Measured,
}

impl Findings {
    /// Adds a change. The alert takes the form of the strongest one.
    fn add(&mut self, change: Form, since: Time) {
        self.strongest = Some(self.strongest.map_or(change, |found| found.min(change)));
        self.since = self.since.min(since);
    }
}

impl IdentityChange {
    /// Creates the behaviour. Zones do not affect it.
    pub fn new(settings: &Settings, _chart: &Chart) -> IdentityChange {
        IdentityChange {
            settings: settings.clone(),
            registry: Registry::new(settings.max_remembered),
            pending: FxHashMap::default(),
            earlier: FxHashMap::default(),
        }
    }

    /// Whether the vessel is under way. `None` if its last fix is too old to judge.
    fn under_way(&self, scene: &Scene<'_>, vessel: &Vessel<'_>, step: &Step<'_>) -> Option<bool> {
        let fix = vessel.last().filter(|fix| step.at - fix.at <= minutes(self.settings.fresh_minutes))?;
        if fix.said.status().is_some_and(|status| LYING.contains(&status)) {
            return Some(false);
        }
        let speed = vessel.speed_made_good().filter(|smg| !smg.over_hole).map(|smg| smg.knots);
        if speed.is_some_and(|knots| self.settings.under_way_knots <= knots) {
            return Some(true);
        }
        // Slow, but not in a harbour.
        let at_sea =
            |place: Vicinity| !place.in_calm() && place.is_off_shore(scene.chart, self.settings.harbour_shore_nm);
        step.place.map(at_sea)
    }

    /// Keeps the previous values when a different one is received for the first time.
    fn doubt(&mut self, scene: &Scene<'_>, vessel: &Vessel<'_>, step: &Step<'_>, before: &Identity, changed: Fields) {
        let settled = |field| changed.meets(field) && !before.once.meets(field);
        let name = before.name.clone().filter(|_| settled(Fields::NAME));
        let call_sign = before.call_sign.clone().filter(|_| settled(Fields::CALL_SIGN));
        let ship_type = before.ship_type.filter(|_| settled(Fields::SHIP_TYPE));
        if name.is_none() && call_sign.is_none() && ship_type.is_none() {
            return;
        }
        let under_way = self.under_way(scene, vessel, step);
        let pending = self.pending.entry(step.vessel).or_default();
        if pending.at.is_none() {
            pending.at = Some(step.at);
            pending.under_way = under_way;
        }
        pending.name = pending.name.take().or(name);
        pending.call_sign = pending.call_sign.take().or(call_sign);
        pending.ship_type = pending.ship_type.or(ship_type);
    }

    /// Compares values now received twice with the previous ones.
    fn settle(
        &mut self,
        scene: &Scene<'_>,
        vessel: &Vessel<'_>,
        step: &Step<'_>,
        repeated: Fields,
        found: &mut Findings,
    ) {
        let Some(mut pending) = self.pending.remove(&step.vessel) else {
            return;
        };
        let Some(identity) = vessel.heard_identity() else {
            return;
        };
        // What counts is where the new value was first sent. Crews correct their data in port as well.
        let under_way = pending.under_way.or_else(|| self.under_way(scene, vessel, step)).unwrap_or(false);
        let since = pending.at.unwrap_or(step.at);
        let earlier = self.earlier.get(&step.vessel);
        let known = |word: &str| earlier.is_some_and(|earlier| earlier.iter().any(|other| other == word));
        if repeated.meets(Fields::NAME)
            && let Some(old) = pending.name.take()
            && let Some(new) = identity.name.as_deref()
            && under_way
            && another_name(&old, new)
            && !known(new)
        {
            found.add(Form::Renamed, since);
            found.measured.name = Some(names(Some(&old), Some(new)));
            self.remember(step.vessel, [&old, new]);
        }
        let earlier = self.earlier.get(&step.vessel);
        let known = |word: &str| earlier.is_some_and(|earlier| earlier.iter().any(|other| other == word));
        if repeated.meets(Fields::CALL_SIGN)
            && let Some(old) = pending.call_sign.take()
            && let Some(new) = identity.call_sign.as_deref()
            && under_way
            && another_call_sign(&old, new)
            && !known(new)
        {
            found.add(Form::CallSign, since);
            let (old_call_sign, new_call_sign) = (old.to_string(), new.to_owned());
            found.measured.call_sign = Some(NewCallSign { old_call_sign, new_call_sign });
            self.remember(step.vessel, [&old, new]);
        }
        let earlier = self.earlier.get(&step.vessel);
        let known = |word: &str| earlier.is_some_and(|earlier| earlier.iter().any(|other| other == word));
        if repeated.meets(Fields::SHIP_TYPE)
            && let Some(old) = pending.ship_type.take()
            && let Some(new) = identity.ship_type
            && under_way
            && another_type(old, new)
            && !known(&format!("#{new}"))
        {
            found.add(Form::ShipType, since);
            found.measured.ship_type = Some(NewShipType { old_ship_type: old, new_ship_type: new });
            self.remember(step.vessel, [&format!("#{old}"), &format!("#{new}")]);
        }
        if pending.name.is_some() || pending.call_sign.is_some() || pending.ship_type.is_some() {
            self.pending.insert(step.vessel, pending);
        }
    }

    /// Adds the conditions on the vessel's own static data.
    fn as_renamed(&self, shown: Explanation, scene: &Scene<'_>, vessel: &Vessel<'_>, step: &Step<'_>) -> Explanation {
        let pending = self.pending.get(&step.vessel);
        let mut changed: Vec<String> = Vec::new();
        if let Some(pending) = pending {
            changed.extend(pending.name.as_deref().map(|old| format!("name, was {old}")));
            changed.extend(pending.call_sign.as_deref().map(|old| format!("call sign, was {old}")));
            changed.extend(pending.ship_type.map(|old| format!("type, was {old}")));
        }
        let said = if changed.is_empty() { "nothing".to_owned() } else { changed.join("; ") };
        let under_way = pending.and_then(|pending| pending.under_way);
        let under_way = under_way.or_else(|| self.under_way(scene, vessel, step));
        shown.is("says_otherwise_once", said, "a confirmed value, received once more", false).is(
            "under_way",
            under_way,
            "true",
            under_way == Some(true),
        )
    }

    /// Remembers both values, so that a transponder alternating between two does not count as a new change each time.
    fn remember(&mut self, vessel: TrackIx, words: [&str; 2]) {
        let earlier = self.earlier.entry(vessel).or_default();
        for word in words {
            if !earlier.iter().any(|other| other == word) {
                earlier.push(word.to_owned());
            }
        }
        if MOST_EARLIER < earlier.len() {
            earlier.drain(..earlier.len() - MOST_EARLIER);
        }
    }

    /// Compares the IMO number with its last bearer: another vessel, or the same one under another name.
    fn compare(&mut self, scene: &Scene<'_>, vessel: &Vessel<'_>, step: &Step<'_>, found: &mut Findings) {
        let Some(identity) = vessel.heard_identity() else {
            return;
        };
        let Some(imo) = identity.imo.filter(|_| !identity.once.meets(Fields::IMO)) else {
            return;
        };
        let mmsi = step.key.mmsi;
        if !imo_check_digit_holds(imo) {
            // IMO numbers have seven digits, so a shorter number has no check digit.
            if 1_000_000 <= imo && self.registry.is_news(imo, mmsi, step.at) {
                found.add(Form::CheckDigit, step.at);
                found.measured.imo = Some(imo);
            }
            return;
        }
        if is_placeholder_imo(imo) {
            return;
        }
        let name = identity.name.clone().filter(|_| !identity.once.meets(Fields::NAME));
        let Some(bearer) = self.registry.bearer(imo) else {
            return self.registry.bears(imo, Bearer { mmsi, name, at: step.at, rival: None });
        };
        let another = match (bearer.name.as_deref(), name.as_deref()) {
            (Some(old), Some(new)) => another_name(old, new),
            _ => false,
        };
        if bearer.mmsi == mmsi {
            if another {
                found.add(Form::Renamed, step.at);
                found.measured.imo = Some(imo);
                found.measured.rename(names(bearer.name.as_deref(), name.as_deref()));
            }
            bearer.name = name.or_else(|| bearer.name.take());
            bearer.at = step.at;
            return;
        }
        let heard = last_heard(scene, bearer.mmsi).map_or(bearer.at, |heard| heard.max(bearer.at));
        // A vessel that began to transmit before the other one was last heard shares the number with it.
        let began = vessel.last().map_or(step.at, |_| vessel.first_at());
        let (old_flag, new_flag) = (flag_of(bearer.mmsi), flag_of(mmsi));
        // At delivery the transponder is programmed with another MMSI and name than the yard's.
        let from_yard = bearer.name.as_deref().is_some_and(is_no_name);
        let change = match (began < heard, (another || old_flag != new_flag) && !from_yard) {
            (true, _) if bearer.rival == Some(mmsi) => return,
            (true, _) => Form::SharedImo,
            (false, true) => Form::NewIdentity,
            (false, false) => Form::NewMmsi,
        };
        found.add(change, began.max(heard).min(step.at));
        found.measured.imo = Some(imo);
        found.measured.bearer = Some(NewBearer { old_mmsi: bearer.mmsi, new_mmsi: mmsi, old_flag, new_flag });
        found.measured.rename(names(bearer.name.as_deref(), name.as_deref()));
        found.measured.old_heard_at = Some(heard);
        match change {
            Form::SharedImo => bearer.rival = Some(mmsi),
            _ => *bearer = Bearer { mmsi, name, at: step.at, rival: None },
        }
    }
}

/// A name before and after; `None` where none was received.
fn names(old: Option<&str>, new: Option<&str>) -> NewName {
    NewName { old_name: Said(old.map(str::to_owned)), new_name: Said(new.map(str::to_owned)) }
}

/// When a vessel under this MMSI was last heard with a position. `None` if there is none.
fn last_heard(scene: &Scene<'_>, mmsi: Mmsi) -> Option<Time> {
    scene.tracks.under(mmsi).filter_map(|vessel| vessel.last()).map(|fix| fix.at).max()
}

impl Rule for IdentityChange {
    fn behaviour(&self) -> Behaviour {
        Behaviour::IdentityChange
    }

    fn interest(&self) -> Interest {
        Interest::LEARNED
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let vessel = scene.tracks.vessel(step.vessel);
        let identity = vessel.heard_identity();
        let named = Explanation::new("by name, call sign or type").takes_part(&scene.tracks.vessel(step.vessel));
        let mut shown = vec![self.as_renamed(named, scene, &vessel, step)];
        let imo = identity.and_then(|identity| identity.imo);
        let Some(imo) = imo else {
            let by_imo = Explanation::new("by IMO number").is("imo", Value::Null, "received twice", false);
            shown.push(by_imo);
            return shown;
        };
        let twice = identity.is_some_and(|identity| !identity.once.meets(Fields::IMO));
        let holds = imo_check_digit_holds(imo);
        let digit = Explanation::new("by check digit").is("imo", imo, "received twice", twice);
        shown.push(digit.is("check_digit_holds", holds, "false", !holds && 1_000_000 <= imo));
        let bearer = self.registry.known(imo);
        let other = bearer.filter(|bearer| bearer.mmsi != step.key.mmsi);
        let before = match (bearer, other) {
            (None, _) => "no vessel before".to_owned(),
            (Some(_), None) => "this MMSI".to_owned(),
            (Some(_), Some(other)) => format!("MMSI {}", other.mmsi),
        };
        let by_imo = Explanation::new("by IMO number").is("imo", imo, "received twice", twice);
        let by_imo = by_imo.is("check_digit_holds", holds, "true", holds && !is_placeholder_imo(imo));
        shown.push(by_imo.is("last_carried_by", before, "another MMSI or name", other.is_some()));
        shown
    }

    fn wake(&mut self, _scene: &Scene<'_>, _key: TrackKey, _vessel: TrackIx, _out: &mut Output) {}

    fn forget(&mut self, scene: &Scene<'_>, vessel: TrackIx, _reason: End, _out: &mut Output) {
        self.pending.remove(&vessel);
        self.earlier.remove(&vessel);
        let vessel = scene.tracks.vessel(vessel);
        if let Some(imo) = vessel.heard_identity().and_then(|identity| identity.imo)
            && let Some(bearer) = self.registry.bearer(imo)
            && bearer.mmsi == vessel.mmsi()
            && let Some(fix) = vessel.last()
        {
            bearer.at = bearer.at.max(fix.at);
        }
    }

    fn reload(
        &mut self,
        _scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        _out: &mut Output,
    ) {
        self.settings = settings.identity_change.clone();
        self.registry.resize(self.settings.max_remembered);
    }

    remembers! { kept { registry, pending, earlier } parts {} built { settings } }
}

impl PictureRule for IdentityChange {
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let vessel = scene.tracks.vessel(step.vessel);
        let Some(learned) = step.learned.filter(|learned| !learned.shared && vessel.takes_part()) else {
            return;
        };
        if !learned.changed.is_empty() {
            self.doubt(scene, &vessel, step, &learned.before, learned.changed);
        }
        if learned.repeated.is_empty() {
            return;
        }
        let mut found = Findings { strongest: None, since: step.at, measured: Measured::default() };
        self.settle(scene, &vessel, step, learned.repeated, &mut found);
        self.compare(scene, &vessel, step, &mut found);
        let Some(change) = found.strongest else {
            return;
        };
        let points = match change {
            Form::NewIdentity => self.settings.new_identity_score,
            Form::CheckDigit => self.settings.check_digit_score,
            _ => self.settings.score,
        };
        let subject = Subject::one(step.key, step.vessel);
        // A change is believed at its second report, but the sentence states the first.
        let Moment { position, shore_nm, zones } = Moment::of(&vessel, found.since, scene.chart);
        let holds = Holding {
            started_at: found.since,
            satisfied_at: step.at,
            last_at: step.at,
            facts: Facts { form: change, measured: found.measured, thresholds: (&self.settings).into() }.into(),
            position,
            shore_nm,
            zones,
            base: vec![(change.parts()[0], points)],
            asked: None,
            anchored: false,
        };
        let kind = SignalKind::Holds(Box::new(holds));
        out.signals.push(Signal { behaviour: Behaviour::IdentityChange, subject: subject.clone(), kind });
        let kind = SignalKind::Over { ended_at: step.at, reason: End::Changed };
        out.signals.push(Signal { behaviour: Behaviour::IdentityChange, subject, kind });
    }
}
