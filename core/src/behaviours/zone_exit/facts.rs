//! The facts of `zone_exit` alerts.

use serde::{Deserialize, Serialize};

use crate::behaviours::facts::{self, Parts};
use crate::behaviours::runner::crossing::Measured;

/// The facts of the behaviour.
pub(crate) type Facts = facts::Facts<Form, Measured, ()>;

/// The single form of the behaviour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Form;

impl Parts for Form {
    fn parts(self) -> &'static [&'static str] {
        &[]
    }
}
