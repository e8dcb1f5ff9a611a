//! The texts of `distress` alerts.
//!
//! A position may be missing; the texts do without it. Score lines: `active`, `unstated` or `test`.

use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};
use crate::zones::{Chart, Relation, ZoneIx};

use super::facts::{Facts, Form};

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let what = if self.form == Form::Test { " a test" } else { "" };
        format!("{}{what} {}", of.have("transmitted", "been transmitting"), of.since())
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

    fn line(&self, _: &str, _: &[(ZoneIx, Relation)], _: &Chart) -> String {
        match self.form {
            Form::Test => "Distress device under test".to_owned(),
            Form::Unstated => "Distress device transmitting, without saying whether it is a test".to_owned(),
            Form::Active => "Distress device active".to_owned(),
        }
    }
}
