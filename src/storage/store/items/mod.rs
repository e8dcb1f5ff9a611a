//! Alerts as lists show them: found by a filter, in an order, page by page, and only those that the reader may see.
//!
//! A reader's clearance is checked by [`Clearance::refusal`], the rule of the sinks, once for each different marking in the store. The
//! markings that pass are then part of the query, so that pages, totals and counts are all made of the same alerts.
//!
//! A page ends at a key, not at a number of rows: rows that come in between two pages move nothing.
//!
//! [`Clearance::refusal`]: super::stages::clear::Clearance::refusal

mod cases;
mod clears;
mod condition;
mod detail;
mod filter;
mod order;
mod page;
mod reading;
mod redact;
mod row;
mod sight;
mod similar;
mod summary;

pub use cases::{CasePage, CaseQuery};
pub(super) use clears::{allowed, marking, markings_of, may_see};
pub use detail::{AlertDetail, HistoryRow, Parts};
pub use filter::{AlertFilter, Range};
pub use order::{Cursor, Order, Sorted};
pub use page::{AlertPage, PageRequest, item};
pub use reading::StoredTimes;
pub(super) use redact::reason;
pub use row::AlertItem;
pub(super) use sight::{IN_SIGHT, last_for};
pub use similar::SimilarAlerts;
pub use summary::{AlertSummary, ZoneCount};

#[cfg(test)]
mod tests;
