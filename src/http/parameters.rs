//! The parameters of a request: each is known, given once and in its range, or the request is refused.
//!
//! Strict, because a parameter that is ignored gives a wrong answer that looks right.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;

use super::problem::Problem;
use atalaia_core::base::text::advice;
use atalaia_core::base::time::Time;
use atalaia_core::base::units::Mmsi;
use atalaia_core::geo::LatLon;

/// Digits of an MMSI (ITU-R M.585).
const MMSI_DIGITS: usize = 9;

/// The parameters of one request, by name.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Refuses parameters that are not in `known`, and those given twice.
    pub(super) fn of(given: Vec<(String, String)>, known: &[&str]) -> Result<Parameters, Problem> {
        for (place, (name, _)) in given.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let name = shortened(name);
                return Err(Problem::parameter(format!("{name}: unknown parameter; {}", advice(&name, known))));
            }
            if given[..place].iter().any(|(other, _)| other == name) {
                return Err(Problem::parameter(format!("{name}: is given twice")));
            }
        }
        Ok(Parameters(given))
    }

    /// The text of a parameter; `None` if it is not given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, text)| text.as_str())
    }

    /// The text of a parameter that must be given; `example` completes the message.
    fn needed(&self, name: &str, example: &str) -> Result<&str, Problem> {
        self.text(name).ok_or_else(|| Problem::parameter(format!("{name}: is missing; write for instance {example}")))
    }

    /// A required position, in any notation of [`LatLon::read`].
    pub(super) fn place(&self, name: &str) -> Result<LatLon, Problem> {
        let text = self.needed(name, "near=36.95,-9.12")?;
        LatLon::read(text).map_err(|error| Problem::parameter(format!("{name}: {error}")))
    }

    /// A required number above 0 and up to `most`; infinity and NaN are refused.
    pub(super) fn positive(&self, name: &str, most: f64) -> Result<f64, Problem> {
        let number = self.needed(name, &format!("{name}=5"))?.parse().ok();
        let number = number.filter(|number: &f64| 0.0 < *number && *number <= most);
        number.ok_or_else(|| Problem::parameter(format!("{name}: write a number above 0 and up to {most}")))
    }

    /// A whole number from 1 to `most`; `usual` if it is not given.
    pub(super) fn count(&self, name: &str, usual: usize, most: usize) -> Result<usize, Problem> {
        let Some(text) = self.text(name) else {
            return Ok(usual);
        };
        let count = text.parse().ok().filter(|count| (1..=most).contains(count));
        count.ok_or_else(|| Problem::parameter(format!("{name}: write a whole number from 1 to {most}")))
    }

    /// A moment, such as `2026-03-01T04:10:00Z`; `None` if it is not given.
    pub(super) fn time(&self, name: &str) -> Result<Option<Time>, Problem> {
        let parse = |text| {
            let wrong = || Problem::parameter(format!("{name}: write a time as 2026-03-01T04:10:00Z"));
            Time::parse(text).ok_or_else(wrong)
        };
        self.text(name).map(parse).transpose()
    }
}

/// The MMSI in a path: nine digits, as they are shown everywhere.
pub(super) fn mmsi(text: Result<Path<String>, PathRejection>) -> Result<Mmsi, Problem> {
    let digits = text.ok().map(|Path(text)| text);
    let digits = digits.filter(|text| text.len() == MMSI_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number.map(Mmsi).ok_or_else(|| Problem::parameter("an MMSI has nine digits, as 224123456 or 002241022"))
}

/// The beginning of a name from a request.
/// At most 40 characters, without control characters, so that it can be quoted.
fn shortened(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(40).collect()
}
