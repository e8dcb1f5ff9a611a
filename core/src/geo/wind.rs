//! Wind at sea, from a CSV file of the operator. Collects every problem in the file.

use rustc_hash::FxHashMap;

use super::cells::Cells;
use super::csv_table::CsvTable;
use super::position::LatLon;
use super::row_fault::RowFault;
use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;

/// Distance from its position within which a value applies. Nautical miles.
const REACH_NM: f64 = 60.0;
/// Time before and after its own within which a value applies.
const REACH: Span = Span::from_hours(3);
/// Cells of one degree.
const CELLS: Cells = Cells::new(1);
/// Names of the columns, all of them required.
const COLUMNS: [&str; 4] = ["time", "lat", "lon", "wind_knots"];

/// Wind speeds by position and time; empty without a file.
#[derive(Clone, Debug, Default)]
pub struct Wind {
    /// Values by cell of the position, in order of time.
    cells: FxHashMap<u32, Vec<WindValue>>,
}

/// One value of the file.
#[derive(Clone, Copy, Debug)]
struct WindValue {
    /// When the wind blew.
    at: Time,
    /// Where it blew.
    place: LatLon,
    /// Wind speed in knots, 0-250.
    knots: f32,
}

impl Wind {
    /// Reads CSV with a header: `time` (RFC 3339), `lat`, `lon` (degrees), `wind_knots` (0-250). Returns all rows, or every fault.
    pub fn from_csv(text: &str) -> Result<Wind, Vec<RowFault>> {
        let mut table = CsvTable::new(text);
        let header = table.next_record().map(|_| table.names()).unwrap_or_default();
        let columns = COLUMNS.map(|name| header.iter().position(|other| other == name));
        let missing = COLUMNS.iter().zip(columns).filter(|(_, column)| column.is_none());
        let mut errors: Vec<RowFault> =
            missing.map(|(name, _)| RowFault::no_column(name, &COLUMNS.join(", "))).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut wind = Wind::default();
        while let Some(line) = table.next_record() {
            if table.swallows_rows() {
                errors.push(RowFault::unclosed(line));
                continue;
            }
            let cell = |column: usize| columns[column].map_or("", |number| table.cell(number));
            let number = |column: usize, least: f64, most: f64| {
                cell(column).parse::<f64>().ok().filter(|number| least <= *number && *number <= most)
            };
            let at = Time::parse(cell(0));
            let (lat, lon, knots) = (number(1, -90.0, 90.0), number(2, -180.0, 180.0), number(3, 0.0, 250.0));
            let faults = [
                (0, at.is_none(), "a time such as 2026-03-01T12:00:00Z"),
                (1, lat.is_none(), "a number from -90 to 90"),
                (2, lon.is_none(), "a number from -180 to 180"),
                (3, knots.is_none(), "a number from 0 to 250"),
            ];
            errors.extend(
                faults
                    .into_iter()
                    .filter(|(_, bad, _)| *bad)
                    .map(|(column, _, expected)| RowFault::bad_cell(line, COLUMNS[column], cell(column), expected)),
            );
            if let (Some(at), Some(lat), Some(lon), Some(knots)) = (at, lat, lon, knots) {
                let place = LatLon::new(lat, lon);
                wind.cells.entry(CELLS.of(place)).or_default().push(WindValue { at, place, knots: knots as f32 });
            }
        }
        wind.cells.values_mut().for_each(|cell| cell.sort_by_key(|blow| blow.at));
        if errors.is_empty() { Ok(wind) } else { Err(errors) }
    }

    /// Whether there are no values, because no file was given.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Wind speed in knots: the value of the nearest position within 60 nm and, of several times there, the nearest
    /// within 3 h. `None` without one.
    pub fn knots_at(&self, position: LatLon, at: Time) -> Option<f64> {
        if self.is_empty() {
            return None;
        }
        let mut nearest: Option<(f64, Span, f32)> = None;
        for cell in CELLS.around(position, REACH_NM * METRES_PER_NM).filter_map(|cell| self.cells.get(&cell)) {
            let first = cell.partition_point(|blow| blow.at < at - REACH);
            for blow in cell[first..].iter().take_while(|blow| blow.at <= at + REACH) {
                let found = (blow.place.nm_to(position), (blow.at - at).abs(), blow.knots);
                let nearer = nearest.is_none_or(|best| (found.0, found.1) < (best.0, best.1));
                if found.0 <= REACH_NM && nearer {
                    nearest = Some(found);
                }
            }
        }
        nearest.map(|(_, _, knots)| f64::from(knots))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text).expect("a time")
    }

    #[test]
    fn the_nearest_value_in_reach_applies() {
        let wind = Wind::from_csv(
            "time,lat,lon,wind_knots\n2026-03-01T12:00:00Z,30,-40,38\n2026-03-01T18:00:00Z,30,-40,12\n\
             2026-03-01T12:00:00Z,30,179.9,25\n",
        )
        .expect("right");
        let at = |lat, lon, clock: &str| wind.knots_at(LatLon::new(lat, lon), time(&format!("2026-03-01T{clock}:00Z")));
        assert_eq!(at(30.3, -40.4, "13:00"), Some(38.0));
        assert_eq!(at(30.3, -40.4, "16:00"), Some(12.0));
        assert_eq!(at(30.3, -40.4, "22:00"), None);
        assert_eq!(at(31.2, -40.0, "12:00"), None);
        assert_eq!(at(30.0, -179.9, "12:00"), Some(25.0));
        assert_eq!(Wind::default().knots_at(LatLon::new(30.0, -40.0), time("2026-03-01T12:00:00Z")), None);
    }

    #[test]
    fn a_value_to_the_east_or_west_applies_near_the_poles_and_at_the_date_line_too() {
        let wind = |lat: f64, lon: f64| {
            let row = format!("time,lat,lon,wind_knots\n2026-03-01T12:00:00Z,{lat},{lon},38\n");
            Wind::from_csv(&row).expect("right")
        };
        let noon = time("2026-03-01T12:00:00Z");
        // At 80 degrees north 55 nm are more than five degrees of longitude.
        for (lat, lon, other) in [(80.0, 20.0, 25.2), (-80.0, 20.0, 14.8), (89.6, 0.0, 179.0), (30.0, 180.0, -179.9)] {
            assert_eq!(wind(lat, lon).knots_at(LatLon::new(lat, other), noon), Some(38.0), "{lat} {lon} {other}");
        }
        assert_eq!(wind(80.0, 20.0).knots_at(LatLon::new(80.0, 26.5), noon), None);
    }

    #[test]
    fn every_fault_is_reported_with_line_and_column() {
        let errors = Wind::from_csv("time,lat,lon,wind_knots\nyesterday,91,x,-1\n").expect_err("bad");
        assert_eq!(errors.len(), 4);
        assert_eq!(
            (errors[0].line, errors[0].fault.to_string().as_str()),
            (2, "column time: \"yesterday\" cannot be used; write a time such as 2026-03-01T12:00:00Z")
        );
        assert_eq!(Wind::from_csv("time,lat\n").expect_err("bad").len(), 2);
        assert_eq!(Wind::from_csv("").expect_err("bad").len(), 4);
    }
}
