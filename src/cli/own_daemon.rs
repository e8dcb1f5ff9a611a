//! Tells the daemon of the settings from another one that answers at the same address.
//!
//! Two daemons on one machine often have the same `[http]` address, because `atalaia init` writes the usual one. Only the first gets it,
//! and commands for the second must not show its state. So the status page states settings file, store and process of its daemon.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::named;
use crate::config::{SETTINGS_FILE, Table, store_settings};
use crate::platform::service::holder_of_lock;
use crate::platform::telemetry::FromAir;

/// What identifies the daemon of the settings that a command works with.
#[derive(Debug)]
pub(super) struct OwnDaemon {
    /// The settings file, without symbolic links where it can be found.
    settings: PathBuf,
    /// The store, likewise; `None` if the settings have none or cannot be used.
    store: Option<PathBuf>,
}

impl OwnDaemon {
    /// The daemon of a settings file, or of a folder with one. Faults of the settings do not matter here.
    pub(super) fn of(file: &Path) -> OwnDaemon {
        let store = store_settings(file, &[Table::Store]).ok().and_then(|settings| settings.store);
        OwnDaemon { settings: whole(file), store: store.as_deref().map(whole) }
    }

    /// The daemon of the settings that `--config` or the variable names, else of the installed ones.
    pub(super) fn of_named(config: Option<&Path>) -> OwnDaemon {
        OwnDaemon::of(&named::named_settings(config).unwrap_or_else(|| named::INSTALLED.into()))
    }

    /// Why the daemon whose status page this is, is not that of the settings, and what to do. `None` if it is, or if the page does not
    /// tell, as that of an earlier version. A daemon with the same store is the same: no two can have one open. Escaped.
    pub(super) fn other_than(&self, address: &str, page: &Value) -> Option<String> {
        let path = |key: &str| page["daemon"][key].as_str().map(|path| whole(Path::new(path)));
        let (settings, store) = (path("settings")?, path("store"));
        if settings == self.settings || (store.is_some() && store == self.store) {
            return None;
        }
        let own = FromAir(&self.settings.display().to_string()).to_string();
        let state = match self.pid() {
            Some(pid) => format!("which runs as pid {pid} without its pages"),
            None => "which does not seem to run".to_owned(),
        };
        Some(format!(
            "another daemon answers at {address} ({}), not that of {own}, {state}: give one of the two another [http] address; \
             atalaia status --address {address} shows the state of the other",
            identity(page)?
        ))
    }

    /// The process that has the store open; `None` if there is none.
    fn pid(&self) -> Option<u32> {
        let mut lock = self.store.clone()?.into_os_string();
        lock.push(".lock");
        holder_of_lock(Path::new(&lock))
    }
}

/// What a status page states about its daemon: `pid 812, settings /etc/atalaia/atalaia.toml, store /var/lib/atalaia/atalaia.sqlite`. `None`
/// if it states nothing. Escaped.
pub(super) fn identity(page: &Value) -> Option<String> {
    let daemon = page["daemon"].as_object()?;
    let text = |key: &str| daemon.get(key).and_then(Value::as_str).map(|text| FromAir(text).to_string());
    let store = text("store").map_or("no store".to_owned(), |store| format!("store {store}"));
    Some(format!("pid {}, settings {}, {store}", daemon.get("pid")?.as_u64()?, text("settings")?))
}

/// The path of a file without symbolic links, that of the settings file if it is a folder with one. Absolute if the file does not exist or
/// may not be looked for.
fn whole(path: &Path) -> PathBuf {
    let file = if path.is_dir() { path.join(SETTINGS_FILE) } else { path.to_owned() };
    file.canonicalize().or_else(|_| std::path::absolute(&file)).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_daemon_with_other_settings_and_another_store_is_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(SETTINGS_FILE);
        std::fs::write(&file, "[store]\npath = \"a.sqlite\"\n").expect("written");
        let page = |settings: &Path, store: &str| json!({"daemon": {"pid": 812, "settings": settings, "store": folder.path().join(store)}});
        let elsewhere = folder.path().join("b.toml");
        for own in [OwnDaemon::of(&file), OwnDaemon::of(folder.path())] {
            assert_eq!(own.other_than("[::1]:9477", &page(&file, "former.sqlite")), None, "not restarted yet");
            assert_eq!(own.other_than("[::1]:9477", &page(folder.path(), "a.sqlite")), None);
            assert_eq!(own.other_than("[::1]:9477", &page(&elsewhere, "a.sqlite")), None, "a copy of the settings");
            assert_eq!(own.other_than("[::1]:9477", &json!({"ready": true})), None, "an earlier version");
            let other = own.other_than("[::1]:9477", &page(&elsewhere, "b.sqlite")).expect("another");
            assert!(other.starts_with("another daemon answers at [::1]:9477 (pid 812, settings "), "{other}");
            assert!(
                other.contains("b.sqlite), not that of ") && other.contains("which does not seem to run"),
                "{other}"
            );
        }
    }

    #[test]
    fn daemons_without_a_store_are_told_apart_by_their_settings() {
        let own = OwnDaemon { settings: "/a/atalaia.toml".into(), store: None };
        let page = json!({"daemon": {"pid": 1, "settings": "/b/atalaia.toml", "store": null}});
        let other = own.other_than("127.0.0.1:9477", &page).expect("another");
        assert!(other.contains("(pid 1, settings /b/atalaia.toml, no store)"), "{other}");
    }
}
