//! What an analyst would notice about boats at anchored ships.

use crate::behaviours::Behaviour;
use crate::testing::{check, only, run};

/// A zone of 10 nm radius that asks, with further settings of its own.
fn anchorage(kind: &str, own: &str) -> String {
    format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"id":"roads","name":"Roads",
        "kind":"{kind}","radius_nm":10,"settings":{{"alongside_at_anchor":{own}}}}},
        "geometry":{{"type":"Point","coordinates":[-17,28]}}}}]}}"#
    )
}

/// BIGONE, 200 m long, is at anchor heading north. TENDER comes from the south to `metres` off its side for `minutes`.
fn visit(metres: f64, minutes: u32, craft: &str) -> String {
    // The ship is 16 m to starboard of its antenna.
    let lon = -17.0 + (metres + 16.0) / (111_320.0 * 28_f64.to_radians().cos());
    format!(
        "BIGONE 224000002 jitter=0 type=70 status=1 every=180 dims=100,100,16,16 heading=0
           10:00 28 -17
           stop 360
         TENDER 224000001 jitter=0 every=30 {craft}
           10:00 27.8333 {lon}
           go 0 10 60
           stop {minutes}
           go 180 10 60"
    )
}

#[track_caller]
fn alongside(script: &str, expected: &str) {
    check(&only("alongside_at_anchor"), &anchorage("anchorage", "{}"), script, expected);
}

const BOAT: &str = "class=B type=37 dims=6,6,2,2";

#[test]
fn ten_minutes_within_100_metres_of_the_hull_open_in_calm_water_and_parting_ends_it() {
    let script = visit(80.0, 40, BOAT);
    let changes = run(&only("alongside_at_anchor"), &anchorage("anchorage", "{}"), &script);
    let opened = &changes[0].alert;
    assert_eq!((opened.behaviour, opened.vessels.len()), (Behaviour::AlongsideAtAnchor, 2));
    assert_eq!(opened.started_at.clock(), "11:00");
    assert!((9..=12).contains(&((opened.opened_at - opened.started_at).minutes() as i64)), "{}", opened.opened_at);
    let codes: Vec<_> = opened.score_reasons.iter().map(|line| (line.code.as_str(), line.points)).collect();
    let expected = [("alongside_at_anchor", 25), ("shore_100_nm", 10), ("merchant_small_craft", 10)];
    assert_eq!(codes, expected, "the test has no coast");
    assert!(opened.summary.contains("alongside each other") && opened.summary.contains("Roads"), "{}", opened.summary);
    let ended = changes.last().expect("it ended");
    assert_eq!(ended.reason, "apart");
    assert_eq!(ended.alert.ended_at.expect("ended").clock(), "11:40");
}

#[test]
fn too_short_too_far_or_under_way_opens_nothing() {
    alongside(&visit(80.0, 7, BOAT), "");
    alongside(&visit(130.0, 60, BOAT), "");
    alongside(&visit(80.0, 60, BOAT).replace("status=1", "status=0"), "");
    alongside(&visit(80.0, 60, BOAT).replace("type=70", "type=30"), "");
}

#[test]
fn service_craft_and_large_ships_open_nothing() {
    for kind in [31, 32, 50, 51, 52, 53, 54, 55, 58] {
        alongside(&visit(80.0, 60, &format!("class=B type={kind} dims=6,6,2,2")), "");
    }
    alongside(&visit(80.0, 60, "type=80 dims=40,40,5,5"), "");
    alongside(&visit(80.0, 60, "type=30 dims=20,20,3,3"), "");
    for small in ["type=30 dims=10,10,3,3", "class=B", "type=36"] {
        let changes = run(&only("alongside_at_anchor"), &anchorage("port", "{}"), &visit(80.0, 60, small));
        assert!(!changes.is_empty(), "{small}");
    }
}

#[test]
fn a_workboat_that_says_cargo_is_no_ship_and_one_that_tows_or_pushes_is_a_tug() {
    let ship = |dims: &str| visit(60.0, 60, BOAT).replace("dims=100,100,16,16", dims);
    alongside(&ship("dims=15,14,16,16"), "");
    for host in ["dims=16,14,16,16", ""] {
        let changes = run(&only("alongside_at_anchor"), &anchorage("port", "{}"), &ship(host));
        assert!(!changes.is_empty(), "30 m, or of unknown length");
    }
    for status in [11, 12] {
        alongside(&visit(80.0, 60, &format!("type=90 dims=10,10,3,3 status={status}")), "");
    }
    let other = run(&only("alongside_at_anchor"), &anchorage("port", "{}"), &visit(80.0, 60, "type=90 dims=10,10,3,3"));
    assert!(!other.is_empty());
}

#[test]
fn only_where_a_port_anchorage_or_area_asks() {
    let script = visit(80.0, 60, BOAT);
    for kind in ["port", "anchorage", "area"] {
        assert!(!run(&only("alongside_at_anchor"), &anchorage(kind, "{}"), &script).is_empty(), "{kind}");
    }
    check(&only("alongside_at_anchor"), &anchorage("benign", "{}"), &script, "");
    let nobody = anchorage("anchorage", "{}").replace("alongside_at_anchor", "rendezvous");
    check(&only("alongside_at_anchor"), &nobody, &script, "");
    let own = run(&only("alongside_at_anchor"), &anchorage("anchorage", r#"{"score":30}"#), &script);
    assert!(own[0].alert.score_reasons.iter().all(|line| line.code != "asked"), "its own score is not raised");
}

#[test]
fn night_and_a_second_visit_add_their_points() {
    let at_night = visit(80.0, 40, BOAT).replace("10:00", "21:00");
    let changes = run(&only("alongside_at_anchor"), &anchorage("anchorage", "{}"), &at_night);
    let lines: Vec<_> = changes[0].alert.score_reasons.iter().map(|line| (line.code.as_str(), line.points)).collect();
    assert_eq!(lines.iter().filter(|(code, _)| *code == "night").collect::<Vec<_>>(), [&("night", 15)], "{lines:?}");
    let twice = format!("{}\n stop 90\n go 0 10 60\n stop 30\n go 180 10 60", visit(80.0, 40, BOAT));
    let twice = twice.replace("stop 360", "stop 600");
    let changes = run(&only("alongside_at_anchor"), &anchorage("anchorage", "{}"), &twice);
    let opened: Vec<_> = changes.iter().filter(|change| change.revision == 1).collect();
    assert_eq!(opened.len(), 2);
    let again = |place: usize| opened[place].alert.score_reasons.iter().any(|line| line.code == "second_visit");
    assert!(!again(0) && again(1), "{:?}", opened[1].alert.score_reasons);
}

#[test]
fn a_short_absence_is_the_same_visit_and_a_hole_counts_nothing() {
    let script =
        format!("{}\n stop 1", visit(80.0, 20, BOAT)).replace("go 180 10 60", "go 90 4 6\n go 270 4 6\n stop 30");
    alongside(&script, "11:09 opened alongside_at_anchor TENDER+BIGONE since=11:00");
    let hole = visit(80.0, 6, BOAT).replace("stop 6\n", "stop 6\n silent 30\n stop 3\n");
    alongside(&hole, "");
}

#[test]
fn a_silent_boat_ends_it_after_six_hours() {
    let script = visit(80.0, 30, BOAT).replace("go 180 10 60", "silent 1").replace("stop 360", "stop 600");
    alongside(
        &script,
        "11:09 opened alongside_at_anchor TENDER+BIGONE since=11:00
         17:30 ended alongside_at_anchor TENDER+BIGONE since=11:00 ended=11:30",
    );
}

#[test]
fn a_craft_of_unknown_type_and_length_is_not_called_small() {
    let first = |craft: &str| {
        let asks = anchorage("anchorage", "{}");
        let changes = run(&only("alongside_at_anchor"), &asks, &visit(80.0, 40, craft));
        let alert = &changes[0].alert;
        let lines: Vec<_> = alert.score_reasons.iter().map(|line| line.text.clone()).collect();
        (lines, alert.summary.clone(), alert.vessels.iter().all(|vessel| vessel.role.is_none()))
    };
    let (lines, summary, has_no_roles) = first("class=A type=0");
    assert_eq!(lines[0], "Craft of unknown size alongside a ship at anchor");
    assert!(!lines.iter().any(|line| line.contains("mall craft")), "{lines:?}");
    assert!(summary.contains("BIGONE") && summary.contains("cargo) anchored or moored"), "{summary}");
    assert!(has_no_roles);
    let (lines, _, has_no_roles) = first(BOAT);
    assert_eq!(lines[0], "Small craft alongside a ship at anchor");
    assert!(!has_no_roles);
}
