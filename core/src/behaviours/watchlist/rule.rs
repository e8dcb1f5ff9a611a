//! The rule of `watchlist`.
//!
//! A vessel is looked up when it is first heard and when its static data change, in the lists of the chart. From then on it is followed, so
//! that its alert shows where it is and what else is reported about it. Its points are those of the list's level, not of the settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::state::remembers;
use crate::base::time::Time;
use crate::behaviours::shared::dropped::zones_at;
use crate::behaviours::{
    Behaviour, End, Explanation, Holding, Interest, Output, PictureRule, Places, Rule, Scene, Signal, SignalKind, Step,
    Subject,
};
use crate::picture::tracks::{Activity, TrackIx, TrackKey, Vessel};
use crate::zones::{
    Chart, Crossing, Difference, Listed, Match, MatchedBy, Presence, Said, Watchlists, difference, fold,
};

use super::facts::{Facts, Form, Measured};
use super::settings::Settings;

/// The `watchlist` behaviour and its state.
pub struct Watchlist {
    /// The settings. Zones do not affect them.
    settings: Settings,
    /// The lists in force, shared with the chart. Not saved: they are read again at a start.
    lists: Arc<Watchlists>,
    /// Listed vessels that are heard.
    seen: BTreeMap<TrackIx, Seen>,
}

/// A listed vessel that is heard.
#[derive(Serialize, Deserialize)]
struct Seen {
    /// The track.
    key: TrackKey,
    /// The row of the list.
    listed: Listed,
    /// By what it was recognised.
    by: MatchedBy,
    /// Whether the match allows for one edit.
    fuzzy: bool,
    /// How the name or call sign that it sent differs from the listed one; `None` for an exact match.
    difference: Option<Difference>,
    /// When it was recognised.
    started_at: Time,
    /// When it was last heard, or last took part in another alert.
    last_at: Time,
    /// Whether it has entered a watched zone since.
    entered: bool,
    /// Whether another behaviour has reported it since.
    takes_part: bool,
    /// When it was last reported, and in which form.
    said: Option<(Time, Form)>,
}

impl Seen {
    /// The form by what it has done so far. It only ever gains a part.
    fn form(&self) -> Form {
        match (self.entered, self.takes_part) {
            (false, false) => Form::Heard,
            (true, false) => Form::Entered,
            (false, true) => Form::TakesPart,
            (true, true) => Form::TakesPartAndEntered,
        }
    }

    /// The row, as alerts state it, and when the vessel was first and last heard with a position.
    fn measured(&self, vessel: &Vessel<'_>) -> Measured {
        let last_heard_at = vessel.last().map(|fix| fix.at);
        let Listed { list, reason, owner, expires, .. } = &self.listed;
        Measured {
            list: list.clone(),
            reason: reason.clone(),
            owner: owner.clone(),
            expires: *expires,
            matched_by: self.by,
            fuzzy: self.fuzzy,
            listed_as: self.difference.and_then(|_| text_of(&self.listed, self.by)).map(str::to_owned),
            difference: self.difference,
            first_heard_at: last_heard_at.map(|_| vessel.first_at()),
            last_heard_at,
        }
    }
}

impl Watchlist {
    /// Creates the behaviour with the watchlists of the chart.
    pub fn new(settings: &Settings, chart: &Chart) -> Watchlist {
        Watchlist { settings: settings.clone(), lists: Arc::clone(&chart.watchlists), seen: BTreeMap::new() }
    }

    /// The row that matches a vessel best and has not expired; `None` if it is not listed.
    fn find(&self, vessel: &Vessel<'_>, at: Time) -> Option<Match> {
        // A listed identity is reported even if several ships send the MMSI.
        let identity = vessel.heard_identity();
        let said = Said {
            mmsi: vessel.mmsi().0,
            imo: identity.and_then(|identity| identity.imo),
            call_sign: identity.and_then(|identity| identity.call_sign.as_deref()),
            name: identity.and_then(|identity| identity.name.as_deref()),
        };
        self.lists.find(said, at)
    }

    /// Looks the vessel up in the lists. Begins to watch it, or takes over a row that now matches it better.
    fn look(&mut self, vessel: &Vessel<'_>, at: Time, out: &mut Output) {
        let Some(Match { listed, by, fuzzy }) = self.find(vessel, at) else {
            return;
        };
        let (ix, key) = (vessel.ix(), vessel.key());
        let identity = vessel.heard_identity();
        let sent = match by {
            MatchedBy::CallSign => identity.and_then(|identity| identity.call_sign.as_deref()),
            MatchedBy::Name => identity.and_then(|identity| identity.name.as_deref()),
            MatchedBy::Imo | MatchedBy::Mmsi => None,
        };
        let texts = text_of(&listed, by).zip(sent).filter(|_| fuzzy);
        let difference = texts.and_then(|(listed, sent)| difference(&fold(listed), &fold(sent)));
        if let Some(seen) = self.seen.get_mut(&ix) {
            (seen.listed, seen.by, seen.fuzzy, seen.difference) = (listed, by, fuzzy, difference);
            return;
        }
        let (entered, takes_part, said) = (false, false, None);
        let (started_at, last_at) = (at, at);
        let seen = Seen { key, listed, by, fuzzy, difference, started_at, last_at, entered, takes_part, said };
        self.seen.insert(ix, seen);
        out.activity.push((ix, Activity::Keeps));
        out.wakes.push((at + self.settings.silent(), key, ix));
    }

    /// Reports a listed vessel, if its form changed or in another minute than the last time: sentences state times to the minute. Without `presence`, zones are looked up at its last position.
    fn say(&mut self, scene: &Scene<'_>, ix: TrackIx, presence: Option<&Presence>, out: &mut Output) {
        let Some(seen) = self.seen.get_mut(&ix) else {
            return;
        };
        let (at, form) = (seen.last_at, seen.form());
        if seen.said.is_some_and(|(said_at, said)| said == form && at.floor_minute() == said_at.floor_minute()) {
            return;
        }
        seen.said = Some((at, form));
        let vessel = scene.tracks.vessel(ix);
        let position = vessel.last().map(|fix| fix.position);
        let zones = match (presence, position) {
            (Some(presence), _) => presence.iter().collect(),
            (None, Some(position)) => zones_at(scene.chart, position),
            (None, None) => Vec::new(),
        };
        let holding = Holding {
            started_at: seen.started_at,
            satisfied_at: seen.started_at,
            last_at: at,
            facts: Facts { form, measured: seen.measured(&vessel), thresholds: (&self.settings).into() }.into(),
            position,
            shore_nm: None,
            zones,
            base: vec![(Behaviour::Watchlist.name(), seen.listed.points)],
            asked: None,
            anchored: false,
        };
        let subject = Subject::one(seen.key, ix);
        out.signals.push(Signal {
            behaviour: Behaviour::Watchlist,
            subject,
            kind: SignalKind::Holds(Box::new(holding)),
        });
    }

    /// Stops watching a vessel and ends its alert.
    fn close(&mut self, ix: TrackIx, reason: End, out: &mut Output) {
        if let Some(seen) = self.seen.remove(&ix) {
            out.activity.push((ix, Activity::Done));
            let subject = Subject::one(seen.key, ix);
            out.signals.push(Signal {
                behaviour: Behaviour::Watchlist,
                subject,
                kind: SignalKind::Over { ended_at: seen.last_at, reason },
            });
        }
    }
}

/// The name or call sign of a row, whichever the vessel was recognised by.
fn text_of(listed: &Listed, by: MatchedBy) -> Option<&str> {
    match by {
        MatchedBy::CallSign => listed.call_sign.as_deref(),
        MatchedBy::Name => listed.name.as_deref(),
        MatchedBy::Imo | MatchedBy::Mmsi => None,
    }
}

impl Rule for Watchlist {
    fn behaviour(&self) -> Behaviour {
        Behaviour::Watchlist
    }

    fn interest(&self) -> Interest {
        match self.lists.is_empty() {
            true => Interest(0),
            false => Interest::FIRST.with(Interest::LEARNED),
        }
    }

    fn explain(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let vessel = scene.tracks.vessel(step.vessel);
        let shown = Explanation::new("").is("rows_on_watchlists", self.lists.len(), ">= 1", !self.lists.is_empty());
        let shown = match self.find(&vessel, scene.now) {
            None => shown.is("listed", "no", "by MMSI, IMO number, call sign or name, not expired", false),
            Some(Match { listed, by, fuzzy }) => {
                let how = if fuzzy { "nearly its" } else { "its" };
                shown.is("listed", format!("in {} by {how} {}", listed.list, by.name()), "in a list, not expired", true)
            }
        };
        let heard = vessel.last().map(|fix| (scene.now - fix.at).hours());
        vec![shown.below("silent_hours", heard, self.settings.silent_hours)]
    }

    fn wake(&mut self, scene: &Scene<'_>, key: TrackKey, vessel: TrackIx, out: &mut Output) {
        let Some(seen) = self.seen.get(&vessel).filter(|seen| seen.key == key) else {
            return;
        };
        let over_at = seen.last_at + self.settings.silent();
        match scene.now < over_at {
            true => out.wakes.push((over_at, key, vessel)),
            false => self.close(vessel, End::NoLongerHeard, out),
        }
    }

    fn forget(&mut self, _scene: &Scene<'_>, vessel: TrackIx, reason: End, out: &mut Output) {
        self.close(vessel, reason, out);
    }

    fn reload(
        &mut self,
        scene: &Scene<'_>,
        settings: &crate::behaviours::Settings,
        _places: &Places,
        out: &mut Output,
    ) {
        self.settings = settings.watchlist.clone();
        let before = std::mem::replace(&mut self.lists, Arc::clone(&scene.chart.watchlists));
        // Most reloads concern zones or settings. Looking up every vessel again would take long.
        if before.digest() == self.lists.digest() {
            return;
        }
        let gone = |ix: &&TrackIx| self.find(&scene.tracks.vessel(**ix), scene.now).is_none();
        let gone: Vec<TrackIx> = self.seen.keys().filter(gone).copied().collect();
        for ix in gone {
            self.close(ix, End::NoLongerListed, out);
        }
        if self.lists.is_empty() {
            return;
        }
        // A vessel that was silent for longer would end at once.
        let fresh = |at: Time| scene.now - at < self.settings.silent();
        let heard = scene.tracks.iter().filter(|vessel| vessel.last().is_some_and(|fix| fresh(fix.at)));
        let mut heard: Vec<(TrackKey, TrackIx)> = heard.map(|vessel| (vessel.key(), vessel.ix())).collect();
        heard.sort_unstable();
        for (_, ix) in heard {
            self.look(&scene.tracks.vessel(ix), scene.now, out);
            self.say(scene, ix, None, out);
        }
    }

    remembers! { kept { seen } parts {} built { settings, lists } }
}

impl PictureRule for Watchlist {
    fn step(&mut self, scene: &Scene<'_>, step: &Step<'_>, out: &mut Output) {
        let vessel = scene.tracks.vessel(step.vessel);
        // A name that was received once may contain a bit error, but the MMSI that it came under is right.
        let new = step.interest.meets(Interest::FIRST) || step.learned.is_some();
        let expired = |seen: &Seen| seen.listed.expires.is_some_and(|expires| expires <= step.at);
        if self.seen.get(&step.vessel).is_some_and(expired) {
            self.close(step.vessel, End::EntryExpired, out);
            self.look(&vessel, step.at, out);
        } else if new && vessel.last().is_some() {
            self.look(&vessel, step.at, out);
        }
        let Some(seen) = self.seen.get_mut(&step.vessel) else {
            return;
        };
        seen.last_at = seen.last_at.max(step.at);
        // Ports and anchorages are not watched: every vessel enters them.
        let enters = |crossing: &Crossing| match crossing {
            Crossing::Entered { zone, .. } => {
                let zone = scene.chart.zones.get(*zone);
                zone.watched() && zone.active(scene.now)
            }
            Crossing::Left { .. } => false,
        };
        seen.entered |= step.crossings.iter().any(enters);
        self.say(scene, step.vessel, Some(step.presence), out);
    }

    fn overhears(&self) -> bool {
        !self.seen.is_empty()
    }

    fn overhear(&mut self, scene: &Scene<'_>, signal: &Signal, out: &mut Output) {
        if signal.behaviour == Behaviour::Watchlist || !matches!(signal.kind, SignalKind::Holds(_)) {
            return;
        }
        for (key, ix) in &signal.subject.vessels {
            if let Some(seen) = self.seen.get_mut(ix).filter(|seen| seen.key == *key && !seen.takes_part) {
                seen.takes_part = true;
                seen.last_at = seen.last_at.max(scene.now);
                self.say(scene, *ix, None, out);
            }
        }
    }
}
