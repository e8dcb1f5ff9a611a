//! The daemon as a process: alerts through reloads, broken sinks, and inputs with clocks that lag.

use std::fs::{self, File};
use std::io::Write;
use std::net::{TcpListener, TcpStream};

use atalaia::platform::clock::Clock;
use atalaia_core::base::time::Span;
use tempfile::TempDir;

use crate::harness::beacons::{distress, distress_at, position};
use crate::harness::daemon::{BARE, Daemon, accept, input, settings, wait_for_line_in, wait_until};

#[test]
fn an_alert_reaches_file_and_log_at_once_and_is_listed_as_open_when_stopping() {
    let folder = TempDir::new().unwrap();
    let sinks = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n\
                 [[sinks]]\nkind = \"log\"\nname = \"log\"\n[time]\nlateness_seconds = 0\nidle_after_seconds = 5\n";
    let text = format!("{}{sinks}", input("tcp-listen", "address = \"127.0.0.1:0\""));
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let address = daemon.address();
    let mut client = TcpStream::connect(&address).unwrap();
    client.write_all(distress().as_bytes()).unwrap();
    daemon.wait_for(&["alert", "change=\"opened\"", "behaviour=\"distress\"", "972123456"]);
    // Each sink has its own queue, so the log may be faster.
    let written = wait_for_line_in(&folder.path().join("alerts.jsonl"));
    let change: serde_json::Value = serde_json::from_str(written.lines().next().unwrap()).unwrap();
    assert_eq!(change["alert"]["vessels"][0]["mmsi"], 972_123_456);

    // After log rotation a new file is begun.
    fs::rename(folder.path().join("alerts.jsonl"), folder.path().join("alerts.old")).unwrap();
    daemon.signal("HUP");
    daemon.wait_for(&["reloaded"]);
    daemon.signal("TERM");
    daemon.wait_for(&["open alert", "behaviour=\"distress\""]);
    daemon.wait_for(&["stopped", "open_alerts=1"]);
    assert_eq!(daemon.wait(), Some(0));
    assert!(folder.path().join("alerts.jsonl").exists());
    assert_eq!(fs::read_to_string(folder.path().join("alerts.old")).unwrap(), written);
}

#[test]
fn emptied_settings_are_rejected_and_the_previous_ones_stay_in_force() {
    let folder = TempDir::new().unwrap();
    let sink = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n\
                [time]\nlateness_seconds = 0\nidle_after_seconds = 5\n";
    let text = format!("{}{sink}", input("tcp-listen", "address = \"127.0.0.1:0\""));
    let path = settings(&folder, &text);
    let mut daemon = Daemon::start(&path);
    let address = daemon.address();
    for emptied in ["", BARE] {
        fs::write(&path, emptied).unwrap();
        daemon.signal("HUP");
        daemon.wait_for(&["ERROR", "not reloaded", "[[inputs]]"]);
        daemon.wait_for(&["reload refused", "in force are kept"]);
    }
    // The sink that only the previous settings define still gets deliveries.
    let mut client = TcpStream::connect(&address).unwrap();
    client.write_all(distress().as_bytes()).unwrap();
    assert!(wait_for_line_in(&folder.path().join("alerts.jsonl")).contains("972123456"));
    daemon.signal("TERM");
    daemon.wait_for(&["stopped", "open_alerts=1"]);
    assert_eq!(daemon.wait(), Some(0));
}

#[test]
fn a_watchlist_beyond_the_limits_is_rejected_and_the_previous_one_stays_in_force() {
    let folder = TempDir::new().unwrap();
    let lists = folder.path().join("lists");
    fs::create_dir(&lists).unwrap();
    fs::write(lists.join("desk.csv"), "mmsi,level\n972123456,critical\n").unwrap();
    let rest = "[watchlists]\nfolder = \"lists\"\n[[sinks]]\nkind = \"log\"\nname = \"log\"\n\
                [time]\nlateness_seconds = 0\nidle_after_seconds = 5\n";
    let text = format!("{}{rest}", input("tcp-listen", "address = \"127.0.0.1:0\""));
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let address = daemon.address();
    // A sparse file takes no space on the disk.
    File::create(lists.join("huge.csv")).unwrap().set_len(300_000_000).unwrap();
    daemon.signal("HUP");
    daemon.wait_for(&["not reloaded", "huge.csv: does not fit: it is 300.0 MB large", "may have 268 MB"]);
    daemon.wait_for(&["reload refused", "in force are kept"]);
    let mut client = TcpStream::connect(&address).unwrap();
    client.write_all(distress().as_bytes()).unwrap();
    drop(client);
    daemon.wait_for(&["change=\"opened\"", "behaviour=\"watchlist\""]);
    fs::remove_file(lists.join("huge.csv")).unwrap();
    fs::write(lists.join("desk.csv"), "mmsi,level\n224000001,low\n224000002,low\n").unwrap();
    daemon.signal("HUP");
    daemon.wait_for(&["reloaded", "listed=2"]);
    daemon.signal("TERM");
    daemon.wait_for(&["stopped"]);
    assert_eq!(daemon.wait(), Some(0));
}

#[test]
fn the_last_reports_give_alerts_when_the_only_feed_falls_silent() {
    let folder = TempDir::new().unwrap();
    let rest = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n\
                [time]\nlateness_seconds = 8\nidle_after_seconds = 5\n";
    let mut daemon =
        Daemon::start(&settings(&folder, &format!("{}{rest}", input("tcp-listen", "address = \"127.0.0.1:0\""))));
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    client.write_all(distress().as_bytes()).unwrap();
    // The feed stays open and sends nothing more.
    assert!(wait_for_line_in(&folder.path().join("alerts.jsonl")).contains("972123456"));
    daemon.stop("feed");
}

#[test]
fn a_reload_applies_a_changed_lateness() {
    let folder = TempDir::new().unwrap();
    let text = |seconds: u32| {
        let rest = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"alerts.jsonl\"\n";
        let time = format!("[time]\nlateness_seconds = {seconds}\nidle_after_seconds = 3600\n");
        format!("{}{rest}{time}", input("tcp-listen", "address = \"127.0.0.1:0\""))
    };
    let path = settings(&folder, &text(600));
    let mut daemon = Daemon::start(&path);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    client.write_all(distress().as_bytes()).unwrap();
    settings(&folder, &text(0));
    daemon.signal("HUP");
    daemon.wait_for(&["reloaded"]);
    // The next line advances time to its own report.
    client.write_all(position(Clock.now()).as_bytes()).unwrap();
    assert!(wait_for_line_in(&folder.path().join("alerts.jsonl")).contains("972123456"));
    daemon.stop("feed");
}

#[test]
fn a_sink_that_is_down_at_the_end_is_logged_as_an_error_with_exit_code_1() {
    let folder = TempDir::new().unwrap();
    // A disk without any space left.
    let sinks = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"/dev/full\"\n\
                 [time]\nlateness_seconds = 0\nidle_after_seconds = 5\n";
    let text = format!("{}{sinks}", input("tcp-listen", "address = \"127.0.0.1:0\""));
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let address = daemon.address();
    let mut client = TcpStream::connect(&address).unwrap();
    client.write_all(distress().as_bytes()).unwrap();
    daemon.wait_for(&["ERROR", "sink down", "archive", "/dev/full"]);
    daemon.signal("TERM");
    daemon.wait_for(&["ERROR", "could not be delivered", "archive", "lines=1"]);
    assert_eq!(daemon.wait(), Some(1));
}

#[test]
fn deliveries_for_a_vanished_folder_are_written_once_it_is_back() {
    let folder = TempDir::new().unwrap();
    let (there, away) = (folder.path().join("out"), folder.path().join("away"));
    fs::create_dir(&there).unwrap();
    let sinks = "[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"out/alerts.jsonl\"\n\
                 [time]\nlateness_seconds = 0\nidle_after_seconds = 5\n";
    let text = format!("{}{sinks}", input("tcp-listen", "address = \"127.0.0.1:0\""));
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let address = daemon.address();
    // The file is open by now: only a reload closes it.
    wait_until(|| there.join("alerts.jsonl").exists());
    fs::rename(&there, &away).unwrap();
    // The settings are rejected, but the sinks' files are reopened.
    daemon.signal("HUP");
    daemon.wait_for(&["not reloaded", "sinks[0].path"]);
    let mut client = TcpStream::connect(&address).unwrap();
    client.write_all(distress().as_bytes()).unwrap();
    daemon.wait_for(&["ERROR", "sink down", "archive"]);
    fs::rename(&away, &there).unwrap();
    daemon.wait_for(&["sink up again", "archive"]);
    let written = wait_for_line_in(&there.join("alerts.jsonl"));
    assert_eq!(written.lines().count(), 1, "{written}");
    daemon.signal("TERM");
    daemon.wait_for(&["stopped", "open_alerts=1"]);
    assert_eq!(daemon.wait(), Some(0));
}

#[test]
fn an_input_with_a_lagging_clock_is_named_and_not_waited_for() {
    let folder = TempDir::new().unwrap();
    let (right, late) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let input = |name: &str, listener: &TcpListener| {
        let address = listener.local_addr().unwrap();
        format!("[[inputs]]\nkind = \"tcp\"\nname = \"{name}\"\naddress = \"{address}\"\n")
    };
    // No input may fall silent during the test, because a silent one would not be waited for either.
    let text = format!(
        "{}{}[time]\nlateness_seconds = 1\nidle_after_seconds = 3600\n[[sinks]]\nkind = \"log\"\nname = \"log\"\n",
        input("right", &right),
        input("late", &late)
    );
    let mut daemon = Daemon::start(&settings(&folder, &text));
    let (mut right, mut late) = (accept(&right), accept(&late));
    let now = Clock.now();
    late.write_all(position(now - Span::from_minutes(10)).as_bytes()).unwrap();
    let told = daemon.wait_for(&["WARN", "later than lateness_seconds"]);
    assert!(told.contains("input=late"), "{told}");
    // One report advances time, and moves the earlier distress call past the second of lateness.
    right.write_all(distress_at(Some(now - Span::from_seconds(2))).as_bytes()).unwrap();
    right.write_all(position(now).as_bytes()).unwrap();
    daemon.wait_for(&["alert", "change=\"opened\"", "972123456"]);
    late.write_all(position(Clock.now()).as_bytes()).unwrap();
    let told = daemon.wait_for(&["on time again"]);
    assert!(told.contains("input=late"), "{told}");
    daemon.stop("late");
}
