//! `atalaia alerts report` and `atalaia cases report`: one page to read and print.
//!
//! What the page contains is made in `storage::evidence::report`, which has its own tests. Here it only gets
//! a name and a place.

use std::path::{Path, PathBuf};

use super::failure::Failure;

use super::output::print;

use super::access::refused;
use crate::platform::clock::Clock;
use crate::storage::evidence::{self, report};
use crate::storage::store;

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

/// Writes the page of an alert.
///
/// # Errors
/// The store refuses the id, or the file cannot be written.
pub(super) fn of_alert(path: &Path, wanted: &Arguments) -> Result<(), Failure> {
    let now = Clock.now();
    let alert_file = store::alert_file(path, &wanted.id, now).map_err(refused)?;
    let entry = &alert_file.told.entry;
    let name = report::file_name("alert", &entry.id, &entry.body);
    write(wanted, &name, &report::of_alert(&alert_file, now))
}

/// Writes the page of a case.
///
/// # Errors
/// The store refuses the id, or the file cannot be written.
pub(super) fn of_case(path: &Path, wanted: &Arguments) -> Result<(), Failure> {
    let now = Clock.now();
    let case_file = store::case_file(path, &wanted.id, now).map_err(refused)?;
    let id = case_file.case["id"].as_str().unwrap_or_default();
    let name = report::file_name("case", id, &case_file.case);
    write(wanted, &name, &report::of_case(&case_file, now))
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
