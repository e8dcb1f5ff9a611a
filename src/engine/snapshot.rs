//! Snapshots: the whole state of the engine as bytes and back, so that a restart continues where the daemon stopped.

use std::collections::BTreeMap;

use crate::ais::SourceSettings;
use crate::alerts::Change;
use crate::state::{Damaged, pack, unpack};
use crate::time::Time;

use super::{Engine, SourceClock};

impl Engine {
    /// The whole state of the engine. An engine of the same program with the same settings, zones and inputs can restore it.
    pub fn save(&self) -> Vec<u8> {
        let Engine {
            decoder,
            watermarks,
            reorder,
            tracks,
            coverage,
            receipts,
            gaps,
            places,
            episodes,
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
            chart: _,
            asking: _,
            merge: _,
            settings: _,
            // Never set in a daemon.
            hold_at: _,
            // Empty between lines.
            intake: _,
            decoded: _,
            believed: _,
            news: _,
            output: _,
        } = self;
        let mut into = Vec::new();
        let to = &mut into;
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
        into
    }

    /// Restores the state of an engine with the same settings, zones and inputs. After an error this engine must not be used.
    pub fn restore(&mut self, snapshot: &[u8]) -> Result<(), Damaged> {
        let mut rest = snapshot;
        let from = &mut rest;
        self.decoder.restore(from)?;
        self.watermarks = unpack(from)?;
        self.reorder = unpack(from)?;
        self.tracks.restore(from)?;
        self.coverage.restore(from)?;
        self.receipts = unpack(from)?;
        self.gaps = unpack(from)?;
        self.places.restore(from)?;
        self.episodes = unpack(from)?;
        self.rules.restore(from)?;
        self.book.restore(from)?;
        self.cases = unpack(from)?;
        self.held = unpack(from)?;
        self.timers = unpack(from)?;
        (self.now, self.sweep_at, self.hours_at) = unpack(from)?;
        self.counters = unpack(from)?;
        match rest {
            [] => Ok(()),
            more => Err(Damaged(format!("{} unexpected bytes at the end", more.len()))),
        }
    }

    /// Replaces the list of inputs. A `SourceId` is an index into the list, which may have grown at its end, so an input keeps
    /// its number for good. A removed input stays in its place, idle, neither live nor late.
    pub fn inputs(&mut self, sources: Vec<SourceClock>) {
        self.watermarks.inputs(&sources);
        self.tracks.satellites(&self.watermarks.satellites());
        self.receipts.inputs(sources.iter().map(|source| (source.name.clone(), source.live)));
        let settings = sources.into_iter();
        let settings =
            settings.map(|SourceClock { name, time_zone, live, .. }| SourceSettings { name, time_zone, live });
        self.decoder.inputs(settings.collect());
    }

    /// Reconciles with the store: `known` maps an alert id to the last stored revision, and other alerts were never stored. Later
    /// revisions count on from there, also for an alert that this engine opens again. An open alert whose latest revision is not
    /// stored is published again.
    pub fn revisions(&mut self, known: &BTreeMap<String, u32>, out: &mut Vec<Change>) {
        let from = out.len();
        self.book.known(known, self.now, out);
        for change in &mut out[from..] {
            change.name_case(self.cases.case_of(&change.alert.id));
        }
    }

    /// The daemon was down between `from` and `until`, by the time of receipt: silences in that interval are its own, not those
    /// of vessels or inputs.
    pub fn resume(&mut self, from: Time, until: Time) {
        self.coverage.away(from, until);
        self.receipts.resume(until);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ais::{Line, SourceId};
    use crate::alerts::Change;
    use crate::engine::Settings;
    use crate::testing::{AREA, chart, engine, lines};

    const SCRIPT: &str = "
        ALFA 224000001 type=70 every=60
          12:00 28.0 -17.0
          stop 90
          go 90 12 60
          stop 80";

    fn feed(engine: &mut Engine, lines: &[String], out: &mut Vec<Change>) {
        for line in lines {
            engine.line(Line { source: SourceId(0), received: None, bytes: line.as_bytes() }, out);
        }
    }

    /// Adds a zone in front of the first, which changes the index of every zone.
    fn more_zones() -> String {
        let other = r#""features":[{"type":"Feature","properties":{"id":"other","name":"Other","kind":"area","weight":0},
            "geometry":{"type":"Polygon","coordinates":[[[-40,24],[-36,24],[-36,30],[-40,30],[-40,24]]]}},"#;
        AREA.replacen(r#""features":["#, other, 1)
    }

    #[test]
    fn a_snapshot_made_after_zones_changed_restores_under_the_new_zones() {
        let settings = Settings::default();
        let (lines, zones) = (lines(SCRIPT), more_zones());
        let (first, second) = lines.split_at(lines.len() / 3);
        let (second, third) = second.split_at(second.len() / 2);
        let mut one = engine(&settings, AREA);
        let mut out = Vec::new();
        feed(&mut one, first, &mut out);
        one.replace(&settings, Arc::new(chart(&zones)), &mut out);
        feed(&mut one, second, &mut out);
        let mut other = engine(&settings, &zones);
        other.restore(&one.save()).expect("a snapshot of the same program");
        let (mut told, mut told_by_other) = (Vec::new(), Vec::new());
        for (engine, out) in [(&mut one, &mut told), (&mut other, &mut told_by_other)] {
            feed(engine, third, out);
            engine.finish(out);
        }
        assert!(!told.is_empty());
        assert_eq!(told, told_by_other);
    }

    #[test]
    fn a_damaged_or_foreign_snapshot_is_refused_and_never_panics() {
        let settings = Settings::default();
        let mut one = engine(&settings, AREA);
        feed(&mut one, &lines(SCRIPT), &mut Vec::new());
        let whole = one.save();
        let fresh = || engine(&settings, AREA);
        assert_eq!(fresh().restore(&whole), Ok(()));
        for length in [0, 1, 7, 100, whole.len() / 2, whole.len() - 1] {
            assert!(fresh().restore(&whole[..length]).is_err(), "{length} bytes of it");
        }
        assert!(fresh().restore(&[whole.as_slice(), b"x"].concat()).is_err());
        let mut fewer = settings.clone();
        fewer.behaviours.loitering.enabled = false;
        let refused = engine(&fewer, AREA).restore(&whole).expect_err("a behaviour too many");
        assert!(refused.to_string().contains("behaviours instead of"), "{refused}");
        let mut chance = fastrand::Rng::with_seed(4);
        for _ in 0..50 {
            let mut damaged = whole.clone();
            let place = chance.usize(0..damaged.len());
            damaged[place] ^= 1 << chance.u8(0..8);
            // In production the checksum keeps damaged bytes away from here. Without it they may be accepted, but must not panic.
            let _ = fresh().restore(&damaged);
        }
    }
}
