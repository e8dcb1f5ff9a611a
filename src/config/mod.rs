//! The settings file: the settings of every component in one struct, as the operator writes them.
//!
//! A settings file becomes settings in force in these steps, each in a file of its own:
//!
//! | step | file | what it finds wrong |
//! |---|---|---|
//! | read the file and its drop-ins | `places`, `files` | files that are missing or not text |
//! | parse them as TOML, merge them | `layers`, `syntax` | mistakes of TOML, in plain words |
//! | walk the document against the schema | `load`, `walk`, `shape` | unknown keys, wrong types, values out of range |
//! | compare values with one another | `settings` | names used twice, addresses used twice |
//! | look at the machine | `needed`, `hindrances` | missing files, ports in use, permissions |
//! | read zones, coast, ports, watchlists | `chart`, `watchlists` | faults in those files |
//! | warn of what is probably meant otherwise | `doubts`, `zone_doubts`, `certificates` | values in another unit, zones on land |
//!
//! `check` runs all of them and reports everything at once as `problem`s; the result is `checked`. `in_force` writes
//! checked settings out again, so that the same lines can be processed in the same way later. `part` reads single
//! tables for commands that need no engine. `watch` notices changes, and `restart` says which of them have to wait.

mod certificates;
mod chart;
mod check;
mod checked;
mod doubts;
mod example;
mod files;
mod hindrances;
mod in_force;
mod layers;
mod load;
mod needed;
mod part;
mod places;
mod problem;
mod profile;
mod restart;
mod schema;
mod settings;
mod shape;
mod syntax;
mod walk;
mod watch;
mod watchlists;
mod zone_doubts;

pub use certificates::lapsing;
pub use chart::{ZoneFiles, ZoneSource, read_zones};
pub use check::{Judgement, Purpose, check, check_again, check_given, judge, no_inputs};
pub use checked::{Checked, source_clock};
pub use files::Texts;
pub use hindrances::{USUAL_USER, holds_settings};
pub use in_force::InForce;
pub use load::misfits;
pub use part::{StoreSettings, Table, store_settings};
pub use places::{Places, SETTINGS_FILE};
pub use problem::{Excerpt, Problem};
pub use profile::Profile;
pub use schema::schema;
pub use settings::{Config, SHIPPED};
pub use watch::{FileChange, FileSet, FileWatch};
