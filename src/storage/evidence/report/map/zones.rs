//! The zones of a map: outlines, bands that count as near, and names where they cover nothing.

use std::collections::BTreeSet;

use super::super::html::{Element, element, text};
use super::room::{Rect, Room};
use super::shapes::{path, round, thinned};
use super::view::View;
use atalaia_core::base::time::Time;
use atalaia_core::geo::{Vertex, ring_within, wrap_degrees};
use atalaia_core::zones::{Polygons, Zone, ZoneSet};

/// Maximum number of zones on a map. Those that the alerts name come first, then the largest.
const MOST_ZONES: usize = 12;
/// A zone that is smaller than this in both directions, in units, is left out: it would be a dot.
const LEAST_SIZE: f64 = 6.0;
/// A band that is narrower than this, in units, is left out: its line could not be told from the border.
const LEAST_BAND: f64 = 10.0;
/// Maximum number of letters of a name on the drawing. The text below it has the whole name.
const MOST_LETTERS: usize = 32;
/// Distances between the spots tried for a name, in units.
const SPOTS: (f64, f64) = (16.0, 10.0);
/// Subtracted from a spot where the name is completely inside its zone: farther than any two spots of one map are apart.
const INSIDE: f64 = 2000.0;
/// Miles in a degree of latitude.
const NM_PER_DEGREE: f64 = 60.0;

/// The zones that can be on a map.
#[derive(Clone, Copy)]
pub(in super::super) struct Charted<'a> {
    /// Every zone of the site.
    pub(in super::super) zones: &'a ZoneSet,
    /// Ids of those that the alerts name.
    pub(in super::super) named: &'a BTreeSet<String>,
}

/// The outline of a zone.
pub(super) struct Outline {
    /// Its name.
    name: String,
    /// Its kind, in a word.
    kind: &'static str,
    /// Class of its lines.
    class: &'static str,
    /// Its rings within the drawing, in units, to be filled by the even-odd rule.
    rings: Vec<Vec<(f64, f64)>>,
    /// Those of the zone and the band around it; empty if it is not drawn.
    near: Vec<Vec<(f64, f64)>>,
    /// The box around the rings.
    extent: Rect,
}

/// The zones within the view that were active at `from` or `until`, or are named.
pub(super) fn outlines(charted: Charted<'_>, view: &View, from: Time, until: Time) -> Vec<Outline> {
    let mut found = Vec::new();
    for (number, zone) in charted.zones.iter() {
        let named = charted.named.contains(&zone.id);
        let active = zone.active(from) || zone.active(until);
        // Source regions are hundreds of miles wide and are not about what happens within them.
        if zone.source_region() || !(named || active) {
            continue;
        }
        let drawing = charted.zones.drawing(number);
        let rings = rings(&drawing.area, view);
        let Some(extent) = extent(&rings) else {
            continue;
        };
        if (extent.right - extent.left).max(extent.bottom - extent.top) < LEAST_SIZE {
            continue;
        }
        let band = zone.near_nm / NM_PER_DEGREE * view.per_lat;
        let near = drawing.near.filter(|_| named && LEAST_BAND <= band);
        let near = near.map_or(Vec::new(), |near| self::rings(&near, view));
        let class = class(zone, named);
        let outline = Outline { name: zone.name.clone(), kind: zone.kind.name(), class, rings, near, extent };
        found.push((named, outline));
    }
    let size = |outline: &Outline| {
        let Rect { left, top, right, bottom } = outline.extent;
        ((right - left) * (bottom - top)) as u64
    };
    found.sort_by_cached_key(|(named, outline)| std::cmp::Reverse((*named, size(outline))));
    found.into_iter().map(|(_, outline)| outline).take(MOST_ZONES).collect()
}

/// The class of a zone's lines: whether it is watched, and whether an alert names it.
fn class(zone: &Zone, named: bool) -> &'static str {
    match (zone.calm_water(), named) {
        (false, true) => "zone zone-named",
        (false, false) => "zone",
        (true, true) => "zone zone-calm zone-named",
        (true, false) => "zone zone-calm",
    }
}

/// The rings of polygons that are within the view, in units.
fn rings(polygons: &Polygons, view: &View) -> Vec<Vec<(f64, f64)>> {
    let bounds = view.wider();
    let middle = (bounds.west + bounds.east) / 2.0;
    let mut rings = Vec::new();
    for polygon in polygons {
        // The rings of a polygon are continuous with its first vertex.
        let Some([lon, _]) = polygon.first().and_then(|ring| ring.first()).copied() else {
            continue;
        };
        let turn = middle + wrap_degrees(lon - middle) - lon;
        for ring in polygon {
            let moved: Vec<Vertex> = ring.iter().map(|[lon, lat]| (lon + turn, *lat)).collect();
            let within = ring_within(moved, &bounds);
            let points = thinned(within.into_iter().map(|vertex| view.vertex(vertex)));
            if 3 <= points.len() {
                rings.push(points);
            }
        }
    }
    rings
}

/// The box around rings; `None` without any.
fn extent(rings: &[Vec<(f64, f64)>]) -> Option<Rect> {
    let at = |(x, y): (f64, f64)| Rect { left: x, top: y, right: x, bottom: y };
    rings.iter().flatten().map(|point| at(*point)).reduce(|all, one| Rect {
        left: all.left.min(one.left),
        top: all.top.min(one.top),
        right: all.right.max(one.right),
        bottom: all.bottom.max(one.bottom),
    })
}

impl Outline {
    /// The lines of the zone.
    pub(super) fn drawn(&self) -> Vec<Element> {
        let all = |rings: &[Vec<(f64, f64)>]| rings.iter().map(|ring| path(ring, true)).collect::<String>();
        let near = (!self.near.is_empty()).then(|| element("path").class("near").with("d", all(&self.near)));
        let area = element("path").class(self.class).with("fill-rule", "evenodd").with("d", all(&self.rings));
        near.into_iter().chain([area]).collect()
    }

    /// Its name where it covers nothing else, inside the zone; `None` if there is no such spot. Takes the room.
    pub(super) fn named(&self, room: &mut Room) -> Option<Element> {
        let name = shortened(&self.name);
        let whole = room.whole();
        let (left, right) = (self.extent.left.max(whole.left), self.extent.right.min(whole.right));
        let (top, bottom) = (self.extent.top.max(whole.top), self.extent.bottom.min(whole.bottom));
        let middle = ((left + right) / 2.0, (top + bottom) / 2.0);
        let spots = |low: f64, high: f64, step: f64| {
            let count = ((high - low) / step).max(0.0) as usize;
            // Around the middle, so that a small zone has one.
            let first = (low + high) / 2.0 - count as f64 / 2.0 * step;
            (0..=count).map(move |number| first + number as f64 * step)
        };
        let mut best: Option<(f64, Rect)> = None;
        for y in spots(top, bottom, SPOTS.1) {
            for x in spots(left, right, SPOTS.0) {
                let rect = Rect::of_name(&name, (x, y));
                if !self.holds((x, y)) || !room.is_free(&rect) {
                    continue;
                }
                let away = (x - middle.0).hypot(y - middle.1);
                let inside = rect.corners().into_iter().all(|corner| self.holds(corner));
                let cost = if inside { away - INSIDE } else { away };
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, rect));
                }
            }
        }
        let (_, rect) = best?;
        room.take(rect);
        let label = text("text", name).class("zone-name").with("text-anchor", "middle");
        Some(label.with("x", round((rect.left + rect.right) / 2.0)).with("y", round(rect.bottom - 3.0)))
    }

    /// Whether a point of the drawing is in the zone, by the even-odd rule.
    fn holds(&self, (x, y): (f64, f64)) -> bool {
        let mut inside = false;
        for ring in &self.rings {
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                if (a.1 <= y) != (b.1 <= y) && x < a.0 + (b.0 - a.0) * (y - a.1) / (b.1 - a.1) {
                    inside = !inside;
                }
            }
        }
        inside
    }
}

/// The text below the map: which zones are drawn. `None` if there are none.
pub(super) fn caption(outlines: &[Outline]) -> Option<String> {
    let names: Vec<String> = outlines.iter().map(|zone| format!("{} ({})", zone.name, zone.kind)).collect();
    let band = match outlines.iter().any(|zone| !zone.near.is_empty()) {
        true => " The dotted line is as far from a zone as still counts as near it.",
        false => "",
    };
    (!names.is_empty()).then(|| format!("Zones on the map: {}.{band}", names.join("; ")))
}

/// A name of at most [`MOST_LETTERS`].
fn shortened(name: &str) -> String {
    match name.chars().count() <= MOST_LETTERS {
        true => name.to_owned(),
        false => name.chars().take(MOST_LETTERS - 1).collect::<String>().trim_end().to_owned() + "…",
    }
}
