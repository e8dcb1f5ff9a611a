//! Cases: the alerts and facts of a vessel and its partners within 72 h, as one story.

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
