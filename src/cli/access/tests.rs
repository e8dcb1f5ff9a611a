//! Permission errors name the owner and the command to use.

use super::*;

fn user(number: u32, name: &str) -> User {
    User { number, name: name.to_owned() }
}

fn denial(closed: &str, owner: User) -> Denial {
    let path = PathBuf::from("/var/lib/atalaia/atalaia.sqlite");
    Denial { path, closed: PathBuf::from(closed), owner: Some(owner), ours: user(1001, "maria") }
}

#[test]
fn a_denied_user_is_shown_the_command_to_run() {
    let text = denial("/var/lib/atalaia", user(999, "atalaia")).to_user("atalaia alerts list");
    assert_eq!(
        text,
        "/var/lib/atalaia/atalaia.sqlite: permission denied: you are maria; /var/lib/atalaia belongs to atalaia: \
         sudo -u atalaia atalaia alerts list"
    );
    let own = denial("/var/lib/atalaia/atalaia.sqlite", user(998, "user 998"));
    assert!(own.to_user("atalaia purge").ends_with("; it belongs to user 998: sudo -u '#998' atalaia purge"));
    let root = denial("/var/lib/atalaia", user(0, "root"));
    assert!(root.to_user("atalaia backup x").ends_with("belongs to root: sudo atalaia backup x"));
    let daemon = root.to_daemon();
    assert!(daemon.ends_with("belongs to root: let maria into that folder, or write another store.path"), "{daemon}");
    let daemon = denial("/var/lib/atalaia/atalaia.sqlite", user(0, "root")).to_daemon();
    let expected = "it belongs to root: change the owner of the file: sudo chown maria /var/lib/atalaia/atalaia.sqlite";
    assert!(daemon.ends_with(expected), "{daemon}");
}

#[test]
fn a_check_as_the_service_says_what_to_change_and_not_to_call_it_again() {
    let file = denial("/var/lib/atalaia/atalaia.sqlite", user(0, "root")).to_service("atalaia");
    assert_eq!(
        file,
        "/var/lib/atalaia/atalaia.sqlite: may not be read by maria, as whom this checks; it belongs to root. The daemon could not \
         read it either; let its group: sudo chgrp atalaia /var/lib/atalaia/atalaia.sqlite && sudo chmod g+r \
         /var/lib/atalaia/atalaia.sqlite"
    );
    let folder = denial("/var/lib", user(0, "root")).to_service("atalaia");
    assert!(folder.ends_with("sudo chgrp atalaia /var/lib && sudo chmod g+x /var/lib"), "{folder}");
    let own = denial("/var/lib/atalaia/atalaia.sqlite", user(1001, "maria")).to_service("atalaia");
    assert!(own.ends_with("it belongs to maria: sudo chmod u+r /var/lib/atalaia/atalaia.sqlite"), "{own}");
}

#[test]
fn a_denied_owner_is_shown_the_mode_to_set() {
    let own = denial("/var/lib/atalaia/atalaia.sqlite", user(1001, "maria")).to_user("atalaia purge");
    assert!(own.contains("it belongs to you, but its mode") && own.contains("chmod u+rw /var/lib"), "{own}");
}

#[test]
fn words_are_quoted_as_shells_need_it() {
    let quoted = |word: &str| quoted(OsStr::new(word));
    assert_eq!(
        [quoted("alerts"), quoted("a drill"), quoted("o'clock"), quoted("")],
        ["alerts", "'a drill'", "'o'\\''clock'", "''"]
    );
}

#[test]
fn a_file_is_accessible_to_its_creator() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("a.sqlite");
    assert!(matches!(to_store(&file, || "gone".to_owned()), Err(Failure::Input(text)) if text.ends_with(": gone")));
    fs::write(&file, "x").unwrap();
    assert!(to_store(&file, || "gone".to_owned()).is_ok() && to_settings(&file).is_ok());
    assert!(matches!(to_store(folder.path(), || "gone".to_owned()), Err(Failure::Input(_))));
}

#[test]
fn a_daemon_that_may_not_write_its_journal_is_told_what_to_change() {
    let folder = tempfile::TempDir::new().unwrap();
    let error = |kind: io::ErrorKind| {
        let (path, cause) = (folder.path().join("in-force/00f8"), std::sync::Arc::new(io::Error::from(kind)));
        refused_journal_to_daemon(&JournalError::File { path, cause })
    };
    let told = error(io::ErrorKind::PermissionDenied).unwrap();
    let remedy = format!("belongs to you, but its mode does not let you in: chmod u+rwx {}", folder.path().display());
    assert!(told.contains("in-force/00f8: permission denied: you are ") && told.ends_with(&remedy), "{told}");
    assert_eq!(error(io::ErrorKind::StorageFull), None);
}
