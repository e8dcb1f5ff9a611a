//! `atalaia alerts report` and `atalaia cases report`: one page to read and print.
//!
//! What the page contains is made in `storage::evidence::report`, which has its own tests. Here it only gets
//! a name and a place.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::access::refused;
use super::failure::Failure;
use super::output::print;
use super::place::{Place, settings_file};
use super::source::aside;
use crate::config::{Purpose, check};
use crate::daemon;
use crate::platform::clock::Clock;
use crate::storage::evidence::{self, report};
use crate::storage::store::{self, AlertFile, Kind};
use atalaia_core::base::time::Time;
use atalaia_core::zones::Chart;

/// Arguments of a report.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Id of the alert or case, or its first characters (at least four)
    id: String,
    /// File to write, which must not exist; or a folder, for a name that includes the marking [default: standard
    /// output]
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
}

/// Writes the page of an alert or of a case, whichever has the id; an id that fits both is of the `usual` kind. `place`
/// and `config` are as in [`chart`].
///
/// # Errors
/// The store refuses the id, or the file cannot be written.
pub(super) fn main(place: &Place, config: Option<&Path>, wanted: &Arguments, usual: Kind) -> Result<(), Failure> {
    match store::kind_of(&place.store, &wanted.id, usual).map_err(refused)? {
        Kind::Alert => of_alert(place, config, wanted),
        Kind::Case => of_case(place, config, wanted),
    }
}

/// Writes the page of an alert. `place` and `config` are as in [`chart`].
///
/// # Errors
/// The store refuses the id, or the file cannot be written.
fn of_alert(place: &Place, config: Option<&Path>, wanted: &Arguments) -> Result<(), Failure> {
    let now = Clock.now();
    let alert_file = store::alert_file(&place.store, &wanted.id, now).map_err(refused)?;
    let entry = &alert_file.told.entry;
    let name = report::file_name("alert", &entry.id, &entry.body);
    let chart = chart(place, config, std::slice::from_ref(&alert_file));
    write(wanted, &name, &report::of_alert(&alert_file, chart.as_ref().map(|chart| &chart.zones), now))
}

/// Writes the page of a case. `place` and `config` are as in [`chart`].
///
/// # Errors
/// The store refuses the id, or the file cannot be written.
fn of_case(place: &Place, config: Option<&Path>, wanted: &Arguments) -> Result<(), Failure> {
    let now = Clock.now();
    let case_file = store::case_file(&place.store, &wanted.id, now).map_err(refused)?;
    let id = case_file.case["id"].as_str().unwrap_or_default();
    let name = report::file_name("case", id, &case_file.case);
    let chart = chart(place, config, &case_file.alerts);
    write(wanted, &name, &report::of_case(&case_file, chart.as_ref().map(|chart| &chart.zones), now))
}

/// The zones for the map: those in force when the alerts last changed, else the present ones. `None`, with a remark on
/// standard error, if neither can be read: a report without zones is better than none.
///
/// `place` needs the table `[journal]`; `config` is the value of `--config`.
pub(super) fn chart(place: &Place, config: Option<&Path>, alerts: &[AlertFile]) -> Option<Arc<Chart>> {
    let folder = match &place.settings {
        Some(settings) => daemon::journal_folder_of(&place.store, &settings.journal),
        None => Some(daemon::journal_beside(&place.store)),
    };
    let last: Option<Time> = alerts.iter().flat_map(|alert| &alert.lines).map(|line| line.stored_at).max();
    let past = folder.filter(|folder| folder.is_dir()).zip(last);
    match past.map(|(folder, last)| daemon::past_chart(&folder, last)).transpose() {
        Ok(past) => {
            if let Some(chart) = past.flatten() {
                return Some(chart);
            }
        }
        Err(error) => aside(&format!("the zones of that time cannot be read: {error}")),
    }
    // With `--store`, no settings are read.
    place.settings.as_ref()?;
    let file = settings_file(config, None).ok()?;
    match check(Some(&file), None, Purpose::Replay) {
        Ok(checked) => {
            aside("the journal does not say which zones were in force; the map has the present ones");
            Some(checked.chart)
        }
        Err(_) => {
            aside("the map has no zones, because the settings have faults: see atalaia check");
            None
        }
    }
}

/// Writes the page to the wanted place, or to standard output. `name` is used in a folder; it includes the
/// marking, so that a file that is sent on by mistake still says how it may be handled.
fn write(wanted: &Arguments, name: &str, page: &str) -> Result<(), Failure> {
    let Some(out) = &wanted.out else {
        return print(page);
    };
    let path = if out.is_dir() { out.join(name) } else { out.clone() };
    // An earlier report may have been sent to someone, and must not change afterwards.
    if path.exists() {
        return Err(Failure::Other(format!("{}: exists already; name another file with --out", path.display())));
    }
    evidence::write(&path, page.as_bytes()).map_err(|error| Failure::Other(error.to_string()))?;
    print(&format!("{}\n", path.display()))
}
