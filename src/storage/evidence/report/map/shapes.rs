//! The elements of a drawing.

use super::super::html::{Element, element};

/// Points closer to each other than this, in units, are drawn as one.
const SAME: f64 = 0.5;

/// A rectangle that cuts off what is drawn outside of it.
pub(super) fn clip(id: &'static str, width: f64, height: f64) -> Element {
    element("clipPath").with("id", id).add(rectangle(width, height))
}

/// A rectangle from the top left corner.
pub(super) fn rectangle(width: f64, height: f64) -> Element {
    element("rect").with("width", width).with("height", height)
}

/// A circle around a point of the drawing.
pub(super) fn circle(x: f64, y: f64, radius: f64) -> Element {
    element("circle").with("cx", round(x)).with("cy", round(y)).with("r", radius)
}

/// The data of an SVG path along these points.
pub(super) fn path(points: &[(f64, f64)], closed: bool) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        path.push(if index == 0 { 'M' } else { 'L' });
        path.push_str(&format!("{} {}", round(*x), round(*y)));
    }
    if closed {
        path.push('Z');
    }
    path
}

/// Rounds to a tenth of a unit, which is finer than paper. Coordinates far outside are clamped.
pub(super) fn round(units: f64) -> f64 {
    (units.clamp(-1e5, 1e5) * 10.0).round() / 10.0 + 0.0
}

/// Points without those that would be drawn as one with the point before.
pub(super) fn thinned(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for point in points {
        if kept.last().is_none_or(|last| SAME < (point.0 - last.0).hypot(point.1 - last.1)) {
            kept.push(point);
        }
    }
    kept
}
