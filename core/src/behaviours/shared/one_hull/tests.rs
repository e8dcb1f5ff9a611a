//! What an analyst would notice about ships with two transponders.

use crate::testing::{AREA, check, only, run};

const A: &str = "ONE 224000001 type=70 call=EAAA1 imo=9074729";
const OTHER_NAME: &str = "TWO 224000002 type=70";
const SAME_NAME: &str = "ONE 224000002 class=B call=EAAA1";
const SAME_IMO: &str = "TWO 224000002 type=80 imo=9074729";

/// Two transponders about 20 m apart that move together.
fn both(second: &str, plan: &str) -> String {
    format!("{A}\n06:00 28.0 -18.0\n{plan}\n{second}\n06:00 28.0002 -18.0\n{plan}\n")
}

/// The changes `opened` and `retracted`, by the minute.
fn told(script: &str) -> Vec<String> {
    let changes = run(&only("rendezvous"), AREA, script);
    let news = changes.iter().filter(|change| change.change != crate::alerts::ChangeKind::Updated);
    news.map(|change| format!("{} {:?} {}", change.at.clock(), change.change, change.reason)).collect()
}

#[test]
fn two_transponders_that_were_never_apart_do_not_meet() {
    for second in [OTHER_NAME, SAME_NAME, SAME_IMO] {
        for every in ["", " every=20", " every=180"] {
            let script = both(&format!("{second}{every}"), "go 90 11 120\nstop 180\ngo 90 11 60");
            assert_eq!(told(&script), Vec::<String>::new(), "{second}{every}");
        }
    }
}

#[test]
fn ships_that_lie_together_from_the_first_report_on_may_be_two() {
    // With less than 20 minutes under way, nothing shows that they are one hull.
    let met = told(&both(OTHER_NAME, "go 90 11 12\nstop 240"));
    assert!(met.len() == 1 && met[0].contains("Opened close together"), "{met:?}");
    // Their static data do, however briefly they have been heard.
    assert!(told(&both(SAME_NAME, "stop 240")).is_empty());
    assert!(told(&both(SAME_IMO, "stop 240")).is_empty());
}

#[test]
fn a_meeting_reported_before_one_hull_is_known_is_retracted() {
    let news = told(&both(OTHER_NAME, "go 90 11 35\nstop 240"));
    assert_eq!(news.len(), 2, "{news:?}");
    assert!(news[0].contains("Opened close together"), "{news:?}");
    assert!(news[1].contains("Retracted one hull: they have never been more than 200 m apart"), "{news:?}");
}

#[test]
fn two_ships_with_one_number_that_came_from_apart_meet() {
    let script = format!(
        "{A}
           06:00 28.0 -18.0
           go 90 11 60
           stop 180
         {SAME_IMO}
           06:00 28.2 -18.0
           go 90 11 60
           silent 1
         {SAME_IMO} mute
           07:30 28.0002 -17.792
           stop 120\n"
    );
    let met = told(&script);
    assert!(met.iter().any(|told| told.contains("Opened")), "{met:?}");
}

#[test]
fn a_tender_that_was_launched_and_comes_back_meets_her_ship() {
    let ship = format!("{A}\n04:00 28.0 -18.0\ngo 90 11 120\nstop 480\n");
    let tender = "TENDER 982240001 class=B dims=3,3,1,1
           04:00 28.0002 -18.0
           go 90 11 120
           stop 30
           go 0 12 30
           stop 60
           go 180 12 30
           stop 120";
    let script = format!("{ship}{tender}\n");
    check(
        &only("rendezvous"),
        AREA,
        &script,
        "08:39 opened rendezvous ONE+TENDER since=08:30
         12:30 ended rendezvous ONE+TENDER since=08:30 ended=10:30",
    );
}
