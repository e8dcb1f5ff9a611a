//! Explanations: engine time is held at one moment, and every behaviour states its conditions for a vessel.

use crate::base::time::Time;
use crate::base::units::Mmsi;
use crate::behaviours::{Behaviour, Explanation, Interest, Place, Step};
use crate::picture::tracks::{Fix, SpeedMadeGood, TrackIx, TrackKey};

use super::machine::Engine;

/// One track and the conditions of every behaviour for it.
#[derive(Clone, PartialEq, Debug)]
pub struct Explained {
    /// MMSI and ordinal of the track.
    pub key: TrackKey,
    /// Index in the slab of tracks; valid until the track is dropped.
    pub vessel: TrackIx,
    /// Its latest fix; `None` if it never sent a position.
    pub fix: Option<Fix>,
    /// Speed made good at that fix; `None` before five minutes of track, or across a hole too long to count.
    pub smg: Option<SpeedMadeGood>,
    /// Shore distance and calm water at that fix; `None` without a fix.
    pub place: Option<Place>,
    /// The conditions of each behaviour, in registry order; empty for a behaviour that states none.
    pub behaviours: Vec<(Behaviour, Vec<Explanation>)>,
}

impl Engine {
    /// Stops engine time at `until`, whatever arrives later.
    pub fn hold_at(&mut self, until: Time) {
        self.hold_at = Some(until);
    }

    /// Whether the inputs have passed the held time, so that nothing more can arrive before it.
    pub fn is_held(&self) -> bool {
        self.hold_at.is_some_and(|hold| self.watermarks.lowest().is_some_and(|lowest| hold < lowest))
    }

    /// The conditions of every behaviour, for every track under an MMSI in order of ordinal: at the held time, otherwise now. Empty
    /// before the first step.
    pub fn explain(&self, mmsi: Mmsi) -> Vec<Explained> {
        let Some(now) = self.hold_at.max(self.now) else {
            return Vec::new();
        };
        let mut tracks: Vec<(TrackKey, TrackIx)> =
            self.world.tracks.under(mmsi).map(|vessel| (vessel.key(), vessel.ix())).collect();
        tracks.sort_unstable();
        tracks.into_iter().map(|(key, ix)| self.explain_one(key, ix, now)).collect()
    }

    fn explain_one(&self, key: TrackKey, ix: TrackIx, now: Time) -> Explained {
        let vessel = self.world.tracks.vessel(ix);
        let fix = vessel.last();
        let smg = vessel.speed_made_good().filter(|smg| !smg.over_hole);
        let place = fix.map(|fix| self.places.vicinity_unkept(&self.world.chart, ix, fix.position, now));
        let scene = self.scene(now);
        let step = Step {
            at: now,
            vessel: ix,
            key,
            fix,
            previous: None,
            smg,
            presence: self.places.presence(ix),
            crossings: &[],
            place,
            learned: None,
            jump: None,
            left_calm: None,
            interest: Interest(0),
        };
        let rules = self.rules.of_lane(self.world.tracks.shard(ix)).into_iter();
        let behaviours = rules.map(|rule| {
            let doubt = self.book.doubt(rule.behaviour(), key.mmsi, now);
            let told = rule.explain(&scene, &step).into_iter();
            (rule.behaviour(), told.map(|told| told.unless_false(doubt)).collect())
        });
        Explained {
            key,
            vessel: ix,
            fix,
            smg,
            place: place.map(|place| place.place(&self.world.chart)),
            behaviours: behaviours.collect(),
        }
    }
}
