//! The settings, zones and lists in force, written out as files from which the same lines can be processed in the same way.
//!
//! The archive beside the journal holds such a folder for each set of settings under which lines were processed, and
//! so does an evidence bundle. Sinks, the store and other tables that decide nothing about alerts are left out, and
//! with them all secrets of sinks. Inputs are kept, because their time zones and lateness matter; secrets in them are
//! references, not values.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::checked::Checked;
use super::places::SETTINGS_FILE;
use super::settings::Config;

/// The settings in force as a folder: `atalaia.toml` with every key, and the files it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InForce<'a> {
    /// 16 hexadecimal digits: the first 8 bytes of a SHA-256 over program version, file names and contents. Equal keys mean equal results;
    /// the version is included because another program may decide otherwise from the same settings.
    pub key: String,
    /// Path within the folder and content of each file.
    pub files: Vec<(PathBuf, Cow<'a, [u8]>)>,
}

/// Whether the name is a keyword instead of a file: built-in data, or none.
fn is_built_in(name: &str) -> bool {
    matches!(name, "" | "built-in" | "off")
}

impl Checked {
    /// The coast, ports, anchorages and wind files named in the settings.
    pub fn named_files(&self) -> impl Iterator<Item = PathBuf> {
        let zones = &self.engine.zones;
        let names = [&zones.coast, &zones.ports, &zones.anchorages, &self.engine.behaviours.small_craft_stop.wind];
        names.into_iter().filter(|name| !is_built_in(name)).map(|name| self.folder.join(name))
    }

    /// The settings in force.
    ///
    /// # Errors
    /// Once the texts of the watchlists have been released, or if a value cannot be written as TOML.
    pub fn in_force(&self) -> io::Result<InForce<'_>> {
        let mut files: Vec<(PathBuf, Cow<'_, [u8]>)> = Vec::new();
        let mut engine = self.engine.clone();
        engine.zones.folder = "zones".to_owned();
        let named = [
            (&mut engine.zones.coast, "coast"),
            (&mut engine.zones.ports, "ports"),
            (&mut engine.zones.anchorages, "anchorages"),
            (&mut engine.behaviours.small_craft_stop.wind, "wind"),
        ];
        for (name, role) in named {
            if !is_built_in(name) {
                let extension = Path::new(name.as_str()).extension().unwrap_or_default();
                let copy = PathBuf::from(role).with_extension(extension);
                let path = self.folder.join(name.as_str());
                // As it was read with the settings; the file may have changed since.
                let text = self.named.get(&path).ok_or_else(|| {
                    io::Error::new(io::ErrorKind::NotFound, format!("{}: was not read", path.display()))
                })?;
                files.push((copy.clone(), text.as_bytes().into()));
                *name = copy.display().to_string();
            }
        }
        files.extend(self.files.iter().map(|(name, text)| (Path::new("zones").join(name), text.as_bytes().into())));
        let gone = || io::Error::new(io::ErrorKind::NotFound, "the texts of the watchlists are not in memory any more");
        let lists = self.list_texts.as_ref().ok_or_else(gone)?;
        for (name, text) in lists.iter() {
            // Watchlists are known by their paths, which differ between machines.
            let name = Path::new(name).file_name().unwrap_or_default();
            files.push((Path::new("watchlists").join(name), text.as_bytes().into()));
        }
        let mut config = Config { inputs: self.inputs.clone(), sinks: Vec::new(), ..Config::default() };
        config.set_engine(engine);
        config.recordings = self.recordings.clone();
        if !lists.is_empty() {
            config.watchlists.folder = "watchlists".to_owned();
        }
        // One serialiser for all settings, which the program includes anyway; TOML then only writes plain values.
        let mut value = serde_json::to_value(&config).map_err(io::Error::other)?;
        leave_out_unset(&mut value);
        let text = toml::to_string(&value).map_err(io::Error::other)?;
        files.push((PathBuf::from(SETTINGS_FILE), text.into_bytes().into()));
        // In a fixed order, so that the same settings have the same key.
        files.sort();
        let mut digest = Sha256::new();
        digest.update(env!("CARGO_PKG_VERSION"));
        for (path, content) in &files {
            digest.update(path.as_os_str().as_encoded_bytes());
            digest.update((content.len() as u64).to_le_bytes());
            digest.update(content);
        }
        let key = HEXLOWER.encode(&digest.finalize()[..8]);
        Ok(InForce { key, files })
    }
}

/// Removes unset keys, because TOML has no null.
fn leave_out_unset(value: &mut Value) {
    match value {
        Value::Object(table) => {
            table.retain(|_, value| !value.is_null());
            table.values_mut().for_each(leave_out_unset);
        }
        Value::Array(list) => list.iter_mut().for_each(leave_out_unset),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::config::{Purpose, check};

    #[test]
    fn the_kept_settings_are_those_that_were_read() {
        let folder = TempDir::new().expect("a folder");
        let (settings, ports) = (folder.path().join("atalaia.toml"), folder.path().join("ports.csv"));
        let sound = "Main Port Name,Latitude,Longitude\nLisboa,38.7,-9.1\n";
        fs::write(&settings, "[zones]\nports = \"ports.csv\"\n").expect("written");
        fs::write(&ports, sound).expect("written");
        let checked = check(Some(&settings), None, Purpose::Replay).expect("sound");
        let before = checked.in_force().expect("plain data");
        assert!(
            before.files.iter().any(|(path, content)| path == Path::new("ports.csv") && **content == *sound.as_bytes())
        );
        fs::write(&ports, sound.replace("38.7", "98.7")).expect("written");
        assert_eq!(checked.in_force().expect("plain data"), before);
        fs::remove_file(&ports).expect("removed");
        assert_eq!(checked.in_force().expect("plain data"), before);
    }
}
