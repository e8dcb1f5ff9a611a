//! The texts of `distress` alerts.
//!
//! A position may be missing; the texts do without it. Score lines: `active`, `unstated` or `test`.

use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};

use super::facts::{Facts, Form};

/// Wind and current do not carry a raft or a person faster than this. Knots.
const DRIFTS_KNOTS: f64 = 6.0;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let what = if self.form == Form::Test { " a test" } else { "" };
        let since = of.since();
        let moving = match self.measured.made_good_knots.map(f64::from) {
            Some(knots) if DRIFTS_KNOTS <= knots => format!(", moving at {knots:.0} kn, faster than anything adrift"),
            _ => String::new(),
        };
        format!("{}{what} {since}{moving}", of.have("transmitted", "been transmitting"))
    }

    fn caveat(&self) -> Caveat {
        match self.form {
            Form::Test => Caveat::Alone("Reported as a test; no distress"),
            Form::Unstated => Caveat::Alone(
                "It does not say whether this is a test: treat as real until the coast guard says otherwise",
            ),
            Form::Active => Caveat::Alone("Treat as real until the coast guard says otherwise"),
        }
    }

    fn opened(&self, _: &Opening) -> String {
        match self.form {
            Form::Test => "distress device under test".to_owned(),
            Form::Unstated => "distress device transmitting".to_owned(),
            Form::Active => "distress device active".to_owned(),
        }
    }

    fn line(&self, _: &str, _: &Site<'_>) -> String {
        match self.form {
            Form::Test => "Distress device under test".to_owned(),
            Form::Unstated => "Distress device transmitting, without saying whether it is a test".to_owned(),
            Form::Active => "Distress device active".to_owned(),
        }
    }
}
