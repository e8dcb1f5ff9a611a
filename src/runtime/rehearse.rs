//! A bundle of evidence through a fresh engine, with the settings and zones that were in force: in memory alone.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::helm::Helm;
use crate::ais::SourceId;
use crate::ais::encode::{Envelope, Message};
use crate::alerts::Change;
use crate::config::{Checked, check_given};
use crate::evidence::{Opened, Row};
use crate::journal::Entry;
use crate::units::Mmsi;

/// Says the time at the end, when nobody else does: a base station that is none.
const TIMEKEEPER: Mmsi = Mmsi(2_550_000);

/// Everything that the sentences of a bundle decide.
///
/// # Errors
/// When settings that were in force are not in the bundle, or cannot be used by this program.
pub fn rehearse(opened: &Opened) -> io::Result<Vec<Change>> {
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
    let mut helm: Option<Helm> = None;
    let mut out = Vec::new();
    for (row, bytes) in opened.rows() {
        if let Row::Start { sources, in_force, .. } | Row::Begun { sources, in_force, .. } = &row
            && helm.is_none()
        {
            helm = Some(Helm::new(&*of_key(in_force)?, sources.clone(), in_force.clone()));
        }
        let Some(helm) = &mut helm else {
            continue;
        };
        let number = |name: &String| helm.names.iter().position(|known| known == name).map(|at| SourceId(at as u16));
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
        helm.apply(&entry, &mut of_key, &mut out)?;
    }
    if let (Some(helm), Some(until)) = (&mut helm, opened.until()) {
        let message = Message::base_station(TIMEKEEPER, until, None);
        for sentence in message.sentences(&Envelope { time: Some(until), ..Envelope::default() }) {
            helm.lines(SourceId(0), None, format!("{sentence}\n").as_bytes(), &mut out);
        }
        helm.engine.finish(&mut out);
    }
    Ok(out)
}
