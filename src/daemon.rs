//! The daemon's main loop. It owns the engine, and matches on what happens; the parts do the work.
//!
//! | part | what it has |
//! |---|---|
//! | `feeds` | the inputs and the channel that their lines come through |
//! | `driver` | the engine |
//! | `persist`, `journaling` | the store and the journal |
//! | `deliveries` | the changes of a turn, the sinks |
//! | `status`, `status_times`, `late_reports` | what the pages and the service manager show |
//! | `reload`, `reading`, `take_over` | the settings file, its reloads, and what they put in force |
//! | `ask` | the questions of the pages |
//!
//! `main_loop` has the loop itself. `start` builds the parts and runs it, `recover` and `restart` bring back the
//! state. `past` and `rehearse` process lines again outside a daemon: from a journal, and from a bundle. `past_chart`
//! has the zones of an earlier time, and `past_static` what a vessel once reported about itself.
//!
//! | outlives the process | owner |
//! |---|---|
//! | received lines, ticks, silences | the journal, through `restart::Records` |
//! | the state of the engine | snapshots, made by `restart::Saver` |
//! | settings that lines were processed with | `settings_archive` |
//! | which recordings were read | `recordings` |
//! | alerts, cases, deliveries | the store |

mod arrivals;
mod ask;
mod deliveries;
mod driver;
mod fault_log;
mod feeds;
mod journaling;
mod late_reports;
mod main_loop;
mod past;
mod past_chart;
mod past_static;
mod persist;
mod rates;
mod reading;
mod recordings;
mod recover;
mod rehearse;
mod reload;
mod restart;
mod settings_archive;
mod signals;
mod start;
mod status;
mod status_times;
mod take_over;
mod ticks;
mod trail;

pub use past::{LookBack, LookedBack, Onlooker, Origin, is_journal, look_back};
pub use past_chart::past_chart;
pub use past_static::{PastReach, past_static};
pub use rehearse::rehearse;
pub(crate) use restart::{PurgedLines, purge_lines};
pub use restart::{beside as journal_beside, folder as journal_folder, folder_of as journal_folder_of};
pub use start::{run, run_watched};
