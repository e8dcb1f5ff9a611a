//! What an operator would notice about watchlists.

use super::*;

fn lists(text: &str) -> Watchlists {
    Watchlists::parse(&[("customs.csv".to_owned(), text.to_owned())]).expect("a good list")
}

fn faults(text: &str) -> Vec<String> {
    let errors = Watchlists::parse(&[("customs.csv".to_owned(), text.to_owned())]).expect_err("a bad list");
    errors.iter().map(ListError::to_string).collect()
}

const NOW: Time = Time::from_seconds(1_800_000_000);

fn said(mmsi: u32) -> Said<'static> {
    Said { mmsi, imo: None, call_sign: None, name: None }
}

#[test]
fn a_ship_is_found_by_number_exactly_and_by_name_as_people_read_it() {
    let lists = lists(
        "mmsi,imo,call_sign,name,list,reason,owner,level\n\
         224000001,,,,,\"tobacco, 2019\",desk 3,high\n\
         ,9074729,,,,,,\n\
         ,,EA1234,,,,,\n\
         ,,,São João II,fleet,,,critical\n",
    );
    let by = |said: Said<'_>| lists.find(said, NOW).map(|found| (found.by, found.fuzzy, found.listed.points));
    assert_eq!(by(said(224_000_001)), Some(("mmsi", false, 60)));
    assert_eq!(by(said(224_000_002)), None);
    assert_eq!(by(Said { imo: Some(9_074_729), ..said(1) }), Some(("imo", false, 40)));
    assert_eq!(by(Said { call_sign: Some("EA 1234"), ..said(1) }), Some(("call_sign", false, 40)));
    assert_eq!(by(Said { call_sign: Some("EA1235"), ..said(1) }), Some(("call_sign", true, 40)));
    assert_eq!(by(Said { name: Some("SAO JOAO II"), ..said(1) }), Some(("name", false, 80)));
    assert_eq!(by(Said { name: Some("SAO JOAO I"), ..said(1) }), Some(("name", true, 80)));
    assert_eq!(by(Said { name: Some("SAO JOAO"), ..said(1) }), None);
    let row = lists.find(said(224_000_001), NOW).expect("listed").listed;
    assert_eq!((row.list.as_str(), row.reason.as_deref()), ("customs", Some("tobacco, 2019")));
}

#[test]
fn a_short_name_is_met_exactly_and_another_imo_number_is_another_ship() {
    let lists = lists("name,imo\nALFA,\nATLANTIC STAR,9074729\n");
    let named = |name, imo| lists.find(Said { name: Some(name), imo, ..said(1) }, NOW).is_some();
    assert!(named("ALFA", None) && !named("ALFB", None));
    assert!(named("ATLANTIC STAR", None) && named("ATLANTIC STAR", Some(9_074_729)));
    assert!(!named("ATLANTIC STAR", Some(9_319_466)));
}

#[test]
fn an_expired_row_counts_no_more_from_the_end_of_its_day() {
    let lists = lists("mmsi;expires\n224000001;2027-01-15\n224000002;2027-01-15T08:00:00Z\n");
    let at = |text: &str| Time::parse(text).expect("a time");
    let seen = |mmsi, time: &str| lists.find(said(mmsi), at(time)).is_some();
    assert!(seen(224_000_001, "2027-01-15T23:59:59Z") && !seen(224_000_001, "2027-01-16T00:00:00Z"));
    assert!(seen(224_000_002, "2027-01-15T07:59:59Z") && !seen(224_000_002, "2027-01-15T08:00:00Z"));
}

#[test]
fn every_fault_is_told_with_file_line_and_column() {
    assert_eq!(
        faults("mmsi,level,expires\n12,high,\n224000001,urgent,tomorrow\n\n,low,\n224000001,low,,x\n"),
        [
            "customs.csv:2: mmsi: \"12\" is not a number of 9 digits",
            "customs.csv:3: level: \"urgent\" is none of low, medium, high, critical",
            "customs.csv:3: expires: \"tomorrow\" is no date: write 2026-11-22 or 2026-11-22T18:00:00Z",
            "customs.csv:5: mmsi: the row says of no ship who it is",
            "customs.csv:6: 4: one cell too many: put texts with a separator in quotation marks",
        ]
    );
    assert_eq!(
        faults("mmsi,colour\n"),
        [
            "customs.csv:1: 2: unknown column \"colour\"; there are mmsi, imo, call_sign, name, list, reason, owner, level, expires"
        ]
    );
    assert_eq!(faults(""), ["customs.csv:1: header: needs one of mmsi, imo, call_sign, name"]);
}
