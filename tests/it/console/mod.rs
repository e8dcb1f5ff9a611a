//! The console in a real browser, over a real daemon that has read the recording of the demonstration. The tests themselves are in
//! `tests/console`; `tests/run` runs this room alone, because browsers need both cores. A browser mostly waits, so three run side by side,
//! each with a third of the files and a daemon of its own. With `BLESS=1` it writes the pictures of README and docs.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use atalaia::cli::demo;
use tempfile::TempDir;

use crate::harness::api::{Api, PASSWORD};
use crate::harness::daemon::{PATIENCE, accept};
use crate::harness::passed_over::installed;

/// Settings of the daemon beside what every daemon of the API has: the zones and the feed of the demonstration.
fn settings(feed: &TcpListener) -> String {
    let address = feed.local_addr().unwrap();
    format!(
        "[zones]\nfolder = \"zones\"\n[handling]\nreality = \"exercise\"\n\
         [[inputs]]\nkind = \"tcp\"\nname = \"guadeloupe\"\nrecorded = true\naddress = \"{address}\"\n"
    )
}

/// Node, the browser and the packages that drive it.
struct Tools {
    node: PathBuf,
    chromium: PathBuf,
    packages: PathBuf,
}

/// What came of test files.
#[derive(Default)]
struct Outcome {
    /// Number of tests that passed.
    passed: u32,
    /// Files of which a test failed.
    failed: Vec<PathBuf>,
}

#[test]
fn the_console_in_a_browser() {
    let (Some(node), Some(chromium)) = (installed("ATALAIA_NODE"), installed("ATALAIA_CHROMIUM")) else {
        return;
    };
    let Some(packages) = installed("ATALAIA_CONSOLE_PACKAGES") else {
        return;
    };
    let tools = Tools { node, chromium, packages };
    let shots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("console-shots");
    fs::create_dir_all(&shots).unwrap();
    let mut files: Vec<_> = fs::read_dir("tests/console").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    assert!(10 < files.len(), "{files:?}");
    // Always the same thirds, so that each daemon has always the same past.
    let third = |first: usize| files.iter().skip(first).step_by(3).cloned().collect::<Vec<_>>();
    let thirds = [third(0), third(1), third(2)];
    let mut outcome = Outcome::default();
    let thirds = thread::scope(|scope| {
        let thirds = thirds.map(|files| scope.spawn(|| run_files(&tools, &shots, files)));
        thirds.map(|third| third.join().unwrap())
    });
    for third in thirds {
        outcome.passed += third.passed;
        for file in third.failed {
            // A browser on a busy machine can miss a time limit, and what is left half done disturbs later tests. What also fails while
            // nothing else runs, over a new daemon, is a fault.
            match watch().run(&tools, &shots, &file) {
                Some(passed) => outcome.passed += passed,
                None => outcome.failed.push(file),
            }
        }
    }
    assert!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    assert!(100 < outcome.passed, "only {} tests", outcome.passed);
    if std::env::var_os("BLESS").is_some() {
        for (shot, picture) in [("docs-watch", "watch"), ("docs-night", "night")] {
            fs::copy(shots.join(format!("{shot}.png")), format!("docs/images/{picture}.png")).unwrap();
        }
    }
}

/// A daemon for tests, and the recording that it has read.
struct Watch {
    api: Api,
    traffic: PathBuf,
}

/// Runs test files one after the other over a daemon of their own.
fn run_files(tools: &Tools, shots: &Path, files: Vec<PathBuf>) -> Outcome {
    let watch = watch();
    let mut outcome = Outcome::default();
    for file in files {
        match watch.run(tools, shots, &file) {
            Some(passed) => outcome.passed += passed,
            None => outcome.failed.push(file),
        }
    }
    outcome
}

impl Watch {
    /// Runs a test file and prints what it says. Returns how many tests passed; `None` if one failed.
    fn run(&self, tools: &Tools, shots: &Path, file: &Path) -> Option<u32> {
        let mut command = Command::new(&tools.node);
        command.args(["--test", "--test-reporter=spec"]).arg(file).stdin(Stdio::null());
        command.env("ATALAIA_URL", format!("http://{}", self.api.address));
        command.envs([("ATALAIA_NAME", "ana"), ("ATALAIA_SECOND", "bea"), ("ATALAIA_PASSWORD", PASSWORD)]);
        command.env("ATALAIA_CHROMIUM", &tools.chromium).env("ATALAIA_CONSOLE_PACKAGES", &tools.packages);
        command.env("ATALAIA_STORE", self.api.store()).env("ATALAIA_BIN", env!("CARGO_BIN_EXE_atalaia"));
        command.env("ATALAIA_FEED", &self.traffic).env("ATALAIA_SHOTS", shots);
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        std::io::stdout().write_all(text.as_bytes()).unwrap();
        if !output.status.success() {
            std::io::stderr().write_all(&output.stderr).unwrap();
            return None;
        }
        let count = |word: &str| -> u32 {
            let line =
                text.lines().find_map(|line| line.split_once(&format!("{word} "))).map(|(_, count)| count.trim());
            line.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("no count of {word}: {text}"))
        };
        assert_eq!(count("ℹ skipped"), 0, "{}: {text}", file.display());
        Some(count("ℹ pass"))
    }
}

/// A daemon that has read the recording, with people, and the file of the recording for daemons that a test starts itself.
fn watch() -> Watch {
    let feed = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    fs::write(folder.path().join("zones/demo.geojson"), demo::ZONES).unwrap();
    let api = Api::start_in(folder, &settings(&feed));
    let traffic = api.folder.path().join("feed");
    fs::write(&traffic, demo::feed().unwrap()).unwrap();
    let mut stream = accept(&feed);
    stream.write_all(&fs::read(&traffic).unwrap()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // The daemon closes once it has read everything.
    let _ = stream.read(&mut [0]);
    api.add("ana", "analyst,supervisor,admin,auditor");
    api.add("bea", "analyst,supervisor");
    // The tests assign alerts to them.
    for name in ["m.silva", "r.costa"] {
        api.add(name, "analyst");
    }
    Watch { api, traffic }
}
