//! Silence: what the turn of a slot, a late fix and a moment of receipt mean for gaps and for the feed.

use crate::ais::StationId;
use crate::alerts::Change;
use crate::behaviours::{Interest, Scene, Step};
use crate::coverage::{SLOT, TOLD_BELOW};
use crate::episodes::ANCHORED_AFTER;
use crate::episodes::gap::{Gap, Gaps, Spot};
use crate::time::Time;
use crate::tracks::{Fix, TrackIx};

use super::{Engine, scene};

impl Engine {
    /// A moment of receipt has passed at which an input may have been silent for too long; live only. Part of what a replay of
    /// the journal must repeat. Extra calls change nothing.
    pub fn tick(&mut self, received: Time, out: &mut Vec<Change>) {
        self.receipts.tick(received);
        let now = self.now.unwrap_or(received);
        for asked in 0..self.behaviours.len() {
            let (bit, behaviour) = &mut self.behaviours[asked];
            let bit = *bit;
            let scene = scene!(self, now);
            behaviour.tick(&scene, &self.receipts, received, &mut self.output);
            self.keep(bit, now);
        }
        self.tell(now, out);
    }

    /// A slot of the reception model has ended.
    pub(super) fn turn_slot(&mut self, now: Time, out: &mut Vec<Change>) {
        let mut told = Vec::new();
        let somebody = self.coverage.turn(&self.tracks, &mut told);
        self.episodes.passed(SLOT, somebody, now);
        for (key, ix) in told {
            let vessel = self.tracks.vessel(ix);
            let Some(silence) = self.coverage.silence(ix).filter(|_| vessel.key() == key) else {
                continue;
            };
            // What may be no vessel, or one of many, is not missed; nor a vessel whose positions were false.
            if vessel.is_phantom() || vessel.shares_number() || self.episodes.is_disowned(ix) {
                continue;
            }
            if !Gaps::judged_at(silence.position, &self.chart, now) {
                continue;
            }
            // Out of reach of the feed by now it is no gap, but those who ask hear of it.
            if silence.unheard() < TOLD_BELOW {
                let from = Spot { at: silence.since, position: silence.position };
                let usual = self.coverage.silence_rate(silence).usual().is_some();
                let usual_knots = vessel.usual_knots(from.at);
                let lay_still = self.lay_still(ix, from.at);
                self.gaps.open(Gap { key, from, to: None, usual_knots, usual, lay_still });
            }
            self.ask_about_silence(ix, None, Interest::SILENT, now, out);
        }
        for asked in 0..self.behaviours.len() {
            let (bit, behaviour) = &mut self.behaviours[asked];
            let bit = *bit;
            let decoder = &self.decoder;
            let station_name = |station: StationId| decoder.station_name(station).to_owned();
            let scene = scene!(self, now);
            behaviour.turn(&scene, &station_name, &mut self.output);
            self.keep(bit, now);
        }
        self.tell(now, out);
    }

    /// Whether a vessel last heard at `at` lay at anchor then, by its own word or because it had stayed in place for hours.
    fn lay_still(&self, ix: TrackIx, at: Time) -> bool {
        let vessel = self.tracks.vessel(ix);
        let still = self.episodes.lying.of(vessel.key());
        vessel.says_anchored() || still.is_some_and(|still| ANCHORED_AFTER <= at - still.since)
    }

    /// A vessel was heard after a pause.
    pub(super) fn heard_again(&mut self, ix: TrackIx, fix: Fix, now: Time, out: &mut Vec<Change>) {
        let Some(silence) = self.coverage.ended(ix) else {
            return;
        };
        let vessel = self.tracks.vessel(ix);
        let key = vessel.key();
        // The only vessel of its input: whether it or the receiver was silent cannot be known before one of them is heard.
        if silence.alone && silence.has_own_record() && Gaps::judged_at(silence.position, &self.chart, now) {
            let from = Spot { at: silence.since, position: silence.position };
            let usual_knots = vessel.usual_knots(from.at);
            let lay_still = self.lay_still(ix, from.at);
            self.gaps.open(Gap { key, from, to: None, usual_knots, usual: false, lay_still });
            self.gaps.close(key, Spot { at: fix.at, position: fix.position });
            return self.ask_about_silence(ix, Some(fix), Interest::ALONE, now, out);
        }
        self.gaps.close(key, Spot { at: fix.at, position: fix.position });
    }

    /// A fix older than its vessel's last: it may lie in a gap that has been closed.
    pub(super) fn heard_late(&mut self, ix: TrackIx, fix: Fix, now: Time, out: &mut Vec<Change>) {
        let key = self.tracks.vessel(ix).key();
        if self.gaps.split(key, Spot { at: fix.at, position: fix.position }).is_some() {
            self.ask_about_silence(ix, Some(fix), Interest::LATE, now, out);
        }
    }

    /// Asks those who care about silence, and nobody else: there is no new fix.
    fn ask_about_silence(
        &mut self,
        ix: TrackIx,
        fix: Option<Fix>,
        interest: Interest,
        now: Time,
        out: &mut Vec<Change>,
    ) {
        let key = self.tracks.vessel(ix).key();
        for asked in 0..self.behaviours.len() {
            let (bit, behaviour) = &mut self.behaviours[asked];
            let bit = *bit;
            if !interest.meets(behaviour.interest()) {
                continue;
            }
            let scene = scene!(self, now);
            let step = Step {
                learned: None,
                jump: None,
                at: now,
                vessel: ix,
                key,
                fix,
                previous: None,
                smg: None,
                presence: self.places.presence(ix),
                crossings: &[],
                place: None,
                left_calm: None,
                interest,
            };
            behaviour.step(&scene, &step, &mut self.output);
            self.keep(bit, now);
        }
        self.tell(now, out);
    }
}
