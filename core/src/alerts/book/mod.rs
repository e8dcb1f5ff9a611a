//! The alert book: signals in, changes out.
//!
//! A signal belongs to the alert with its key (behaviour, vessels, zone). The table in `lifecycle` decides what happens next. An alert
//! whose behaviour has stopped stays open for the merge window, and ends at the moment that window closes.

mod alert_book;
mod archive;
mod context;
mod corrections;
mod doubt;
mod entry;
mod evidence;
mod group;
mod inputs;
mod knowledge;
mod lifecycle;
mod line;
mod mute;
mod news;
mod publish;
mod roles;
mod steps;
mod summary;
mod supersede;
mod supersession;

pub use alert_book::AlertBook;
