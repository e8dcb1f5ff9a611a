//! Snapshots: the whole state of the engine as bytes and back, so that a restart continues where the daemon stopped.
//!
//! Most of the state are the tracks. A save therefore has two parts. The frame is everything else, and is saved at once. The tracks
//! follow a few at a time, between lines, each as it was when the save began.

use std::collections::BTreeMap;

use crate::ais::SourceSettings;
use crate::alerts::Change;
use crate::base::state::{Damaged, pack, unpack};
use crate::base::time::Time;

use super::machine::{Engine, World};
use super::settings::SourceClock;

impl Engine {
    /// The whole state of the engine. An engine of the same program with the same settings, zones and inputs can restore it.
    pub fn save(&self) -> Vec<u8> {
        let mut into = Vec::new();
        self.save_frame(&mut into);
        self.world.tracks.save_items(&mut into);
        into
    }

    /// Begins to save the state as it is, and appends its first part. [`Engine::save_some`] gives the rest. The parts together are a
    /// snapshot of this moment. Ends any earlier save that is still in progress.
    pub fn begin_save(&mut self, into: &mut Vec<u8>) {
        self.save_frame(into);
        self.world.tracks.begin_save();
    }

    /// Continues the save in progress: appends to `into` until it is about `length` bytes long, or longer if lines since the last
    /// call have changed more than that. Returns whether more is to come.
    pub fn save_some(&mut self, length: usize, into: &mut Vec<u8>) -> bool {
        self.world.tracks.save_some(length, into)
    }

    /// Ends the save in progress, if any; the parts handed out so far are of no use. While a save is in progress, every track that changes
    /// is copied first, so one that is not continued must be ended.
    pub fn end_save(&mut self) {
        self.world.tracks.end_save();
    }

    fn save_frame(&self, to: &mut Vec<u8>) {
        let Engine {
            decoder,
            world,
            watermarks,
            reorder,
            receipts,
            places,
            rules,
            book,
            cases,
            held,
            timers,
            now,
            sweep_at,
            hours_at,
            counters,
            // Built from settings and zones.
            asking: _,
            settings: _,
            // Never set in a daemon.
            hold_at: _,
            // Empty between lines.
            lanes: _,
            decoded: _,
            believed: _,
            news: _,
            output: _,
        } = self;
        // The chart and the merge window are built from settings and zones.
        let World { tracks, episodes, coverage, gaps, chart: _, merge: _ } = world;
        decoder.save(to);
        pack(watermarks, to);
        pack(reorder, to);
        tracks.save(to);
        coverage.save(to);
        pack(receipts, to);
        pack(gaps, to);
        places.save(to);
        pack(episodes, to);
        rules.save(to);
        book.save(to);
        pack(cases, to);
        pack(held, to);
        pack(timers, to);
        pack(&(now, sweep_at, hours_at), to);
        pack(counters, to);
    }

    /// Restores the state of an engine with the same settings, zones and inputs. After an error this engine must not be used.
    pub fn restore(&mut self, snapshot: &[u8]) -> Result<(), Damaged> {
        self.restore_parts(snapshot, [])
    }

    /// The same from the parts of a save, each of which is dropped once it has been used.
    pub fn restore_parts(&mut self, first: &[u8], others: impl IntoIterator<Item = Vec<u8>>) -> Result<(), Damaged> {
        let rest = self.restore_frame(first)?;
        self.world.tracks.restore_items(rest)?;
        others.into_iter().try_for_each(|part| self.world.tracks.restore_items(&part))?;
        self.world.tracks.restored()
    }

    /// Begins to check that a snapshot could be restored, from its first part. Takes far less memory than restoring it. The engine must
    /// be a new one, and cannot be used for anything else.
    pub fn check_first(&mut self, part: &[u8]) -> Result<(), Damaged> {
        let rest = self.restore_frame(part)?;
        self.world.tracks.check_items(rest)
    }

    /// Continues the check with the next part.
    pub fn check_next(&mut self, part: &[u8]) -> Result<(), Damaged> {
        self.world.tracks.check_items(part)
    }

    /// Ends the check: whether the parts were complete.
    pub fn checked(mut self) -> Result<(), Damaged> {
        self.world.tracks.restored()
    }

    /// Restores everything but the items of the tracks, and returns what follows.
    fn restore_frame<'a>(&mut self, part: &'a [u8]) -> Result<&'a [u8], Damaged> {
        let mut rest = part;
        let from = &mut rest;
        self.decoder.restore(from)?;
        self.watermarks = unpack(from)?;
        self.reorder = unpack(from)?;
        self.world.tracks.restore(from)?;
        self.world.coverage.restore(from)?;
        self.receipts = unpack(from)?;
        self.world.gaps = unpack(from)?;
        self.places.restore(from)?;
        self.world.episodes = unpack(from)?;
        self.rules.restore(from)?;
        self.book.restore(from)?;
        self.cases = unpack(from)?;
        self.held = unpack(from)?;
        self.timers = unpack(from)?;
        (self.now, self.sweep_at, self.hours_at) = unpack(from)?;
        self.counters = unpack(from)?;
        Ok(rest)
    }

    /// Replaces the list of inputs. A `SourceId` is an index into the list, which may have grown at its end, so an input keeps
    /// its number for good. A removed input stays in its place, idle, neither live nor late.
    pub fn inputs(&mut self, sources: Vec<SourceClock>) {
        self.watermarks.inputs(&sources);
        self.world.tracks.satellites(&self.watermarks.satellites());
        self.receipts.inputs(sources.iter().map(|source| (source.name.clone(), source.live)));
        let settings = sources.into_iter();
        let settings =
            settings.map(|SourceClock { name, time_zone, live, .. }| SourceSettings { name, time_zone, live });
        self.decoder.inputs(settings.collect());
    }

    /// Reconciles the alerts with the store. `known` maps the id of each stored alert to its last stored revision. Later revisions
    /// continue from there, also for an alert that this engine opens again. An open alert whose latest revision is not stored is
    /// published again.
    pub fn revisions(&mut self, known: &BTreeMap<String, u32>, out: &mut Vec<Change>) {
        let from = out.len();
        self.book.known(known, self.now, out);
        for change in &mut out[from..] {
            change.name_case(self.cases.case_of(&change.alert.id));
        }
    }

    /// Records that the daemon was down between `from` and `until`, by the time of receipt. Silences in that interval are the
    /// daemon's, not those of vessels or inputs.
    pub fn resume(&mut self, from: Time, until: Time) {
        self.world.coverage.away(from, until);
        self.receipts.resume(until);
    }
}

#[cfg(test)]
mod tests;
