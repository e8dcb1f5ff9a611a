//! Fields of an alert for the flat formats.

use serde_json::json;

use super::*;

#[test]
fn texts_show_all_they_hold_on_one_line() {
    let vessel =
        json!({"name": " A\u{0}\u{202e}B\nC\tD\u{200b} ", "empty": "\u{feff} \u{7}", "list": [1], "imo": 9_074_729});
    let fields = Fields(&vessel);
    assert_eq!(fields.text("name").as_deref(), Some("AB C D"));
    assert_eq!(fields.text("imo").as_deref(), Some("9074729"));
    assert_eq!((fields.text("empty"), fields.text("list"), fields.text("absent")), (None, None, None));
}

#[test]
fn entries_stand_in_the_order_of_the_vessels_and_cannot_forge_another() {
    let alert = json!({"vessels": [{"mmsi": 2_241_022, "name": null}, {"mmsi": 224_000_001, "name": "A;B"}, 7]});
    let fields = Fields(&alert);
    assert_eq!(fields.joined("vessels", "name").as_deref(), Some(";A,B;"));
    assert_eq!(fields.joined("vessels", "flag"), None);
    assert_eq!(fields.mmsis().as_deref(), Some("002241022;224000001"));
}

#[test]
fn places_off_the_globe_are_none() {
    let at = |lat: Value, lon: Value| Fields(&json!({"position": {"lat": lat, "lon": lon}})).position();
    assert_eq!(at(json!(27.123_456), json!(-0.000_001)), Some((0.0, 27.123_46)));
    assert!(at(json!(27.0), json!(-0.000_001)).is_some_and(|(lon, _)| lon.is_sign_positive()));
    assert_eq!((at(json!(91), json!(0)), at(json!(0), json!(-180.1)), at(json!("1"), json!(0))), (None, None, None));
    assert_eq!(Fields(&json!({"position": null})).position(), None);
}

#[test]
fn a_track_is_cut_at_the_antimeridian_and_nowhere_else() {
    assert_eq!(cut(&[(1.0, 1.0), (-1.0, 2.0)]), [[(1.0, 1.0), (-1.0, 2.0)]]);
    let there_and_back = [(179.0, 10.0), (-179.5, 13.0), (179.5, 14.0)];
    let expected = [
        vec![(179.0, 10.0), (180.0, 12.0)],
        vec![(-180.0, 12.0), (-179.5, 13.0), (-180.0, 13.5)],
        vec![(180.0, 13.5), (179.5, 14.0)],
    ];
    assert_eq!(cut(&there_and_back), expected);
    assert_eq!(cut(&[(5.0, 5.0)]), [[(5.0, 5.0)]]);
    assert_eq!(cut(&[(180.0, 5.0), (-179.0, 5.0)]), [[(-180.0, 5.0), (-179.0, 5.0)]]);
    assert_eq!(
        cut(&[(179.0, 5.0), (-180.0, 6.0), (-179.0, 7.0)]),
        [[(179.0, 5.0), (180.0, 6.0)], [(-180.0, 6.0), (-179.0, 7.0)]]
    );
    assert_eq!(cut(&[(180.0, 5.0), (-180.0, 6.0)]), [[(180.0, 5.0)]]);
}

#[test]
fn a_track_without_a_place_is_none() {
    let alert = json!({"evidence": {"tracks": [
        {"mmsi": 1, "track": 2, "points": []},
        {"mmsi": 1, "track": 3, "points": [["x", 999.0, 0.0, null, null], ["2026-03-01T00:00:00Z", 1, 2, null, null]]},
        {"mmsi": 1, "track": 4}, 5]}});
    let tracks: Vec<Track> = Fields(&alert).tracks().collect();
    assert_eq!(tracks.len(), 1);
    assert_eq!((tracks[0].mmsi.as_str(), &tracks[0].parts), ("000000001", &vec![vec![(1.0, 2.0)]]));
    assert_eq!((tracks[0].from, tracks[0].to), (Time::from_utc(2026, 3, 1, 0, 0, 0), tracks[0].from));
}
