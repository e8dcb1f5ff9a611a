//! An operator's folder after a morning, and the commands run in it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::daemon::{Daemon, input, settings};
use super::scenes;

/// An operator's folder after a morning: a store with alerts, cases and deliveries.
pub struct Desk {
    /// The folder.
    pub folder: TempDir,
    settings: PathBuf,
}

impl Desk {
    /// Without zones of its own.
    pub fn new() -> Desk {
        Desk::with("")
    }

    /// With the zones that the scenes were made for.
    pub fn with_zones() -> Desk {
        Desk::with("zones")
    }

    fn with(zones: &str) -> Desk {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("feed.nmea"), scenes::meeting(4).nmea() + &scenes::borders(4).nmea()).unwrap();
        let sink = |name: &str| {
            format!("[[sinks]]\nkind = \"jsonl\"\nname = \"{name}\"\npath = \"{name}.jsonl\"\nmin_severity = \"low\"\n")
        };
        // No alert is severe enough for the second sink.
        let quiet = sink("director").replace("low", "critical");
        let store = "[store]\npath = \"atalaia.sqlite\"\n[behaviours.distress]\nscore = 61\n";
        let feed = input("file", "path = \"feed.nmea\"");
        let settings = settings(&folder, &format!("{feed}{}{quiet}{store}", sink("archive")));
        if !zones.is_empty() {
            let file = folder.path().join(zones).join("scenes.geojson");
            fs::create_dir(file.parent().unwrap()).unwrap();
            fs::write(file, scenes::zones(0.0)).unwrap();
            let text = fs::read_to_string(&settings).unwrap();
            fs::write(&settings, text.replacen("[zones]", &format!("[zones]\nfolder = \"{zones}\""), 1)).unwrap();
        }
        let mut daemon = Daemon::start(&settings);
        daemon.wait_for(&["all inputs have ended"]);
        daemon.stop("feed");
        Desk { folder, settings }
    }

    /// The output of a command, on a terminal of this width.
    pub fn runs(&self, arguments: &[&str], columns: Option<&str>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
        command.env_remove("COLUMNS").args(arguments).arg("--config").arg(&self.settings);
        command.current_dir(self.folder.path());
        if let Some(columns) = columns {
            command.env("COLUMNS", columns);
        }
        command.output().unwrap()
    }

    /// Changes the store directly, for states that no scene produces.
    pub fn sql(&self, text: &str) {
        rusqlite::Connection::open(self.folder.path().join("atalaia.sqlite")).unwrap().execute_batch(text).unwrap();
    }

    /// What a command that succeeds prints.
    #[track_caller]
    pub fn says(&self, arguments: &[&str], columns: Option<&str>) -> String {
        let output = self.runs(arguments, columns);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}
