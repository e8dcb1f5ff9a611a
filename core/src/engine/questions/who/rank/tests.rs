//! Which vessel comes first, and why.

use serde_json::json;

use super::*;
use crate::base::units::Mmsi;
use crate::geo::LatLon;

fn deed(behaviour: &str, status: &str) -> Deed {
    let body = json!({
        "behaviour": behaviour, "status": status, "position": {"lat": 28.0, "lon": -17.01}, "started_at": "2026-03-01T12:00:00Z", "last_at": "2026-03-01T13:00:00Z",
        "vessels": [{"mmsi": 224_000_001, "track": 1, "name": "ALFA"}, {"mmsi": 224_000_002, "track": 1, "name": "BRAVO\u{202e}"}],
    });
    Deed::stored(behaviour, &body).expect("a deed")
}

fn search() -> Search {
    let to = Time::parse("2026-03-02T00:00:00Z").expect("a time");
    Search { near: LatLon::new(28.0, -17.0), radius_nm: 3.0, from: Time::from_seconds(0), to }
}

fn row(name: &str, deeds: &[Deed]) -> Ranked {
    let key = TrackKey { mmsi: Mmsi(224_000_001), ordinal: 1 };
    let (kind, ship_type) = ("Spain, cargo".to_owned(), "cargo");
    let seen = Sighting { key, name: name.to_owned(), kind, ship_type, nearest: None, fastest: None, did: Vec::new() };
    rank(&search(), vec![seen], deeds.iter()).remove(0)
}

#[test]
fn only_meetings_have_the_points_of_a_meeting() {
    let points = |behaviour: &str| row("ALFA", &[deed(behaviour, "open")]).points;
    for meeting in ["rendezvous", "dark_rendezvous", "async_rendezvous"] {
        assert_eq!(points(meeting), Some(MET), "{meeting}");
    }
    for other in ["identity_conflict", "interference", "ais_gap"] {
        assert_eq!(points(other), Some(0.0), "{other}");
    }
    let both = [deed("rendezvous", "open"), deed("dark_rendezvous", "ended")];
    assert_eq!(row("ALFA", &both).points, Some(MET), "the same vessel counts once");
}

#[test]
fn retracted_alerts_do_not_count() {
    let near = Search { radius_nm: 1.08, ..search() };
    let was_there = |status: &str| deed("rendezvous", status).is_of(&near);
    assert!(was_there("open") && was_there("ended") && !was_there("retracted"));
}

#[test]
fn what_goes_on_has_a_beginning_and_no_end() {
    let what = |status: &str| row("ALFA", &[deed("zone_speed", status)]).did.join("; ");
    assert_eq!(what("open"), "with BRAVO\u{202e} (zone_speed) since 12:00");
    assert_eq!(what("ended"), "with BRAVO\u{202e} (zone_speed) 12:00 to 13:00");
}

#[test]
fn programs_read_names_as_they_were_sent() {
    let row = serde_json::to_value(row("AL\u{202e}FA", &[deed("rendezvous", "open")])).expect("an object");
    assert_eq!(row["name"], "AL\u{202e}FA");
    assert!(row["did"][0].as_str().is_some_and(|did| did.starts_with("met BRAVO\u{202e} (rendezvous)")), "{row}");
}

#[test]
fn a_ship_without_way_did_not_pass() {
    let words = |fastest: Option<f64>| Ranked { fastest, ..row("ALFA", &[]) }.words();
    assert_eq!(words(Some(0.04)), "lay still");
    assert_eq!(words(Some(12.34)), "passed at up to 12.3 kn");
    assert_eq!(words(None), "passed");
}
