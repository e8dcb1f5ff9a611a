//! Warnings about valid zones that are probably mistakes: on land, far from all others, drawn round the Earth, or expired.

use crate::geo::{Coast, LatLon};
use crate::time::Time;
use crate::zones::{Kind, ZoneIx, ZoneSet, land_share};

/// Share of a zone on land from which it counts as on land, and up to which it counts as at sea.
const ON_LAND: f64 = 0.95;
const AT_SEA: f64 = 0.05;
/// Distance to all other zones beyond which a zone counts as isolated, in nautical miles.
const FAR_NM: f64 = 3000.0;
/// Distance to other zones within which a zone counts as among them, in nautical miles.
const NEAR_NM: f64 = 1000.0;
/// Area below which a zone is too small to be useful, in square nautical miles: a box of 20 m.
const LEAST_NM2: f64 = 0.0001;
/// Width above which a zone is probably drawn the wrong way round the Earth, in degrees of longitude.
const WIDEST: f64 = 180.0;

/// The warnings about each zone at time `now`.
pub(super) fn odd_zones(zones: &ZoneSet, coast: &Coast, now: Time) -> Vec<(ZoneIx, String)> {
    let middles: Vec<LatLon> = zones.iter().map(|(ix, _)| zones.extent(ix).middle).collect();
    let mut odd = Vec::new();
    for (ix, zone) in zones.iter() {
        let extent = zones.extent(ix);
        let mut say = |what: String| odd.push((ix, format!("zone {}: {what}", zone.id)));
        if let Some(expires) = zone.expires.filter(|expires| *expires <= now) {
            say(format!("expires: it was over at {expires} and is not watched; take it out, or write a later day"));
        }
        if zones.drawn(ix).any(|at| at.lat.abs() < 1e-9 && at.lon.abs() < 1e-9) {
            say("geometry: holds the position 0, 0, which most often stands for a missing one; draw it again"
                .to_owned());
        }
        if WIDEST < extent.width {
            say(format!(
                "geometry: is {:.0}° of longitude wide, so it goes the long way round the Earth; draw it on the other side of ±180°",
                extent.width
            ));
            continue;
        }
        if zones.is_polygon(ix) && extent.area_nm2 < LEAST_NM2 {
            say("geometry: is a few metres wide; draw it as large as the place is".to_owned());
        }
        say_swapped(zones, coast, ix, zone.kind, &middles).into_iter().for_each(say);
    }
    odd
}

/// Warns if latitude and longitude were probably swapped.
fn say_swapped(zones: &ZoneSet, coast: &Coast, ix: ZoneIx, kind: Kind, middles: &[LatLon]) -> Option<String> {
    let here = zones.spread(ix);
    if here.iter().any(|at| 90.0 < at.lon.abs()) {
        return None;
    }
    let turn = |at: &LatLon| LatLon::new(at.lon, at.lat);
    let there: Vec<LatLon> = here.iter().map(turn).collect();
    let own = middles[usize::from(ix.0)];
    let other = turn(&own);
    let advice =
        format!("GeoJSON positions are [longitude, latitude]; if they were swapped, it belongs to {}", shown(other));
    // Harbours are as often on land as not.
    let watched = !matches!(kind, Kind::Port | Kind::Anchorage);
    if watched && ON_LAND <= land_share(&here, coast) && land_share(&there, coast) <= AT_SEA {
        return Some(format!("geometry: lies on land, at {}: {advice}", shown(own)));
    }
    let others = || middles.iter().enumerate().filter(|(at, _)| *at != usize::from(ix.0)).map(|(_, middle)| *middle);
    let around = |at: LatLon, nm: f64| others().filter(|other| at.metres_to(*other) / 1852.0 < nm).count();
    let (near_here, near_there) = (around(own, FAR_NM), around(other, NEAR_NM));
    let nearest = others().map(|other| own.metres_to(other) / 1852.0).fold(f64::INFINITY, f64::min);
    // Several zones may have been swapped together: they are then near each other and far from the rest.
    let is_astray = near_there > 0 && 4 * near_here < near_there.max(1);
    let is_alone = near_there > 0 && near_here == 0;
    ((is_astray || is_alone) && land_share(&there, coast) < ON_LAND)
        .then(|| format!("geometry: lies at {}, {nearest:.0} nm from the nearest other zone: {advice}", shown(own)))
}

/// A position with hemispheres, to about a mile.
fn shown(at: LatLon) -> String {
    let north = if at.lat < 0.0 { 'S' } else { 'N' };
    let east = if at.lon < 0.0 { 'W' } else { 'E' };
    format!("{:.2} {north} {:.2} {east}", at.lat.abs(), at.lon.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn odd(zones: &ZoneSet) -> Vec<String> {
        let now = Time::parse("2026-06-01T00:00:00Z").expect("a time");
        odd_zones(zones, &Coast::built_in(), now).into_iter().map(|(_, what)| what).collect()
    }

    fn zones(features: &[(&str, &str)]) -> ZoneSet {
        let feature = |(id, rest): &(&str, &str)| {
            format!(r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}","kind":"area",{rest}}}"#)
        };
        let features: Vec<String> = features.iter().map(feature).collect();
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        ZoneSet::parse(&[("a.geojson".to_owned(), text)]).expect("sound zones")
    }

    fn circle(lon: f64, lat: f64) -> String {
        format!(r#""radius_nm":10}},"geometry":{{"type":"Point","coordinates":[{lon},{lat}]}}"#)
    }

    #[test]
    fn the_shipped_zones_cause_no_warnings() {
        assert_eq!(odd(&ZoneSet::built_in()), [""; 0]);
    }

    #[test]
    fn a_zone_on_land_is_reported_if_swapping_brings_it_to_sea() {
        let told = odd(&zones(&[("a", &circle(38.4, -9.9))]));
        assert!(
            told.len() == 1 && told[0].starts_with("zone a: geometry: lies on land, at 9.90 S 38.40 E: "),
            "{told:?}"
        );
        assert!(told[0].ends_with("it belongs to 38.40 N 9.90 W"), "{told:?}");
        assert_eq!(odd(&zones(&[("a", &circle(-9.9, 38.4))])), [""; 0]);
        assert_eq!(odd(&zones(&[("a", &circle(20.0, 45.0))])), [""; 0], "on land either way: perhaps a lake");
    }

    #[test]
    fn an_isolated_zone_is_reported_if_swapping_brings_it_among_others() {
        let (a, b) = (circle(-18.0, 28.0), circle(-20.0, 30.0));
        let (c, astray) = (circle(-22.0, 25.0), circle(26.0, -55.0));
        assert_eq!(
            odd(&zones(&[("a", &a), ("b", &b), ("c", &c), ("d", &astray)])),
            [""; 0],
            "its other place is none of theirs"
        );
        let swapped = circle(57.0, -17.0);
        let there = [circle(-17.5, 56.0), circle(-18.5, 57.5), circle(-16.5, 58.0), circle(-15.0, 58.0)];
        let all = [("a", &*there[0]), ("b", &*there[1]), ("c", &*there[2]), ("e", &*there[3]), ("d", &*swapped)];
        let told = odd(&zones(&all));
        assert!(told.len() == 1 && told[0].starts_with("zone d: geometry: lies at 17.00 S 57.00 E, "), "{told:?}");
    }

    #[test]
    fn expired_empty_and_inverted_zones_are_reported() {
        let over = format!(r#""expires":"2026-05-31",{}"#, circle(-18.0, 28.0));
        let told = odd(&zones(&[("a", &over)]));
        assert!(told.len() == 1 && told[0].contains("it was over at 2026-06-01T00:00:00Z"), "{told:?}");
        let null = circle(0.0, 0.0);
        assert!(odd(&zones(&[("a", &null)]))[0].contains("holds the position 0, 0"));
        let polygon = |ring: &str| format!(r#""near_nm":1}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}"#);
        let round = polygon("[[-170,10],[-60,10],[60,10],[170,10],[170,20],[60,20],[-60,20],[-170,20],[-170,10]]");
        assert!(odd(&zones(&[("a", &round)]))[0].contains("the long way round"));
        let speck = polygon("[[-18,28],[-17.9999,28],[-17.9999,28.0001],[-18,28]]");
        assert!(odd(&zones(&[("a", &speck)]))[0].contains("a few metres wide"));
    }
}
