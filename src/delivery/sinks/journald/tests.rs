//! Entries received by a socket like the journal's and decoded by a third-party reader.

use serde_json::{Value, json};

use super::*;
use crate::delivery::testing::{deliveries, golden, is_later, read_back, sender, with};

#[test]
fn entries_stay_as_they_are() {
    let entries: Vec<Vec<u8>> = deliveries().iter().map(|delivery| entry(&delivery.change)).collect();
    golden("journald.txt", &entries.join(&b"\n"[..]));
}

#[tokio::test]
async fn the_journal_is_handed_every_field() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let socket = folder.path().join("socket");
    let journal = UnixDatagram::bind(&socket).expect("bound");
    let mut sink = Journald::new(&Settings { socket }, &sender()).expect("settings");
    assert_eq!(sink.send(&deliveries()[..1]).await, Ok(()));
    let mut entry = vec![0; 65_536];
    let length = journal.recv(&mut entry).await.expect("an entry");
    let Some(fields) = read_back("journal", &entry[..length]) else { return };
    for field in [
        ["PRIORITY", "3"],
        ["SYSLOG_IDENTIFIER", "atalaia"],
        ["MESSAGE_ID", "c81e5f02973b4a6ea4d07b59e1362f8b"],
        ["ATALAIA_ALERT_ID", "aaaaaaaaaaaaaaaaaaaaaaaaaa"],
        ["ATALAIA_RULE", "rendezvous"],
        ["ATALAIA_MMSI", "224123456"],
        ["ATALAIA_MMSI", "002241022"],
        ["ATALAIA_TLP", "AMBER"],
    ] {
        assert!(fields.as_array().expect("fields").contains(&json!(field)), "{field:?} of {fields}");
    }
}

#[test]
fn a_line_end_makes_no_field() {
    let hostile = with(&deliveries()[0], |change| {
        change["alert"]["id"] = "a\nPRIORITY=0\n".into();
        change["alert"]["summary"] = "one\nMESSAGE_ID=0\ntwo".into();
    });
    let Some(fields) = read_back("journal", &entry(&hostile.change)) else { return };
    let of = |name: &str| -> Vec<&Value> {
        fields.as_array().expect("fields").iter().filter(|field| field[0] == name).map(|field| &field[1]).collect()
    };
    assert_eq!(of("ATALAIA_ALERT_ID"), ["a\nPRIORITY=0\n"]);
    assert_eq!(of("PRIORITY"), ["3"]);
    assert_eq!(of("MESSAGE_ID").len(), 1);
    assert!(of("MESSAGE")[0].as_str().expect("text").ends_with("one MESSAGE_ID=0 two"));
}

#[tokio::test]
async fn a_journal_that_is_not_there_is_tried_later() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let socket = folder.path().join("socket");
    let mut sink = Journald::new(&Settings { socket: socket.clone() }, &sender()).expect("settings");
    assert!(is_later(&sink.send(&deliveries()).await.expect_err("no journal")));
    let _journal = UnixDatagram::bind(&socket).expect("bound");
    assert_eq!(sink.send(&deliveries()).await, Ok(()), "the journal has come back");
    assert_eq!(Settings { socket: "journal".into() }.problems().len(), 1);
}
