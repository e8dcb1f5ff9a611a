//! Evidence for and against a silence, on both sides of each limit.

use super::*;

/// A zone that makes a gap medium by itself, so that limits show.
fn heavy() -> String {
    AREA.replace(r#""weight":0"#, r#""weight":40"#)
}

fn last(zones: &str, script: &str) -> Option<crate::alerts::Alert> {
    let changes = run(&settings(), zones, script);
    let mut alfa = changes.iter().filter(|change| change.alert.vessels[0].mmsi == 224_000_001);
    alfa.next_back().map(|change| crate::alerts::Alert::clone(&change.alert))
}

#[test]
fn a_ship_whose_course_leaves_the_heard_water_has_sailed_out_of_reach() {
    // Ships are heard along 17.1° W. It goes west from there, and its last fixes are at the edge.
    let west = "ALFA 224000001 type=70
           06:00 28.1 -16.2043
           go 270 12 240
           dark 270 12 400";
    let out = last(&heavy(), &among_sentinels(west)).expect("a fact");
    assert!(out.score <= 19 && out.evidence.measured.contains_key("out_of_reach_minutes"), "{:?}", out.score_reasons);
    assert!(out.summary.contains("left the feed's coverage"), "{}", out.summary);
    // With ships heard further west, it should have been heard on its way.
    let mut heard = among_sentinels(west);
    for (number, lon) in ["-17.4", "-17.65", "-17.9"].iter().enumerate() {
        heard.push_str(&format!("\nWEST{number} 22420000{number} every=300\n00:00 28.1 {lon}\nstop 1000"));
    }
    let dark = last(&heavy(), &heard).expect("an alert");
    assert!(60 <= dark.score && dark.announced, "{:?}", dark.score_reasons);
}

#[test]
fn a_vessel_heard_again_in_place_and_not_under_way_is_at_most_low() {
    let lay = "ALFA 224000001 type=70
           06:00 28.1 -17.1
           go 90 1 1
           stop 120
           silent 400
           stop 60";
    let alert = last(&heavy(), &among_sentinels(lay)).expect("an alert");
    assert_eq!(alert.score, 39, "{:?}", alert.score_reasons);
    // Moving when it fell silent, and stopped where it was last heard.
    let back = lay.replace("stop 120\n", "stop 60\n           go 0 1.5 12\n");
    let alert = last(&heavy(), &among_sentinels(&back)).expect("an alert");
    assert_eq!(alert.score, 39, "{:?}", alert.score_reasons);
    let leaves = lay.replace("silent 400\n           stop 60", "silent 400\n           go 90 10 60");
    let alert = last(&heavy(), &among_sentinels(&leaves)).expect("an alert");
    assert!(60 <= alert.score, "under way again: {:?}", alert.score_reasons);
    let elsewhere = lay.replace("silent 400", "dark 90 0.4 400");
    let alert = last(&heavy(), &among_sentinels(&elsewhere)).expect("an alert");
    assert!(60 <= alert.score, "2.7 nm further on: {:?}", alert.score_reasons);
}

#[test]
fn a_vessel_still_for_hours_before_loses_twenty_points() {
    let held = |minutes: u32| {
        let script = format!("ALFA 224000001 type=70\n 04:00 28.1 -17.1\n stop {minutes}\n silent 400\n go 90 10 60");
        let alert = last(&heavy(), &among_sentinels(&script)).expect("an alert");
        alert.score_reasons.iter().any(|reason| reason.code == "anchored")
    };
    assert!(held(240));
    assert!(!held(90));
}

#[test]
fn where_others_fall_silent_all_the_time_one_more_is_low_at_most() {
    let with = |others: u32| {
        let mut script = among_sentinels(
            "ALFA 224000001 type=70
           06:00 28.1 -17.15
           stop 30
           go 90 6 450
           silent 400",
        );
        // They pass the place where it is last heard, one after the other, and are never heard again.
        for number in 0..others {
            script.push_str(&format!(
                "\nGONE{number} 22430000{number} type=70\n0{}:00 28.1 -16.5\ngo 90 6 {}",
                6 + number,
                80 + number
            ));
        }
        // Other ships are heard all the way ahead of it, so it does not sail out of reach.
        for (number, lon) in ["-16.9", "-16.6", "-16.4", "-16.2", "-15.9", "-15.6", "-15.3"].iter().enumerate() {
            script.push_str(&format!("\nEAST{number} 22440000{number} every=300\n00:00 28.1 {lon}\nstop 1200"));
        }
        last(&heavy(), &script).expect("an alert")
    };
    let usual = with(4);
    assert_eq!(usual.score, 39, "{:?}", usual.score_reasons);
    assert_eq!(usual.evidence.measured["silence_usual_of"], "cell");
    assert!(usual.summary.contains("in an area where silences are common"), "{}", usual.summary);
    let said: Vec<&str> = usual.score_reasons.iter().map(|reason| reason.text.as_str()).collect();
    assert!(said.contains(&"Went silent at sea"), "good reception would contradict the limit: {said:?}");
    let seldom = with(2);
    assert!(60 <= seldom.score, "{:?}", seldom.score_reasons);
}

#[test]
fn a_silence_that_began_before_reception_was_known_is_not_judged() {
    let from = |minutes: u32| format!("ALFA 224000001\n 00:00 28.1 -17.1\n stop {minutes}\n silent 400\n stop 30");
    gap(AREA, &from(270), "");
    gap(
        AREA,
        &from(330),
        "07:00 opened ais_gap 224000001 since=05:30\n 12:11 ended ais_gap 224000001 since=05:30 ended=12:11",
    );
}

#[test]
fn a_vessel_that_was_seldom_heard_itself_is_said_to_be() {
    let rig = |every: u32| {
        let script =
            format!("RIG 224000001 type=70 every={every}\n 00:00 28.1 -17.1\n stop 2900\n silent 420\n stop 60");
        last(&heavy(), &among_sentinels(&script)).expect("an alert").summary
    };
    let seldom = rig(7200);
    assert!(
        seldom.contains("where other vessels are heard well, though it was seldom heard itself (heard in at most 8."),
        "{seldom}"
    );
    assert!(rig(300).contains("in an area with good reception"), "{}", rig(300));
}

/// One vessel on its own feed, heard every `every` seconds for 25 hours and then silent for `dark` minutes.
fn lone(every: u32, dark: u32) -> String {
    format!("ALFA 224000001 type=30 every={every}\n 00:00 28 -21.5\n go 90 6 1500\n dark 90 3 {dark}\n go 90 6 120")
}

#[test]
fn the_only_vessel_of_a_feed_is_judged_by_its_own_record_when_heard_again() {
    let alert = last(AREA, &lone(60, 900)).expect("an alert");
    assert_eq!(alert.evidence.measured["only_vessel_of_its_input"], true);
    assert!(alert.summary.contains("while its input heard no vessel at all"), "{}", alert.summary);
    assert!(alert.score_reasons.iter().any(|reason| reason.code == "alone"), "{:?}", alert.score_reasons);
    assert_eq!(last(AREA, &lone(60, 80)), None, "too short");
    assert_eq!(last(AREA, &lone(1500, 900)), None, "heard in 40 % of the slots only");
    let other = format!("{}\nBRAVO 224000002\n 20:00 27 -16\n stop 60", lone(60, 900));
    assert_eq!(last(AREA, &other), None, "another vessel was heard by the feed in the day before");
}
