//! Parses CSV files of harbours and anchorage points, or collects every problem in them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::csv_table::CsvTable;
use super::port::Port;
use super::position::LatLon;
use super::row_fault::RowFault;

/// The columns of a file, in words.
const NEEDED: &str = "latitude and longitude; name, country, radius_nm and harbor size are read too";

/// The columns that are read: the name used here first, then those in the sources.
const COLUMN_NAMES: [&[&str]; 8] = [
    &["latitude", "lat"],
    &["longitude", "lon"],
    &["name", "main port name", "label"],
    &["country", "country code", "iso3"],
    &["radius_nm"],
    &["harbor size"],
    &["locode", "un/locode"],
    &["other_names", "alternate port name"],
];

/// Name that the list of anchorages gives to rows marked for removal.
const REMOVED: &str = "REMOVE";

/// Reads harbours or anchorage points from CSV text with a header. Returns all of them, or every fault.
/// A faulty row does not stop the reading, so that all faults are known at once.
pub(super) fn read(text: &str) -> Result<Vec<Port>, Vec<RowFault>> {
    let mut table = CsvTable::new(text);
    let header = table.next_record().map(|_| table.names()).unwrap_or_default();
    let columns = COLUMN_NAMES.map(|names| header.iter().position(|name| names.contains(&name.as_str())));
    let missing = [(0, "latitude"), (1, "longitude")].into_iter();
    let missing = missing.filter(|(number, _)| columns[*number].is_none());
    let mut errors: Vec<RowFault> = missing.map(|(_, name)| RowFault::no_column(name, NEEDED)).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut known: FxHashMap<String, Arc<str>> = FxHashMap::default();
    // Tens of thousands of anchorage points share their names and countries.
    let mut intern = |text: &str| match known.get(text) {
        Some(same) => Arc::clone(same),
        None => Arc::clone(known.entry(text.to_owned()).or_insert_with(|| text.into())),
    };
    let mut ports = Vec::new();
    while let Some(line) = table.next_record() {
        if table.swallows_rows() {
            errors.push(RowFault::unclosed(line));
            continue;
        }
        let cell = |column: usize| columns[column].map_or("", |number| table.cell(number));
        if cell(2).eq_ignore_ascii_case(REMOVED) {
            continue;
        }
        let mut number = |column: usize, least: f64, most: f64| {
            let parsed = cell(column).parse().ok();
            let good = parsed.filter(|number| least <= *number && *number <= most);
            if good.is_none() {
                let expected = format!("a number from {least} to {most}");
                errors.push(RowFault::bad_cell(line, COLUMN_NAMES[column][0], cell(column), &expected));
            }
            good
        };
        let (lat, lon) = (number(0, -90.0, 90.0), number(1, -180.0, 180.0));
        let radius_nm = match (cell(4), cell(5)) {
            // Harbour sizes of the World Port Index (SPEC, calm water): large, medium, small, and all others.
            ("", "Large") => Some(3.0),
            ("", "Medium") => Some(2.0),
            ("", "Small") => Some(1.5),
            ("", _) => Some(1.0),
            _ => number(4, 0.0, 100.0),
        };
        if let (Some(lat), Some(lon), Some(radius_nm)) = (lat, lon, radius_nm) {
            ports.push(Port {
                at: LatLon::new(lat, lon),
                name: intern(cell(2)),
                country: intern(cell(3)),
                radius_nm,
                locode: intern(cell(6)),
                other_names: intern(cell(7)),
            });
        }
    }
    match errors.is_empty() {
        true => Ok(ports),
        false => Err(errors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_row_is_reported() {
        let errors = read("lat,lon\n91,0\n1,x\n2,2\n").expect_err("bad");
        let lines: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.line, error.fault)).collect();
        assert_eq!(lines[0], "2: column latitude: \"91\" cannot be used; write a number from -90 to 90");
        assert_eq!(lines[1], "3: column longitude: \"x\" cannot be used; write a number from -180 to 180");
        assert_eq!(read("name\n").expect_err("bad").len(), 2);
    }
}
