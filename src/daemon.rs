//! The daemon's main loop. It owns the engine, and matches on what happens; the parts do the work.
//!
//! | part | what it has |
//! |---|---|
//! | `feeds` | the inputs and the channel that their lines come through |
//! | `driver` | the engine |
//! | `persist`, `journaling` | the store and the journal |
//! | `deliveries` | the changes of a turn, the sinks |
//! | `status` | what the pages and the service manager show |
//! | `reload` | the settings file and its reloads |
//! | `ask` | the questions of the pages |

mod arrivals;
mod ask;
mod deliveries;
mod driver;
mod feeds;
mod journaling;
mod main_loop;
mod past;
mod persist;
mod rates;
mod reading;
mod recover;
mod rehearse;
mod reload;
mod restart;
mod settings_archive;
mod signals;
mod start;
mod status;
mod take_over;
mod ticks;

pub use past::{LookBack, LookedBack, Onlooker, Origin, is_journal, look_back};
pub use rehearse::rehearse;
pub(crate) use restart::{PurgedLines, purge_lines};
pub use restart::{beside as journal_beside, folder as journal_folder, folder_of as journal_folder_of};
pub use start::{run, run_watched};
