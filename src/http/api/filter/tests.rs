//! A filter finds what it says, and one that cannot be understood is refused with the place and the nearest word.

use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::*;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::storage::store::AlertFilter;
use atalaia_core::alerts::Severity;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::geo::Bounds;

fn noon() -> Time {
    Time::from_utc(2026, 11, 22, 12, 0, 0).expect("a time")
}

fn read(given: &[(&str, &str)]) -> Result<AlertFilter, Problem> {
    let owned = given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    filter(&Parameters::of(owned, &keys().collect::<Vec<_>>())?, &Basis { me: "ana", at: noon(), now: noon() })
}

/// The body of the problem.
fn refused(q: &str) -> Value {
    let response = read(&[("q", q)]).expect_err("it cannot be understood").into_response();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let body = runtime.block_on(axum::body::to_bytes(response.into_body(), 10_000)).expect("a body");
    serde_json::from_slice(&body).expect("JSON")
}

#[test]
fn the_text_of_the_filter_box_is_understood() {
    let text = r#"severity>=medium behaviour:ais_gap,rendezvous zone:c07 owner:me,none state:new status:open type:tanker flag:es
        score>60 since:6h name:"two words" drifting"#;
    let filter = read(&[("q", text)]).expect("a filter");
    assert_eq!((filter.severities, filter.min_severity), (Vec::new(), Some(Severity::Medium)));
    assert_eq!(filter.behaviours.iter().map(|one| one.name()).collect::<Vec<_>>(), ["ais_gap", "rendezvous"]);
    assert_eq!((filter.zones, filter.flags), (vec!["c07".to_owned()], vec!["ES".to_owned()]));
    assert_eq!(filter.owners, [Some("ana".to_owned()), None]);
    assert_eq!(filter.types, (80..=89).collect::<Vec<u8>>());
    assert_eq!((filter.scores.least, filter.scores.most), (Some(61), None));
    assert_eq!(filter.since, Some(noon() - Span::from_hours(6)));
    assert_eq!((filter.names, filter.words), (vec!["two words".to_owned()], vec!["drifting".to_owned()]));
}

#[test]
fn the_order_of_severities_does_not_matter() {
    let both = [read(&[("q", "severity:low severity>=medium")]), read(&[("q", "severity>=medium severity:low")])];
    let [one, other] = both.map(|filter| filter.expect("a filter"));
    assert_eq!(one, other);
    assert_eq!((one.severities, one.min_severity), (vec![Severity::Low], Some(Severity::Medium)));
    let between = read(&[("min_severity", "low"), ("q", "severity>low severity<=high severity<critical")]);
    let between = between.expect("a filter");
    assert_eq!((between.min_severity, between.max_severity), (Some(Severity::Medium), Some(Severity::High)));
    assert!(read(&[("severity", "low"), ("q", "severity>=high")]).is_ok(), "it only finds nothing");
}

#[test]
fn parameters_and_the_text_know_the_same_words() {
    let one = read(&[("behaviour", "ais_gap"), ("owner", "none"), ("min_score", "61"), ("type", "high-speed_craft")]);
    let other = read(&[("q", "behaviour:ais_gap owner:none score>=61 type:high-speed_craft")]);
    assert_eq!(one.expect("a filter"), other.expect("a filter"));
}

#[test]
fn a_wrong_word_is_refused_with_its_place_and_the_nearest_one() {
    let problem = refused("café behavior:ais_gap state:nwe");
    assert_eq!(problem["status"], json!(400));
    let places = problem["errors"].as_array().expect("places").clone();
    assert_eq!((&places[0]["pointer"], &places[1]["pointer"]), (&json!("q/5/21"), &json!("q/22/31")));
    let details: Vec<&str> = places.iter().filter_map(|place| place["detail"].as_str()).collect();
    assert!(details[0].contains("did you mean `behaviour`?"), "{}", details[0]);
    assert!(details[1].contains("did you mean `new`?"), "{}", details[1]);
    assert_eq!(refused("name:\"open")["errors"][0]["pointer"], json!("q/0/10"));
    for text in
        ["mmsi:12", "score>x", "score>101", "since:soon", "flag:ESP", "type:200", "zone>c07", "severity<info", "zone:"]
    {
        assert_eq!(refused(text)["type"], json!("/problems/parameter"), "{text}");
    }
}

#[test]
fn a_text_with_a_colon_can_be_searched_in_quotation_marks() {
    let filter = read(&[("q", r#""<b>: x" 12:30"#)]).expect("a filter");
    assert_eq!(filter.words, ["<b>: x", "12:30"]);
}

#[test]
fn a_box_may_cross_the_antimeridian_but_not_the_poles() {
    let across = Bounds { west: 179.0, south: -20.0, east: 181.0, north: -10.0 };
    assert_eq!(read(&[("bbox", "179,-20,-179,-10")]).expect("a filter").bbox, Some(across));
    for text in ["1,1,1,1", "1,2,3", "0,10,1,5", "0,0,181,1", "a,b,c,d", "NaN,0,1,1", "0,-inf,1,1"] {
        assert!(read(&[("bbox", text)]).is_err(), "{text}");
    }
}

#[test]
fn every_parameter_is_described_and_read_and_every_field_of_the_text_is_known() {
    let known: Vec<&str> = keys().collect();
    assert_eq!((known.len(), known[0]), (22, "q"));
    for name in known {
        // A value that most fields refuse, with their name.
        if let Err(problem) = read(&[(name, "?,?")]) {
            let detail = problem.value()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(detail.starts_with(&format!("{name}: ")) && !detail.contains("unknown"), "{detail}");
        }
        let in_text = read(&[("q", format!("{name}:?").as_str())]).err().map(|problem| problem.value().to_string());
        let is_unknown = in_text.is_some_and(|text| text.contains("unknown field"));
        assert_eq!(is_unknown, ["q", "bbox", "changed_after"].contains(&name), "{name}");
    }
}
