//! Broken files under a running daemon: each is rejected with its location, the settings in force stay, and a good file is loaded.

use std::fs;
use std::io::Write;
use std::net::UdpSocket;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::harness::beacons::distress;
use crate::harness::daemon::{Daemon, wait_for_line_in};

const MAIN: &str = "\
[zones]
folder = \"zones\"
coast = \"off\"
ports = \"off\"
anchorages = \"off\"

[watchlists]
folder = \"lists\"

[time]
lateness_seconds = 0
idle_after_seconds = 5

[[inputs]]
kind = \"udp\"
name = \"feed\"
address = \"127.0.0.1:0\"
";
const DROP_IN: &str = "\
[[sinks]]
kind = \"jsonl\"
name = \"archive\"
path = \"alerts.jsonl\"
";
const ZONE: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
"properties":{"id":"bay","name":"Bay","kind":"area"},
"geometry":{"type":"Polygon","coordinates":[[[-12,40],[-10,40],[-10,42],[-12,42],[-12,40]]]}}]}"#;
const LIST: &str = "mmsi,reason\n224000001,seen before\n";

/// Restores a complete, valid set of files in the folder, whatever is there.
fn restore(root: &Path) {
    for name in ["atalaia.toml", "conf.d", "zones", "lists"] {
        let path = root.join(name);
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => fs::remove_dir_all(&path).unwrap(),
            Ok(_) => fs::remove_file(&path).unwrap(),
            Err(_) => {}
        }
    }
    for folder in ["conf.d", "zones", "lists"] {
        fs::create_dir(root.join(folder)).unwrap();
    }
    for (name, text) in FILES {
        fs::write(root.join(name), text).unwrap();
    }
}

const FILES: [(&str, &str); 4] =
    [("atalaia.toml", MAIN), ("conf.d/10-site.toml", DROP_IN), ("zones/a.geojson", ZONE), ("lists/ships.csv", LIST)];

/// A kind of damage to a file or folder.
enum Harm {
    /// Other text.
    Text(String),
    /// Other bytes.
    Bytes(Vec<u8>),
    /// The valid text with the first string replaced by the second.
    Edit(&'static str, &'static str),
    /// Removed.
    Gone,
    /// A folder in its place.
    Folder,
    /// A link to this in its place.
    Link(&'static str),
    /// A named pipe without a writer.
    Pipe,
    /// This many zero bytes.
    Large(u64),
    /// Readable by root only.
    Locked,
}
use Harm::{Bytes, Edit, Folder, Gone, Large, Link, Locked, Pipe, Text};

impl Harm {
    /// Applies the damage; returns false if that is not possible here.
    fn done(self, root: &Path, name: &str) -> bool {
        let path = root.join(name);
        let sound = FILES.iter().find(|(other, _)| *other == name).map_or("", |(_, text)| text);
        let write = |bytes: &[u8]| fs::write(&path, bytes).unwrap();
        let clear = || match path.symlink_metadata() {
            Ok(found) if found.is_dir() => fs::remove_dir_all(&path).unwrap(),
            Ok(_) => fs::remove_file(&path).unwrap(),
            Err(_) => {}
        };
        match self {
            Text(text) => write(text.as_bytes()),
            Bytes(bytes) => write(&bytes),
            Edit(from, to) => {
                assert!(sound.contains(from), "{name} has no {from}");
                write(sound.replacen(from, to, 1).as_bytes());
            }
            Gone => clear(),
            Folder => {
                clear();
                fs::create_dir(&path).unwrap();
            }
            Link(target) => {
                clear();
                symlink(target, &path).unwrap();
            }
            Pipe => {
                clear();
                assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            }
            Large(bytes) => fs::File::create(&path).unwrap().set_len(bytes).unwrap(),
            Locked => {
                fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
                return fs::read(&path).is_err();
            }
        }
        true
    }
}

fn utf_16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn long_line(lead: &str, tail: &str) -> String {
    format!("{lead}{}{tail}", "x".repeat(3_000_000))
}

/// The file, the damage, and part of the error message.
fn cases() -> Vec<(&'static str, Harm, &'static str)> {
    let text = |text: &str| Text(text.to_owned());
    let main = "atalaia.toml";
    let of_main = vec![
        (main, Edit("[time]", "[time"), "atalaia.toml:10: not TOML"),
        (main, Edit("\"feed\"", "\"feed"), "atalaia.toml:16: not TOML"),
        (main, Edit("idle_after", "lateness"), "atalaia.toml:12: lateness_seconds: is given twice, first in line 11"),
        (main, Edit("[time]", "[zones]"), "atalaia.toml:10: zones: the table is given twice, first in line 1"),
        (main, Edit("lateness", "latenes"), "atalaia.toml:11: time.latenes_seconds: unknown key; did you mean"),
        (main, Edit("= 0", "= \"0\""), "atalaia.toml:11: time.lateness_seconds: "),
        (main, Edit("= 0", "= -1"), "atalaia.toml:11: time.lateness_seconds"),
        (main, Edit("= 0", "= 4294967296"), "atalaia.toml:11: time.lateness_seconds"),
        (main, Edit("= 0", "= 99999999"), "atalaia.toml:11: time.lateness_seconds"),
        (
            main,
            Edit("\"udp\"", "\"upd\""),
            "atalaia.toml:15: inputs[0].kind: \"upd\" is not known; did you mean `udp`?",
        ),
        (main, Edit("127.0.0.1:0", "127.0.0.1"), "atalaia.toml:17: inputs[0].address"),
        (main, Edit("[[inputs]]", "[inputs]"), "atalaia.toml:14: inputs: is a single table"),
        (main, Edit("\"zones\"", "\"nowhere\""), "atalaia.toml:2: zones.folder"),
        (main, Edit("\"off\"", "\"coast.csv\""), "atalaia.toml:3: zones.coast"),
        (main, Edit("\"off\"", "\"/dev/zero\""), "atalaia.toml:3: zones.coast"),
        (main, text(&MAIN[..MAIN.find("[watch").unwrap()]), "atalaia.toml: inputs: there is none"),
        (main, text(&MAIN[..MAIN.find("[[inputs]]").unwrap()]), "atalaia.toml: inputs: there is none"),
        (main, text(&MAIN[..MAIN.len() - 9]), "atalaia.toml:17: not TOML"),
        (main, Gone, "atalaia.toml: No such file"),
        (main, Folder, "atalaia.toml: No such file"),
        (main, Link("atalaia.toml"), "atalaia.toml: Too many levels of symbolic links"),
        (main, Link("nowhere"), "atalaia.toml: No such file"),
        (main, Link("/dev/zero"), "atalaia.toml: is not an ordinary file"),
        (main, Pipe, "atalaia.toml: is not an ordinary file"),
        (main, Locked, "atalaia.toml: Permission denied"),
        (main, Bytes(utf_16(MAIN)), "atalaia.toml: is UTF-16 text"),
        (main, Bytes(b"# caf\xe9\n".to_vec()), "atalaia.toml: is not UTF-8 text from line 1 on"),
        (main, Large(50_000_000), "atalaia.toml: is 50 MB large"),
        (main, Text(long_line("", " = 1\n")), "atalaia.toml:1: xxx"),
        (main, Text(long_line("[time]\nlateness_seconds = \"", "\"\n")), "atalaia.toml:2: time.lateness_seconds: "),
        (main, Text(format!("a = {}", "[".repeat(1_000_000))), "atalaia.toml:1: not TOML"),
        (main, Text(format!("{}a = 1", "a.".repeat(1_000_000))), "atalaia.toml:1: "),
    ];
    let drop_in = "conf.d/10-site.toml";
    let of_drop_in = vec![
        (drop_in, Edit("[[sinks]]", "[[sinks]"), "conf.d/10-site.toml:1: not TOML"),
        (drop_in, Edit("path", "paht"), "conf.d/10-site.toml:4: sinks[0].paht: unknown key; did you mean `path`?"),
        (drop_in, Edit("alerts.jsonl", "no/such/a.jsonl"), "conf.d/10-site.toml:4: sinks[0].path"),
        (drop_in, text("[[inputs]]\nname = \"other\"\n"), "conf.d/10-site.toml:1: inputs[1].kind: is missing"),
        (
            drop_in,
            text("[[inputs]]\nname = \"feed\"\naddress = 5\n"),
            "conf.d/10-site.toml:3: inputs[0].address: 5 is not a string",
        ),
        (drop_in, text("time = 3\n"), "conf.d/10-site.toml:1: time: 3 is not a table"),
        (drop_in, Bytes(utf_16(DROP_IN)), "conf.d/10-site.toml: is UTF-16 text"),
        (drop_in, Large(50_000_000), "conf.d/10-site.toml: is 50 MB large"),
        (drop_in, Folder, "conf.d/10-site.toml: is a folder"),
        (drop_in, Link("10-site.toml"), "conf.d/10-site.toml: Too many levels"),
        ("conf.d", Link("conf.d"), "conf.d: Too many levels"),
        ("conf.d", Pipe, "conf.d: Not a directory"),
    ];
    let zone = "zones/a.geojson";
    let crossing = "[[[-12,40],[-10,42],[-10,40],[-12,42],[-12,40]]]";
    let square = "[[[-12,40],[-10,40],[-10,42],[-12,42],[-12,40]]]";
    let of_zones = vec![
        (zone, text(&ZONE[..100]), "a.geojson:2: ends in the middle of a zone"),
        (zone, text(""), "a.geojson"),
        (zone, text(&ZONE.replace(square, crossing)), "a.geojson:3: zone bay: geometry: its border crosses itself"),
        (zone, Edit("[-12,40]", "[40,-120]"), "a.geojson:3: zone bay: geometry: latitude"),
        (zone, Edit("\"area\"", "\"aera\""), "a.geojson:2: zone bay: kind"),
        (zone, Edit("\"name\"", "\"behaviours\":[\"loitring\"],\"name\""), "did you mean `loitering`?"),
        (
            zone,
            Edit("\"name\"", "\"settings\":{\"loitering\":{\"score\":999}},\"name\""),
            "a.geojson:2: zone bay: settings.loitering",
        ),
        (zone, Gone, "zones: holds no *.geojson file"),
        (zone, Folder, "a.geojson: is not an ordinary file"),
        (zone, Link("a.geojson"), "a.geojson: Too many levels"),
        (zone, Pipe, "a.geojson: is not an ordinary file"),
        (zone, Bytes(utf_16(ZONE)), "a.geojson: is UTF-16 text"),
        (zone, Text(" ".repeat(50_000_000)), "a.geojson"),
        (zone, Large(70_000_000), "a.geojson: is 70 MB large"),
        (zone, Text("[".repeat(10_000_000)), "a.geojson:1: is not JSON at column 128"),
        (zone, Text(ZONE.replace('\n', "").replace("\"area\"", &long_line("\"", "\""))), "a.geojson:1: zone bay: kind"),
        ("zones/b.geojson", text(ZONE), "b.geojson:1: zone bay: id: is already used in a.geojson"),
        ("zones", Gone, "zones.folder: "),
        ("zones", Link("zones"), "zones.folder: "),
    ];
    let list = "lists/ships.csv";
    let of_lists = vec![
        (list, Edit("reason", "reson"), "ships.csv:1: column 2: unknown column \"reson\"; did you mean `reason`?"),
        (list, Edit("224000001", "224"), "ships.csv:2: column mmsi"),
        (list, Bytes(utf_16(LIST)), "ships.csv: is UTF-16 text"),
        (list, Pipe, "ships.csv: is not an ordinary file"),
        ("lists", Gone, "watchlists.folder: "),
    ];
    [of_main, of_drop_in, of_zones, of_lists].into_iter().flatten().collect()
}

#[test]
fn no_broken_file_changes_the_settings_in_force_and_a_valid_one_does() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    restore(root);
    let mut daemon = Daemon::start(&root.join("atalaia.toml"));
    daemon.wait_for(&["started", "sinks=1", "zones=1"]);
    let address = daemon.address();
    let mut count = 0;
    for (name, harm, told) in cases() {
        restore(root);
        if !harm.done(root, name) {
            continue;
        }
        count += 1;
        daemon.signal("HUP");
        // In the log the problem is quoted, and quotation marks in it are escaped.
        daemon.wait_for(&["ERROR", "not reloaded", &told.replace('"', "\\\"")]);
        daemon.wait_for(&["reload refused", "in force are kept"]);
    }
    assert!(50 <= count, "only {count} broken files");
    let longest = daemon.heard().iter().map(String::len).max();
    assert!(longest < Some(4096), "a line of {longest:?} bytes in the log");

    // The initial set is still in force, with its input, zone and sink, while the files differ.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(distress().as_bytes(), &address).unwrap();
    let alerts = wait_for_line_in(&root.join("alerts.jsonl"));
    let change: serde_json::Value = serde_json::from_str(alerts.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&change["alert"]["behaviour"], &change["alert"]["zones"][0]["id"]),
        (&"distress".into(), &"bay".into())
    );

    // A valid set is loaded, with any line ends and with the byte order mark of Windows editors.
    restore(root);
    fs::write(root.join("atalaia.toml"), format!("\u{feff}{}", MAIN.replace('\n', "\r\n"))).unwrap();
    fs::write(root.join("zones/b.geojson"), format!("\u{feff}{}", ZONE.replace("bay", "cape"))).unwrap();
    daemon.signal("HUP");
    daemon.wait_for(&["INFO", "reloaded", "zones=2", "sinks=1", "drop_ins=1"]);
    daemon.stop("feed");
}

#[test]
fn changed_settings_are_loaded_without_a_signal() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    restore(root);
    fs::remove_dir_all(root.join("conf.d")).unwrap();
    // Given as a folder, as a unit may.
    let mut daemon = Daemon::start(root);
    daemon.wait_for(&["started"]);
    daemon.address();
    // A new folder of drop-ins with a mistake in it.
    fs::create_dir(root.join("conf.d")).unwrap();
    fs::write(root.join("conf.d/10-site.toml"), DROP_IN.replace("path", "paht")).unwrap();
    daemon.wait_for(&["not reloaded", "conf.d/10-site.toml:4: sinks[0].paht"]);
    // Corrected in place, as by `echo >`; then another one added; then one removed.
    fs::write(root.join("conf.d/10-site.toml"), DROP_IN).unwrap();
    daemon.wait_for(&["INFO", "reloaded", "drop_ins=1"]);
    fs::write(root.join("conf.d/20-more.toml"), DROP_IN.replace("archive", "copy").replace("alerts", "copy")).unwrap();
    daemon.wait_for(&["INFO", "reloaded", "sinks=2", "drop_ins=2"]);
    fs::remove_file(root.join("conf.d/10-site.toml")).unwrap();
    daemon.wait_for(&["INFO", "reloaded", "sinks=1", "drop_ins=1"]);
    // The settings file replaced by another, as editors do.
    let mut new = fs::File::create(root.join(".atalaia.toml.new")).unwrap();
    new.write_all(
        MAIN.replace("folder = \"lists\"", "folder = \"\"").replace("[time]\n", "[time]\nx = 1\n").as_bytes(),
    )
    .unwrap();
    fs::rename(root.join(".atalaia.toml.new"), root.join("atalaia.toml")).unwrap();
    daemon.wait_for(&["not reloaded", "atalaia.toml:11: time.x"]);
    // The zones' folder replaced as a whole.
    fs::write(root.join("atalaia.toml"), MAIN).unwrap();
    daemon.wait_for(&["INFO", "reloaded"]);
    fs::create_dir(root.join("zones.new")).unwrap();
    for id in ["cape", "reef"] {
        fs::write(root.join(format!("zones.new/{id}.geojson")), ZONE.replace("bay", id)).unwrap();
    }
    fs::rename(root.join("zones"), root.join("zones.old")).unwrap();
    fs::rename(root.join("zones.new"), root.join("zones")).unwrap();
    daemon.wait_for(&["INFO", "reloaded", "zones=2"]);
    fs::remove_file(root.join("zones/reef.geojson")).unwrap();
    daemon.wait_for(&["INFO", "zones reloaded", "zones=1"]);
    // A file named in the settings.
    fs::write(root.join("coast.geojson"), ZONE).unwrap();
    fs::write(root.join("atalaia.toml"), MAIN.replace("coast = \"off\"", "coast = \"coast.geojson\"")).unwrap();
    daemon.wait_for(&["INFO", " reloaded"]);
    fs::write(root.join("coast.geojson"), "{").unwrap();
    daemon.wait_for(&["not reloaded", "coast.geojson"]);
    fs::write(root.join("coast.geojson"), ZONE).unwrap();
    daemon.wait_for(&["INFO", " reloaded"]);
    daemon.stop("feed");
}
