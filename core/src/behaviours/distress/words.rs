//! The texts of `distress` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};
use crate::zones::Chart;

/// Whether the device is under test.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// In distress.
    Active,
    /// Under test.
    Test,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Active => &["active"],
            Form::Test => &["test"],
        }
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let what = if self == Form::Test { " a test" } else { "" };
        format!("{}{what} {}", of.have("transmitted", "been transmitting"), of.since())
    }

    fn caveat(self) -> Caveat {
        match self {
            Form::Test => Caveat::Alone("Reported as a test; no distress"),
            Form::Active => Caveat::Alone("Treat as real until the coast guard says otherwise"),
        }
    }

    fn opened(self, _: &Opening<'_>) -> String {
        match self {
            Form::Test => "distress device under test".to_owned(),
            Form::Active => "distress device active".to_owned(),
        }
    }

    fn line(self, _: &str, _: &Holding, _: &Chart) -> String {
        match self {
            Form::Test => "Distress device under test".to_owned(),
            Form::Active => "Distress device active".to_owned(),
        }
    }
}
