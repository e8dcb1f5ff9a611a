//! What the score line about a rare place says: how long the place was heard, and what was counted there.

use crate::testing::{AREA, only, run};

/// A buoy tender far away is heard all day. A ship comes into the area in the evening and loiters.
fn lines(script: &str, zones: &str) -> Vec<String> {
    let mut settings = only("loitering");
    settings.score.rare_after_days = 0;
    settings.behaviours.loitering.min_shore_nm = 0.0;
    let changes = run(&settings, zones, script);
    let alert = &changes.last().expect("an alert").alert;
    let rare = alert.score_reasons.iter().filter(|line| line.code == "rare_place");
    rare.map(|line| line.text.clone()).collect()
}

/// `FAR` is heard from midnight; `SHIP` loiters from 18:00.
fn loiters(kind: u8) -> String {
    format!(
        "FAR 224000001 type=53 every=600
           00:00 38.0 -12.0
           stop 1440
         SHIP 224000002 type={kind} every=60
           18:00 28.6 -17.2
           stop 150"
    )
}

#[test]
fn data_from_elsewhere_says_nothing_about_a_place() {
    let rare = lines(&loiters(0), AREA);
    let [text] = &rare[..] else { panic!("{rare:?}") };
    assert!(text.contains(" in 2 h of data from this area"), "{text}");
    assert!(text.starts_with("No stops or slow passages by other vessels within 5 nm"), "{text}");
    assert!(text.ends_with(", not counting harbours and anchorages"), "{text}");
}

#[test]
fn the_kinds_that_do_not_count_are_named() {
    let rare = lines(&loiters(70), AREA);
    assert!(rare[0].ends_with(", not counting fishing vessels, small craft, harbours and anchorages"), "{rare:?}");
}

#[test]
fn a_harbour_is_no_rare_place() {
    let harbour = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"id":"port","name":"Port","kind":"port","radius_nm":2},"geometry":{"type":"Point","coordinates":[-17.2,28.6]}},
        {"type":"Feature","properties":{"id":"watch","name":"Watch","kind":"area","radius_nm":20,"calm":false},"geometry":{"type":"Point","coordinates":[-17.2,28.6]}}
    ]}"#;
    assert_eq!(lines(&loiters(70), harbour), Vec::<String>::new());
}
