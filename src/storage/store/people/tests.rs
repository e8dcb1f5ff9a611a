//! What must hold across the rows of people, tokens, sessions and links.

use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::storage::store::SignIn;
use crate::storage::store::migration;
use crate::storage::store::{StoreError, trail};
use atalaia_core::alerts::handling::{Purpose, Tlp};
use atalaia_core::base::time::{Span, Time};

fn store() -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("atalaia.sqlite");
    drop(migration::open(&path).expect("made"));
    (folder, path)
}

fn now() -> Time {
    Time::from_utc(2026, 12, 1, 8, 0, 0).expect("a time")
}

fn person_of(name: &str, roles: &[Role]) -> Person {
    Person {
        name: name.to_owned(),
        password: Some("$argon2id$…".to_owned()),
        roles: roles.to_vec(),
        ceilings: Ceilings::default(),
        purpose: None,
        made_at: now(),
        disabled_at: None,
        signed_in_at: None,
        preferences: json!({}),
        seen: None,
    }
}

fn session_of(id: &str, secret: u8) -> NewSession {
    NewSession {
        id: id.to_owned(),
        secret: [secret; 32],
        csrf: "csrf".to_owned(),
        way: SignIn::Password,
        purpose: Some(Purpose::Safety),
        address: "192.0.2.1".to_owned(),
        ends_at: now() + Span::from_hours(12),
    }
}

/// How long sessions may idle in these tests.
const IDLE: Span = Span::from_hours(1);

/// A link that is valid for an hour.
fn link(secret: u8) -> Link {
    Link { secret: [secret; 32], ends_at: now() + Span::from_hours(1) }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> String {
    match outcome {
        Err(StoreError::Refused(text)) => text,
        Err(error @ StoreError::NameTaken { .. }) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_name_is_that_of_one_person_or_token_whatever_its_case() {
    let (_folder, path) = store();
    add_person(&path, &person_of("José Silva", &[Role::Admin]), None, "root", now()).expect("added");
    assert!(refusal(add_person(&path, &person_of("JOSÉ SILVA", &[]), None, "root", now())).contains("already"));
    let token = Token {
        name: "josé silva".to_owned(),
        rights: [Right::Read].into_iter().collect(),
        ceilings: Ceilings::default(),
        networks: Vec::new(),
        purpose: Purpose::Safety,
        made_by: "root".to_owned(),
        made_at: now(),
        expires_at: now() + Span::from_hours(1),
        used_at: None,
        ended_at: None,
    };
    assert!(refusal(add_token(&path, &token, &[1; 32], "root", now())).contains("already"));
    let named = Token { name: "qgis".to_owned(), ..token };
    add_token(&path, &named, &[1; 32], "root", now()).expect("added");
    end_token(&path, "qgis", "root", now()).expect("ended");
    assert!(refusal(add_token(&path, &named, &[2; 32], "root", now())).contains("already"), "the trail stays clear");
    assert!(refusal(end_token(&path, "qgis", "root", now())).contains("no such token"));
}

#[test]
fn an_administrator_who_can_sign_in_is_always_left() {
    let (_folder, path) = store();
    add_person(&path, &person_of("ana", &[Role::Admin, Role::Analyst]), None, "root", now()).expect("added");
    add_person(&path, &person_of("rui", &[Role::Viewer]), None, "root", now()).expect("added");
    let roles = |roles: &[Role]| Alteration { roles: Some(roles.to_vec()), ..Alteration::default() };
    let disabled = Alteration { disabled: Some(true), ..Alteration::default() };
    assert!(
        refusal(alter_person(&path, "ana", &roles(&[Role::Analyst]), None, "root", now())).contains("administrator")
    );
    assert!(refusal(alter_person(&path, "ana", &disabled, None, "root", now())).contains("administrator"));
    assert!(refusal(remove_person(&path, "ana", "root", now())).contains("administrator"));
    assert_eq!(person(&path, "ANA").expect("read").map(|ana| ana.roles), Some(vec![Role::Admin, Role::Analyst]));
    alter_person(&path, "rui", &roles(&[Role::Admin]), None, "root", now()).expect("a second one");
    remove_person(&path, "ana", "root", now()).expect("removed");
    assert_eq!(people(&path).expect("read").len(), 1);
}

#[test]
fn a_new_password_ends_all_sessions_but_one() {
    let (_folder, path) = store();
    add_person(&path, &person_of("ana", &[Role::Admin]), None, "root", now()).expect("added");
    for (id, secret) in [("one", 1), ("two", 2)] {
        begin_session(&path, "Ana", &session_of(id, secret), "ana", now()).expect("begun");
    }
    let change = Alteration { password: Some("other".to_owned()), ..Alteration::default() };
    alter_person(&path, "ana", &change, Some("one"), "ana", now()).expect("changed");
    let left: Vec<String> = sessions(&path, IDLE, now()).expect("read").into_iter().map(|session| session.id).collect();
    assert_eq!(left, ["one"]);
    let (ended, _) = session(&path, &[2; 32]).expect("read").expect("still a row");
    assert_eq!(ended.ended_at, Some(now()));
    assert_eq!(end_sessions(&path, "ANA", None, "root", now()).expect("ended"), 1);
    let trail: Vec<String> = trail(&path, "person ana").expect("read").into_iter().map(|row| row.what).collect();
    assert_eq!(trail, ["added", "signed in", "signed in", "altered", "signed out"]);
}

#[test]
fn a_link_works_once_and_not_after_its_end() {
    let (_folder, path) = store();
    add_person(&path, &person_of("ana", &[Role::Admin]), None, "root", now()).expect("added");
    let later = now() + Span::from_hours(1);
    make_link(&path, "ana", &link(7), "root", now()).expect("made");
    make_link(&path, "ana", &link(8), "root", now()).expect("made");
    assert_eq!(redeem(&path, &[7; 32], now()).expect("read").as_deref(), Some("ana"));
    assert_eq!(redeem(&path, &[7; 32], now()).expect("read"), None, "it is used up");
    assert_eq!(redeem(&path, &[8; 32], later).expect("read"), None, "it is too old");
    assert!(refusal(make_link(&path, "nobody", &link(9), "root", now())).contains("no such person"));
    add_person(&path, &person_of("bea", &[Role::Admin]), None, "root", now()).expect("added");
    let barred = Alteration { disabled: Some(true), ..Alteration::default() };
    alter_person(&path, "ana", &barred, None, "root", now()).expect("barred");
    let way = "ana is disabled; `atalaia users set ana --enable` first";
    assert!(refusal(make_link(&path, "ana", &link(9), "root", now())).contains(way));
    assert_eq!(redeem(&path, &[9; 32], now()).expect("read"), None, "no link was made");
}

#[test]
fn the_first_administrator_is_made_once_by_the_last_token() {
    let (_folder, path) = store();
    let later = now() + Span::from_hours(1);
    assert_eq!(bootstrap(&path, &[1; 32], later).expect("stored"), Bootstrap::Needed);
    assert_eq!(bootstrap(&path, &[2; 32], later).expect("stored"), Bootstrap::Needed);
    let ana = person_of("ana", &[Role::Admin]);
    assert_eq!(first(&path, &[1; 32], &ana, now()).expect("read"), None, "the earlier token is void");
    assert_eq!(first(&path, &[2; 32], &ana, later).expect("read"), None, "too old");
    assert_eq!(redeem(&path, &[2; 32], now()).expect("read"), None, "it is no link for signing in");
    assert_eq!(first(&path, &[2; 32], &ana, now()).expect("made"), Some(()));
    assert_eq!(first(&path, &[2; 32], &person_of("eve", &[Role::Admin]), now()).expect("read"), None);
    assert_eq!(bootstrap(&path, &[3; 32], later).expect("read"), Bootstrap::Done);
}

#[test]
fn a_person_who_is_barred_begins_no_session() {
    let (_folder, path) = store();
    for name in ["ana", "rui"] {
        add_person(&path, &person_of(name, &[Role::Admin]), None, "root", now()).expect("added");
    }
    begin_session(&path, "rui", &session_of("one", 1), "rui", now()).expect("begun");
    let barred = Alteration { disabled: Some(true), ..Alteration::default() };
    alter_person(&path, "rui", &barred, None, "ana", now()).expect("barred");
    assert!(refusal(begin_session(&path, "rui", &session_of("two", 2), "rui", now())).contains("no such person"));
    assert_eq!(sessions(&path, IDLE, now()).expect("read"), []);
    let (_, rui) = session(&path, &[1; 32]).expect("read").expect("a row");
    assert_eq!((rui.disabled_at, rui.signed_in_at), (Some(now()), Some(now())));
}

#[test]
fn the_case_of_a_name_does_not_matter_in_any_alphabet() {
    let (_folder, path) = store();
    add_person(&path, &person_of("José", &[Role::Admin]), None, "root", now()).expect("added");
    let found = person(&path, "JOSÉ").expect("read").expect("the same person");
    assert_eq!(found.name, "José");
    begin_session(&path, "JOSÉ", &session_of("one", 1), "José", now()).expect("begun");
    assert_eq!(session(&path, &[1; 32]).expect("read").expect("a session").0.person, "José");
    assert_eq!(person(&path, "Jose").expect("read"), None);
}

#[test]
fn a_change_of_one_ceiling_leaves_the_others() {
    let (_folder, path) = store();
    let ceilings = Ceilings { releasable_to: Some(vec!["PT".to_owned()]), personal_data: false, ..Ceilings::default() };
    let ana = Person { ceilings, ..person_of("ana", &[Role::Viewer]) };
    add_person(&path, &ana, None, "root", now()).expect("added");
    let tightened = CeilingChange { max_tlp: Some(Tlp::Amber), ..CeilingChange::default() };
    let change = Alteration { ceilings: Some(tightened), ..Alteration::default() };
    let after = alter_person(&path, "ana", &change, None, "root", now()).expect("changed");
    assert_eq!(after.ceilings, Ceilings { max_tlp: Tlp::Amber, ..ana.ceilings });
    let opened = CeilingChange { releasable_to: Some(None), ..CeilingChange::default() };
    let change = Alteration { ceilings: Some(opened), ..Alteration::default() };
    let after = alter_person(&path, "ana", &change, None, "root", now()).expect("changed");
    assert_eq!((after.ceilings.releasable_to, after.ceilings.personal_data), (None, false));
}

#[test]
fn ceilings_that_are_not_whole_are_not_read() {
    let whole = serde_json::to_value(Ceilings::default()).expect("JSON");
    assert!(serde_json::from_value::<Ceilings>(whole.clone()).is_ok());
    let mut partial = whole.clone();
    partial.as_object_mut().expect("an object").remove("personal_data");
    assert!(serde_json::from_value::<Ceilings>(partial).is_err());
    let mut empty = whole;
    empty["purposes"] = json!([]);
    assert!(serde_json::from_value::<Ceilings>(empty).is_err(), "it would be no limit");
}

#[test]
fn a_new_password_a_bar_and_the_end_of_all_sessions_end_links() {
    let (_folder, path) = store();
    for name in ["ana", "rui"] {
        add_person(&path, &person_of(name, &[Role::Admin]), None, "root", now()).expect("added");
    }
    let is_redeemed = |secret: u8| redeem(&path, &[secret; 32], now()).expect("read").is_some();
    let made = |secret: u8| make_link(&path, "ana", &link(secret), "root", now()).expect("made");
    made(1);
    let change = Alteration { password: Some("other".to_owned()), ..Alteration::default() };
    alter_person(&path, "ana", &change, None, "rui", now()).expect("changed");
    assert!(!is_redeemed(1), "a link from before the new password");
    made(2);
    for disabled in [true, false] {
        let change = Alteration { disabled: Some(disabled), ..Alteration::default() };
        alter_person(&path, "ana", &change, None, "rui", now()).expect("changed");
    }
    assert!(!is_redeemed(2), "a link from before the bar");
    made(3);
    end_sessions(&path, "ana", None, "rui", now()).expect("ended");
    assert!(!is_redeemed(3), "a link from before all sessions were ended");
    made(4);
    let change = Alteration { roles: Some(vec![Role::Viewer]), ..Alteration::default() };
    alter_person(&path, "ana", &change, None, "rui", now()).expect("changed");
    assert!(is_redeemed(4), "other changes leave links alone");
}

#[test]
fn an_administrator_without_password_and_link_does_not_count() {
    let (_folder, path) = store();
    let unable = Person { password: None, ..person_of("eva", &[Role::Admin]) };
    add_person(&path, &person_of("ana", &[Role::Admin]), None, "root", now()).expect("added");
    add_person(&path, &unable, Some(&link(1)), "root", now()).expect("added");
    let later = now() + Span::from_hours(2);
    assert!(refusal(remove_person(&path, "ana", "root", later)).contains("administrator"), "the link has ended");
    remove_person(&path, "ana", "root", now()).expect("eva can sign in by the link");
    let viewer = person_of("rui", &[Role::Viewer]);
    add_person(&path, &viewer, None, "root", later).expect("added");
    remove_person(&path, "rui", "root", later).expect("this takes no administrator away");
}

#[test]
fn a_person_and_the_link_are_added_together_or_not_at_all() {
    let (_folder, path) = store();
    add_person(&path, &person_of("ana", &[]), Some(&link(1)), "root", now()).expect("added");
    let same = Link { secret: [1; 32], ..link(2) };
    assert!(add_person(&path, &person_of("rui", &[]), Some(&same), "root", now()).is_err(), "the secret is taken");
    assert_eq!(person(&path, "rui").expect("read"), None);
}

#[test]
fn a_session_that_idles_too_long_is_not_in_force_and_the_use_of_a_token_never_moves_back() {
    let (_folder, path) = store();
    add_person(&path, &person_of("ana", &[Role::Admin]), None, "root", now()).expect("added");
    begin_session(&path, "ana", &session_of("one", 1), "ana", now()).expect("begun");
    assert_eq!(sessions(&path, IDLE, now() + Span::from_minutes(59)).expect("read").len(), 1);
    assert_eq!(sessions(&path, IDLE, now() + Span::from_minutes(60)).expect("read"), []);
    let token = Token {
        name: "QGis".to_owned(),
        rights: [Right::Read].into_iter().collect(),
        ceilings: Ceilings::default(),
        networks: Vec::new(),
        purpose: Purpose::Safety,
        made_by: "root".to_owned(),
        made_at: now(),
        expires_at: now() + Span::from_hours(1),
        used_at: None,
        ended_at: None,
    };
    add_token(&path, &token, &[1; 32], "root", now()).expect("added");
    for minutes in [5, 3] {
        use_token(&path, "QGis", now() + Span::from_minutes(minutes)).expect("noted");
    }
    assert_eq!(tokens(&path).expect("read")[0].used_at, Some(now() + Span::from_minutes(5)));
    end_token(&path, "qgis", "root", now()).expect("ended, whatever the case");
}
