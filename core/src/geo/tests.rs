//! Distances, bearings and the local plane.

use super::*;

#[test]
fn a_position_is_written_in_two_notations() {
    let at = LatLon::new(-27.91, -18.22);
    assert_eq!(at.degrees_minutes(), "27°54.600'S 018°13.200'W");
    assert_eq!(at.decimal_degrees(), "-27.91000, -18.22000");
    assert_eq!(LatLon::new(0.999_999_99, 0.0).degrees_minutes(), "01°00.000'N 000°00.000'E", "no sixty minutes");
}

#[test]
fn distance_is_correct_across_the_antimeridian() {
    let east = LatLon::new(0.0, 179.9);
    let west = LatLon::new(0.0, -179.9);
    assert!((east.nm_to(west) - 12.02).abs() < 0.02);
    assert!((east.metres_to(west) - east.geodesic_metres_to(west)).abs() < 60.0);
    let (x, y) = east.plane(west);
    assert!(0.0 < x && y.abs() < 1e-9);
    assert!((east.between(west, 0.5).lon.abs() - 180.0).abs() < 1e-9);
}

#[test]
fn a_bound_of_a_distance_agrees_with_the_distance() {
    let mut random = fastrand::Rng::with_seed(9);
    for _ in 0..20_000 {
        let here = LatLon::new(random.f64() * 180.0 - 90.0, random.f64() * 360.0 - 180.0);
        let there = here.destination(random.f64() * 360.0, random.f64().powi(3) * 10_000.0);
        let metres = here.metres_to(there);
        for limit in [metres, metres * 0.999, metres * 1.001, metres * random.f64() * 3.0, 0.0, -1.0] {
            assert_eq!(here.is_within(limit, there), metres <= limit, "{here:?} {there:?} {limit}");
        }
    }
}

#[test]
fn the_plane_agrees_with_the_geodesic_nearby() {
    let here = LatLon::new(60.0, 5.0);
    let there = here.destination(37.0, 2000.0);
    let (x, y) = here.plane(there);
    assert!((x.hypot(y) - 2000.0).abs() < 10.0);
}

fn anywhere(random: &mut fastrand::Rng) -> LatLon {
    LatLon::new(random.f64() * 180.0 - 90.0, random.f64() * 360.0 - 180.0)
}

#[test]
fn a_distance_is_the_same_in_both_directions_and_no_detour_is_shorter() {
    let mut random = fastrand::Rng::with_seed(10);
    for _ in 0..5_000 {
        let [a, b, c] = [(); 3].map(|()| anywhere(&mut random));
        for metres in [LatLon::metres_to, LatLon::geodesic_metres_to] {
            let direct = metres(a, b);
            assert!((direct - metres(b, a)).abs() < 1e-3, "{a:?} {b:?}");
            assert!(direct < metres(a, c) + metres(c, b) + 1.0, "{a:?} {b:?} by {c:?}");
            assert!(metres(a, a) < 1e-6);
        }
        let (there, back) = (a.geodesic_metres_to(b), a.metres_to(b));
        assert!((there - back).abs() <= there * 0.006, "{a:?} {b:?}: {there} and {back}");
    }
}

#[test]
fn a_turn_around_the_earth_changes_nothing() {
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..5_000 {
        let (here, there) = (anywhere(&mut random), anywhere(&mut random));
        for turns in -3..=3 {
            let lon = wrap_degrees(here.lon + 360.0 * f64::from(turns));
            assert!((-180.0..180.0).contains(&lon), "{lon}");
            assert!(angle_between(lon, here.lon) < 1e-9, "{} became {lon}", here.lon);
        }
        // Both moved east by the same angle, so that one of them often crosses ±180°.
        let turn = random.f64() * 360.0;
        let [moved, other] = [here, there].map(|at| LatLon::new(at.lat, at.lon + turn));
        assert!((moved.metres_to(other) - here.metres_to(there)).abs() < 1.0, "{here:?} {there:?} by {turn}");
        let angle = angle_between(here.lon, there.lon);
        assert!((0.0..=180.0).contains(&angle) && (angle - angle_between(there.lon, here.lon)).abs() < 1e-9);
    }
}

#[test]
fn a_destination_is_as_far_away_as_it_was_asked_for() {
    let mut random = fastrand::Rng::with_seed(12);
    for _ in 0..5_000 {
        let here = anywhere(&mut random);
        let metres = random.f64() * 15_000_000.0;
        let there = here.destination(random.f64() * 360.0, metres);
        assert!((here.geodesic_metres_to(there) - metres).abs() < 1e-3, "{here:?} {there:?} {metres}");
    }
}
