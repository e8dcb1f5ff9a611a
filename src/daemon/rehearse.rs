//! Replays an evidence bundle through a new engine, with the settings and zones that were in force. Works in memory only.
//!
//! The bundle states when the daemon started and when inputs fell silent, beside the sentences. Without these a
//! replay would take a stop of the daemon for a silence of vessels.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::driver::EngineDriver;
use crate::config::{Checked, check_given};
use crate::storage::evidence::{Opened, Replayed, Row};
use crate::storage::journal::Entry;
use atalaia_core::ais::SourceId;
use atalaia_core::ais::encode::{Envelope, Message};
use atalaia_core::base::time::Time;
use atalaia_core::base::units::Mmsi;

/// MMSI of a made-up base station, whose last report advances engine time to the end of the bundle. Such a
/// report carries a time and no vessel.
const TIMEKEEPER: Mmsi = Mmsi(2_550_000);

/// Number of entries between two looks at which vessels have been heard. Looking goes through all tracks, so not after each entry.
const LOOK_EVERY: u64 = 5000;

/// Replays the sentences of a bundle and returns the resulting changes and the vessels heard.
///
/// # Errors
/// If settings that were in force are not in the bundle, or cannot be used by this program. Bytes that are not AIS are not an error: they
/// are counted and dropped, as they were by the daemon.
pub fn rehearse(opened: &Opened) -> io::Result<Replayed> {
    let mut settings: BTreeMap<String, Arc<Checked>> = BTreeMap::new();
    for (key, files) in opened.in_force() {
        let checked = check_given(&files).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            io::Error::other(format!("the settings {key} cannot be used: {}", problems.join("; ")))
        })?;
        settings.insert(key, Arc::new(checked));
    }
    let mut of_key = |key: &str| {
        let found = settings.get(key).cloned();
        found.ok_or_else(|| io::Error::other(format!("the settings {key} that were in force are not in the bundle")))
    };
    let mut driver: Option<EngineDriver> = None;
    let mut out = Vec::new();
    let (mut heard, mut lines) = (BTreeMap::new(), 0_u64);
    for (row, bytes) in opened.rows() {
        if let Row::Start { sources, in_force, .. } | Row::Begun { sources, in_force, .. } = &row
            && driver.is_none()
        {
            driver = Some(EngineDriver::new(&*of_key(in_force)?, sources.clone(), in_force.clone()));
        }
        let Some(driver) = &mut driver else {
            continue;
        };
        let number = |name: &String| driver.names.iter().position(|known| known == name).map(|at| SourceId(at as u16));
        let entry = match row {
            Row::Start { .. } => continue,
            Row::Begun { at, sources, in_force, .. } => Entry::Begun { at, sources, in_force },
            Row::Line { source, received, .. } => match number(&source) {
                Some(source) => Entry::Lines { source, received, bytes },
                None => continue,
            },
            Row::Idle { source, .. } => match number(&source) {
                Some(source) => Entry::Idle { source },
                None => continue,
            },
            Row::InForce { key, .. } => Entry::InForce { key },
            Row::Ended { .. } => Entry::Ended,
        };
        driver.apply(&entry, &mut of_key, &mut out)?;
        lines += 1;
        if lines.is_multiple_of(LOOK_EVERY) {
            look(driver, &mut heard);
        }
    }
    if let (Some(driver), Some(until)) = (&mut driver, opened.until()) {
        let message = Message::base_station(TIMEKEEPER, until, None);
        for sentence in message.sentences(&Envelope { time: Some(until), ..Envelope::default() }) {
            driver.lines(SourceId(0), None, format!("{sentence}\n").as_bytes(), &mut out);
        }
        driver.engine.finish(&mut out);
        look(driver, &mut heard);
    }
    Ok(Replayed { changes: out, heard })
}

/// Notes since when each vessel has been heard, in engine time. Repeated because a track may be dropped before the end.
fn look(driver: &EngineDriver, heard: &mut BTreeMap<u32, Time>) {
    for vessel in driver.engine.tracks().iter() {
        let first = heard.entry(vessel.mmsi().0).or_insert(vessel.first_at());
        *first = vessel.first_at().min(*first);
    }
}
