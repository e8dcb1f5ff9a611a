//! Cases: the alerts and facts of a vessel and its partners within 72 h, as one story (SPEC "Cases").
//!
//! Only alerts that count (announced, at least 20 points), or did before a correction lowered them, link vessels. A fact joins the case of an
//! alert near it in time, but links no further vessel. The score of a case goes back to the scoring of the next step, where a grave case
//! lifts caps. Cases are computed from the alerts whenever they are asked for; only the scores are kept up to date with every change.

mod case;
mod case_book;
mod links;
mod member;
mod story;
mod stretches;

pub use case::{Case, Role};
pub use case_book::CaseBook;

#[cfg(test)]
mod tests;
