//! A meeting at sea from the feed to the court: the daemon hears it, an analyst packs the case, somebody else checks it.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::daemon::{Daemon, accept, input, settings};
use crate::scenes;

fn atalaia(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_atalaia")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_case_goes_from_the_feed_into_a_bundle_that_anybody_can_check() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (code, said, why) = atalaia(&["bundle", "keygen", "--out", &at("evidence.key")]);
    assert!(code == Some(0) && said.contains("fingerprint"), "{said}{why}");
    assert_eq!(fs::metadata(at("evidence.key")).unwrap().permissions().mode() & 0o777, 0o600);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("address = \"{}\"", listener.local_addr().unwrap());
    let rest = format!(
        "{}[store]\npath = \"atalaia.sqlite\"\n[evidence]\nkey = \"evidence.key\"\n[time]\nlateness_seconds = {}\n",
        input("tcp", &address),
        scenes::LATENESS
    );
    let settings = settings(&folder, &rest).display().to_string();
    let mut daemon = Daemon::start(Path::new(&settings));
    let mut stream = accept(&listener);
    stream.write_all(scenes::meeting(4).nmea().as_bytes()).unwrap();
    drop(stream);
    daemon.wait_for(&["input down", "closed by the other side"]);
    daemon.stop("feed");

    let (code, list, why) = atalaia(&["cases", "--config", &settings, "list", "--json"]);
    assert_eq!(code, Some(0), "{why}");
    let cases = list.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let met = cases.into_iter().find(|case| case["vessels"].as_array().unwrap().len() == 2);
    let id = met.expect("the meeting is a case")["id"].as_str().unwrap().to_owned();
    fs::create_dir(at("out")).unwrap();
    let (code, said, why) =
        atalaia(&["cases", "--config", &settings, "--as", "ana", "bundle", &id[..8], "--out", &at("out")]);
    assert_eq!(code, Some(0), "{said}{why}");
    assert!(said.contains("TLP:AMBER") && said.contains("the case is not held"), "{said}");
    let name = format!("TLP-AMBER_case-{}.tar", &id[..8]);
    assert_eq!(files(&folder.path().join("out")), [name.as_str()]);
    let bundle = at(&format!("out/{name}"));
    let head = said.lines().find_map(|line| line.strip_prefix("head ")).unwrap().to_owned();
    let store = Connection::open(at("atalaia.sqlite")).unwrap();
    let row: (String, String, String) = store
        .query_row("SELECT who, subject, why FROM audit WHERE what = 'bundled'", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!((row.0.as_str(), row.1.as_str()), ("ana", id.as_str()));
    assert!(row.2.contains(&head), "{}", row.2);
    // A second time it is not written over.
    let again = ["cases", "--config", &settings, "--as", "ana", "bundle", &id[..8], "--out", &bundle];
    assert_eq!(atalaia(&again).0, Some(65));

    // Whoever gets it has neither settings nor store; they need the file and the key.
    let verify = |rest: &[&str]| atalaia(&[&["bundle", "verify"], rest].concat());
    let before = files(folder.path());
    let (code, said, why) = verify(&[&bundle, "--public-key", &at("evidence.key.pub")]);
    assert_eq!(code, Some(0), "{said}{why}");
    assert!(said.contains("signed with the key given") && said.contains(&head), "{said}");
    let verdict = |behaviour: &str| said.lines().find(|line| line.contains(behaviour)).unwrap_or_default().to_owned();
    assert!(verdict("rendezvous").contains("same") && said.contains("every alert was found again"), "{said}");
    let (code, said, _) = verify(&[&bundle]);
    assert!(code == Some(0) && said.contains("proves nothing about who"), "{said}");
    assert_eq!(atalaia(&["bundle", "keygen", "--out", &at("other.key")]).0, Some(0));
    let (code, said, why) = verify(&[&bundle, "--public-key", &at("other.key.pub")]);
    assert!(code == Some(1) && why.contains("another key"), "{said}{why}");

    let mut bytes = fs::read(&bundle).unwrap();
    let sentence = bytes.windows(6).position(|found| found == b"!AIVDM").unwrap();
    bytes[sentence + 20] ^= 1;
    fs::write(at("changed.tar"), bytes).unwrap();
    let (code, said, why) = verify(&[&at("changed.tar")]);
    assert!(code == Some(1) && said.is_empty(), "{said}");
    assert!(why.contains("sentences/0001.nmea is not what the manifest says"), "{why}");
    assert_eq!(verify(&[&at("nowhere.tar")]).0, Some(65));
    let new = ["changed.tar", "other.key", "other.key.pub"];
    let left: Vec<String> = files(folder.path()).into_iter().filter(|name| !new.contains(&name.as_str())).collect();
    assert_eq!(left, before, "verify writes nothing");
}
