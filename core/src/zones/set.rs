//! All zones of all files, and which of them are at or near a position.
//!
//! Every fix of every vessel is looked up here, so the set keeps a table of cells for each question: which zones are
//! around, how far calm water is, how far the belt outside a border is, and which source region a position is in.

use std::sync::OnceLock;

use super::cells::{Cells, Part};
use super::hit::{Hit, ZoneIx, relation};
use super::parse::{self, ParsedFiles, ZoneError, ZoneRules};
use super::requests::Requests;
use super::shape::Shape;
use super::shipped::SHIPPED;
use super::zone::Zone;
use crate::base::time::Time;
use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;
use crate::geo::chord::spot;

/// How far beyond the near edge a zone is still reported, in nautical miles, so that a departure can be recognised (SPEC: 0.2 nm beyond).
const MARGIN_NM: f64 = 0.25;

/// How far outside the border of a polygon that requests [`Requests::about_belt`] the distance is known, in nautical miles,
/// whatever its `near_nm`.
pub const BELT_NM: f64 = 12.0;

/// How far from a calm-water zone its distance is known, in nautical miles.
pub(crate) const CALM_REACH_NM: f64 = 30.0;

/// All zones of all files, with their spatial index. Immutable: changed files make a new set.
#[derive(Clone, Debug)]
pub struct ZoneSet {
    /// By number.
    zones: Vec<Zone>,
    /// Geometry of each zone, by number.
    shapes: Vec<Shape>,
    /// All zones but source regions, up to `near_nm` + `MARGIN_NM` outside.
    cells: Cells,
    /// Ports and anchorages, up to `CALM_REACH_NM` outside.
    calm_cells: Cells,
    /// Polygons that request [`Requests::about_belt`], up to `BELT_NM` + `MARGIN_NM` outside; `None` if
    /// there are none.
    belt_cells: Option<Cells>,
    /// Source regions; `None` if there are none.
    source_cells: Option<Cells>,
    /// Kept for copies with other properties.
    requests: Requests,
}

impl ZoneSet {
    /// Parses zone files given as (file name, text). Returns all zones, or every problem of every file.
    pub fn parse(files: &[(String, String)], requests: Requests) -> Result<ZoneSet, Vec<ZoneError>> {
        ZoneSet::read(files, requests).0
    }

    /// The same, with what each zone says about behaviours, also a zone with faults.
    pub fn read(files: &[(String, String)], requests: Requests) -> (Result<ZoneSet, Vec<ZoneError>>, Vec<ZoneRules>) {
        let ParsedFiles { zones, rules, errors } = parse::files(files, requests);
        if !errors.is_empty() {
            return (Err(errors), rules);
        }
        let (zones, shapes) = zones.into_iter().unzip();
        (Ok(ZoneSet::index(zones, shapes, requests)), rules)
    }

    /// The zones shipped with the program. They are parsed once, on the first call; later calls with the same requests get a copy.
    pub fn built_in(requests: Requests) -> ZoneSet {
        static ZONES: OnceLock<ZoneSet> = OnceLock::new();
        let read = || {
            let files = SHIPPED.map(|(name, text)| (name.to_owned(), text.to_owned()));
            // They are part of the program and covered by a test, so they cannot be invalid at run time.
            ZoneSet::parse(&files, requests).expect("the shipped zones are valid")
        };
        let first = ZONES.get_or_init(read);
        if first.requests == requests { first.clone() } else { read() }
    }

    /// File name and text of the built-in files.
    pub fn shipped() -> &'static [(&'static str, &'static str)] {
        &SHIPPED
    }

    /// An empty set.
    pub fn none() -> ZoneSet {
        ZoneSet::index(Vec::new(), Vec::new(), Requests::NONE)
    }

    /// A copy of this set in which one zone has other properties; its geometry is unchanged.
    pub fn with(&self, number: ZoneIx, change: impl FnOnce(&mut Zone)) -> ZoneSet {
        let mut zones = self.zones.clone();
        change(&mut zones[usize::from(number.0)]);
        ZoneSet::index(zones, self.shapes.clone(), self.requests)
    }

    /// Builds the tables. Numbers follow the order of the zones.
    fn index(zones: Vec<Zone>, shapes: Vec<Shape>, requests: Requests) -> ZoneSet {
        let numbered = || (0_u16..).zip(zones.iter().zip(&shapes));
        let around = numbered().filter(|(_, (zone, _))| !zone.source_region());
        let cells = Cells::build(around.map(|(number, (zone, shape))| {
            let beyond = (zone.near_nm + MARGIN_NM) * METRES_PER_NM;
            (number, shape, beyond)
        }));
        let calm = numbered().filter(|(_, (zone, _))| zone.calm_water());
        let reach = CALM_REACH_NM * METRES_PER_NM;
        let calm_cells = Cells::build(calm.map(|(number, (_, shape))| (number, shape, reach)));
        let belts =
            || numbered().filter(|(_, (zone, shape))| zone.asks(requests.about_belt).is_some() && shape.is_polygon());
        let reach = (BELT_NM + MARGIN_NM) * METRES_PER_NM;
        // Few zones request it, so most sets need no such table.
        let belt_cells =
            belts().next().map(|_| Cells::build(belts().map(|(number, (_, shape))| (number, shape, reach))));
        let sources = || numbered().filter(|(_, (zone, _))| zone.source_region());
        let source_cells =
            sources().next().map(|_| Cells::build(sources().map(|(number, (_, shape))| (number, shape, 0.0))));
        ZoneSet { zones, shapes, cells, calm_cells, belt_cells, source_cells, requests }
    }

    /// The zones in the order of their files and features.
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// The zones with their numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = (ZoneIx, &Zone)> {
        (0..).map(ZoneIx).zip(&self.zones)
    }

    /// The zone with a number that this set gave out.
    ///
    /// # Panics
    /// If the number comes from another set and is beyond the zones of this one.
    pub fn get(&self, zone: ZoneIx) -> &Zone {
        &self.zones[usize::from(zone.0)]
    }

    /// Number of the zone with this id; `None` if there is none.
    pub fn find(&self, id: &str) -> Option<ZoneIx> {
        self.iter().find(|(_, zone)| zone.id == id).map(|(number, _)| number)
    }

    /// Whether a zone of this set and one of another set have the same border and `near_nm`; other properties are ignored.
    pub fn same_border(&self, zone: ZoneIx, other: &ZoneSet, others: ZoneIx) -> bool {
        let (ours, theirs) = (usize::from(zone.0), usize::from(others.0));
        self.zones[ours].near_nm == other.zones[theirs].near_nm && self.shapes[ours] == other.shapes[theirs]
    }

    /// Finds every zone that contains the position or has it within `near_nm` + 0.25 nm, in order of number, active or
    /// not. Source regions are left out. Clears `out` first.
    pub fn at(&self, at: LatLon, out: &mut Vec<Hit>) {
        out.clear();
        let parts = self.cells.at(at);
        if parts.is_empty() {
            return;
        }
        let here = spot(at);
        for part in parts {
            let (number, edge_nm) = self.edge(part, at, here);
            let near_nm = self.zones[usize::from(number)].near_nm;
            if near_nm + MARGIN_NM < edge_nm {
                continue;
            }
            out.push(Hit { zone: ZoneIx(number), relation: relation(edge_nm, near_nm), edge_nm });
        }
    }

    /// Whether the zone is drawn as polygons.
    pub fn is_polygon(&self, zone: ZoneIx) -> bool {
        self.shape(zone).is_polygon()
    }

    /// Polygons that request [`Requests::about_belt`] and contain a position or have their border within `BELT_NM` + 0.25 nm of it, active
    /// or not. Returns the zone and the distance beyond its border in nautical miles, as in [`Hit::edge_nm`].
    pub fn belts(&self, at: LatLon) -> impl Iterator<Item = (ZoneIx, f64)> {
        let parts = self.belt_cells.as_ref().map_or(&[][..], |cells| cells.at(at));
        let here = if parts.is_empty() { [0.0; 3] } else { spot(at) };
        parts
            .iter()
            .map(move |part| self.edge(part, at, here))
            .filter(|(_, edge_nm)| *edge_nm <= BELT_NM + MARGIN_NM)
            .map(|(number, edge_nm)| (ZoneIx(number), edge_nm))
    }

    /// The active source region that contains a position. If there are several, the first in the files.
    pub fn source_at(&self, at: LatLon, time: Time) -> Option<ZoneIx> {
        let parts = self.source_cells.as_ref()?.at(at);
        if parts.is_empty() {
            return None;
        }
        let here = spot(at);
        // A cell lists its zones in order of number.
        let inside = parts.iter().map(|part| self.edge(part, at, here)).filter(|(_, edge_nm)| *edge_nm <= 0.0);
        inside.map(|(number, _)| ZoneIx(number)).find(|number| self.get(*number).active(time))
    }

    /// Geometry of a zone of this set.
    pub(super) fn shape(&self, zone: ZoneIx) -> &Shape {
        &self.shapes[usize::from(zone.0)]
    }

    /// Distance beyond the zone's border in nautical miles, negative inside, at any range, measured on the ellipsoid. Slow:
    /// for reports only.
    pub fn edge_nm(&self, zone: ZoneIx, at: LatLon) -> f64 {
        self.shape(zone).edge_nm(at)
    }

    /// Nautical miles to the edge of the nearest active port or anchorage zone: 0 inside, infinite beyond 30 nm.
    pub fn calm_nm(&self, at: LatLon, time: Time) -> f64 {
        let parts = self.calm_cells.at(at);
        if parts.is_empty() {
            return f64::INFINITY;
        }
        let here = spot(at);
        let edges = parts.iter().map(|part| self.edge(part, at, here));
        let edges = edges.filter(|(number, _)| self.zones[usize::from(*number)].active(time));
        let nearest = edges.fold(f64::INFINITY, |least, (_, edge)| edge.min(least));
        match nearest <= CALM_REACH_NM {
            true => nearest.max(0.0),
            false => f64::INFINITY,
        }
    }

    /// The next time at which a zone becomes active or inactive by its months, hours or expiry; `None` if there is none.
    pub fn next_change(&self, after: Time) -> Option<Time> {
        let changes = self.zones.iter().filter_map(|zone| zone.next_change(after));
        changes.min()
    }

    /// Number of a zone and the distance beyond its border in nautical miles, negative inside, given its part of the
    /// cell. `here` is the position in space.
    fn edge(&self, part: &Part, at: LatLon, here: [f64; 3]) -> (u16, f64) {
        match part {
            // No piece of the border is near, so the distance is a bound.
            Part::Deep { zone, depth } => (*zone, -depth / METRES_PER_NM),
            Part::Border { zone, pieces } => {
                let shape = &self.shapes[usize::from(*zone)];
                let chord_2 = pieces
                    .iter()
                    .fold(f64::INFINITY, |least, piece| shape.pieces[*piece as usize].distance_2(here).min(least));
                (*zone, shape.signed(at, chord_2) / METRES_PER_NM)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source region in winter, a source region all year, and an area, nested in one another.
    fn nested() -> ZoneSet {
        let feature = |id: &str, properties: &str, half: f64| {
            format!(
                r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}",{properties}}},"geometry":{{"type":"Polygon","coordinates":[[
                [-{half},-{half}],[{half},-{half}],[{half},{half}],[-{half},{half}],[-{half},-{half}]]]}}}}"#
            )
        };
        let features = [
            feature("winter", r#""kind":"source","months":[12,1,2]"#, 1.0),
            feature("all-year", r#""kind":"source""#, 3.0),
            feature("watch", r#""kind":"area""#, 2.0),
        ];
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        ZoneSet::parse(&[("test.geojson".to_owned(), text)], Requests::NONE).expect("sound zones")
    }

    #[test]
    fn a_source_region_contains_positions_while_active_and_is_never_a_zone_around_a_vessel() {
        let zones = nested();
        let at = |lat, time| {
            let number = zones.source_at(LatLon::new(lat, 0.0), Time::parse(time).expect("a time"));
            number.map(|number| zones.get(number).id.as_str())
        };
        let (january, july) = ("2026-01-10T12:00:00Z", "2026-07-10T12:00:00Z");
        assert_eq!([at(0.5, january), at(0.5, july)], [Some("winter"), Some("all-year")]);
        assert_eq!([at(1.01, january), at(2.99, july), at(3.01, july)], [Some("all-year"), Some("all-year"), None]);
        let mut hits = Vec::new();
        for (lat, around) in [(0.5, vec!["watch"]), (2.5, vec![])] {
            zones.at(LatLon::new(lat, 0.0), &mut hits);
            let ids: Vec<&str> = hits.iter().map(|hit| zones.get(hit.zone).id.as_str()).collect();
            assert_eq!(ids, around);
        }
        assert_eq!(zones.calm_nm(LatLon::new(0.5, 0.0), Time::MIN), f64::INFINITY);
        assert!(zones.zones().iter().all(|zone| zone.watched() != zone.source_region()));
        assert_eq!(ZoneSet::none().source_at(LatLon::new(0.5, 0.0), Time::MIN), None);
    }

    #[test]
    fn a_polygon_never_becomes_the_other_side_of_the_earth() {
        let read = |geometry: &str| {
            let feature = format!(
                r#"{{"type":"Feature","properties":{{"id":"z","name":"Z","kind":"area"}},"geometry":{geometry}}}"#
            );
            let text = format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#);
            ZoneSet::parse(&[("test.geojson".to_owned(), text)], Requests::NONE)
        };
        let ring = |west: f64, east: f64| format!("[[{west},0],[{east},0],[{east},10],[{west},10],[{west},0]]");
        let polygon = |west, east| format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, ring(west, east));
        for (west, east) in [(-100.0, 100.0), (-135.0, 135.0), (0.0, 180.0)] {
            let errors = read(&polygon(west, east)).err().unwrap_or_default();
            let text = errors.iter().map(ToString::to_string).collect::<String>();
            assert!(text.contains("test.geojson") && text.contains("RFC 7946, section 3.1.9"), "{west} {east}: {text}");
        }
        let cap = r#"{"type":"Polygon","coordinates":[[[-180,70],[-90,70],[0,70],[90,70],[180,70],[180,90],[-180,90],[-180,70]]]}"#;
        assert!(read(cap).is_ok());
        let split =
            format!(r#"{{"type":"MultiPolygon","coordinates":[[{}],[{}]]}}"#, ring(179.0, 180.0), ring(-180.0, -179.0));
        for across in [split, polygon(179.0, 181.0), polygon(-181.0, -179.0), polygon(179.0, -179.0)] {
            let zones = read(&across).expect("a sound zone");
            let is_in = |lon: f64| {
                let mut hits = Vec::new();
                zones.at(LatLon::new(5.0, lon), &mut hits);
                hits.iter().any(|hit| hit.relation == crate::zones::Relation::In)
            };
            assert!(is_in(179.5) && is_in(-179.5) && !is_in(0.0) && !is_in(178.0), "{across}");
        }
    }
}
