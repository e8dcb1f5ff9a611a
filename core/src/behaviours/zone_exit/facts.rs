//! The facts of `zone_exit` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, Parts};
use crate::behaviours::runner::crossing::Measured;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, ()>;

/// The single form of the behaviour. A type of its own rather than `OneForm`, because `zone_entry` measures the same: with one form, the
/// facts of both would be one type, which could have the texts of one only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Form;

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        &[]
    }
}
