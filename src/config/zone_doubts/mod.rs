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
mod tests;
