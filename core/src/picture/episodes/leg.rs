//! Slow legs: a vessel in watched water makes less than half its own usual speed for ten minutes or more.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::LatLon;
use crate::picture::tracks::{TrackIx, TrackKey};

use super::look::Look;
use super::news::News;
use super::shelf::{Episode, Shelf};

/// A vessel is slow below this share of its usual speed (SPEC `async_rendezvous`).
const SLOW_SHARE: f64 = 0.5;
/// A leg ends at this share of the usual speed. It is higher than `SLOW_SHARE`, so that one leg is not reported as many.
const AWAY_SHARE: f64 = 0.6;
/// Usual speed below which a vessel has no slow legs. Knots.
const UNDER_WAY_KNOTS: f64 = 5.0;
/// Minimum duration of a slow leg (SPEC `async_rendezvous`).
const AFTER: Span = Span::from_minutes(10);
/// After this long without a fix the leg ends, as it is not known how it continued.
const LOST_AFTER: Span = Span::from_hours(6);

/// One slow leg of one vessel.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SlowLeg {
    /// The vessel.
    pub key: TrackKey,
    /// The vessel's place in the slab when the leg began; reused later.
    pub vessel: TrackIx,
    /// Position of the first slow fix.
    pub position: LatLon,
    /// Position of the last slow fix.
    pub last_position: LatLon,
    /// Start of the span of the first slow fix.
    pub started_at: Time,
    /// Time of the last slow fix.
    pub last_at: Time,
    /// The vessel's own usual speed in the day before. Knots.
    pub usual_knots: f64,
    /// Lowest speed made good. Knots.
    pub slowest_knots: f64,
    /// Distance from shore where the leg began. Nautical miles.
    pub shore_nm: f64,
}

impl Episode for SlowLeg {
    fn key(&self) -> TrackKey {
        self.key
    }

    fn position(&self) -> LatLon {
        self.position
    }

    fn last_at(&self) -> Time {
        self.last_at
    }
}

/// Vessels that are slower than usual now.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Legs {
    /// The leg so far by index of the track, with its id on the shelf; `None` until it has lasted `AFTER`.
    slower: FxHashMap<TrackIx, (SlowLeg, Option<u64>)>,
}

impl Legs {
    /// Whether the vessel is slower than usual. If it is, every fix is needed to see its leg end.
    pub(super) fn follows(&self, vessel: TrackIx) -> bool {
        self.slower.contains_key(&vessel)
    }

    /// Whether a leg of the vessel was reported and continues.
    pub(super) fn is_reported(&self, vessel: TrackIx) -> bool {
        self.slower.get(&vessel).is_some_and(|(_, id)| id.is_some())
    }

    /// Drops the state of a vessel that is no longer followed, and brings the copy of its leg on the shelf up to date a last time.
    pub(super) fn forget(&mut self, vessel: TrackIx, shelf: &mut Shelf<SlowLeg>) {
        self.close(vessel, shelf);
    }

    /// Handles a fix: begins, updates or ends the slow leg of its vessel.
    pub(super) fn look(&mut self, look: &Look<'_>, shelf: &mut Shelf<SlowLeg>, news: &mut Vec<News>) {
        let vessel = look.vessel.ix();
        let at = look.fix.at;
        let Some(smg) = look.smg else {
            return;
        };
        if let Some((leg, id)) = self.slower.get_mut(&vessel) {
            let share = if id.is_some() { AWAY_SHARE } else { SLOW_SHARE };
            let stays = look.watched && !look.calm && at - leg.last_at <= LOST_AFTER;
            if !stays || leg.usual_knots * share <= smg.knots {
                news.extend(self.close(vessel, shelf).map(News::LegEnded));
                return;
            }
            if smg.knots < leg.usual_knots * SLOW_SHARE {
                leg.last_at = at;
                leg.last_position = look.fix.position;
                leg.slowest_knots = leg.slowest_knots.min(smg.knots);
            }
            match id {
                Some(id) if look.tick => shelf.update(*id, |kept| kept.clone_from(leg)),
                None if AFTER <= leg.last_at - leg.started_at => {
                    let new = shelf.add(leg.clone());
                    *id = Some(new);
                    news.push(News::LegBegan(new));
                }
                Some(_) | None => {}
            }
            return;
        }
        // The usual speed is costly to look up. Once in five minutes is enough, as the span reaches back as far.
        if !look.tick || !look.watched || look.calm || !look.off_shore || look.is_its_trade() {
            return;
        }
        // Only the vessel's own record counts here, not the usual speed of its type.
        let Some(usual_knots) = look.vessel.own_knots(smg.since).filter(|knots| UNDER_WAY_KNOTS <= *knots) else {
            return;
        };
        if smg.knots < usual_knots * SLOW_SHARE {
            let leg = SlowLeg {
                key: look.key,
                vessel,
                position: look.vessel.position_at(smg.since, AFTER).unwrap_or(look.fix.position),
                last_position: look.fix.position,
                started_at: smg.since,
                last_at: at,
                usual_knots,
                slowest_knots: smg.knots,
                shore_nm: (look.shore_nm)(),
            };
            self.slower.insert(vessel, (leg, None));
        }
    }

    /// Drops the state of a vessel and updates the copy of its leg on the shelf. Returns the id of the leg; `None` if there was none yet.
    fn close(&mut self, vessel: TrackIx, shelf: &mut Shelf<SlowLeg>) -> Option<u64> {
        let (leg, id) = self.slower.remove(&vessel)?;
        let id = id?;
        shelf.update(id, |kept| *kept = leg);
        Some(id)
    }
}
