//! The stages that decide whether a change of an alert is delivered to a sink: `select`, `silence`, `clear`, in this order (`decide`).
//!
//! They run once, when the change is stored, and what they decide is a row of the outbox, also if the change does not go to the sink. The
//! sink's worker takes the rows that are due through the stages after them: pace, send, retry. A marking may become stricter meanwhile, so
//! `clear` is asked again before a delivery is sent.

pub(super) mod clear;
mod decide;
pub(super) mod filter;
mod select;
pub(super) mod silence;

pub(super) use decide::{Decision, Knowledge, decide};
