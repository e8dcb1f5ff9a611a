//! What makes a daemon unhealthy, and what the answer says.

use super::super::tests::view;
use super::super::{Failing, ReloadView, SinkView, TooLate};
use super::*;
use crate::platform::disk::Absence;

fn reasons(change: impl FnOnce(&mut View)) -> Vec<String> {
    let mut view = view();
    change(&mut view);
    let health = health(&view, Duration::from_secs(1));
    assert_eq!(health.ready, health.reasons.is_empty());
    health.reasons
}

#[test]
fn a_condition_that_stops_the_work_is_a_reason() {
    assert_eq!(reasons(|_| {}), Vec::<String>::new());
    assert!(reasons(|view| view.ready = false)[0].starts_with("starting"));
    let failing = Some(Failing { times: 1, now: true, ..Failing::default() });
    assert!(reasons(|view| view.store.clone_from(&failing))[0].starts_with("store failing"));
    assert!(reasons(|view| view.journal = failing)[0].starts_with("journal failing"));
    let away = Some(Failing { times: 1, now: true, absence: Some(Absence::Gone), ..Failing::default() });
    assert!(reasons(|view| view.store.clone_from(&away))[0].starts_with("store unavailable: its file is gone;"));
    assert!(reasons(|view| view.journal = away)[0].starts_with("journal unavailable: its folder is gone;"));
    assert_eq!(
        reasons(|view| view.inputs.iter_mut().for_each(|input| input.up = false)),
        ["all inputs down: coast, hub"]
    );
    let ended = |view: &mut View| view.inputs.iter_mut().for_each(|input| (input.up, input.ended) = (false, true));
    assert_eq!(reasons(ended), ["all inputs have ended: coast, hub"]);
    assert!(reasons(|view| view.engine.waited = WAITED)[0].starts_with("engine lagging"));
    let behind = |view: &mut View| view.engine.time = Some(view.at - Span::from_seconds(151));
    assert_eq!(reasons(behind), ["engine lagging: its time is 151 s behind receipt"]);
    let stalled = health(&view(), STALLED);
    assert!(!stalled.ready && stalled.reasons[0].starts_with("the main loop has made no progress for 10 s"));
}

#[test]
fn a_daemon_without_engine_time_says_why_and_until_when() {
    let notes = |change: &dyn Fn(&mut View)| {
        let mut view = view();
        view.engine.time = None;
        change(&mut view);
        health(&view, Duration::from_secs(1)).notes
    };
    let lead = "no engine time yet, and so no alerts: ";
    let unheard = notes(&|view| view.inputs.iter_mut().for_each(|input| input.heard = None));
    assert_eq!(unheard, [format!("{lead}no line has come in")]);
    let waits = notes(&|view| view.engine.begins_at = Some(view.at + Span::from_seconds(30)));
    let until = "the first reports wait for late ones (lateness_seconds) until about 2027-01-15T08:00:30Z";
    assert_eq!(waits, [format!("{lead}{until}")]);
    let over = notes(&|view| view.engine.begins_at = Some(view.at - Span::from_seconds(30)));
    let unusable = [format!("{lead}no line so far had a report that can be used")];
    assert_eq!(over, unusable);
    let recording =
        [format!("{lead}it begins once the times in the recording have passed the first one by lateness_seconds")];
    let recorded = |live: usize| {
        notes(&move |view| {
            assert_eq!(view.inputs.len(), 2);
            (0..2).for_each(|place| view.inputs[place].live = place < live);
            view.inputs.iter_mut().for_each(|input| input.heard = Some(view.at));
        })
    };
    assert_eq!((recorded(0), recorded(1)), (recording.to_vec(), unusable.to_vec()), "a live input decides");
    assert_eq!(health(&view(), Duration::from_secs(1)).notes, [""; 0], "once it has begun");
}

#[test]
fn reports_that_are_all_too_late_are_a_warning_with_the_input_and_what_to_do() {
    let mut view = view();
    view.engine.too_late = Some(TooLate { inputs: vec!["hub".to_owned()], count: 4_812 });
    let health = health(&view, Duration::from_secs(1));
    assert!(health.ready);
    let said = "input hub: nearly all of the reports that came last are older than engine time and open no alerts (4812 so far); if this is \
                a recording that was sent before, play it into a daemon of its own, with an empty store;";
    assert!(health.warnings.len() == 1 && health.warnings[0].starts_with(said), "{:?}", health.warnings);
}

#[test]
fn deliveries_that_were_not_made_are_a_warning_also_after_their_sink_was_removed() {
    let mut view = view();
    view.sinks =
        ["partner", "mail", "map"].map(|name| SinkView { name: name.to_owned(), ..view.sinks[0].clone() }).to_vec();
    let waits = |sink: &str, failed| Backlog { sink: sink.to_owned(), pending: 3, failed, ..Backlog::default() };
    let health = health(&view, Duration::from_secs(1));
    let health =
        health.and_undelivered(&view, &[waits("partner", 4), waits("mail", 0), waits("map", 1), waits("old", 39)]);
    assert!(health.ready);
    let expected = [
        "sink partner did not get 4 alert messages: atalaia deliveries list shows why",
        "sink map did not get 1 alert message: atalaia deliveries list shows why",
        "42 undelivered for the removed sink old: atalaia deliveries list shows them",
    ];
    assert_eq!(health.warnings, expected);
}

#[test]
fn deliveries_held_on_purpose_are_a_note_with_their_time() {
    let view = view();
    let held_until = Some(view.at + Span::from_minutes(9));
    let waits = Backlog { sink: "log".to_owned(), pending: 278, held: 278, held_until, ..Backlog::default() };
    let health = health(&view, Duration::from_secs(1)).and_undelivered(&view, &[waits]);
    assert!(health.ready && health.warnings.is_empty(), "{:?}", health.warnings);
    let note =
        "sink log: 278 deliveries wait for a digest or for the pace of the sink, as set; the next is due at 08:09 UTC";
    assert_eq!(health.notes, [note]);
}

#[test]
fn a_condition_that_does_not_stop_the_work_is_a_warning() {
    let mut view = view();
    view.inputs[0].up = false;
    view.sinks[0].down = true;
    let waits_for_restart = vec!["[[inputs]] (coast)".to_owned(), "[http]".to_owned()];
    view.lapsing = vec!["inputs[0].nats.tls.ca: ca.pem expired".to_owned()];
    view.reload = ReloadView { ok: false, problems: 2, waits_for_restart, ..view.reload };
    let health = health(&view, Duration::from_secs(1));
    assert!(health.ready, "{:?}", health.reasons);
    assert_eq!(health.warnings[0], "inputs down: coast");
    assert_eq!(health.warnings[1], "sinks down: log");
    assert_eq!(
        health.warnings[2],
        "reload refused: 2 problems; the previous settings and zones remain in force; \
         atalaia check --config /etc/atalaia/atalaia.toml shows them"
    );
    assert_eq!(health.warnings[3], "changed settings need a restart: [[inputs]] (coast), [http]");
    assert_eq!(health.warnings[4], "inputs[0].nats.tls.ca: ca.pem expired");
}

#[test]
fn sound_files_that_could_not_be_saved_are_not_to_be_checked() {
    let mut view = view();
    let why = Some("settings and zones cannot be saved beside the journal: no space left".to_owned());
    view.reload = ReloadView { ok: false, problems: 1, unkept: why, ..view.reload };
    assert_eq!(
        health(&view, Duration::from_secs(1)).warnings,
        [
            "reload refused: settings and zones cannot be saved beside the journal: no space left; the previous settings and zones remain in \
          force, and the daemon tries again by itself"
        ]
    );
}

#[test]
fn silent_inputs_and_lagging_clocks_are_not_the_engines_fault() {
    let behind = |view: &mut View| view.engine.time = Some(view.at - Span::from_seconds(4000));
    let silent = reasons(|view| {
        behind(view);
        // Lines that are not reports do not advance engine time.
        view.inputs.iter_mut().for_each(|input| input.reported = Some((view.at - HEARD, Span::ZERO)));
    });
    assert_eq!(silent, Vec::<String>::new());
    let lagging = reasons(|view| {
        behind(view);
        view.inputs.iter_mut().for_each(|input| input.lagging = true);
    });
    assert_eq!(lagging, Vec::<String>::new());
}

#[test]
fn a_failing_store_says_why_and_how_many_changes_it_holds_back() {
    let said = |unstored| {
        reasons(|view| {
            let why = Some("st/atalaia.sqlite: disk I/O error".to_owned());
            view.store = Some(Failing { times: 1, now: true, why, absence: None });
            view.unstored = unstored;
        })
    };
    let store = "store failing (st/atalaia.sqlite: disk I/O error): alerts are held back and not delivered";
    assert_eq!(said(0), [store]);
    assert_eq!(said(1), [format!("{store}, so far 1 change")]);
    assert_eq!(said(2), [format!("{store}, so far 2 changes")]);
    let works = reasons(|view| view.unstored = 2);
    assert_eq!(works, Vec::<String>::new(), "the store takes them within moments");
}

#[test]
fn doubts_about_the_zones_in_force_are_a_warning_that_names_the_command() {
    let warnings = |zone_doubts| health(&View { zone_doubts, ..view() }, Duration::from_secs(1)).warnings;
    assert_eq!(warnings(0), Vec::<String>::new());
    assert_eq!(warnings(1), ["1 doubt about the zones in force: atalaia check shows it"]);
    assert_eq!(warnings(2), ["2 doubts about the zones in force: atalaia check shows them"]);
}

#[test]
fn a_store_that_was_set_aside_is_a_warning_for_as_long_as_it_is_there() {
    let mut view = view();
    view.set_aside = vec!["/var/lib/atalaia/atalaia.sqlite.corrupt-1".to_owned()];
    let health = health(&view, Duration::from_secs(1));
    assert!(health.ready && health.warnings.len() == 1, "{health:?}");
    let said = "the store was damaged and has been set aside as /var/lib/atalaia/atalaia.sqlite.corrupt-1: users, tokens, alerts and notes";
    assert!(health.warnings[0].starts_with(said), "{health:?}");
}
