//! Exports stored alerts as files for other programs: JSON lines, spreadsheets, map layers and globes.
//!
//! Names in alerts are received data. JSON lines keep them as stored. The other formats remove characters that hide or reorder text, and no
//! name can act as a spreadsheet formula or as markup.
//!
//! The formats read an alert leniently: a value that is missing or of another type leaves its field empty. An export must not fail because
//! of one alert that an earlier version stored.

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

/// A file format for exported alerts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// One complete alert object per line.
    Jsonl,
    /// RFC 4180 with a header: one row per alert, without tracks.
    Csv,
    /// CSV for Excel in locales with a decimal comma: byte order mark, semicolons, decimal commas.
    Excel,
    /// RFC 7946: one point per alert and one line per track.
    GeoJson,
    /// KML 2.2: one folder per severity, one point per alert and one line per track.
    Kml,
}

/// Error for a word that is not the name of a format.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("unknown format {0:?}; there are jsonl, csv, excel, geojson and kml")]
pub struct UnknownFormat(String);

impl Format {
    /// All formats.
    pub const ALL: [Format; 5] = [Format::Jsonl, Format::Csv, Format::Excel, Format::GeoJson, Format::Kml];

    /// Name on the command line.
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

/// Writes alerts in the given order. Each is an `alert` object of the stream with the fields that the store adds: `state`, `assignee`,
/// `finding`, `finding_reason`, `notes`. Values that are missing or of the wrong type are left empty. Every row carries its own marking,
/// and the file carries the highest TLP of all alerts: as a column, property or member `file_tlp`, or in the name of the document.
///
/// # Errors
/// Errors of `out`.
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
