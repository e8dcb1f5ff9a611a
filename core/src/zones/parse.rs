//! Parses GeoJSON text into zones, or collects every problem in it.
//!
//! Files are drawn in QGIS or typed by hand. So every fault is reported at once, with the line of the property, and
//! what exporters are known to write differently is accepted: a byte order mark, empty fields as null, lists as text.

use std::fmt;

use geojson::GeometryValue;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use super::properties::Reader;
use super::requests::Requests;
use super::shape::Shape;
use super::zone::{Kind, Zone};
use crate::base::fault::Fault;
use crate::geo::polygon;

/// One problem in a zone file, with advice on what to write instead.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub struct ZoneError {
    /// Name of the file.
    pub file: String,
    /// Line at which the property begins, or else the feature; from 1.
    pub line: usize,
    /// Id of the zone, or its number in the file if it has no valid one; `None` if the problem is not in a zone.
    pub zone: Option<String>,
    /// Property concerned, what is wrong, and what to write instead.
    pub fault: Fault,
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(zone) = &self.zone {
            write!(f, "zone {zone}: ")?;
        }
        write!(f, "{}", self.fault)
    }
}

/// What a zone says about behaviours, as far as it can be read: also of a zone with faults elsewhere.
#[derive(Clone, PartialEq, Debug)]
pub struct ZoneRules {
    /// Name of the file.
    pub file: String,
    /// Line at which the feature begins, from 1.
    pub line: usize,
    /// Id of the zone; its number in the file if it has no valid one.
    pub id: String,
    /// Its kind; `None` if that is wrong.
    pub kind: Option<Kind>,
    /// Whether it is drawn as polygons; `None` if its geometry is wrong.
    pub is_polygon: Option<bool>,
    /// Behaviours it is limited to; `None` for all.
    pub behaviours: Option<Vec<String>>,
    /// Settings by behaviour.
    pub settings: Map<String, Value>,
}

/// What has been read of all files, in the order of files and features.
#[derive(Default)]
pub(super) struct ParsedFiles {
    /// Zones without faults.
    pub(super) zones: Vec<(Zone, Shape)>,
    /// What every zone says about behaviours, with faults or not.
    pub(super) rules: Vec<ZoneRules>,
    /// Faults; the set is not usable unless there are none.
    pub(super) errors: Vec<ZoneError>,
}

/// Reads all files.
/// Also checks what only all files together show: ids used twice, and too many zones.
pub(super) fn files(files: &[(String, String)], requests: Requests) -> ParsedFiles {
    let mut found = ParsedFiles::default();
    for (file, text) in files {
        File::read(file, text, requests, &mut found);
    }
    let ParsedFiles { zones, errors, .. } = &mut found;
    let mut seen: FxHashMap<&str, &Zone> = FxHashMap::default();
    for (zone, _) in zones.iter() {
        if let Some(first) = seen.insert(&zone.id, zone) {
            errors.push(ZoneError {
                file: zone.file.clone(),
                line: zone.line,
                zone: Some(zone.id.clone()),
                fault: Fault::new("id", format!("is already used in {}:{}", first.file, first.line))
                    .advise("write another: ids must be unique across all files"),
            });
        }
    }
    // Zone numbers have 16 bits.
    if usize::from(u16::MAX) < zones.len() {
        let last = &zones[usize::from(u16::MAX)].0;
        errors.push(ZoneError {
            file: last.file.clone(),
            line: last.line,
            zone: None,
            fault: Fault::new("", format!("at most {} zones can be read", u16::MAX)).advise("leave zones out"),
        });
    }
    found
}

/// A file being read.
struct File<'a> {
    /// Name of the file, for faults.
    name: &'a str,
    /// Its text without a byte order mark.
    text: &'a str,
    /// Byte offset at which each feature begins.
    starts: Vec<usize>,
    /// What a temporary watch requests by default.
    requests: Requests,
}

impl<'a> File<'a> {
    /// Reads a file. A file that is not a FeatureCollection in degrees is one fault; its features are not read.
    fn read(name: &'a str, text: &'a str, requests: Requests, found: &mut ParsedFiles) {
        let text = text.trim_start_matches('\u{feff}');
        let file = File { name, text, starts: feature_starts(text), requests };
        let whole = |line, what: String, advice: &str| ZoneError {
            file: name.to_owned(),
            line,
            zone: None,
            fault: Fault::new("", what).advise(advice),
        };
        let document: Value = match serde_json::from_str(text) {
            Ok(document) => document,
            Err(error) => {
                let (what, advice) = not_json(&error);
                return found.errors.push(whole(error.line(), what, advice));
            }
        };
        let features = match document.get("features").and_then(Value::as_array) {
            Some(features) if document["type"] == "FeatureCollection" => features,
            _ => {
                let what = "is not a GeoJSON FeatureCollection".to_owned();
                return found.errors.push(whole(1, what, "in QGIS, export the layer as GeoJSON"));
            }
        };
        let crs = document["crs"]["properties"]["name"].as_str().unwrap_or("CRS84");
        if !crs.contains("CRS84") && !crs.ends_with("4326") {
            let what = format!("coordinates are in {crs}");
            return found.errors.push(whole(1, what, "save the layer in EPSG:4326 (degrees)"));
        }
        for (index, feature) in features.iter().enumerate() {
            file.feature(index, feature, found);
        }
    }

    /// Reads the feature with this index, from 0: a zone, or its faults.
    fn feature(&self, index: usize, feature: &Value, found: &mut ParsedFiles) {
        let empty = Map::new();
        let properties = feature["properties"].as_object().unwrap_or(&empty);
        let mut reader = Reader::new(properties);
        let id = reader.id(feature.get("id").filter(|id| !id.is_null()));
        let mut rules = self.rules(index, id.as_deref(), &mut reader);
        let zone = self.zone(&rules, id.clone(), &mut reader);
        let shape = shape(&feature["geometry"], &mut reader);
        // The rules are kept even if the zone is not, so that faults in its settings are reported in the same run.
        rules.is_polygon = shape.as_ref().map(Shape::is_polygon);
        found.rules.push(rules);
        reader.misspelt();
        let wrong = std::mem::take(&mut reader.wrong);
        if let (Some(zone), Some(shape), true) = (zone, shape, wrong.is_empty()) {
            return found.zones.push((zone, shape));
        }
        let zone = found.rules.last().map(|rules| rules.id.clone());
        found.errors.extend(wrong.into_iter().map(|fault| ZoneError {
            file: self.name.to_owned(),
            line: self.line(index, Some(&fault.key)),
            zone: zone.clone(),
            fault,
        }));
    }

    /// What the zone says about behaviours.
    fn rules(&self, index: usize, id: Option<&str>, reader: &mut Reader<'_>) -> ZoneRules {
        ZoneRules {
            file: self.name.to_owned(),
            line: self.line(index, None),
            id: id.map_or_else(|| format!("number {}", index + 1), str::to_owned),
            kind: reader.kind(),
            is_polygon: None,
            behaviours: reader.behaviours(),
            settings: reader.settings(),
        }
    }

    /// The zone with defaults filled in; `None` if id, name or kind are wrong. All properties are read in any case, so
    /// that all faults are found.
    fn zone(&self, rules: &ZoneRules, id: Option<String>, reader: &mut Reader<'_>) -> Option<Zone> {
        let name = reader.name();
        let kind = rules.kind;
        let near_nm = reader.number("near_nm", 0.0, 200.0);
        let weight = reader.weight();
        let mut settings = rules.settings.clone();
        let calm = reader.calm();
        let calm_margin_nm = reader.number("calm_margin_nm", 0.0, 100.0);
        let months = reader.months();
        let hours = reader.hours();
        let expires = reader.expires();
        let (owner, reason) = (reader.text("owner"), reader.text("reason"));
        let by_default = self.requests.by_temporary_watch;
        if expires.is_some() && kind.is_some_and(|kind| kind.watched()) && settings.is_empty() && !by_default.is_empty()
        {
            // The person who draws a temporary watch wants an alert for each vessel that enters.
            settings.insert(by_default.to_owned(), Value::Object(Map::new()));
        }
        let source = reader.text("source");
        let reviewed = reader.reviewed();
        let kind = kind?;
        let zone = Zone {
            id: id?,
            name: name?,
            kind,
            near_nm: near_nm.unwrap_or(kind.default_near_nm()),
            weight: weight.unwrap_or(kind.default_weight()),
            behaviours: rules.behaviours.clone(),
            settings,
            calm: calm.unwrap_or(true),
            calm_margin_nm,
            months,
            hours,
            expires,
            owner,
            reason,
            source,
            reviewed,
            file: rules.file.clone(),
            line: rules.line,
        };
        let (meaningless, meaning) = zone.meaningless();
        for property in meaningless {
            if reader.given(property) {
                reader.fault(property, format!("has no effect for a {} ({meaning})", kind.name()), "leave it out");
            }
        }
        Some(zone)
    }

    /// Line of a feature's property if it can be found, otherwise of the feature.
    fn line(&self, index: usize, property: Option<&str>) -> usize {
        let start = self.starts.get(index).copied().unwrap_or(0);
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        let key = property.and_then(|property| self.text[start..end].find(&format!("\"{property}\"")));
        let byte = start + key.unwrap_or(0);
        1 + self.text[..byte].bytes().filter(|byte| *byte == b'\n').count()
    }
}

/// Why a text is not JSON, and what to do about it.
fn not_json(error: &serde_json::Error) -> (String, &'static str) {
    match error.classify() {
        serde_json::error::Category::Eof if error.line() <= 1 && error.column() == 0 => {
            ("is empty".to_owned(), "export the layer again, or remove the file")
        }
        serde_json::error::Category::Eof => {
            ("ends in the middle of a zone".to_owned(), "export the layer again, or close what is open")
        }
        _ => (
            format!("is not JSON at column {}", error.column()),
            "look there for a missing or extra comma, quote or bracket",
        ),
    }
}

/// Byte offsets at which the features of a FeatureCollection begin; meaningless for any other text.
fn feature_starts(text: &str) -> Vec<usize> {
    // The parser keeps no positions, so this scan follows brackets and quotation marks by itself.
    let mut starts = Vec::new();
    let mut open: Vec<u8> = Vec::new();
    let (mut string_from, mut last_string) = (None, "");
    let mut in_features = false;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (string_from, byte) {
            (Some(_), b'\\') => drop(bytes.next()),
            (Some(from), b'"') => {
                last_string = &text[from..at];
                string_from = None;
            }
            (Some(_), _) => {}
            (None, b'"') => string_from = Some(at + 1),
            (None, b'{' | b'[') => {
                match open.as_slice() {
                    [b'{'] => in_features = byte == b'[' && last_string == "features",
                    [b'{', b'['] if in_features => starts.push(at),
                    _ => {}
                }
                open.push(byte);
            }
            (None, b'}' | b']') => drop(open.pop()),
            (None, _) => {}
        }
    }
    starts
}

/// Builds the shape from the geometry and the property with its width.
fn shape(geometry: &Value, reader: &mut Reader<'_>) -> Option<Shape> {
    let half_width = reader.number("half_width_nm", 0.01, 500.0);
    let radius = reader.number("radius_nm", 0.01, 1000.0);
    if geometry.is_null() {
        reader.fault("geometry", "is missing", "draw the zone");
        return None;
    }
    let Ok(parsed) = serde_json::from_value::<geojson::Geometry>(geometry.clone()) else {
        let advice = "draw a point, line or polygon, for instance {\"type\": \"Point\", \"coordinates\": [-9.5, 38.6]}";
        reader.fault("geometry", "is not a geometry of GeoJSON", advice);
        return None;
    };
    let drawn = match coordinates(&parsed.value) {
        Ok(drawn) => drawn,
        Err(fault) => {
            reader.wrong.push(fault.below("geometry"));
            return None;
        }
    };
    let (needs, value) = match drawn {
        Drawn::Points(_) => ("radius_nm", radius),
        Drawn::Lines(_) => ("half_width_nm", half_width),
        Drawn::Polygons(_) => ("", None),
    };
    for property in ["radius_nm", "half_width_nm"] {
        if property != needs && reader.given(property) {
            let what = "belongs to points (radius_nm) or lines (half_width_nm), not to this geometry";
            reader.fault(property, what, "leave it out");
        }
    }
    if !needs.is_empty() && !reader.given(needs) {
        let advice = match drawn {
            Drawn::Points(_) => "write the radius of the circle round the point, such as 12",
            _ => "write how far the corridor reaches to each side of the line, such as 15",
        };
        reader.fault(needs, "is missing", advice);
    }
    match drawn {
        Drawn::Points(points) => Some(Shape::circles(&points, value?)),
        Drawn::Lines(lines) => Some(Shape::corridor(&lines, value?)),
        Drawn::Polygons(polygons) => match Shape::polygons(&polygons) {
            Ok(shape) => Some(shape),
            Err(polygon::Fault { what, advice, at }) => {
                // Only a crossing is at one place.
                let advice = if at.is_some() { "redraw it so that it does not cross itself" } else { advice };
                let at = at.map(|at| format!(" at longitude {:.4}, latitude {:.4}", at.lon, at.lat));
                reader.fault("geometry", format!("{what}{}", at.unwrap_or_default()), advice);
                None
            }
        },
    }
}

/// Positions as `[longitude, latitude]` in degrees.
type Ring = Vec<[f64; 2]>;

/// A parsed geometry, as `[longitude, latitude]`.
enum Drawn {
    /// Centres of circles.
    Points(Ring),
    /// Lines of a corridor.
    Lines(Vec<Ring>),
    /// Polygons, each with its outer ring first.
    Polygons(Vec<Vec<Ring>>),
}

/// Checks every position. Fails at the first fault, with a key below the geometry.
fn coordinates(geometry: &GeometryValue) -> Result<Drawn, Fault> {
    match geometry {
        GeometryValue::Point { coordinates } => Ok(Drawn::Points(vec![position(coordinates)?])),
        GeometryValue::MultiPoint { coordinates } => Ok(Drawn::Points(ring(coordinates)?)),
        GeometryValue::LineString { coordinates } => Ok(Drawn::Lines(vec![line(coordinates)?])),
        GeometryValue::MultiLineString { coordinates } => {
            let lines = coordinates.iter().map(|each| line(each));
            Ok(Drawn::Lines(lines.collect::<Result<_, _>>()?))
        }
        GeometryValue::Polygon { coordinates } => Ok(Drawn::Polygons(vec![rings(coordinates)?])),
        GeometryValue::MultiPolygon { coordinates } => {
            let polygons = coordinates.iter().map(|each| rings(each));
            Ok(Drawn::Polygons(polygons.collect::<Result<_, _>>()?))
        }
        GeometryValue::GeometryCollection { .. } => {
            Err(Fault::new("", "a GeometryCollection is not a zone").advise("draw a point, line or polygon"))
        }
    }
}

/// The rings of a polygon.
fn rings(rings: &[Vec<geojson::Position>]) -> Result<Vec<Ring>, Fault> {
    rings.iter().map(|each| ring(each).and_then(border)).collect()
}

/// A ring without an edge that goes half round the Earth or more, unless it goes all round. An edge is taken the shorter way, across ±180° if that is shorter. That is what is
/// meant where the shorter way is short; otherwise the zone might be all that was not drawn.
fn border(ring: Ring) -> Result<Ring, Fault> {
    // At a pole, all longitudes are one place.
    let at_a_pole = |edge: &&[[f64; 2]]| edge.iter().all(|[_, lat]| lat.abs() == 90.0);
    let mut edges = ring.windows(2).filter(|edge| !at_a_pole(edge)).map(|edge| (edge[0][0], edge[1][0]));
    let widest = edges.find(|(from, to)| (HALF_TURN..=THREE_QUARTERS).contains(&(to - from).abs()));
    let Some((from, to)) = widest else {
        return Ok(ring);
    };
    let what = format!("an edge goes from longitude {from} to {to}, which may be meant either way round the Earth");
    let advice = "if the zone crosses ±180°, split it there into parts of a MultiPolygon, as RFC 7946, section 3.1.9, asks; if not, add \
                  a position between the two";
    Err(Fault::new("", what).advise(advice))
}

/// A line of at least two different positions.
fn line(positions: &[geojson::Position]) -> Result<Ring, Fault> {
    let line = ring(positions)?;
    match line.iter().any(|position| Some(position) != line.first()) {
        true => Ok(line),
        false => Err(Fault::new("", "a line needs at least two different positions").advise("draw it again")),
    }
}

/// One position or more.
fn ring(positions: &[geojson::Position]) -> Result<Ring, Fault> {
    if positions.is_empty() {
        return Err(Fault::new("", "contains no position").advise("draw it again"));
    }
    positions.iter().map(position).collect()
}

/// Degrees of longitude from which an edge has no shorter side.
const HALF_TURN: f64 = 180.0;
/// Degrees of longitude beyond which an edge is meant as the short one on the other side.
const THREE_QUARTERS: f64 = 270.0;
/// Larger numbers cannot be degrees; map coordinates in metres are.
const NO_DEGREES: f64 = 1000.0;

/// Longitude and latitude in degrees; a third number, the height, is ignored. Longitudes may be up to 360, as borders and lines
/// across the antimeridian are often drawn.
fn position(position: &geojson::Position) -> Result<[f64; 2], Fault> {
    let &[lon, lat, ..] = position.as_slice() else {
        let what = "a position needs two numbers";
        return Err(Fault::new("", what).advise("write [longitude, latitude], such as [-9.5, 38.6]"));
    };
    if NO_DEGREES < lon.abs().max(lat.abs()) {
        let what = format!("[{lon}, {lat}] are metres, not degrees");
        return Err(Fault::new("", what).advise("save the layer in EPSG:4326"));
    }
    if !(-90.0..=90.0).contains(&lat) {
        let what = format!("latitude {lat} is not between -90 and 90");
        return Err(Fault::new("", what).advise("write positions as [longitude, latitude]"));
    }
    if !(-360.0..=360.0).contains(&lon) {
        let what = format!("longitude {lon} is not between -180 and 180");
        return Err(Fault::new("", what).advise("write positions as [longitude, latitude]"));
    }
    Ok([lon, lat])
}
