//! Vessels that jumped away: when their positions became false, and when they count again (part of `interference`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::Mmsi;
use crate::geo::LatLon;
use crate::picture::tracks::{Activity, Fix, Jump, TrackIx, TrackKey};

use super::super::{Doubt, Output, Scene, Step, Verdict};

/// Maximum number of vessels that jumped and are not back. Beyond it, the one heard away longest ago is given up.
const MOST: usize = 10_000;
/// A vessel that is not heard at the false place for this long is given up.
const GIVEN_UP: Span = Span::from_hours(48);
/// Maximum number of tracks of false positions for one vessel.
const MOST_TRACKS: usize = 8;
/// Multiple of its usual speed at which a vessel may return.
const FASTER_BY: f64 = 1.3;
/// Distance that is allowed in addition. Nautical miles.
const UNSURE_NM: f64 = 2.0;
/// A track that moves this far from its start without a jump is a real ship's, and the earlier positions were the false
/// ones. Nautical miles.
const BELIEVED_NM: f64 = 20.0;

/// One vessel that jumped away.
#[derive(Serialize, Deserialize)]
pub(super) struct Astray {
    /// Time of the first false position.
    pub(super) since: Time,
    /// Time of the last true position.
    home_at: Time,
    /// The last true position.
    home: LatLon,
    /// Speed that limits how far it can be from there. Knots.
    knots: f64,
    /// The false position that it last jumped to.
    landed: LatLon,
    /// Tracks of true positions that it jumped from.
    left: Vec<(TrackKey, TrackIx)>,
    /// Tracks of its false positions.
    tracks: Vec<(TrackKey, TrackIx)>,
    /// When it was last heard at a false place.
    heard_at: Time,
    /// Whether a notice names it.
    noticed: bool,
    /// When its positions count again; `None` while it is away.
    until: Option<Time>,
}

impl Astray {
    /// Whether a ship under way can be there: nearer to home than to the false place, and within reach of home.
    fn is_home(&self, fix: &Fix, false_place: LatLon, radius_nm: f64) -> bool {
        let hours = (fix.at - self.home_at).hours().max(0.0);
        let from_home = self.home.nm_to(fix.position);
        let from_false = false_place.nm_to(fix.position);
        let still_there = from_false <= radius_nm && from_false < from_home;
        !still_there && from_home <= UNSURE_NM + FASTER_BY * self.knots * hours
    }

    /// The period in which its positions are false, as a signal states it.
    fn doubt(&self, mmsi: Mmsi) -> Doubt {
        Doubt { mmsi, since: self.since, until: self.until }
    }
}

/// All vessels that jumped away, by MMSI.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Strays {
    /// By MMSI, because a vessel that jumps has a track for each place.
    vessels: BTreeMap<Mmsi, Astray>,
}

/// What a jump means.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Kind {
    /// Back to where the vessel can be.
    Return,
    /// To a place where the vessel cannot be.
    Away {
        /// Time of the first false position, in this jump or an earlier one.
        since: Time,
    },
}

impl Strays {
    /// Handles a jump. `settled` is the centre of a known area of false positions, if the vessel landed in one.
    pub(super) fn jumped(
        &mut self,
        scene: &Scene<'_>,
        step: &Step<'_>,
        jump: &Jump,
        fix: &Fix,
        settled: Option<LatLon>,
        radius_nm: f64,
    ) -> Kind {
        let mmsi = step.key.mmsi;
        let further = (step.key, step.vessel);
        if let Some(astray) = self.vessels.get_mut(&mmsi) {
            let from_false = astray.tracks.contains(&jump.from);
            let false_place = settled.unwrap_or(astray.landed);
            if astray.until.is_none() && from_false {
                if astray.is_home(fix, false_place, radius_nm) {
                    return Kind::Return;
                }
                astray.landed = fix.position;
                astray.heard_at = fix.at;
                add(&mut astray.tracks, further);
                return Kind::Away { since: astray.since };
            }
        }
        // A vessel that was back for less than `back_minutes` has been away since it first jumped.
        let earlier = self.vessels.get(&mmsi).filter(|astray| astray.until.is_some_and(|until| fix.at < until));
        let noticed = earlier.is_some();
        let since = earlier.map_or(jump.first.at, |astray| astray.since);
        let said = jump.before.said.sog_knots().unwrap_or(0.0);
        let usual = scene.tracks.vessel(jump.from.1).usual_knots(jump.before.at);
        let astray = Astray {
            since,
            home_at: jump.before.at,
            home: jump.before.position,
            knots: usual.max(said),
            landed: fix.position,
            left: vec![jump.from],
            tracks: vec![further],
            heard_at: fix.at,
            noticed,
            until: None,
        };
        self.vessels.insert(mmsi, astray);
        self.bound(fix.at);
        Kind::Away { since }
    }

    /// Whether a notice names the vessel.
    pub(super) fn is_noticed(&self, mmsi: Mmsi) -> bool {
        self.vessels.get(&mmsi).is_some_and(|astray| astray.noticed)
    }

    /// Whether the vessel jumped away and was not heard to jump back.
    pub(super) fn is_away(&self, mmsi: Mmsi) -> bool {
        self.vessels.contains_key(&mmsi)
    }

    /// Called when a notice names the vessel, so that every fix is needed from now on. If the vessel is back already, its positions
    /// count again after `calm`.
    pub(super) fn noticed(
        &mut self,
        scene: &Scene<'_>,
        mmsi: Mmsi,
        calm: Span,
        doubts: &mut Vec<Doubt>,
        out: &mut Output,
    ) {
        let Some(astray) = self.vessels.get_mut(&mmsi) else {
            return;
        };
        let heard = |tracks: &[(TrackKey, TrackIx)]| {
            let fixes = tracks.iter().filter_map(|(key, _)| scene.tracks.find(*key)).filter_map(|vessel| vessel.last());
            fixes.map(|fix| fix.at).max()
        };
        let left: Vec<_> = astray.left.iter().copied().filter(|track| !astray.tracks.contains(track)).collect();
        let back = heard(&left).zip(heard(&astray.tracks)).is_some_and(|(home, away)| away < home);
        astray.noticed = true;
        if back {
            return self.back(mmsi, scene.now, calm, None, doubts, out);
        }
        for (key, vessel) in astray.left.iter().chain(&astray.tracks) {
            if scene.tracks.find(*key).is_some() {
                out.activity.push((*vessel, Activity::Keeps));
            }
        }
        let since = astray.since;
        out.verdicts.extend(astray.tracks.iter().map(|track| Verdict::False { track: *track, since }));
        out.wakes.extend(astray.tracks.last().map(|(key, vessel)| (scene.now + GIVEN_UP, *key, *vessel)));
        doubts.push(astray.doubt(mmsi));
    }

    /// Handles a fix without a jump, of a vessel that a notice names or has named.
    pub(super) fn heard(&mut self, step: &Step<'_>, fix: &Fix, calm: Span, doubts: &mut Vec<Doubt>, out: &mut Output) {
        let mmsi = step.key.mmsi;
        let track = (step.key, step.vessel);
        let Some(astray) = self.vessels.get_mut(&mmsi).filter(|astray| astray.noticed && astray.until.is_none()) else {
            out.activity.push((step.vessel, Activity::Done));
            return;
        };
        if !astray.tracks.contains(&track) {
            return self.back(mmsi, fix.at, calm, None, doubts, out);
        }
        astray.heard_at = fix.at;
        if BELIEVED_NM < astray.landed.nm_to(fix.position) {
            self.back(mmsi, fix.at, calm, Some(track), doubts, out);
        }
    }

    /// Called when the vessel is back where it can be. Its positions count again after `calm`, and the tracks of its false
    /// positions are forgotten, except `believed`.
    pub(super) fn back(
        &mut self,
        mmsi: Mmsi,
        at: Time,
        calm: Span,
        believed: Option<(TrackKey, TrackIx)>,
        doubts: &mut Vec<Doubt>,
        out: &mut Output,
    ) {
        let Some(astray) = self.vessels.get_mut(&mmsi) else {
            return;
        };
        if !astray.noticed {
            self.vessels.remove(&mmsi);
            return;
        }
        astray.until = Some(at + calm);
        for track in std::mem::take(&mut astray.tracks) {
            out.activity.push((track.1, Activity::Done));
            // A track that began with true positions stays.
            let kept = Some(track) == believed || astray.left.contains(&track);
            out.verdicts.push(match kept {
                true => Verdict::True { vessel: track.1 },
                false => Verdict::Gone { track },
            });
        }
        out.activity.extend(astray.left.drain(..).map(|(_, vessel)| (vessel, Activity::Done)));
        doubts.push(astray.doubt(mmsi));
    }

    /// Gives up vessels not heard for long, and forgets those that have been back for a while.
    pub(super) fn expire(&mut self, now: Time, doubts: &mut Vec<Doubt>, out: &mut Output) {
        self.vessels.retain(|mmsi, astray| {
            let silent = astray.until.is_none() && GIVEN_UP <= now - astray.heard_at;
            if silent && astray.noticed {
                lift(*mmsi, astray, now, doubts, out);
            }
            !silent && astray.until.is_none_or(|until| now < until)
        });
    }

    /// When a vessel that is still away is given up unless it is heard; `None` if it is not away or no notice names it.
    pub(super) fn given_up_at(&self, mmsi: Mmsi) -> Option<Time> {
        let astray = self.vessels.get(&mmsi).filter(|astray| astray.noticed && astray.until.is_none())?;
        Some(astray.heard_at + GIVEN_UP)
    }

    /// Trusts every vessel's positions again.
    pub(super) fn lift_all(&mut self, now: Time, doubts: &mut Vec<Doubt>, out: &mut Output) {
        for (mmsi, mut astray) in std::mem::take(&mut self.vessels) {
            if astray.noticed && astray.until.is_none() {
                lift(mmsi, &mut astray, now, doubts, out);
            }
        }
    }

    /// Removes a track that was dropped.
    pub(super) fn forget(&mut self, key: TrackKey, vessel: TrackIx) {
        if let Some(astray) = self.vessels.get_mut(&key.mmsi) {
            astray.left.retain(|track| *track != (key, vessel));
            astray.tracks.retain(|track| *track != (key, vessel));
        }
    }

    /// The period in which a vessel's positions are false; `None` if they are not in doubt.
    pub(super) fn doubt(&self, mmsi: Mmsi) -> Option<Doubt> {
        self.vessels.get(&mmsi).filter(|astray| astray.noticed).map(|astray| astray.doubt(mmsi))
    }

    /// Makes room. Vessels that a notice names are never given up for room, since their positions would count at once.
    fn bound(&mut self, now: Time) {
        if self.vessels.len() <= MOST {
            return;
        }
        self.vessels.retain(|_, astray| astray.noticed || now - astray.heard_at < GIVEN_UP);
        let oldest = self.vessels.iter().filter(|(_, astray)| !astray.noticed);
        let oldest = oldest.min_by_key(|(mmsi, astray)| (astray.heard_at, **mmsi)).map(|(mmsi, _)| *mmsi);
        if MOST < self.vessels.len()
            && let Some(mmsi) = oldest
        {
            self.vessels.remove(&mmsi);
        }
    }
}

/// Adds a track. Beyond `MOST_TRACKS` the earliest is no longer forgotten when the vessel is back.
fn add(tracks: &mut Vec<(TrackKey, TrackIx)>, track: (TrackKey, TrackIx)) {
    if tracks.contains(&track) {
        return;
    }
    if MOST_TRACKS <= tracks.len() {
        tracks.remove(0);
    }
    tracks.push(track);
}

/// Trusts the positions of a vessel from now on, on all its tracks.
fn lift(mmsi: Mmsi, astray: &mut Astray, now: Time, doubts: &mut Vec<Doubt>, out: &mut Output) {
    astray.until = Some(now);
    doubts.push(astray.doubt(mmsi));
    out.activity.extend(astray.left.drain(..).map(|(_, vessel)| (vessel, Activity::Done)));
    for (_, vessel) in astray.tracks.drain(..) {
        out.activity.push((vessel, Activity::Done));
        out.verdicts.push(Verdict::True { vessel });
    }
}
