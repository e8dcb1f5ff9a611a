//! Who may work with the store and how: faults in the settings, settings that are not named, files that are closed.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{Centre, device};
use crate::daemon::Daemon;

const PROGRAM: &str = env!("CARGO_BIN_EXE_atalaia");
const INSTALLED: &str = "/etc/atalaia/atalaia.toml";

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A centre whose store holds one alert, without a daemon.
fn one_alert() -> Centre {
    let centre = Centre::new("[zones]\nfolder = \"zones\"\n[http]\naddress = \"127.0.0.1:0\"\n");
    fs::create_dir(centre.file("zones")).unwrap();
    let mut daemon = Daemon::start(&centre.settings);
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    client.write_all(device(0, 0).as_bytes()).unwrap();
    centre.wait_until(|told| told.len() == 1);
    daemon.stop("feed");
    centre
}

/// Commands that read or work on the store, and what they say when it goes well.
const COMMANDS: [(&[&str], &str); 6] = [
    (&["alerts", "list"], "distress"),
    (&["cases", "list"], "972100000"),
    (&["deliveries", "list", "--state", "told", "--sink", "archive"], "distress"),
    (&["deliveries", "count"], "archive  told  1"),
    (&["purge", "--dry-run"], "0 would go"),
    (&["backup"], "complete and sound"),
];

#[test]
fn a_fault_in_the_settings_keeps_nobody_from_the_store() {
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
    // A zone file that is not GeoJSON: nothing of the store depends on it, and it is not read.
    fs::write(centre.file("zones/bay.geojson"), "{").unwrap();
    assert_eq!(centre.does(&["check"]).0, Some(78));
    check_all("zones", None);
    // Keys, inputs and sinks that are wrong, and a zones folder that is gone.
    let faulty = sound.replace("[zones]\nfolder = \"zones\"", "[zones]\nfolder = \"nowhere\"\nfoldr = 1")
        + "[[inputs]]\nkind = \"tpc\"\nname = \"feed\"\n[[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\n";
    fs::write(&centre.settings, &faulty).unwrap();
    check_all("keys", Some("faults elsewhere: atalaia check --config "));
    let (code, _, err) = centre.does(&["status"]);
    assert!(code == Some(1) && err.contains("no daemon answers at 127.0.0.1:0") && err.contains("elsewhere"), "{err}");
    // A fault in what is needed has its line, and another way to go on.
    fs::write(&centre.settings, sound.replace("[store]\npath", "[store]\npaht")).unwrap();
    let (code, _, err) = centre.does(&["alerts", "list"]);
    assert!(code == Some(78) && err.contains("store.paht: unknown key; did you mean `path`?"), "{err}");
    assert!(err.contains("--store FILE"), "{err}");
    // What is not TOML says nothing of the store.
    fs::write(&centre.settings, format!("{sound}[time\n")).unwrap();
    let (code, _, err) = centre.does(&["alerts", "list"]);
    let line = format!("atalaia.toml:{}: not TOML", sound.lines().count() + 1);
    assert!(code == Some(78) && err.contains(&line) && err.contains("--store FILE"), "{err}");
    let mut command = Command::new(PROGRAM);
    let (code, out, _) =
        said(&command.args(["alerts", "list", "--store"]).arg(centre.file("atalaia.sqlite")).output().unwrap());
    assert!(code == Some(0) && out.contains("distress"), "{out}");
}

#[test]
fn settings_that_are_not_named_are_those_of_the_variable() {
    let centre = one_alert();
    let does = |variable: Option<&Path>, arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.env_remove("ATALAIA_CONFIG").args(arguments);
        variable.map(|file| command.env("ATALAIA_CONFIG", file));
        said(&command.output().unwrap())
    };
    for words in [&["alerts", "list"][..], &["purge", "--dry-run"], &["check"], &["zones", "list"]] {
        let (code, _, err) = does(Some(&centre.settings), words);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{words:?}");
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

/// The program as another user; `None` where that cannot be had.
fn as_user(number: u32) -> Option<(TempDir, Command)> {
    let tools = TempDir::new().unwrap();
    fs::set_permissions(tools.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = tools.path().join("atalaia");
    fs::copy(PROGRAM, &program).unwrap();
    let number = number.to_string();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &number, "--regid", &number, "--clear-groups"]).arg(&program);
    let works = Command::new("setpriv")
        .args(["--reuid", &number, "--regid", &number, "--clear-groups"])
        .arg(&program)
        .arg("--version")
        .output();
    works.is_ok_and(|output| output.status.success()).then_some((tools, command))
}

/// A user whom no machine knows by name, and one that every Debian has.
const STRANGER: u32 = 54_321;
const DAEMON: u32 = 1;

#[test]
fn whoever_may_not_read_the_store_is_told_whom_to_become() {
    if as_user(STRANGER).is_none() {
        // Only root becomes others; the sentences have unit tests.
        return;
    }
    let centre = one_alert();
    let refuses = |words: &[&str], config: &Path| {
        let (_tools, mut command) = as_user(STRANGER).unwrap();
        let (code, out, err) = said(&command.args(words).arg("--config").arg(config).output().unwrap());
        assert!(code != Some(0) && out.is_empty(), "{words:?}: {code:?} {out}");
        err
    };
    let root = centre.folder.path().to_owned();
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let give = |path: &PathBuf| chown(path, Some(DAEMON), Some(DAEMON)).unwrap();
    let parts = ["atalaia.sqlite", "atalaia.sqlite.lock"].map(|name| centre.file(name));
    [&root, &centre.settings].into_iter().chain(&parts).for_each(give);
    let you = format!("permission denied: you are user {STRANGER}; ");

    // The folder of everything is closed.
    mode(&root, 0o700);
    let err = refuses(&["alerts", "list"], &centre.settings);
    let folder = format!("{you}{} belongs to daemon: sudo -u daemon /", root.display());
    assert!(
        err.contains(&folder) && err.contains(&format!("atalaia alerts list --config {}", centre.settings.display())),
        "{err}"
    );
    // The settings are, then the store.
    mode(&root, 0o755);
    mode(&centre.settings, 0o600);
    let err = refuses(&["purge"], &centre.settings);
    assert!(err.contains("atalaia.toml: permission denied") && err.contains("it belongs to daemon"), "{err}");
    mode(&centre.settings, 0o644);
    mode(&parts[0], 0o600);
    for words in [&["alerts", "list"][..], &["cases", "list"], &["deliveries", "count"], &["backup", "/tmp/never"]] {
        let err = refuses(words, &centre.settings);
        let sentence = format!("atalaia.sqlite: {you}it belongs to daemon: sudo -u daemon ");
        assert!(err.contains(&sentence) && err.contains(&words.join(" ")), "{err}");
    }
    // It may be read, and nothing may be made beside it.
    mode(&parts[0], 0o644);
    let err = refuses(&["alerts", "list"], &centre.settings);
    assert!(err.contains(&you) && err.contains("sudo -u daemon"), "{err}");
    // And a daemon of somebody else.
    let err = refuses(&["run"], &centre.settings);
    assert!(err.contains("permission denied: you are ") && err.contains(".lock: "), "{err}");
    assert!(
        err.contains("belongs to daemon: run the daemon as that user, or make it the daemon's: sudo chown "),
        "{err}"
    );
}
