//! Gaps that open, close and are split by late fixes.

use super::*;

const WEEK: Span = Span::from_hours(168);
const KEY: TrackKey = TrackKey { mmsi: Mmsi(224_000_001), ordinal: 1 };

fn spot(minute: i64, lat: f64) -> Spot {
    Spot { at: Time::from_seconds(minute * 60), position: LatLon::new(lat, -17.0) }
}

fn gap(key: TrackKey, from: Spot) -> Gap {
    Gap { key, from, to: None, usual_knots: 12.0, usual: false, lay_still: false }
}

fn closed(from: Spot, to: Spot) -> Gaps {
    let mut gaps = Gaps::default();
    gaps.open(gap(KEY, from));
    gaps.close(KEY, to);
    gaps
}

#[test]
fn a_closed_gap_gives_distance_speed_and_slack() {
    // 30 nm in 5 h by a ship that goes 12 kn: 2.5 h of sailing, and 2.5 h of slack.
    let gaps = closed(spot(0, 28.0), spot(300, 28.5));
    let gap = gaps.latest(KEY).expect("just closed");
    assert!((gap.distance_nm().expect("closed") - 29.9).abs() < 0.2);
    assert!((gap.implied_knots().expect("closed") - 6.0).abs() < 0.1);
    assert!((gap.slack().expect("closed").minutes() - 150.0).abs() < 3.0);
    // Straight on leaves no slack; a place 30 nm aside cannot have been visited.
    let on = closed(spot(0, 28.0), spot(300, 29.01)).latest(KEY).expect("just closed");
    assert_eq!(on.slack(), Some(Span::ZERO));
    let aside = LatLon::new(28.25, -16.4);
    assert!(on.slack_at(aside, 13.2, Time::MAX) < Span::ZERO);
    let nearer = LatLon::new(28.25, -16.8);
    assert!((gap.slack_at(nearer, 13.2, Time::MAX).minutes() - 133.0).abs() < 5.0);
}

#[test]
fn a_late_fix_splits_a_gap_and_short_rests_are_dropped() {
    let mut gaps = closed(spot(0, 28.0), spot(300, 28.5));
    assert_eq!(gaps.split(KEY, spot(400, 28.6)), None);
    assert_eq!(gaps.split(KEY, spot(280, 28.45)).map(|gap| gap.length(Time::MAX).minutes()), Some(300.0));
    let kept: Vec<f64> = gaps.of(KEY, Time::MIN, Time::MAX).map(|gap| gap.length(Time::MAX).minutes()).collect();
    assert_eq!(kept, [280.0]);
    gaps.split(KEY, spot(100, 28.2));
    let kept: Vec<f64> =
        gaps.during(spot(0, 0.0).at, spot(1000, 0.0).at, WEEK).map(|gap| gap.length(Time::MAX).minutes()).collect();
    assert_eq!(kept, [100.0, 180.0]);
}

#[test]
fn a_gap_is_kept_for_30_days_and_found_by_time() {
    let mut gaps = closed(spot(0, 28.0), spot(300, 28.5));
    assert_eq!(gaps.during(spot(301, 0.0).at, spot(400, 0.0).at, WEEK).count(), 0);
    assert_eq!(gaps.during(spot(299, 0.0).at, spot(400, 0.0).at, WEEK).count(), 1);
    // Gaps that began too long before, or where silence is usual, are left out.
    let hour = Span::from_hours(1);
    assert_eq!(gaps.during(spot(60, 0.0).at, spot(400, 0.0).at, hour).count(), 1);
    assert_eq!(gaps.during(spot(61, 0.0).at, spot(400, 0.0).at, hour).count(), 0);
    let mut usual = Gaps::default();
    usual.open(Gap { usual: true, ..gap(KEY, spot(0, 28.0)) });
    assert_eq!(usual.during(spot(0, 0.0).at, spot(400, 0.0).at, WEEK).count(), 0);
    gaps.sweep(spot(300, 0.0).at + KEPT);
    assert_eq!(gaps.len(), 1);
    gaps.sweep(spot(301, 0.0).at + KEPT);
    assert!(gaps.is_empty());
}

#[test]
fn too_many_gaps_drop_the_oldest_closed_ones() {
    let mut gaps = Gaps::default();
    for number in 0..=MOST as i64 {
        let key = TrackKey { mmsi: Mmsi(number as u32), ordinal: 1 };
        gaps.open(gap(key, spot(number, 28.0)));
        if number != 0 {
            gaps.close(key, spot(number + 60, 28.0));
        }
    }
    assert_eq!(gaps.evicted(), MOST as u64 / 10);
    assert!(gaps.latest(TrackKey { mmsi: Mmsi(0), ordinal: 1 }).is_some(), "what is open stays");
}
