//! A damaged store is noticed before it is used, it is kept, and nothing that is in the backup is lost.

use std::fs;
use std::path::Path;

use super::*;
use crate::storage::store::integrity::damaged;

/// Enough alerts for the file to have every kind of page.
const ALERTS: usize = 60;

/// Creates a store with `ALERTS` alerts.
fn filled(place: &Place) -> usize {
    let (store, _events) = place.open(&["file"]);
    let base = distress().remove(0);
    for number in 0..ALERTS {
        let one = with(&base, 1, |alert| alert.id = format!("{number:026}"));
        store.changes(vec![one], 0);
    }
    assert!(store.finish());
    count(&place.path)
}

fn count(path: &Path) -> usize {
    alerts(path, &Query::default(), noon()).expect("a list").len()
}

fn open(place: &Place) -> Result<Store, StoreError> {
    Store::open(&place.path, orders(&[]), noon, |_| {}, |_| {})
}

/// Damages the file, opens it, and returns what was set aside and the number of alerts in the store afterwards.
fn after(place: &Place, damage: impl FnOnce(&mut Vec<u8>)) -> (Option<SetAside>, usize) {
    let mut bytes = fs::read(&place.path).expect("a file");
    damage(&mut bytes);
    fs::write(&place.path, &bytes).expect("written");
    let store = open(place).expect("the daemon starts all the same");
    let found = store.set_aside().cloned();
    assert!(store.finish());
    if let Some(found) = &found {
        assert_eq!(fs::read(&found.kept).expect("kept"), bytes, "what is left of it is kept as it was");
    }
    (found, count(&place.path))
}

#[test]
fn only_a_store_that_was_not_there_is_new() {
    let place = place();
    for (wanted, damage) in [(true, false), (false, false), (false, true)] {
        if damage {
            fs::write(&place.path, "").expect("damaged");
        }
        let store = open(&place).expect("opened");
        assert_eq!((store.is_new(), store.set_aside().is_some()), (wanted, damage));
        assert!(store.finish());
    }
}

#[test]
fn a_sound_store_stays_where_it_is() {
    let place = place();
    let all = filled(&place);
    assert_eq!(all, ALERTS);
    assert_eq!(after(&place, |_| {}), (None, all));
    assert_eq!(damaged(&place.path).len(), 0);
}

#[test]
fn a_file_damaged_in_any_way_is_set_aside_and_replaced_by_a_new_one() {
    for (what, damage) in [
        ("nothing left", Box::new(|bytes: &mut Vec<u8>| bytes.clear()) as Box<dyn FnOnce(&mut Vec<u8>)>),
        ("no database", Box::new(|bytes| *bytes = b"an alert file, perhaps\n".repeat(1000))),
        ("a header of noise", Box::new(|bytes| bytes[..100].fill(0xa5))),
        ("a page of noise", Box::new(|bytes| bytes[3 * 4096..4 * 4096].fill(0xa5))),
        ("a page of zeros", Box::new(|bytes| bytes[5 * 4096..6 * 4096].fill(0))),
        ("half", Box::new(|bytes| bytes.truncate(bytes.len() / 2))),
        ("less than a page", Box::new(|bytes| bytes.truncate(1000))),
        ("a page too few", Box::new(|bytes| bytes.truncate(bytes.len() - 4096))),
    ] {
        let place = place();
        filled(&place);
        let (found, left) = after(&place, damage);
        let found = found.unwrap_or_else(|| panic!("{what}: not noticed"));
        assert_eq!((left, found.backup.clone()), (0, None), "{what}");
        assert!(!found.why.is_empty(), "{what}");
        let account = found.account(&place.path);
        for part in ["nothing was deleted", "a new, empty store, because there is no", ".backup", "install -o atalaia"]
        {
            assert!(account.contains(part), "{part} in {account}");
        }
        assert!(account.contains(&found.kept.display().to_string()), "{account}");
        assert_eq!(damaged(&place.path).first(), Some(&found.kept), "{what}");
    }
}

#[test]
fn a_file_of_another_kind_where_no_store_has_been_stays_there_and_is_refused_each_time() {
    for content in [&b"# the settings, perhaps\n[store]\n"[..], b"\x1f\x8b\x08 a recording, perhaps"] {
        let place = place();
        fs::write(&place.path, content).expect("written");
        for _ in 0..2 {
            let error = open(&place).expect_err("no store").to_string();
            assert!(error.contains("not a store; name another file"), "{error}");
        }
        assert_eq!(fs::read(&place.path).expect("still there"), content);
        assert_eq!(damaged(&place.path).len(), 0);
    }
}

#[test]
fn every_page_and_every_cut_is_noticed_or_does_no_harm() {
    let place = place();
    filled(&place);
    let sound = fs::read(&place.path).expect("a file");
    let said = |path: &Path| {
        let found = alerts(path, &Query::default(), noon()).expect("a list");
        found.into_iter().map(|entry| entry.body.to_string()).collect::<Vec<_>>()
    };
    let truth = said(&place.path);
    let (mut noticed, mut harmless) = (0, 0);
    for page in 0..sound.len() / 4096 {
        for cut in [false, true] {
            let mut bytes = sound.clone();
            match cut {
                true => bytes.truncate(page * 4096),
                false => bytes[page * 4096..(page + 1) * 4096].iter_mut().for_each(|byte| *byte = !*byte),
            }
            fs::write(&place.path, &bytes).expect("written");
            let store = open(&place).expect("the daemon starts all the same");
            let is_noticed = store.set_aside().is_some();
            drop(store);
            match is_noticed {
                true => noticed += 1,
                // A free page, or a page of the pointer map.
                false => {
                    harmless += 1;
                    assert_eq!(said(&place.path), truth, "page {page}, cut {cut}");
                }
            }
            damaged(&place.path).iter().for_each(|file| fs::remove_file(file).expect("removed"));
        }
    }
    assert!(harmless * 20 < noticed, "{noticed} noticed, {harmless} not");
}

#[test]
fn an_intact_backup_takes_its_place_and_a_damaged_one_does_not() {
    let place = place();
    let all = filled(&place);
    let mut backup = place.path.clone().into_os_string();
    backup.push(".backup");
    let backup = PathBuf::from(backup);
    super::super::backup(&place.path, &backup).expect("a backup");
    let (found, left) = after(&place, |bytes| bytes[4096..].fill(0));
    let found = found.expect("noticed");
    assert!(found.account(&place.path).contains(&format!("works with a copy of {}", backup.display())));
    assert_eq!((found.backup, left), (Some(backup.clone()), all));
    assert!(backup.exists(), "it is still there for the next time");
    fs::write(&backup, [0xa5; 40_000]).expect("written");
    let (found, left) = after(&place, |bytes| bytes[4096..].fill(0));
    let found = found.expect("noticed");
    assert!(found.account(&place.path).contains(&format!("{} is damaged too", backup.display())));
    assert_eq!((found.backup, left), (None, 0));
}

#[test]
fn a_reader_of_a_damaged_store_is_told_what_to_do_and_changes_nothing() {
    let place = place();
    filled(&place);
    let mut bytes = fs::read(&place.path).expect("a file");
    bytes[4096..].fill(0xa5);
    fs::write(&place.path, &bytes).expect("written");
    let refusal = alerts(&place.path, &Query::default(), noon()).expect_err("damaged").to_string();
    for part in ["the store is damaged", "alerts.sqlite.backup", "systemctl restart atalaia", ".corrupt-<ms>"] {
        assert!(refusal.contains(part), "{part} in {refusal}");
    }
    assert!(bytes == fs::read(&place.path).expect("a file"), "it was changed");
}

#[test]
fn a_reader_of_a_file_of_another_kind_is_not_told_of_a_damaged_store() {
    for content in
        [b"[store]\npath = \"alerts.sqlite\"\n".repeat(40), [b"\x1f\x8b\x08".as_slice(), &[0xa5; 4096]].concat()]
    {
        let place = place();
        fs::write(&place.path, &content).expect("written");
        let refusal = alerts(&place.path, &Query::default(), noon()).expect_err("no store").to_string();
        assert!(refusal.contains("this is not a store of Atalaia") && !refusal.contains("backup"), "{refusal}");
    }
}

#[test]
fn a_file_of_a_later_version_or_of_another_program_is_refused_and_not_touched() {
    for (sql, why) in [
        ("PRAGMA user_version = 99; CREATE TABLE later (x)", "later version (schema 99"),
        ("CREATE TABLE birds (name TEXT)", "another program's database"),
    ] {
        let place = place();
        place.sql(sql);
        let before = fs::read(&place.path).expect("a file");
        assert!(open(&place).expect_err("refused").to_string().contains(why));
        assert!(before == fs::read(&place.path).expect("a file"), "it was changed");
        assert_eq!(damaged(&place.path).len(), 0);
    }
}

#[test]
fn what_was_set_aside_is_found_until_it_is_moved_away_and_the_account_says_what_may_be_lost() {
    let place = place();
    filled(&place);
    assert_eq!(set_aside(&place.path), [""; 0].map(PathBuf::from));
    let (found, _) = after(&place, |bytes| bytes[..100].fill(0xa5));
    let found = found.expect("damaged");
    // Parts of the same store are not stores of their own.
    fs::write(format!("{}-wal", found.kept.display()), "").expect("written");
    assert_eq!(set_aside(&place.path), std::slice::from_ref(&found.kept));
    let account = found.account(&place.path);
    assert!(
        account.contains("users, tokens, notes, silences and the audit trail, is only in the damaged file"),
        "{account}"
    );
    fs::rename(&found.kept, place.path.with_file_name("elsewhere")).expect("moved");
    assert_eq!(set_aside(&place.path), [""; 0].map(PathBuf::from));
}
