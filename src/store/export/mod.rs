//! Stored alerts as files for other programs: JSON lines, a spreadsheet, a map layer, a globe.
//!
//! Names come from the air. In JSON lines they stand as they were stored; elsewhere they lose what hides or turns text, and can be
//! no formula of a spreadsheet and no markup of a globe.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use serde_json::Value;
use thiserror::Error;

mod csv;
mod fields;
mod geojson;
mod jsonl;
mod kml;
mod marking;

/// What a file of alerts may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// One alert object a line, whole.
    Jsonl,
    /// RFC 4180 with a header: one alert a row, without its tracks.
    Csv,
    /// The same for Excel where the comma is the decimal sign: byte order mark, semicolons, decimal commas.
    Excel,
    /// RFC 7946: a point an alert, a line a track.
    GeoJson,
    /// KML 2.2: a folder a severity, a point an alert, a line a track.
    Kml,
}

/// A word that names no format.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("unknown format {0:?}; there are jsonl, csv, excel, geojson and kml")]
pub struct UnknownFormat(String);

impl Format {
    /// Every format there is.
    pub const ALL: [Format; 5] = [Format::Jsonl, Format::Csv, Format::Excel, Format::GeoJson, Format::Kml];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Excel => "excel",
            Format::GeoJson => "geojson",
            Format::Kml => "kml",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Format, UnknownFormat> {
        let found = Format::ALL.into_iter().find(|format| format.name() == word);
        found.ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

/// Writes the alerts in their order: the `alert` objects of the stream, with what the store adds to them (`state`, `assignee`,
/// `finding`, `finding_reason`, `notes`). What is absent or of another kind than it should be is left empty. Every row carries its
/// marking, and the file the highest TLP of any: as column, property or member `file_tlp`, or in the name of the document.
///
/// # Errors
/// Those of `out`.
pub fn write(format: Format, alerts: &[Value], out: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Jsonl => jsonl::write(alerts, out),
        Format::Csv => csv::write(csv::Dialect::Standard, alerts, out),
        Format::Excel => csv::write(csv::Dialect::Excel, alerts, out),
        Format::GeoJson => geojson::write(alerts, out),
        Format::Kml => kml::write(alerts, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_found_by_its_name_alone() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        let refused = "KML".parse::<Format>().map_err(|error| error.to_string());
        assert_eq!(refused, Err("unknown format \"KML\"; there are jsonl, csv, excel, geojson and kml".to_owned()));
    }
}
