//! Who acts, as the system and the settings name them.

use super::*;

#[test]
fn accounts_are_found_by_number() {
    let accounts = "root:x:0:0:root:/root:/bin/sh\n# note\n\natalaia:x:999:999::/var/lib/atalaia:/usr/sbin/nologin\n";
    assert_eq!(name_in(accounts, 999).as_deref(), Some("atalaia"));
    assert_eq!(name_in(accounts, 0).as_deref(), Some("root"));
    assert_eq!(name_in(accounts, 99), None);
}

fn account(number: u32, name: &str) -> Option<Account> {
    Some(Account { number, name: name.to_owned() })
}

/// The service account, with these users of sudo and login.
fn as_service(sudo: Option<Account>, login: Option<Account>) -> Surroundings {
    Surroundings { sudo, login, own: Account { number: 999, name: "atalaia".to_owned() } }
}

fn named(surroundings: &Surroundings, said: Option<&str>) -> (String, Option<String>) {
    let Person { name, caller } = surroundings.who(said).expect("a person");
    (name, caller)
}

fn refused(surroundings: &Surroundings, said: Option<&str>) -> String {
    match surroundings.who(said) {
        Err(Failure::Usage(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn some(name: &str) -> Option<String> {
    Some(name.to_owned())
}

#[test]
fn sudos_user_comes_first_then_the_login_then_the_account() {
    let (maria, rui) = (account(1001, "maria"), account(1002, "rui"));
    let plain = Surroundings { own: Account { number: 1003, name: "eva".to_owned() }, ..as_service(None, None) };
    assert_eq!(named(&plain, None), ("eva".to_owned(), None));
    assert_eq!(named(&as_service(maria.clone(), maria.clone()), None), ("maria".to_owned(), None));
    assert_eq!(named(&as_service(maria.clone(), None), None), ("maria".to_owned(), None));
    assert_eq!(named(&as_service(None, rui.clone()), None), ("rui".to_owned(), None));
    // A login that differs from sudo's variables is recorded.
    assert_eq!(named(&as_service(maria, rui), None), ("maria".to_owned(), some("rui")));
}

#[test]
fn a_service_account_must_say_who_acts() {
    let nobody = as_service(None, None);
    assert!(refused(&nobody, None).contains("--as NAME"));
    assert!(refused(&nobody, Some("atalaia")).contains("--as NAME"), "its own name is nobody's");
    assert_eq!(named(&nobody, Some("maria")), ("maria".to_owned(), some("atalaia")));
    // A timer runs in a login of the service, and one service may run another.
    let timer = as_service(account(33, "www-data"), account(999, "atalaia"));
    assert!(refused(&timer, None).contains("--as NAME"));
}

#[test]
fn a_claimed_name_is_kept_beside_who_called() {
    let by_sudo = as_service(account(1002, "rui"), None);
    assert_eq!(named(&by_sudo, Some("maria")), ("maria".to_owned(), some("rui")));
    assert_eq!(named(&by_sudo, Some("rui")), ("rui".to_owned(), None));
    assert!(refused(&by_sudo, Some("(atalaia)")).contains("the program's own"));
    assert!(refused(&by_sudo, Some(" \u{7}\u{202e} ")).contains("--as NAME"));
}

#[test]
fn an_assignee_is_cleaned_like_the_person_who_acts() {
    let named = |said: &str| assignee(said).map_err(|failure| format!("{failure:?}"));
    assert_eq!(named(" an\u{7}a\n\u{202e}"), Ok(some("an a")));
    assert_eq!((named("-"), named(" -\n")), (Ok(None), Ok(None)));
    for wrong in ["", " \u{202e}", "(atalaia)"] {
        assert!(named(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn names_are_one_line_and_not_too_long() {
    assert_eq!(clean(" ma\nria\t\u{1b}[31m  da \u{202e}Silva\0"), "ma ria [31m da Silva");
    assert_eq!(clean(&"é".repeat(100)).chars().count(), LONGEST_NAME);
}
