//! Access to the store: faulty settings, settings not named on the command line, files without permission.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::{Centre, device};
use crate::harness::daemon::Daemon;

const PROGRAM: &str = env!("CARGO_BIN_EXE_atalaia");
const INSTALLED: &str = "/etc/atalaia/atalaia.toml";

const ZONE: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
"properties":{"id":"bay","name":"Bay","kind":"area"},
"geometry":{"type":"Polygon","coordinates":[[[-12,40],[-10,40],[-10,42],[-12,42],[-12,40]]]}}]}"#;

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A centre with one alert in the store and no daemon.
fn one_alert() -> Centre {
    let centre = Centre::new("[http]\naddress = \"127.0.0.1:0\"\n");
    fs::create_dir(centre.file("zones")).unwrap();
    fs::write(centre.file("zones/bay.geojson"), ZONE).unwrap();
    let text = fs::read_to_string(&centre.settings).unwrap();
    fs::write(&centre.settings, text.replace("[zones]\n", "[zones]\nfolder = \"zones\"\n")).unwrap();
    let mut daemon = Daemon::start(&centre.settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    client.write_all(device(0, 0).as_bytes()).unwrap();
    centre.wait_until(|told| told.len() == 1);
    daemon.stop("feed");
    centre
}

/// Commands that read or change the store, and part of their output on success.
const COMMANDS: [(&[&str], &str); 6] = [
    (&["alerts", "list"], "distress"),
    (&["cases", "list"], "972100000"),
    (&["deliveries", "list", "--state", "delivered", "--sink", "archive"], "distress"),
    (&["deliveries", "count"], "archive  delivered  1"),
    (&["purge", "--dry-run"], "0 would go"),
    (&["backup"], "complete and sound"),
];

#[test]
fn a_fault_in_the_settings_does_not_block_access_to_the_store() {
    let centre = one_alert();
    let sound = fs::read_to_string(&centre.settings).unwrap();
    let check_all = |what: &str, warning: Option<&str>| {
        for (number, (words, part)) in COMMANDS.iter().enumerate() {
            let copy = centre.file(&format!("copy-{what}-{number}"));
            let target = [copy.to_str().unwrap()];
            let target: &[&str] = if words[0] == "backup" { &target } else { &[] };
            let words = [*words, target].concat();
            let (code, out, err) = centre.does(&words);
            assert!(code == Some(0) && out.contains(part), "{what}, {words:?}: {code:?} {out}{err}");
            match warning {
                Some(part) => assert!(err.lines().count() == 1 && err.contains(part), "{what}, {words:?}: {err}"),
                None => assert_eq!(err, "", "{what}, {words:?}"),
            }
        }
    };
    // A zone file that is not GeoJSON. The store does not depend on it, and it is not read.
    fs::write(centre.file("zones/bay.geojson"), "{").unwrap();
    assert_eq!(centre.does(&["check"]).0, Some(78));
    check_all("zones", None);
    // Invalid keys, inputs and sinks, and a missing zones folder.
    let faulty = sound.replace("folder = \"zones\"", "folder = \"nowhere\"\nfoldr = 1")
        + "[[inputs]]\nkind = \"tpc\"\nname = \"feed\"\n[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\n";
    fs::write(&centre.settings, &faulty).unwrap();
    check_all("keys", Some("faults elsewhere: atalaia check --config "));
    let (code, _, err) = centre.does(&["status"]);
    assert!(code == Some(1) && err.contains("no daemon answers at 127.0.0.1:0") && err.contains("elsewhere"), "{err}");
    // A fault in a needed setting is reported with its line, and with an alternative.
    fs::write(&centre.settings, sound.replace("[store]\npath", "[store]\npaht")).unwrap();
    let (code, _, err) = centre.does(&["alerts", "list"]);
    assert!(code == Some(78) && err.contains("store.paht: unknown key; did you mean `path`?"), "{err}");
    assert!(err.contains("--store FILE"), "{err}");
    // A file that is not TOML cannot name the store.
    fs::write(&centre.settings, format!("{sound}[feeds\n")).unwrap();
    let (code, _, err) = centre.does(&["alerts", "list"]);
    let line = format!("atalaia.toml:{}: not TOML", sound.lines().count() + 1);
    assert!(code == Some(78) && err.contains(&line) && err.contains("--store FILE"), "{err}");
    let mut command = Command::new(PROGRAM);
    let (code, out, _) =
        said(&command.args(["alerts", "list", "--store"]).arg(centre.file("atalaia.sqlite")).output().unwrap());
    assert!(code == Some(0) && out.contains("distress"), "{out}");
}

#[test]
fn settings_not_named_come_from_the_variable() {
    let centre = one_alert();
    let does = |variable: Option<&Path>, arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.env_remove("ATALAIA_CONFIG").args(arguments);
        variable.map(|file| command.env("ATALAIA_CONFIG", file));
        said(&command.output().unwrap())
    };
    for words in [&["alerts", "list"][..], &["purge", "--dry-run"], &["check"], &["zones", "list"]] {
        let (code, _, err) = does(Some(&centre.settings), words);
        // `check` warns about the short times of this test.
        let warns = words == ["check"] && err.lines().next().is_some_and(|line| line.contains("warning"));
        assert!(code == Some(0) && (err.is_empty() || warns), "{words:?}: {code:?} {err}");
    }
    let named = centre.settings.to_str().unwrap();
    let elsewhere = centre.file("nowhere.toml");
    assert_eq!(does(Some(&elsewhere), &["alerts", "list", "--config", named]).0, Some(0), "the command line wins");
    for words in [&["alerts", "list"][..], &["purge"], &["check"], &["run"], &["status"], &["zones", "list"]] {
        let (code, _, err) = does(Some(&elsewhere), words);
        assert!(code == Some(78) && err.contains("nowhere.toml: No such file"), "{words:?}: {code:?} {err}");
        assert!(err.contains("--config FILE") && err.contains("ATALAIA_CONFIG"), "{words:?}: {err}");
    }
    if !Path::new(INSTALLED).exists() {
        for variable in [None, Some(Path::new(""))] {
            let (code, _, err) = does(variable, &["alerts", "list"]);
            assert_eq!(code, Some(2), "{err}");
            for part in ["--config FILE", "ATALAIA_CONFIG", INSTALLED, "--store FILE"] {
                assert!(err.contains(part), "{part} in {err}");
            }
            assert_eq!(does(variable, &["run"]).0, Some(2));
        }
    }
}

/// Another user, and a copy of the program that user can reach.
struct Other {
    number: String,
    tools: TempDir,
}

impl Other {
    /// `None` if the tests cannot run as another user.
    fn user(number: u32) -> Option<Other> {
        let tools = TempDir::new().unwrap();
        fs::set_permissions(tools.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::copy(PROGRAM, tools.path().join("atalaia")).unwrap();
        let other = Other { number: number.to_string(), tools };
        let works = other.command().arg("--version").output();
        works.is_ok_and(|output| output.status.success()).then_some(other)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", &self.number, "--regid", &self.number, "--clear-groups"]);
        command.arg(self.tools.path().join("atalaia")).env_remove("SUDO_USER");
        command
    }
}

/// Gives a folder and the files directly in it to the user `daemon`.
fn give_all(folder: &Path) {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for path in entries.chain([folder.to_owned()]) {
        chown(path, Some(DAEMON), Some(DAEMON)).unwrap();
    }
}

/// A user without a name on any machine, and one that every Debian has.
const STRANGER: u32 = 54_321;
const DAEMON: u32 = 1;

#[test]
fn without_permission_for_the_store_the_error_names_the_user_to_become() {
    let Some(stranger) = Other::user(STRANGER) else {
        // Only root can become another user; the messages have unit tests.
        return;
    };
    let centre = one_alert();
    let refuses = |words: &[&str], config: &Path| {
        let (code, out, err) = said(&stranger.command().args(words).arg("--config").arg(config).output().unwrap());
        assert!(code != Some(0) && out.is_empty(), "{words:?}: {code:?} {out}");
        err
    };
    let root = centre.folder.path().to_owned();
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    give_all(&root);
    let store = centre.file("atalaia.sqlite");
    let you = format!("permission denied: you are user {STRANGER}; ");

    // The root folder is closed.
    mode(&root, 0o700);
    let err = refuses(&["alerts", "list"], &centre.settings);
    let folder = format!("{you}{} belongs to daemon: sudo -u daemon /", root.display());
    assert!(
        err.contains(&folder) && err.contains(&format!("atalaia alerts list --config {}", centre.settings.display())),
        "{err}"
    );
    // The settings file is closed, then the store.
    mode(&root, 0o755);
    mode(&centre.settings, 0o600);
    let err = refuses(&["purge"], &centre.settings);
    assert!(err.contains("atalaia.toml: permission denied") && err.contains("it belongs to daemon"), "{err}");
    mode(&centre.settings, 0o644);
    mode(&store, 0o600);
    for words in [&["alerts", "list"][..], &["cases", "list"], &["deliveries", "count"], &["backup", "/tmp/never"]] {
        let err = refuses(words, &centre.settings);
        let sentence = format!("atalaia.sqlite: {you}it belongs to daemon: sudo -u daemon ");
        assert!(err.contains(&sentence) && err.contains(&words.join(" ")), "{err}");
    }
    // The store can be read, but nothing can be created beside it.
    mode(&store, 0o644);
    let err = refuses(&["alerts", "list"], &centre.settings);
    assert!(err.contains(&you) && err.contains("sudo -u daemon"), "{err}");
    // And a daemon of another user.
    let err = refuses(&["run"], &centre.settings);
    assert!(err.contains("permission denied: you are ") && err.contains(".lock: "), "{err}");
    assert!(!err.contains("run the daemon as that user"), "{err}");
    // The folder may hold the settings, which stay with their owner.
    assert!(
        err.contains("belongs to daemon: change the owner of the ") || err.contains(": write a store.path"),
        "{err}"
    );
}

/// Runs a command as a sudo user would; the variables simulate sudo where it is missing.
fn by_sudo(centre: &Centre, user: Option<(&str, u32)>, words: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(PROGRAM);
    command.args(&words[..1]).arg("--config").arg(&centre.settings).args(&words[1..]);
    for variable in ["SUDO_USER", "SUDO_UID"] {
        command.env_remove(variable);
    }
    if let Some((name, number)) = user {
        // As sudo sets them: USER is the target user.
        command
            .env("SUDO_USER", name)
            .env("SUDO_UID", number.to_string())
            .env("USER", "atalaia")
            .env("LOGNAME", "atalaia");
    }
    said(&command.output().unwrap())
}

#[test]
fn the_trail_names_sudos_user_and_the_caller_beside_a_claimed_name() {
    let centre = one_alert();
    let (_, list, _) = centre.does(&["alerts", "list", "--json"]);
    let alert: Value = serde_json::from_str(&list).unwrap();
    let id = &alert["id"].as_str().unwrap()[..8];
    let rui = Some(("rui", 54_322));
    let does = |words: &[&str]| {
        let (code, _, why) = by_sudo(&centre, rui, words);
        assert_eq!(code, Some(0), "{words:?}: {why}");
    };
    does(&["alerts", "note", id, "seen on radar"]);
    does(&["alerts", "ack", id, "--as", " ma\u{202e}ria\u{1b}"]);
    let (_, cases, _) = centre.does(&["cases", "list", "--json"]);
    let case: Value = serde_json::from_str(&cases).unwrap();
    let case = &case["id"].as_str().unwrap()[..8];
    does(&["cases", "--as", "maria", "hold", case, "--reason", "court"]);
    // The program's own actions belong to no user, and no user can claim its name.
    let (code, _, why) = by_sudo(&centre, rui, &["alerts", "ack", id, "--as", "(atalaia)"]);
    assert!(code == Some(2) && why.contains("the program's own"), "{why}");

    let (_, page, _) = centre.does(&["alerts", "show", id]);
    for part in [" rui noted: seen on radar\n", " maria (called by rui) acknowledged\n"] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    let (_, page, _) = centre.does(&["cases", "show", case]);
    assert!(page.contains(" maria (called by rui) held the case: court\n"), "{page}");
    let (_, object, _) = centre.does(&["alerts", "show", id, "--json"]);
    let object: Value = serde_json::from_str(&object).unwrap();
    let names = |row: &Value| (row["what"].clone(), row["who"].clone(), row["caller"].clone());
    let rows: Vec<_> = object["audit"].as_array().unwrap().iter().map(names).collect();
    let row = |what: &str, who: &str, caller: Value| (what.into(), who.into(), caller);
    assert_eq!(
        rows,
        [
            row("opened", "(atalaia)", Value::Null),
            row("noted", "rui", Value::Null),
            row("acknowledged", "maria", "rui".into())
        ]
    );

    // A bundle shows it as well.
    let bundle = centre.file("case.tar");
    does(&["cases", "bundle", case, "--out", bundle.to_str().unwrap()]);
    let bytes = fs::read(&bundle).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let claimed = text.split('{').find(|part| part.contains("\"what\": \"acknowledged\"")).unwrap_or_default();
    assert!(claimed.contains("\"who\": \"maria\"") && claimed.contains("\"caller\": \"rui\""), "{claimed}");
}

#[test]
fn a_service_account_must_name_the_person_acting() {
    let login = fs::read_to_string("/proc/self/loginuid").unwrap_or_default();
    let Some(service) = Other::user(DAEMON).filter(|_| ["", "4294967295"].contains(&login.trim())) else {
        // Only root can become another user, and the login name would be inherited; both have unit tests.
        return;
    };
    let centre = one_alert();
    let root = centre.folder.path();
    give_all(root);
    let (_, list, _) = centre.does(&["alerts", "list", "--json"]);
    let alert: Value = serde_json::from_str(&list).unwrap();
    let id = &alert["id"].as_str().unwrap()[..8];
    let notes = |more: &[&str]| {
        let mut command = service.command();
        command.args(["alerts", "note", id, "seen", "--config"]).arg(&centre.settings);
        said(&command.args(more).output().unwrap())
    };
    let (code, _, why) = notes(&[]);
    assert!(
        code == Some(2) && why.contains("daemon is the account of a service") && why.contains("--as NAME"),
        "{why}"
    );
    let (code, _, why) = notes(&["--as", "maria"]);
    assert_eq!(code, Some(0), "{why}");
    let (_, page, _) = centre.does(&["alerts", "show", id]);
    assert!(page.contains(" maria (called by daemon) noted: seen\n"), "{page}");
}
