//! Disk space of journal, snapshot and store: `cargo bench --bench sizing -- FOLDER`, where FOLDER contains recordings
//! (NMEA lines, plain or gzip).
//!
//! Each recording is sent over TCP to a daemon with a store and a journal. The daemon is then stopped and started
//! again, which seals the journal segment it wrote. The table shows the bytes per received line in the journal, as
//! written and sealed, the processor time of sealing beside that of the first run, and the sizes of snapshot and store.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// Clock ticks per second in `/proc`, as the kernel reports them.
const TICKS: f64 = 100.0;

fn main() {
    let folder = std::env::args().skip(1).find(|word| !word.starts_with("--"));
    let Some(folder) = folder.map(PathBuf::from) else {
        println!("name a folder of recordings: cargo bench --bench sizing -- FOLDER");
        return;
    };
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| !path.to_string_lossy().contains(".csv"));
    files.sort();
    println!(
        "{:<56} {:>8} {:>6} {:>7} {:>6} {:>5} {:>8} {:>8} {:>9} {:>8} {:>6}",
        "recording", "lines", "B/line", "written", "sealed", "", "CPU s", "seal s", "snapshot", "store kB", "alerts"
    );
    for file in files {
        measure(&file);
    }
}

/// Measures one recording and prints one row of the table.
fn measure(recording: &Path) {
    let text = read(recording);
    let lines = memchr::memchr_iter(b'\n', &text).count() as f64;
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = folder.path().join("atalaia.toml");
    let words = format!(
        "[store]\npath = \"store.sqlite\"\n[[inputs]]\nkind = \"tcp\"\nname = \"feed\"\naddress = \"{}\"\nrecorded = true\n\
         [[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\nmin_severity = \"info\"\n",
        listener.local_addr().unwrap()
    );
    fs::write(&settings, words).unwrap();
    let journal = folder.path().join("store.sqlite.journal");

    let mut daemon = start(&settings);
    let (mut stream, _) = listener.accept().unwrap();
    stream.write_all(&text).unwrap();
    // Wait until the daemon is idle and has written everything. The journal leaves out line ends, hence 8/10 of the
    // text.
    let mut before = -1.0;
    loop {
        let now = seconds(&format!("/proc/{}/stat", daemon.id()));
        if now == before && text.len() as u64 * 8 / 10 <= bytes(&journal, ".journal") {
            break;
        }
        before = now;
        thread::sleep(Duration::from_millis(500));
    }
    stop(&mut daemon);
    drop(stream);
    let written = bytes(&journal, ".journal");

    let mut daemon = start(&settings);
    let _feed = listener.accept().unwrap();
    let mut sealed = bytes(&journal, ".journal");
    loop {
        thread::sleep(Duration::from_millis(700));
        let now = bytes(&journal, ".journal");
        if now == sealed {
            break;
        }
        sealed = now;
    }
    let sealing = thread_seconds(&daemon, "journal-seal");
    stop(&mut daemon);
    let snapshot = newest(&journal, ".snapshot");
    let store = fs::metadata(folder.path().join("store.sqlite")).unwrap().len();
    let told = fs::read_to_string(folder.path().join("alerts.jsonl")).unwrap_or_default();
    let alerts = told.lines().filter(|line| line.contains("\"change\":\"opened\"")).count();
    println!(
        "{:<56} {lines:>8} {:>6.1} {:>7.1} {:>6.1} {:>4.0}% {before:>8.2} {sealing:>8.2} {snapshot:>9} {:>8} {alerts:>6}",
        recording.file_name().unwrap().to_string_lossy(),
        text.len() as f64 / lines,
        written as f64 / lines,
        sealed as f64 / lines,
        100.0 * sealed as f64 / written as f64,
        store / 1000,
    );
}

fn read(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    let mut text = Vec::new();
    match bytes.starts_with(&[0x1f, 0x8b]) {
        true => drop(flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut text).unwrap()),
        false => text = bytes,
    }
    text
}

fn start(settings: &Path) -> Child {
    let program = std::env::var("ATALAIA_BENCH_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_atalaia").to_owned());
    Command::new(program).args(["run", "--config"]).arg(settings).stderr(Stdio::null()).spawn().unwrap()
}

fn stop(daemon: &mut Child) {
    assert!(Command::new("kill").arg(daemon.id().to_string()).status().unwrap().success());
    assert!(daemon.wait().unwrap().success());
}

/// Processor time of a process or thread in seconds, from its `stat` file under `/proc`.
fn seconds(stat: &str) -> f64 {
    let stat = fs::read_to_string(stat).unwrap();
    let behind_name = stat.rsplit_once(')').unwrap().1;
    behind_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / TICKS
}

fn thread_seconds(daemon: &Child, name: &str) -> f64 {
    let tasks = fs::read_dir(format!("/proc/{}/task", daemon.id())).unwrap().map(|task| task.unwrap().path());
    let named = |task: &PathBuf| fs::read_to_string(task.join("comm")).is_ok_and(|comm| comm.trim() == name);
    tasks.filter(named).map(|task| seconds(&task.join("stat").to_string_lossy())).sum()
}

/// Total size in bytes of the files with this ending.
fn bytes(folder: &Path, ending: &str) -> u64 {
    files(folder, ending).iter().map(|(_, length)| length).sum()
}

fn newest(folder: &Path, ending: &str) -> u64 {
    files(folder, ending).last().map_or(0, |(_, length)| *length)
}

fn files(folder: &Path, ending: &str) -> Vec<(String, u64)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let named =
        entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.metadata().unwrap().len()));
    let mut files: Vec<_> = named.filter(|(name, _)| name.ends_with(ending)).collect();
    files.sort();
    files
}
