//! The texts of `loitering` alerts.

use serde::{Deserialize, Serialize};

use crate::base::text::{decimals, distance};
use crate::base::time::Span;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words, number};
use crate::zones::Chart;

/// How a vessel loiters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// It stays slow.
    Slow,
    /// It stays slow, and circles.
    SlowAndCircling,
    /// It circles.
    Circling,
}

/// A summary states the counted time if more than this was not counted.
const UNCOUNTED: Span = Span::from_minutes(20);
/// A vessel that moved less than this has not moved. Nautical miles.
const UNMOVED_NM: f64 = 0.005;

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Slow => &["slow"],
            Form::SlowAndCircling => &["slow", "circling"],
            Form::Circling => &["circling"],
        }
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let round = match (of.number("circling_path_nm"), of.number("circling_net_nm")) {
            (Some(path), Some(net)) => {
                let hours = of.stated("circling_hours", " in ", " h");
                format!(" ({} nm sailed{hours}, {} nm made good)", decimals(path), decimals(net))
            }
            _ => String::new(),
        };
        let slow = match number(of.thresholds, "slow_knots") {
            Some(knots) => format!("{} below {} kn", of.have("stayed", "stayed"), decimals(knots)),
            None => of.have("was slow", "been slow"),
        };
        let clock = of.held();
        match self {
            Form::Circling => format!("{}{round} for {clock}", of.have("circled", "been circling")),
            Form::SlowAndCircling => format!("{slow} and circled{round} for {clock}"),
            Form::Slow => format!("{slow}{} for {}", anchored(of), counted(of)),
        }
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("boats without AIS near it would not be seen")
    }

    fn opened(self, of: &Opening<'_>) -> String {
        match self {
            Form::Circling => format!("circling for {}", of.whole()),
            Form::Slow | Form::SlowAndCircling => format!("{} {}", of.slow(), of.held()),
        }
    }

    fn line(self, _: &str, holding: &Holding, _: &Chart) -> String {
        match (self, number(&holding.thresholds, "slow_knots")) {
            (Form::Circling, _) => "Circles in a small area without making good any distance".to_owned(),
            (_, Some(knots)) => format!("Stays below {} kn away from harbours and anchorages", decimals(knots)),
            (_, None) => "Stays slow away from harbours and anchorages".to_owned(),
        }
    }

    fn is_circling(self) -> bool {
        self == Form::Circling
    }
}

/// How it lies at anchor, between commas; empty if it does not.
fn anchored(of: &Circumstances<'_>) -> String {
    match (of.anchored, of.text("anchored_by")) {
        (false, _) => String::new(),
        (true, Some("swing" | "still")) => match of.number("anchored_nm").unwrap_or(0.0) {
            ..UNMOVED_NM => ", without leaving its position,".to_owned(),
            nm => format!(", within {} of one position,", distance(nm)),
        },
        (true, _) => ", reporting itself at anchor or moored,".to_owned(),
    }
}

/// The time that counted, and the whole time if much of it did not.
fn counted(of: &Circumstances<'_>) -> String {
    let clock = of.held();
    let counted = of.number("counted_minutes").map(|minutes| Span::from_millis((minutes * 60_000.0) as i64));
    match counted.filter(|counted| UNCOUNTED < clock - *counted) {
        Some(counted) => format!("{counted} of {clock} (the rest not reported, or faster)"),
        None => clock.to_string(),
    }
}
