//! A bundle as a whole: packed from a real store and journal, verified, replayed to the same alerts; and tampering of
//! every kind is refused.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::archive::{self, Members};
use super::manifest::chained;
use super::*;
use crate::config::{Purpose, check};
use crate::daemon::rehearse;
use crate::platform::disk::{Disk, RealDisk, create_folders, write_whole};
use crate::storage::journal::{Entry, Journal, Limits, Position};
use crate::storage::store::Store;
use crate::testing::{AREA, lines};
use atalaia_core::ais::{Line, SourceId};
use atalaia_core::alerts::Change;
use atalaia_core::alerts::cases::CaseBook;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::Engine;

const PATIENCE: Duration = Duration::from_secs(20);
const KEY: [u8; 32] = [7; 32];

/// Two ships that meet, and two that are not involved.
const SCRIPT: &str = "ALFA 224000001 type=70
      10:00 28.0 -17.0
      stop 150
    BRAVO 224000012 type=70
      10:00 28.0 -17.15
      go 90 12 39
      stop 100
    CHARLIE 224000003 type=70
      10:00 27.0 -18.0
      go 90 12 200
    DELTA 224000044 type=70
      10:00 26.0 -18.0
      go 90 12 200";

/// A store and a journal with the meeting of the script.
struct Desk {
    folder: TempDir,
    case: String,
    changes: Vec<Change>,
}

impl Desk {
    fn new() -> Desk {
        let folder = TempDir::new().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("zones")).expect("ours");
        std::fs::write(at("zones/watch.geojson"), AREA).expect("ours");
        let text = "[zones]\nfolder = \"zones\"\ncoast = \"off\"\nports = \"off\"\nanchorages = \"off\"\n\
                    [alerts]\nalert_from = 1\n\
                    [[inputs]]\nkind = \"udp\"\nname = \"roof\"\naddress = \"127.0.0.1:0\"\n";
        std::fs::write(at("atalaia.toml"), text).expect("ours");
        let settings = check(Some(&at("atalaia.toml")), None, Purpose::Replay).expect("right");
        let in_force = settings.in_force().expect("all is there");
        let disk = Arc::new(RealDisk);
        let journal = at("store.journal");
        for (path, content) in &in_force.files {
            let path = journal.join("in-force").join(&in_force.key).join(path);
            create_folders(&*disk, path.parent().expect("a folder")).expect("ours");
            write_whole(&*disk, &path, content).expect("ours");
        }
        let mut written =
            Journal::open(Arc::clone(&disk) as Arc<dyn Disk>, &journal, Some(Position(0)), Limits::default(), |_| {})
                .expect("the journal opens");
        let sources = vec!["roof".to_owned()];
        let clock = crate::config::source_clock(&settings.inputs[0], &settings);
        let mut engine = Engine::new(&settings.engine, Arc::clone(&settings.chart), vec![clock]);
        let (mut changes, mut cases) = (Vec::new(), CaseBook::default());
        let begun = Time::from_utc(2026, 3, 1, 9, 59, 0).expect("a time");
        written.append(&Entry::Begun { at: begun, sources, in_force: in_force.key.clone() });
        for line in lines(SCRIPT) {
            let mut clock = atalaia_core::ais::LineClock::new(None);
            let received = clock.time_of(line.as_bytes()).map(|at| at + Span::from_seconds(1));
            let received = received.or(Some(begun)).filter(|at| begun < *at);
            let bytes = format!("{line}\n");
            written.append(&Entry::Lines { source: SourceId(0), received, bytes: bytes.as_bytes() });
            engine.line(Line { source: SourceId(0), received, bytes: line.as_bytes() }, &mut changes);
        }
        engine.finish(&mut changes);
        let until = written.append(&Entry::Idle { source: SourceId(0) });
        written.syncer().reach(until, PATIENCE).expect("a disk");
        drop(written);
        changes.iter().for_each(|change| cases.take(change));
        let noon = || Time::from_utc(2026, 3, 1, 14, 0, 0).expect("a time");
        let (sender, _events) = channel();
        let orders = crate::storage::store::Orders {
            filters: Vec::new(),
            handling: atalaia_core::alerts::HandlingSettings::default(),
        };
        let store = Store::open(&at("store"), orders, noon, |_| {}, move |event| drop(sender.send(event)));
        let store = store.expect("the store opens");
        store.changes(changes.clone(), 0);
        store.cases(engine.cases());
        assert!(store.settle(PATIENCE));
        drop(store);
        let met = |case: &&atalaia_core::alerts::cases::Case| case.vessels.len() == 2;
        let cases = cases.cases();
        let case = cases.iter().find(met).expect("the meeting").id.clone();
        Desk { folder, case, changes }
    }

    fn pack(&self, key: Option<&SigningKey>) -> Made {
        let (store, journal) = (self.folder.path().join("store"), self.folder.path().join("store.journal"));
        let sources = Sources { store: &store, journal: &journal, disk: &RealDisk, zones: None };
        let now = Time::from_utc(2026, 3, 1, 15, 0, 0).expect("a time");
        pack(&sources, &self.case, "ana", None, key, now).expect("a bundle")
    }
}

fn key() -> SigningKey {
    SigningKey::from_seed(&KEY)
}

fn with(members: &Members, edit: impl FnOnce(&mut Members)) -> Vec<u8> {
    let mut members = members.clone();
    edit(&mut members);
    archive::write(&members).expect("plain names")
}

#[test]
fn a_case_is_packed_checked_and_replayed_to_the_same_alerts() {
    let desk = Desk::new();
    let made = desk.pack(Some(&key()));
    assert_eq!(made.bytes, desk.pack(Some(&key())).bytes, "the same every time");
    let opened = open(&made.bytes, Some(&key().public())).expect("it is ours");
    assert_eq!(opened.signed, Signed::By(key().public()));
    assert_eq!(opened.manifest, made.manifest);
    assert_eq!((made.manifest.marking.line().as_str(), made.manifest.made_by.as_str()), ("TLP:AMBER H1", "ana"));
    assert_eq!(made.manifest.vessels, [224_000_001, 224_000_012]);
    // Every line of the two, as received, and none of the others.
    let sent: Vec<String> = lines(SCRIPT);
    let own = lines(&SCRIPT[..SCRIPT.find("CHARLIE").expect("it is there")]);
    let packed: Vec<String> = opened
        .rows()
        .iter()
        .filter(|(row, _)| matches!(row, Row::Line { .. }))
        .map(|(_, line)| String::from_utf8_lossy(line).trim_end().to_owned())
        .collect();
    assert_eq!(packed.len() as u64, made.manifest.lines);
    for (packed, own) in packed.iter().zip(&own) {
        assert_eq!(packed, own);
    }
    assert!(packed.len() == own.len() && own.len() < sent.len(), "{} of {}", packed.len(), own.len());
    let replayed = rehearse(&opened).expect("the settings are in it");
    let found = compare(&opened, &replayed);
    assert!(found.iter().any(|found| found.behaviour == "rendezvous"), "{found:?}");
    assert!(found.iter().all(|found| found.verdict == Verdict::Same), "{found:?}");
    let stored: Vec<&str> = desk.changes.iter().map(|change| change.alert.id.as_str()).collect();
    assert!(found.iter().all(|found| stored.contains(&found.id.as_str())));
}

#[test]
fn an_alert_that_the_sentences_do_not_give_is_reported_as_missing_or_different() {
    let desk = Desk::new();
    let mut opened = open(&desk.pack(None).bytes, None).expect("it is ours");
    assert_eq!(opened.signed, Signed::Not);
    let mut replayed = rehearse(&opened).expect("the settings are in it");
    let verdict = |opened: &Opened, replayed: &Replayed| {
        let found = compare(opened, replayed).into_iter().find(|found| found.behaviour == "rendezvous");
        found.expect("it is in the bundle").verdict
    };
    let alert = opened.alerts.iter_mut().find(|alert| alert["behaviour"] == "rendezvous").expect("it is in it");
    let (id, start) =
        (alert["id"].clone(), Time::parse(alert["started_at"].as_str().expect("a time")).expect("a time"));
    alert["id"] = "another".into();
    alert["started_at"] = (start + Span::from_minutes(9)).to_string().into();
    assert!(matches!(verdict(&opened, &replayed), Verdict::Differs(_)));
    let alert = opened.alerts.iter_mut().find(|alert| alert["id"] == "another").expect("it is in it");
    alert["started_at"] = (start + Span::from_minutes(11)).to_string().into();
    assert!(matches!(verdict(&opened, &replayed), Verdict::Missing(_)));
    let alert = opened.alerts.iter_mut().find(|alert| alert["id"] == "another").expect("it is in it");
    // The difference is reported, and a reason only where the bundle shows one.
    let begins = *replayed.heard.values().min().expect("they are heard");
    (alert["id"], alert["started_at"], alert["score"]) = (id.clone(), start.to_string().into(), 99.into());
    let line = serde_json::json!({ "code": "source_region", "points": 5, "text": "Came from Senegal" });
    alert["score_reasons"].as_array_mut().expect("a list").push(line);
    let (points, severity) = replayed
        .changes
        .iter()
        .rfind(|change| change.alert.id == id)
        .map(|change| (change.alert.score, change.alert.severity.name()))
        .expect("it is found");
    let was = if severity == alert["severity"] {
        String::new()
    } else {
        format!(" ({})", alert["severity"].as_str().expect("a word"))
    };
    assert_eq!(
        verdict(&opened, &replayed),
        Verdict::Differs(format!(
            "same with other points: score {points}, was 99{was}: no history before the bundle's first line ({begins}); \
             without +5 Came from Senegal"
        ))
    );
    // A fact is not the same as an alert.
    for change in &mut replayed.changes {
        Arc::make_mut(&mut change.alert).announced = false;
    }
    let Verdict::Missing(why) = verdict(&opened, &replayed) else { panic!("it is a fact only") };
    assert!(why.starts_with(&format!("only as a fact below an alert, score {points}, was 99")), "{why}");
    // It began before any report of its vessels, which is reported only where it is true.
    replayed.changes.clear();
    let Verdict::Missing(why) = verdict(&opened, &replayed) else { panic!("nothing is found") };
    assert!(!why.contains("it began"), "{why}");
    replayed.heard.insert(224_000_012, start + Span::from_minutes(1));
    let Verdict::Missing(why) = verdict(&opened, &replayed) else { panic!("nothing is found") };
    let later = start + Span::from_minutes(1);
    assert_eq!(why, format!("it began {start}, before the first sentence of MMSI 224000012 in the bundle ({later})"));
    replayed.heard.remove(&224_000_012);
    let Verdict::Missing(why) = verdict(&opened, &replayed) else { panic!("nothing is found") };
    assert_eq!(why, "the bundle has no positions of MMSI 224000012");
}

#[test]
fn no_byte_can_be_changed_without_being_noticed() {
    let made = Desk::new().pack(Some(&key()));
    let bytes = made.bytes;
    let mut chance = fastrand::Rng::with_seed(4);
    let anywhere: Vec<usize> = (0..60).map(|_| chance.usize(2048..bytes.len())).collect();
    let flips = (0..2048).step_by(29).chain(anywhere);
    for at in flips.chain([bytes.len() - 1]) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << chance.u8(0..8);
        let refused = open(&flipped, Some(&key().public()));
        assert!(matches!(refused, Err(EvidenceError::Damaged(_))), "byte {at}");
    }
    for cut in [0, 100, 512, bytes.len() / 2, bytes.len() - 512] {
        assert!(matches!(open(&bytes[..cut], None), Err(EvidenceError::Damaged(_))), "cut at {cut}");
    }
}

#[test]
fn a_file_of_another_kind_is_not_called_damaged() {
    for other in [b"!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n".repeat(40), vec![0; 4096], b"{}".to_vec()] {
        assert!(matches!(open(&other, None), Err(EvidenceError::NotABundle)));
    }
}

#[track_caller]
fn refused(bytes: &[u8], key: Option<&PublicKey>, part: &str) {
    let error = open(bytes, key).expect_err("it is refused").to_string();
    assert!(error.contains(part), "{error}");
}

#[test]
fn members_swapped_added_and_removed_are_reported_by_name() {
    let made = Desk::new().pack(Some(&key()));
    let members = archive::read(&made.bytes).expect("ours");
    let alerts: Vec<String> = members.keys().filter(|name| name.starts_with("alerts/")).cloned().collect();
    let swap = |members: &mut Members| {
        let (one, other) = (members["case.json"].clone(), members["tracks.geojson"].clone());
        members.insert("case.json".to_owned(), other);
        members.insert("tracks.geojson".to_owned(), one);
    };
    refused(&with(&members, swap), None, "case.json is not what the manifest says");
    let add = |members: &mut Members| drop(members.insert("more.txt".to_owned(), Vec::new()));
    refused(&with(&members, add), None, "more.txt is not listed");
    let remove = |members: &mut Members| drop(members.remove(&alerts[0]));
    refused(&with(&members, remove), None, &format!("{} is missing", alerts[0]));
    let unsign = |members: &mut Members| drop(members.remove(SIGNATURE));
    refused(&with(&members, unsign), None, "signature is missing");
    let headless = |members: &mut Members| drop(members.remove(MANIFEST));
    refused(&with(&members, headless), None, "no manifest.json");
}

/// A change that makes a manifest false.
type Lie = fn(&mut Value);

/// The members of a bundle rebuilt by a forger, with everything right but the key.
fn forged(
    members: &Members,
    edit: impl FnOnce(&mut Members),
    change: impl FnOnce(&mut Value),
    key: Option<&SigningKey>,
) -> Vec<u8> {
    let mut members = members.clone();
    let mut manifest: Value = serde_json::from_slice(&members[MANIFEST]).expect("JSON");
    for name in [MANIFEST, SIGNATURE] {
        members.remove(name);
    }
    edit(&mut members);
    let (listed, head) = chained(members.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
    manifest["members"] = serde_json::to_value(listed).expect("plain");
    manifest["head"] = head.into();
    (manifest["signed"], manifest["public_key"]) = (key.is_some().into(), key.map(|key| key.public().hex()).into());
    change(&mut manifest);
    let text = serde_json::to_vec_pretty(&manifest).expect("plain");
    if let Some(key) = key {
        members.insert(SIGNATURE.to_owned(), key.sign(&text).to_vec());
    }
    members.insert(MANIFEST.to_owned(), text);
    archive::write(&members).expect("plain names")
}

#[test]
fn a_rebuilt_bundle_is_recognised_by_its_key_only() {
    let made = Desk::new().pack(Some(&key()));
    let members = archive::read(&made.bytes).expect("ours");
    let other = SigningKey::from_seed(&[8; 32]);
    let lie = |members: &mut Members| drop(members.insert("case.json".to_owned(), b"{}".to_vec()));
    let theirs = forged(&members, lie, |_| {}, Some(&other));
    refused(&theirs, Some(&key().public()), "another key than the one asked for");
    let opened = open(&theirs, None).expect("it is whole");
    assert_eq!(opened.signed, Signed::ByItsOwn(other.public()), "that says nothing about who");
    // Their signature under our key.
    let named = |manifest: &mut Value| manifest["public_key"] = key().public().hex().into();
    let theirs = forged(&members, lie, named, Some(&other));
    refused(&theirs, None, "does not fit the manifest");
    refused(&theirs, Some(&key().public()), "does not fit the manifest");
    refused(&forged(&members, lie, |_| {}, None), Some(&key().public()), "intact but unsigned");
    // A manifest whose own statements are inconsistent, even with a valid signature.
    let cases: [(Lie, &str); 6] = [
        (|manifest| manifest["head"] = "0".repeat(64).into(), "the head is not"),
        (|manifest| manifest["members"][0]["link"] = "0".repeat(64).into(), "the chain breaks at"),
        (|manifest| manifest["members"][1] = manifest["members"][0].clone(), "twice"),
        (|manifest| manifest["members"][0]["bytes"] = u64::MAX.into(), "is not what the manifest says"),
        (|manifest| manifest["format"] = "atalaia-evidence-9".into(), "is not known"),
        (|manifest| manifest["more"] = 1.into(), "unknown field"),
    ];
    for (change, part) in cases {
        refused(&forged(&members, |_| {}, change, Some(&key())), Some(&key().public()), part);
    }
    let reorder = |manifest: &mut Value| manifest["members"].as_array_mut().expect("a list").swap(0, 1);
    refused(&forged(&members, |_| {}, reorder, Some(&key())), None, "not in order");
    // An index that points outside its sentences.
    let index = "sentences/0001.index.jsonl";
    let far = |members: &mut Members| {
        let text =
            String::from_utf8_lossy(&members[index]).replace("\"offset\":0,", "\"offset\":18446744073709551615,");
        members.insert(index.to_owned(), text.into_bytes());
    };
    refused(&forged(&members, far, |_| {}, Some(&key())), None, "does not fit its sentences");
}

#[test]
fn settings_of_a_bundle_cannot_read_files_of_the_recipient() {
    let desk = Desk::new();
    let members = archive::read(&desk.pack(None).bytes).expect("ours");
    let secret = desk.folder.path().join("zones/watch.geojson").display().to_string();
    let name = members.keys().find(|name| name.ends_with("/atalaia.toml")).expect("it is in it").clone();
    let reach = |members: &mut Members| {
        let text = String::from_utf8_lossy(&members[&name]).replace("coast = \"off\"", &format!("coast = {secret:?}"));
        members.insert(name.clone(), text.into_bytes());
    };
    let opened = open(&forged(&members, reach, |_| {}, None), None).expect("it is whole");
    let error = rehearse(&opened).expect_err("it is not among the files").to_string();
    assert!(error.contains("is not among the files given"), "{error}");
}
