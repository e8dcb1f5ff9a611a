//! Estimates the position resolution of a table from the number of decimal digits.
//!
//! Some tables round positions to two or three decimals. A step of 100 m or 1 km then looks like a jump or a stop, so
//! rules must know how coarse the positions are.

use serde::{Deserialize, Serialize};

use super::report::Body;

/// Minimum number of rows before a table's resolution is judged: single positions may lack trailing zeros.
const JUDGED_FROM: u32 = 20;
/// Metres in a degree of latitude.
const METRES_PER_DEGREE: f64 = 111_320.0;
/// Fewer digits than this count as this many. Positions to a tenth of a degree are useless anyway.
const FEWEST: u8 = 2;
/// Number of digits from which a table is as fine as AIS itself.
const FINE: u8 = 4;

/// The most decimal digits in a position of one source so far.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Digits {
    /// Most decimal digits seen in a latitude or longitude, 0-4.
    most: u8,
    /// Rows seen; saturates.
    rows: u32,
}

impl Digits {
    /// Records one position, as written in the table.
    pub(super) fn note(&mut self, lat: &[u8], lon: &[u8]) {
        let digits = |text: &[u8]| {
            let behind = text.iter().rev().position(|byte| *byte == b'.').unwrap_or(0);
            behind.min(usize::from(FINE)) as u8
        };
        self.most = self.most.max(digits(lat)).max(digits(lon));
        self.rows = self.rows.saturating_add(1);
    }

    /// The body, marked with the resolution of the table.
    pub(super) fn of(self, body: Body) -> Body {
        match body {
            Body::Position(position) if self.most < FINE && JUDGED_FROM <= self.rows => {
                let degrees = 0.1_f64.powi(i32::from(self.most.max(FEWEST)));
                Body::Position(position.in_steps_of(degrees * METRES_PER_DEGREE))
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ais::{Class, Position};

    fn metres_after(rows: &[(&str, &str)], times: usize) -> f64 {
        let mut digits = Digits::default();
        for (lat, lon) in rows.iter().cycle().take(times) {
            digits.note(lat.as_bytes(), lon.as_bytes());
        }
        let position = Position::new(Class::A, 0, Some((28.0, -17.0)), None, None, None, None);
        match digits.of(Body::Position(position)) {
            Body::Position(position) => position.resolution_metres(),
            _ => unreachable!("it stays a position"),
        }
    }

    #[test]
    fn the_resolution_follows_from_the_most_digits_in_twenty_rows() {
        let coarse = [("28.12", "-17.5"), ("28.1", "-17")];
        assert_eq!(metres_after(&coarse, 19), 0.0);
        assert!((1_100.0..1_200.0).contains(&metres_after(&coarse, 20)));
        assert!((110.0..130.0).contains(&metres_after(&[("28.123", "-17.5")], 20)));
        assert_eq!(metres_after(&[("28.1234", "-17.5"), ("28", "-17")], 20), 0.0);
    }
}
