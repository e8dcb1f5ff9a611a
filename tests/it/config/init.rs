//! `atalaia init`: writes settings from flags that pass the check and run, and never overwrites another file.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn atalaia(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_file_it_writes_passes_the_check_and_contains_the_flags_values() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("zones")).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("zones/iberia.geojson");
    fs::copy(shipped, folder.path().join("zones/iberia.geojson")).unwrap();
    let feeds = ["--feed", "tcp://192.0.2.7:5631", "--feed", "udp://127.0.0.1:10110"];
    let sinks =
        ["--sink", "jsonl:alerts.jsonl", "--sink", "http://127.0.0.1:8080/alerts", "--sink", "https://hooks.example/a"];
    let written = atalaia(folder.path(), &[["init"].as_slice(), &feeds, &sinks].concat());
    assert!(written.status.success(), "{}", told(&written));
    let said = String::from_utf8_lossy(&written.stdout).into_owned();
    assert!(said.contains("atalaia run --config atalaia.toml"), "it says what comes next: {said}");

    let checked = atalaia(folder.path(), &["check", "--config", "atalaia.toml"]);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success(), "{}", told(&checked));
    assert!(said.contains("2 inputs") && said.contains("3 sinks") && said.contains("zones"), "{said}");
    let mode = fs::metadata(folder.path().join("atalaia.toml")).unwrap().mode() & 0o777;
    assert_eq!(mode & 0o037, 0, "others cannot read it, and the group cannot write it: {mode:o}");
    let text = fs::read_to_string(folder.path().join("atalaia.toml")).unwrap();
    for line in [
        "folder = \"zones\"",
        "path = \"atalaia.sqlite\"",
        "address = \"192.0.2.7:5631\"",
        "path = \"alerts.jsonl\"",
        "allow = [\"127.0.0.1/32\"]",
        "name = \"webhook-2\"",
    ] {
        assert!(text.lines().any(|one| one == line), "{line} is not in\n{text}");
    }
}

#[test]
fn an_existing_file_is_kept_without_force() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("site.toml");
    fs::write(&file, "# ours\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o604)).unwrap();
    // Only root can change the owner.
    let _ = std::os::unix::fs::chown(&file, Some(4242), Some(4343));
    let before = fs::metadata(&file).unwrap();
    let flags = ["init", "--out", "site.toml", "--feed", "gpsd://localhost:2947"];
    let refused = atalaia(folder.path(), &flags);
    assert_eq!(refused.status.code(), Some(1));
    assert!(told(&refused).contains("site.toml exists; --force replaces it"), "{}", told(&refused));
    assert_eq!(fs::read_to_string(&file).unwrap(), "# ours\n");
    let forced = atalaia(folder.path(), &[flags.as_slice(), &["--force"]].concat());
    assert!(forced.status.success(), "{}", told(&forced));
    assert!(fs::read_to_string(&file).unwrap().contains("kind = \"gpsd\""));
    let after = fs::metadata(&file).unwrap();
    let standing = |file: &fs::Metadata| (file.mode(), file.uid(), file.gid());
    assert_eq!(standing(&after), standing(&before), "it keeps its mode and owner");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left there");
}

#[test]
fn answers_that_make_no_valid_settings_write_nothing() {
    let folder = TempDir::new().unwrap();
    for (flags, code, says) in [
        (vec![], 2, "--feed tcp://HOST:PORT"),
        (vec!["--feed", "ais.example.org"], 2, "not a feed"),
        (vec!["--feed", "tcp://a:1", "--sink", "http://hooks.example/a"], 2, "http:// is not encrypted"),
        (vec!["--feed", "tcp://a:1", "--zones", "nowhere"], 2, "no such folder"),
        (vec!["--feed", "file:no-such-recording"], 78, "atalaia.toml is not written"),
        (vec!["--feed", "tcp://a:1", "--store", "no/such/folder.sqlite"], 2, "no/such: no such folder; make it"),
    ] {
        let output = atalaia(folder.path(), &[vec!["init"], flags.clone()].concat());
        assert_eq!(output.status.code(), Some(code), "{flags:?}: {}", told(&output));
        assert!(told(&output).contains(says), "{flags:?}: {}", told(&output));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{flags:?}");
    }
}
