//! The alert book: signals in, changes out.
//!
//! A signal belongs to the alert with its key (behaviour, vessels, zone). The table in `lifecycle` decides what happens next. An alert
//! whose behaviour has stopped stays open for the merge window, and ends at the moment that window closes.
//!
//! | file | what it is |
//! |---|---|
//! | `alert_book` | the book and its public interface |
//! | `steps`, `supersession`, `corrections`, `doubt`, `publish` | what the book does on each kind of signal; methods of the book |
//! | `entry`, `inputs`, `knowledge`, `news`, `line` | one alert in the book, and how its lines are written |
//! | `lifecycle` | the table of states |
//! | `supersede`, `group`, `mute`, `archive` | which alerts give way, belong together, must not open, or may still be corrected |
//! | `evidence`, `roles`, `summary` | the parts of a line that are made when it is published |

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
