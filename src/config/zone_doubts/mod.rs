//! Warnings about valid zones that are probably mistakes: on land, far from all others, drawn round the Earth, expired, or with settings
//! of a behaviour that does not run there.
//!
//! A zone in force is never changed or left out because it looks odd. Replays do not ask.

use atalaia_core::base::fault::Fault;
use atalaia_core::base::time::Time;
use atalaia_core::base::units::METRES_PER_NM;
use atalaia_core::geo::{Coast, LatLon};
use atalaia_core::zones::{Kind, ZoneIx, ZoneSet, land_share};

/// Share of a zone on land from which it counts as on land, and up to which it counts as at sea.
const ON_LAND: f64 = 0.95;
/// See [`ON_LAND`].
const AT_SEA: f64 = 0.05;
/// Distance to all other zones beyond which a zone counts as isolated, in nautical miles.
const FAR_NM: f64 = 3000.0;
/// Distance to other zones within which a zone counts as among them, in nautical miles.
const NEAR_NM: f64 = 1000.0;
/// Distance to all other zones beyond which a zone counts as apart, in nautical miles. It is then odd only if swapping brings it next to one.
const APART_NM: f64 = 300.0;
/// Distance to another zone within which a zone is next to it, in nautical miles.
const NEXT_NM: f64 = 60.0;
/// Area below which a zone is too small to be useful, in square nautical miles: a box of 20 m.
const LEAST_NM2: f64 = 0.0001;
/// Width above which a zone is probably drawn the wrong way round the Earth, in degrees of longitude.
const WIDEST: f64 = 180.0;

/// The warnings about each zone at time `now`, in the order of the zones. Of a zone that goes round the Earth, neither size nor place is
/// judged: both follow from that.
pub(super) fn odd_zones(zones: &ZoneSet, coast: &Coast, now: Time) -> Vec<(ZoneIx, Fault)> {
    let mut odd = Vec::new();
    let mut swapped = say_swapped(zones, coast);
    for (ix, zone) in zones.iter() {
        let extent = zones.extent(ix);
        let mut say = |key: &str, what: String, advice: &str| odd.push((ix, Fault::new(key, what).advise(advice)));
        if let Some(expires) = zone.expires.filter(|expires| *expires <= now) {
            let what = format!("it was over at {expires} and is not watched");
            say("expires", what, "take it out, or write a later day");
        }
        for name in zone.settings.keys().filter(|name| !zone.runs(name)) {
            let what = format!("does not name {name}, so the zone's own settings of {name} have no effect");
            say("behaviours", what, &format!("add \"{name}\", or leave `behaviours` out to run all of them"));
        }
        if zones.drawn(ix).any(|at| at.lat.abs() < 1e-9 && at.lon.abs() < 1e-9) {
            let what = "holds the position 0, 0, which most often stands for a missing one";
            say("geometry", what.to_owned(), "draw it again");
        }
        if WIDEST < extent.width {
            let what = format!("is {:.0}° of longitude wide, so it goes the long way round the Earth", extent.width);
            say("geometry", what, "draw it on the other side of ±180°");
            continue;
        }
        if zones.is_polygon(ix) && extent.area_nm2 < LEAST_NM2 {
            say("geometry", "is a few metres wide".to_owned(), "draw it as large as the place is");
        }
        odd.extend(swapped.extract_if(.., |(other, _)| *other == ix));
    }
    odd
}

/// A zone whose latitude and longitude were probably swapped.
struct Swap {
    /// The zone.
    ix: ZoneIx,
    /// Where it lies, and why that is odd.
    what: String,
    /// Zones near the place to which it would belong; empty if it is odd for another reason.
    neighbours: Vec<ZoneIx>,
}

/// Warns of zones whose latitude and longitude were probably swapped. If two zones mirror one another and both could be right, the warning
/// is at the later one and names both.
fn say_swapped(zones: &ZoneSet, coast: &Coast) -> Vec<(ZoneIx, Fault)> {
    let middles: Vec<LatLon> = zones.iter().map(|(ix, _)| zones.extent(ix).middle).collect();
    let all: Vec<Swap> = zones.iter().filter_map(|(ix, zone)| swapped(zones, coast, ix, zone.kind, &middles)).collect();
    let is_suspect = |ix: &ZoneIx| all.iter().any(|other| other.ix == *ix && !other.neighbours.is_empty());
    let said = all.iter().filter_map(|Swap { ix, what, neighbours }| {
        let place = shown(turned(&middles[usize::from(ix.0)]));
        let fault = |advice: String| {
            let advice = format!("positions are [longitude, latitude]: {advice}");
            (*ix, Fault::new("geometry", what).advise(advice))
        };
        if neighbours.is_empty() || !neighbours.iter().all(is_suspect) {
            return Some(fault(format!("if they were swapped, it belongs to {place}")));
        }
        let names: Vec<&str> = neighbours.iter().map(|ix| zones.get(*ix).id.as_str()).collect();
        neighbours.iter().all(|other| other.0 < ix.0).then(|| {
            let other = names.join(", ");
            fault(format!("if they were swapped here, it belongs to {place}, or else those of {other} were"))
        })
    });
    said.collect()
}

/// The position with latitude and longitude exchanged. The caller has made sure that both stay in range.
fn turned(at: &LatLon) -> LatLon {
    LatLon::new(at.lon, at.lat)
}

/// Whether the zone makes more sense with latitude and longitude exchanged: it lies on land and would then lie
/// at sea, or it lies far from all others and would then lie among them. `None` if it does not, or if it
/// cannot be exchanged.
fn swapped(zones: &ZoneSet, coast: &Coast, ix: ZoneIx, kind: Kind, middles: &[LatLon]) -> Option<Swap> {
    // A zone round the Earth has a warning of its own.
    let here = zones.spread(ix);
    if WIDEST < zones.extent(ix).width || here.iter().any(|at| 90.0 < at.lon.abs()) {
        return None;
    }
    let there: Vec<LatLon> = here.iter().map(turned).collect();
    let own = middles[usize::from(ix.0)];
    // Harbours are as often on land as not.
    let watched = !matches!(kind, Kind::Port | Kind::Anchorage);
    if watched && ON_LAND <= land_share(&here, coast) && land_share(&there, coast) <= AT_SEA {
        return Some(Swap { ix, what: format!("lies on land, at {}", shown(own)), neighbours: Vec::new() });
    }
    let others = || zones.iter().map(|(other, _)| other).filter(|other| *other != ix);
    let distance_nm = |at: LatLon, other: ZoneIx| at.metres_to(middles[usize::from(other.0)]) / METRES_PER_NM;
    let near_here = others().filter(|other| distance_nm(own, *other) < FAR_NM).count();
    let neighbours: Vec<ZoneIx> = others().filter(|other| distance_nm(turned(&own), *other) < NEAR_NM).collect();
    let nearest = others().map(|other| distance_nm(own, other)).fold(f64::INFINITY, f64::min);
    // Several zones may have been swapped together: they are then near each other and far from the rest.
    let is_astray = !neighbours.is_empty() && (near_here == 0 || 4 * near_here < neighbours.len());
    // A large zone may reach much nearer than its middle.
    let reaches = |other: ZoneIx| zones.spread(other).iter().map(|at| own.metres_to(*at)).fold(f64::INFINITY, f64::min);
    let is_apart = || others().all(|other| APART_NM < reaches(other) / METRES_PER_NM);
    let is_next_to = || neighbours.iter().any(|other| distance_nm(turned(&own), *other) < NEXT_NM);
    let is_astray = is_astray || (APART_NM < nearest && is_next_to() && is_apart());
    let what = format!("lies at {}, {nearest:.0} nm from the nearest other zone", shown(own));
    (is_astray && land_share(&there, coast) < ON_LAND).then_some(Swap { ix, what, neighbours })
}

/// A position with hemispheres, to about a mile.
fn shown(at: LatLon) -> String {
    let north = if at.lat < 0.0 { 'S' } else { 'N' };
    let east = if at.lon < 0.0 { 'W' } else { 'E' };
    format!("{:.2} {north} {:.2} {east}", at.lat.abs(), at.lon.abs())
}

#[cfg(test)]
mod tests;
