//! Silences of vessels and inputs: what the end of a slot, a late fix and a time of receipt mean for them.

use crate::ais::StationId;
use crate::alerts::Change;
use crate::base::time::Time;
use crate::behaviours::{Interest, Step};
use crate::picture::coverage::{REPORTED_BELOW, SLOT};
use crate::picture::episodes::gap::{Gap, Gaps, Spot};
use crate::picture::episodes::{ANCHORED_AFTER, Still};
use crate::picture::tracks::{Fix, TrackIx, Vessel};

use super::machine::Engine;

impl Engine {
    /// Checks by the time of receipt whether an input has been silent for too long; live only. A replay of the journal has to repeat
    /// these calls. Extra calls change nothing.
    pub fn tick(&mut self, received: Time, out: &mut Vec<Change>) {
        self.receipts.tick(received);
        let now = self.now.unwrap_or(received);
        self.each_rule(now, |engine, _, rule, output| {
            rule.tick(&engine.scene(now), &engine.receipts, received, output);
            true
        });
        self.tell(now, out);
    }

    /// Ends a slot of the reception model.
    pub(super) fn turn_slot(&mut self, now: Time, out: &mut Vec<Change>) {
        let mut told = Vec::new();
        let somebody = self.world.coverage.turn(&self.world.tracks, &mut told);
        self.world.episodes.passed(SLOT, somebody, now);
        for (key, ix) in told {
            let vessel = self.world.tracks.vessel(ix);
            let Some(silence) = self.world.coverage.silence(ix).filter(|_| vessel.key() == key) else {
                continue;
            };
            // The silence of a vessel that may be invented, shares its MMSI or had false positions means nothing.
            if vessel.is_phantom() || vessel.shares_number() || self.world.episodes.is_disowned(ix) {
                continue;
            }
            if !Gaps::judged_at(silence.position, &self.world.chart, now) {
                continue;
            }
            // A vessel that has left the feed's reach by now has no gap, but behaviours interested in silence still see it.
            if silence.unheard() < REPORTED_BELOW {
                let from = Spot { at: silence.since, position: silence.position };
                let usual = self.world.coverage.silence_rate(silence).usual().is_some();
                let usual_knots = vessel.usual_knots(from.at);
                let lay_still = is_at_anchor(vessel, self.world.episodes.lying.of(key), from.at);
                self.world.gaps.open(Gap { key, from, to: None, usual_knots, usual, lay_still });
            }
            self.ask_about_silence(ix, None, Interest::SILENT, now, out);
        }
        self.each_rule(now, |engine, _, rule, output| {
            let station_name = |station: StationId| engine.decoder.station_name(station).to_owned();
            rule.turn(&engine.scene(now), &station_name, output);
            true
        });
        self.tell(now, out);
    }

    /// Handles a vessel that is heard, for the first time in this slot. Its gap ends, however long ago it opened: the reception model gives
    /// a silence up after a day, but the gap goes on.
    pub(super) fn heard_again(&mut self, ix: TrackIx, fix: Fix, lay: Option<Still>, now: Time, out: &mut Vec<Change>) {
        let vessel = self.world.tracks.vessel(ix);
        let key = vessel.key();
        let heard = Spot { at: fix.at, position: fix.position };
        // Its input hears no other vessel, so until now the silence could have been the receiver's.
        let alone = self.world.coverage.ended(ix).filter(|silence| silence.alone && silence.has_own_record());
        if let Some(silence) = alone.filter(|silence| Gaps::judged_at(silence.position, &self.world.chart, now)) {
            let from = Spot { at: silence.since, position: silence.position };
            let usual_knots = vessel.usual_knots(from.at);
            let lay_still = is_at_anchor(vessel, lay, from.at);
            self.world.gaps.open(Gap { key, from, to: None, usual_knots, usual: false, lay_still });
            self.world.gaps.close(key, heard);
            return self.ask_about_silence(ix, Some(fix), Interest::ALONE, now, out);
        }
        self.world.gaps.close(key, heard);
    }

    /// Handles a fix older than the vessel's last one, which may be within a gap that has been closed.
    pub(super) fn heard_late(&mut self, ix: TrackIx, fix: Fix, now: Time, out: &mut Vec<Change>) {
        let key = self.world.tracks.vessel(ix).key();
        self.world.episodes.holes.heard_late(key, fix.at, fix.position);
        if self.world.gaps.split(key, Spot { at: fix.at, position: fix.position }).is_some() {
            self.ask_about_silence(ix, Some(fix), Interest::LATE, now, out);
        }
    }

    /// Runs only the behaviours interested in this kind of silence; unlike a normal step there may be no new fix.
    fn ask_about_silence(
        &mut self,
        ix: TrackIx,
        fix: Option<Fix>,
        interest: Interest,
        now: Time,
        out: &mut Vec<Change>,
    ) {
        let key = self.world.tracks.vessel(ix).key();
        self.each_rule(now, |engine, _, rule, output| {
            if !interest.meets(rule.interest()) {
                return false;
            }
            let step = Step {
                learned: None,
                jump: None,
                at: now,
                vessel: ix,
                key,
                fix,
                previous: None,
                smg: None,
                presence: engine.places.presence(ix),
                crossings: &[],
                place: None,
                left_calm: None,
                interest,
            };
            rule.step(&engine.scene(now), &step, output);
            true
        });
        self.tell(now, out);
    }
}

/// Whether a vessel last heard at `at` was at anchor then, by its own status or because it had stayed in place for hours.
fn is_at_anchor(vessel: Vessel<'_>, lay: Option<Still>, at: Time) -> bool {
    vessel.says_anchored() || lay.is_some_and(|still| ANCHORED_AFTER <= at - still.since)
}
