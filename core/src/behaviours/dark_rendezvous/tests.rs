//! What an analyst would notice about stops with a silent vessel nearby.

use crate::alerts::{Change, ChangeKind};
use crate::behaviours::{Behaviour, Role};
use crate::engine::Settings;
use crate::testing::{AREA, only, run};

/// Latitudes of ships that lie along 17.1° W all the time, so that reception is known there.
const SENTINELS: [&str; 11] =
    ["28.1", "28.35", "28.6", "28.85", "29.1", "29.35", "29.6", "29.9", "27.85", "27.6", "27.35"];

fn settings() -> Settings {
    let mut settings = only("dark_rendezvous");
    settings.coverage.learn_hours = 5;
    settings
}

fn told(script: &str) -> Vec<Change> {
    told_with(&settings(), script)
}

fn told_with(settings: &Settings, script: &str) -> Vec<Change> {
    let mut all = script.to_owned();
    for (number, lat) in SENTINELS.iter().enumerate() {
        all.push_str(&format!(
            "\nSENT{number:02} 2241000{number:02} type=70 status=1 every=300\n00:00 {lat} -17.1\nstop 1300"
        ));
    }
    // The sentinels lie still all day; their own alerts are not under test.
    let mut changes = run(settings, AREA, &all);
    changes.retain(|change| change.alert.vessels.iter().any(|vessel| vessel.mmsi == 224_000_002));
    changes
}

/// HOST lies stopped from 11:00 for `stop` minutes at 28.6 N. GHOST goes dark at 10:00, 8 nm to the south, for four
/// hours.
fn meeting(stop: u32, ghost: &str) -> String {
    format!(
        "HOST 224000002 type=70 every=60
           06:00 28.6 -17.3
           go 270 10 150
           go 90 10 150
           stop {stop}
           go 270 10 240
         GHOST 224000003 type=36 every=60
           06:00 28.5 -17.2
           stop 240
           {ghost}"
    )
}

const BACK_WHERE_IT_WAS: &str = "silent 240\n stop 120";

#[test]
fn a_stop_within_reach_of_a_silent_vessel_opens_once_the_silence_is_known() {
    let changes = told(&meeting(120, BACK_WHERE_IT_WAS));
    let opened = &changes[0];
    let alert = &opened.alert;
    assert_eq!(alert.behaviour, Behaviour::DarkRendezvous);
    assert!(["10:58", "10:59", "11:00"].contains(&alert.started_at.clock().as_str()), "{}", alert.started_at.clock());
    assert_eq!(alert.evidence.measured["dark_mmsi"], 224_000_003);
    let roles: Vec<_> = alert.vessels.iter().map(|vessel| (vessel.mmsi, vessel.role)).collect();
    assert_eq!(roles, [(224_000_002, None), (224_000_003, Some(Role::Dark))]);
    assert!(alert.summary.contains("the only candidate"), "{}", alert.summary);
    assert!(changes.iter().all(|change| change.change != ChangeKind::Retracted));
    // The stop ends at 13:00, the silence at 14:00: then the slack is final.
    let ends = changes.iter().filter(|change| change.change == ChangeKind::Ended);
    let told = |change: &Change| {
        let measured = |name: &str| change.alert.evidence.measured[name].as_f64().expect("a number");
        (change.reason.clone(), measured("stopped_minutes"), measured("slack_hours"))
    };
    let [(ended, stopped, before), (corrected, still, after)] = &ends.map(told).collect::<Vec<_>>()[..] else {
        panic!("{:?}", changes.iter().map(|change| (change.change, &change.reason)).collect::<Vec<_>>());
    };
    assert_eq!((ended.as_str(), corrected.as_str()), ("the stop ended", "corrected by a later report"));
    assert!((115.0..=121.0).contains(stopped) && still == stopped, "{stopped} {still}");
    // Until then it need not have come back.
    assert!(*after < *before, "{before} {after}");
    let summary = &changes.last().expect("ended").alert.summary;
    assert!(summary.contains("stopped for 2 h") || summary.contains("stopped for 1 h 5"), "{summary}");
}

#[test]
fn a_vessel_last_heard_close_to_the_shore_has_gone_in() {
    let off = |lon: &str| meeting(120, BACK_WHERE_IT_WAS).replace("28.5 -17.2", &format!("28.55 {lon}"));
    assert!(!told(&off("-17.45")).is_empty(), "14 nm off La Palma");
    assert!(told(&off("-17.68")).is_empty(), "4 nm off");
}

#[test]
fn too_short_a_stop_or_too_far_away_opens_nothing() {
    assert!(told(&meeting(8, BACK_WHERE_IT_WAS)).is_empty());
    let far = meeting(120, BACK_WHERE_IT_WAS).replace("28.5 -17.2", "27.4 -17.2");
    assert!(told(&far).is_empty(), "72 nm away: 13 h there");
    let heard = meeting(120, "stop 360");
    assert!(told(&heard).is_empty(), "never silent");
}

#[test]
fn a_silent_vessel_heard_again_out_of_reach_of_the_stop_retracts_it() {
    // Its usual speed is 5.5 kn. Four hours later and 26 nm to the south, it must have gone straight there.
    let changes = told(&meeting(200, "dark 180 6.4 240\n go 180 6 60"));
    let kinds: Vec<ChangeKind> = changes.iter().map(|change| change.change).collect();
    assert_eq!(kinds.first(), Some(&ChangeKind::Opened));
    assert_eq!(kinds.last(), Some(&ChangeKind::Retracted), "{kinds:?}");
}

#[test]
fn it_is_retracted_even_long_after_the_stop() {
    // An hour's stop is over and published at 13:00. The silent vessel is heard at 14:00, 26 nm to the south.
    let changes = told(&meeting(60, "dark 180 6.4 240\n go 180 6 60"));
    let kinds: Vec<ChangeKind> = changes.iter().map(|change| change.change).collect();
    assert_eq!(kinds.first(), Some(&ChangeKind::Opened));
    assert!(kinds.ends_with(&[ChangeKind::Ended, ChangeKind::Retracted]), "{kinds:?}");
}

#[test]
fn more_than_five_candidates_are_a_fact() {
    let mut script = meeting(120, BACK_WHERE_IT_WAS);
    for number in 4..10 {
        script.push_str(&format!(
            "\nGHOST{number} 22400000{number} type=36 every=60\n 06:00 28.5 -17.200{number}\n stop 240\n silent 240\n stop 120"
        ));
    }
    // Seven vessels that stop at one place make it a usual place, which is not under test.
    let mut settings = settings();
    (settings.score.busy_place_points, settings.score.crowded_place_points) = (0, 0);
    let changes = told_with(&settings, &script);
    let possible: Vec<u64> =
        changes.iter().filter_map(|change| change.alert.evidence.measured["possible"].as_u64()).collect();
    assert!(possible.contains(&7), "{possible:?}");
    for change in &changes {
        assert_eq!(
            (change.alert.score, change.alert.score_reasons.last().map(|line| line.code.as_str())),
            (19, Some("cap_fact"))
        );
    }
}

/// HOST stops at 13:20 for half an hour; GHOST is silent from 10:00 to 20:00, 8 nm away.
const LATE_STOP: &str = "HOST 224000002 type=70 every=60
       06:00 28.6 -17.3
       go 270 10 220
       go 90 10 220
       stop 30
       go 270 10 240
     GHOST 224000003 type=36 every=60
       06:00 28.5 -17.2
       stop 240
       silent 600
       stop 60";

#[test]
fn a_silence_with_too_much_slack_opens_nothing() {
    let opened = |max_slack_hours: f64| {
        let mut settings = settings();
        settings.behaviours.dark_rendezvous.max_slack_hours = max_slack_hours;
        !told_with(&settings, LATE_STOP).is_empty()
    };
    // By the end of the stop it had about 2.5 hours of slack; in all, 7.3.
    assert!(opened(8.0));
    assert!(!opened(1.5));
}

#[test]
fn a_stop_with_a_vessel_alongside_opens_nothing() {
    let mate = |lat: &str| {
        format!("{}\nMATE 224000020 type=80 every=60\n 06:00 {lat} -17.3\n stop 900", meeting(120, BACK_WHERE_IT_WAS))
    };
    assert!(told(&mate("28.6")).is_empty(), "some 340 m away");
    assert!(!told(&mate("28.62")).is_empty(), "1.2 nm away");
}

/// HOST as in `meeting`, stopped for four hours from 11:00. MATE is beside it from `from` minutes after the stop began, for `minutes`.
fn visited(from: u32, minutes: u32) -> String {
    // MATE comes from 6 nm to the north and goes back there, at 12 kn.
    format!(
        "{}\nMATE 224000020 type=80 every=60\n 06:00 28.7 -17.3\n stop {}\n go 180 12 30\n stop {minutes}\n go 0 12 300",
        meeting(240, BACK_WHERE_IT_WAS),
        300 + from - 30,
    )
}

#[test]
fn a_partner_that_has_left_still_explains_the_stop() {
    // Nothing opens as it leaves, nor when the ghost is heard again, an hour after it is out of sight.
    assert!(told(&visited(0, 200)).is_empty(), "beside it for 200 of 240 min");
    assert!(told(&visited(0, 100)).is_empty(), "for 100 of 240 min");
}

#[test]
fn a_ship_that_passes_by_or_visits_for_a_while_does_not_explain_a_stop_of_hours() {
    for minutes in [1, 25, 45] {
        let changes = told(&visited(60, minutes));
        assert!(!changes.is_empty(), "{minutes} min of 240");
        assert!(changes.iter().all(|change| change.change != ChangeKind::Retracted), "{minutes} min of 240");
    }
}

#[test]
fn it_is_retracted_once_a_vessel_that_is_heard_has_lain_alongside_for_long() {
    // HOST lies there from 11:00 to 19:00, GHOST is silent until 16:00, and MATE is beside HOST from 12:50.
    let script = format!(
        "{}\nMATE 224000020 type=80 every=60\n 06:00 28.7 -17.3\n stop 380\n go 180 12 30\n stop 360",
        meeting(480, "silent 360\n stop 120")
    );
    let changes = told(&script);
    let kinds: Vec<ChangeKind> = changes.iter().map(|change| change.change).collect();
    assert_eq!(kinds.first(), Some(&ChangeKind::Opened));
    assert_eq!(kinds.iter().filter(|kind| **kind == ChangeKind::Retracted).count(), 1, "{kinds:?}");
    let last = changes.last().expect("a line");
    assert_eq!((last.change, last.reason.as_str()), (ChangeKind::Retracted, "another vessel lay alongside"));
    // Long before the stop ends, and before MATE has been there for half of it.
    assert!(last.at.clock().as_str() < "16:30", "{}", last.at);
}

/// `meeting` with two hours of stop, and three more vessels like GHOST beside it.
fn four_silent() -> String {
    let more = (4..7).map(|number| {
        format!(
            "\nGHOST{number} 22400000{number} type=36 every=60\n 06:00 28.5 -17.200{number}\n stop 240\n silent 240\n stop 120"
        )
    });
    meeting(120, BACK_WHERE_IT_WAS) + &more.collect::<String>()
}

#[test]
fn every_candidate_is_named_with_how_long_it_can_have_stayed() {
    let mut settings = settings();
    settings.behaviours.dark_rendezvous.candidates = 4;
    let changes = told_with(&settings, &four_silent());
    let alert = &changes.last().expect("an alert").alert;
    let measured = &alert.evidence.measured;
    let others = measured["other_candidates"].as_array().expect("a list");
    let named: Vec<&str> = others.iter().filter_map(|other| other.as_str()).collect();
    assert_eq!(measured["possible"].as_u64(), Some(1 + named.len() as u64), "{named:?}");
    assert!(alert.summary.contains("one of 4 candidates"), "{}", alert.summary);
    let dark = measured["dark_mmsi"].as_u64().expect("an MMSI");
    for number in (3..7).filter(|number| dark != 224_000_000 + number) {
        let start = match number {
            3 => "224000003 GHOST (up to ".to_owned(),
            _ => format!("22400000{number} GHOST{number} (up to "),
        };
        assert!(named.iter().any(|other| other.starts_with(&start) && other.contains(" at the stop, ")), "{named:?}");
    }
    // Never longer than the other lay stopped.
    let minutes = |name: &str| measured[name].as_f64().expect("a number");
    assert!(15.0 <= minutes("there_minutes") && minutes("there_minutes") <= 121.0, "{measured:?}");
}

#[test]
fn candidates_that_are_not_listed_are_counted() {
    let others = |settings: &Settings| {
        let changes = told_with(settings, &four_silent());
        changes.last().expect("an alert").alert.evidence.measured["other_candidates"].to_string()
    };
    let mut settings = settings();
    // Three are named by default, the likeliest with them.
    assert!(others(&settings).ends_with(",\"and 1 more\"]"), "{}", others(&settings));
    settings.behaviours.dark_rendezvous.candidates = 2;
    assert!(others(&settings).ends_with(",\"and 2 more\"]"), "{}", others(&settings));
}
