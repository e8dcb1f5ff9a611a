//! The marking of an alert as arguments, and as a line of text.
//!
//! The fields and their values are those of [`Mark`], which `core` describes; here they become options. A
//! field that is not given keeps its value, so that one option changes one thing.

use serde_json::Value;

use crate::platform::telemetry::FromAir;
use atalaia_core::alerts::Handling;
use atalaia_core::alerts::handling::{Europol, InfoGrade, Mark, Purpose, Reality, SourceGrade, Tlp};
use atalaia_core::base::time::Time;

/// The parts of a marking that are to be changed.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Traffic light protocol: CLEAR, GREEN, AMBER, AMBER+STRICT or RED
    #[arg(long, value_parser = tlp)]
    tlp: Option<Tlp>,
    /// Grade of source and information, such as B3: A, B, C or X, and 1 to 4
    #[arg(long, value_parser = grade)]
    grade: Option<(SourceGrade, InfoGrade)>,
    /// Europol handling codes, such as H1,H2; `-` for none
    #[arg(long, value_name = "CODES", value_parser = codes)]
    handling: Option<Codes>,
    /// Meaning of H3 in this case, or another condition
    #[arg(long)]
    text: Option<String>,
    /// Permitted purpose, by its name in CISE, such as LawEnforcementMonitoring
    #[arg(long, value_parser = purpose)]
    purpose: Option<Purpose>,
    /// Countries it may be released to, such as ES,PT; `-` for all that TLP and codes allow
    #[arg(long, value_name = "NAMES")]
    releasable_to: Option<String>,
    /// Whether it contains personal data
    #[arg(long, value_name = "BOOL")]
    personal_data: Option<bool>,
    /// Legal basis for keeping and sharing it
    #[arg(long)]
    legal_basis: Option<String>,
    /// Last day it may be kept, also in this store, as 2027-03-14
    #[arg(long, value_name = "DAY", value_parser = day)]
    retain_until: Option<Time>,
    /// Status: actual, exercise or test
    #[arg(long, value_parser = reality)]
    reality: Option<Reality>,
}

/// A list of Europol codes as one argument. A type of its own, because clap takes a `Vec` for a repeated
/// option.
#[derive(Clone, Debug)]
struct Codes(Vec<Europol>);

impl Arguments {
    /// The marking, without the person and the time, which the store adds. `-` empties a list.
    pub(super) fn mark(&self) -> Mark {
        let names = |text: &String| match text.as_str() {
            "-" => Vec::new(),
            text => text.split(',').map(|name| name.trim().to_owned()).collect(),
        };
        Mark {
            tlp: self.tlp,
            europol: self.handling.as_ref().map(|codes| codes.0.clone()),
            handling_text: self.text.clone(),
            releasable_to: self.releasable_to.as_ref().map(names),
            source_grade: self.grade.map(|(source, _)| source),
            info_grade: self.grade.map(|(_, info)| info),
            purpose: self.purpose,
            personal_data: self.personal_data,
            legal_basis: self.legal_basis.clone(),
            retain_until: self.retain_until,
            reality: self.reality,
            marked_by: None,
            marked_at: None,
        }
    }
}

/// The marking of a stored alert, and who set it. Ends with a line end. Empty if the marking cannot be read,
/// as of another version.
pub(super) fn line(body: &Value) -> String {
    let Ok(handling) = serde_json::from_value::<Handling>(body["handling"].clone()) else {
        return String::new();
    };
    let by = handling.marked_by.as_ref().zip(handling.marked_at);
    let by = by.map_or(String::new(), |(who, at)| format!(" (marked by {} {at})", FromAir(who)));
    format!("{}{by}\n", FromAir(&handling.line()))
}

/// The value of this name.
///
/// # Errors
/// The names of all values.
fn one<T: Copy>(text: &str, all: &[T], name: impl Fn(T) -> String) -> Result<T, String> {
    let found = all.iter().copied().find(|one| name(*one) == text);
    found.ok_or_else(|| format!("write one of {}", all.iter().map(|one| name(*one)).collect::<Vec<_>>().join(", ")))
}

/// A colour of the Traffic Light Protocol 2.0 (FIRST), with or without the `TLP:` that people copy along.
pub(super) fn tlp(text: &str) -> Result<Tlp, String> {
    one(text.strip_prefix("TLP:").unwrap_or(text), &Tlp::ALL, |tlp| tlp.name().to_owned())
}

/// A purpose by its name in CISE.
pub(super) fn purpose(text: &str) -> Result<Purpose, String> {
    one(text, &Purpose::ALL, Purpose::name)
}

/// Whether the alert is real, an exercise or a test.
pub(super) fn reality(text: &str) -> Result<Reality, String> {
    one(text, &Reality::ALL, |reality| reality.name().to_owned())
}

/// A Europol handling code.
pub(super) fn europol(text: &str) -> Result<Europol, String> {
    one(text.trim(), &Europol::ALL, |code| code.name().to_owned())
}

/// Europol handling codes, separated by commas; `-` for none.
fn codes(text: &str) -> Result<Codes, String> {
    let codes: Vec<Europol> = match text {
        "-" => Vec::new(),
        text => text.split(',').map(europol).collect::<Result<_, _>>()?,
    };
    Ok(Codes(codes))
}

/// The 4x4 grade of a source and its information: `B3` is a mostly reliable source, and information that the
/// source does not know itself, but others confirm.
fn grade(text: &str) -> Result<(SourceGrade, InfoGrade), String> {
    let parts = text.split_at_checked(1).and_then(|(source, info)| {
        let source = SourceGrade::ALL.into_iter().find(|grade| grade.name() == source)?;
        let info = InfoGrade::ALL.into_iter().find(|grade| grade.name() == info)?;
        Some((source, info))
    });
    parts.ok_or_else(|| "write a letter of A, B, C, X and a digit from 1 to 4, as B3".to_owned())
}

/// Midnight UTC of a day, or a moment with its time.
fn day(text: &str) -> Result<Time, String> {
    let day = Time::parse(text).or_else(|| Time::parse(&format!("{text}T00:00:00Z")));
    day.ok_or_else(|| "write it as 2027-03-14".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spelt_as_in_alerts() {
        assert_eq!((tlp("TLP:AMBER+STRICT"), tlp("RED")), (Ok(Tlp::AmberStrict), Ok(Tlp::Red)));
        assert!(tlp("amber").is_err_and(|fault| fault.contains("CLEAR, GREEN, AMBER, AMBER+STRICT, RED")));
        assert_eq!(grade("A1"), Ok((SourceGrade::A, InfoGrade::One)));
        for wrong in ["", "A", "1A", "D3", "B5", "B33", "é3"] {
            assert!(grade(wrong).is_err(), "{wrong}");
        }
        assert_eq!(codes("H1, H3").map(|codes| codes.0), Ok(vec![Europol::H1, Europol::H3]));
        assert_eq!(codes("-").map(|codes| codes.0), Ok(Vec::new()));
        assert!(codes("H1,,").is_err() && purpose("Fishing").is_err() && reality("replay").is_err());
        assert_eq!(day("2027-03-14"), Ok(Time::from_utc(2027, 3, 14, 0, 0, 0).expect("a day")));
        assert!(day("soon").is_err());
    }
}
