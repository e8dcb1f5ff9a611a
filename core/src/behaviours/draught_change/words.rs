//! The texts of `draught_change` alerts.
//!
//! Score lines: `draught_change` is the base, `after_gap` adds to it.

use crate::base::text::about_hours;
use crate::base::time::Time;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words};

use super::facts::{Facts, Form, Measured};

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let Measured { draught_before_metres: before, draught_after_metres: after, silent_hours, .. } = &self.measured;
        let silent = silent_hours.map(|hours| format!(", after {} without a report", about_hours(hours)));
        let (at, silent) = (of.clock(of.started_at), silent.unwrap_or_default());
        format!("changed its reported draught from {before:.1} to {after:.1} m at {at} UTC without a port call{silent}")
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("draught and destination are entered by hand")
    }

    fn stated(&self, from: Time, _: Time) -> (Time, Time) {
        (from, from)
    }

    fn opened(&self, _: &Opening) -> String {
        "draught changed (confirmed by a second report)".to_owned()
    }

    fn line(&self, code: &str, _: &Site<'_>) -> String {
        match (code, self.form) {
            ("after_gap", _) => "After hours of silence".to_owned(),
            (_, Form::Deeper) => "Reported draught has increased without a port call".to_owned(),
            (_, Form::LessDeep) => "Reported draught has decreased without a port call".to_owned(),
        }
    }
}
