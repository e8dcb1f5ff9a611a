//! How well each part of the sea is heard, as the reception model has learned it.

use serde::Serialize;

use crate::engine::Engine;
use crate::geo::LatLon;

/// Every cell in which vessels were expected.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct CoverageMap {
    /// The cells, in no particular order.
    pub cells: Vec<CoverageCell>,
}

/// One cell of the reception model, a quarter of a degree on a side.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct CoverageCell {
    /// Its middle.
    pub centre: LatLon,
    /// Probability, 0-1, that a transmitting vessel of class A is heard there within ten minutes; `None` if too little is known.
    pub class_a: Option<f32>,
    /// The same for class B.
    pub class_b: Option<f32>,
}

impl CoverageMap {
    /// Length of a side of a cell in degrees.
    pub const STEP_DEGREES: f64 = 0.25;

    /// Copies what the engine has learned. Cells about which too little is known for either class are left out.
    pub fn of(engine: &Engine) -> CoverageMap {
        let cells = engine.coverage().receptions().filter_map(|(cell, by_class)| {
            let [class_a, class_b] = by_class.map(|reception| reception.known_chance().map(|chance| chance as f32));
            class_a.or(class_b).map(|_| CoverageCell { centre: cell.centre(), class_a, class_b })
        });
        CoverageMap { cells: cells.collect() }
    }
}
