//! A position on the command line, in one word or several.
//!
//! Most people copy a position from a chart, a mail or a radio log, so words may stand apart and hemispheres
//! may be written. How it is read is a matter of [`LatLon::read`].

use atalaia_core::geo::LatLon;

/// The words of a position: the first, which may be all of it, and the rest.
#[derive(Debug, clap::Args)]
pub(super) struct Position {
    /// Position, as 36.95,-9.12 or 36.95 -9.12 or 36-57.0N 009-07.2W
    #[arg(value_name = "LAT,LON", required = true, allow_hyphen_values = true)]
    first: String,
    /// The rest of a position that is written in several words
    #[arg(value_name = "LON", allow_negative_numbers = true, hide = true)]
    rest: Vec<String>,
}

impl Position {
    /// Reads the words as one position.
    ///
    /// # Errors
    /// The words, and what is wrong with them.
    pub(super) fn read(&self) -> Result<LatLon, String> {
        let words = std::iter::once(&self.first).chain(&self.rest);
        let words = words.map(String::as_str).collect::<Vec<_>>().join(" ");
        LatLon::read(&words).map_err(|error| format!("{words:?} is not a position: {error}"))
    }
}
