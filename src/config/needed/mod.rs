//! What the settings require: existing files, programs and secrets, and known names.
//!
//! Only what is certain is reported here, and only for a run: a fault stops the start. What another user might meet
//! is left to the obstacles that `check` reports.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::layers::Layer;
use super::problem::Problem;
use super::settings::Config;
use crate::platform::secret::{Secret, SecretError};
use atalaia_core::alerts::NoticeKind;
use atalaia_core::base::fault::{self, Fault};
use atalaia_core::base::text::advice;
use atalaia_core::behaviours;

/// Files and folders that inputs and sinks need and that do not exist or cannot be used, and unusable secrets. What the daemon creates by
/// itself need not exist, but its folder must.
pub(super) fn missing_places(config: &Config) -> Vec<Fault> {
    let mut problems = Vec::new();
    for (index, input) in config.inputs.iter().enumerate() {
        problems.extend(fault::below(&format!("inputs[{index}]"), input.requirements()));
    }
    let sinks = config.sinks.iter().enumerate();
    let files = sinks.filter_map(|(index, sink)| Some((format!("sinks[{index}].path"), sink.path.as_ref()?)));
    for (key, path) in files.chain(config.store.path.iter().map(|path| ("store.path".to_owned(), path))) {
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        if path.is_dir() {
            problems
                .push(Fault::new(key, format!("{} is a folder", path.display())).advise("write the path of a file"));
        } else if parent.is_some_and(|parent| !parent.is_dir()) {
            let advice = match key.as_str() {
                "store.path" => "if it was moved, move it back; otherwise create it, or write another path",
                _ => "create it, or write another path",
            };
            let what = format!("the folder of {} does not exist", path.display());
            problems.push(Fault::new(key, what).advise(advice));
        }
    }
    for (index, sink) in config.sinks.iter().enumerate() {
        problems.extend(fault::below(&format!("sinks[{index}]"), sink.requirements()));
    }
    for (list, all) in
        [("inputs", serde_json::to_value(&config.inputs)), ("sinks", serde_json::to_value(&config.sinks))]
    {
        // Serialising plain data cannot fail.
        secrets(list, &all.unwrap_or_default(), &mut problems);
    }
    problems
}

/// Unusable secrets: missing, readable by others, or not text. They are found by their form, anywhere below `path`:
/// kinds have secrets under various names, and a new kind needs nothing here.
fn secrets(path: &str, value: &Value, problems: &mut Vec<Fault>) {
    if let Ok(secret) = Secret::deserialize(value) {
        return problems.extend(useless(path, &secret));
    }
    match value {
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| secrets(&format!("{path}[{index}]"), value, problems));
        }
        Value::Object(table) => {
            table.iter().for_each(|(key, value)| secrets(&format!("{path}.{key}"), value, problems));
        }
        _ => {}
    }
}

/// Why a secret cannot be used. `None` if it can, or if only the service can read it.
fn useless(path: &str, secret: &Secret) -> Option<Fault> {
    let error = secret.read().err()?;
    match (secret, &error) {
        // The user who checks may not be the one who runs the daemon; only the latter receives credentials and may read the files.
        (Secret::Credential(_), SecretError::NoCredentials { .. } | SecretError::File { .. }) => None,
        (Secret::File(file), SecretError::File { cause, .. })
            if cause.kind() == ErrorKind::PermissionDenied && fs::metadata(file).is_ok() =>
        {
            None
        }
        (Secret::File(_), _) => Some(error.fault().below(&format!("{path}.file"))),
        (Secret::Credential(_), _) => Some(error.fault().below(&format!("{path}.credential"))),
    }
}

/// Settings files that every user may write. A warning; an error if a sink runs a program, because any user could then run a program
/// as the daemon.
pub(super) fn open_to_others<'a>(layers: impl Iterator<Item = &'a Layer>) -> Vec<Problem> {
    let is_open = |layer: &&Layer| fs::metadata(&layer.file).is_ok_and(|found| found.permissions().mode() & 0o002 != 0);
    let problem = |layer: &Layer| {
        Problem::of_file(&layer.file, Fault::new("", "every user may write this file").advise("run chmod o-w on it"))
    };
    layers.filter(is_open).map(problem).collect()
}

/// Names in a sink's `behaviours` that no behaviour or system alert has.
///
/// An error, not a warning: a misspelt name would silence a sink without a trace.
pub(super) fn unknown_behaviours(config: &Config) -> Vec<Fault> {
    let known: Vec<&str> =
        behaviours::NAMES.iter().copied().chain(NoticeKind::ALL.iter().map(|kind| kind.behaviour().name())).collect();
    let sinks = config.sinks.iter().enumerate();
    let asked = sinks.flat_map(|(index, sink)| sink.behaviours.iter().map(move |name| (index, name)));
    let unknown = asked.filter(|(_, name)| !known.contains(&name.as_str()));
    unknown
        .map(|(index, name)| {
            Fault::new(format!("sinks[{index}].behaviours"), format!("unknown behaviour `{name}`"))
                .advise(advice(name, &known))
        })
        .collect()
}

/// Zones in a sink's `zones` that no file defines, so the sink receives nothing for them.
pub(super) fn unknown_zones(config: &Config, known: &[&str]) -> Vec<Fault> {
    let sinks = config.sinks.iter().enumerate();
    let asked = sinks.flat_map(|(index, sink)| sink.zones.iter().map(move |id| (index, id)));
    let unknown = asked.filter(|(_, id)| !known.contains(&id.as_str()));
    unknown
        .map(|(index, id)| {
            Fault::new(format!("sinks[{index}].zones"), format!("no zone has the id `{id}`, so nothing is sent for it"))
        })
        .collect()
}

#[cfg(test)]
mod tests;
