//! Records that a command has written data for other programs: a disclosure, as an export through the API.

use std::io::{self, Write};
use std::path::Path;

use super::access::{is_writable, refused};
use super::failure::Failure;
use super::person::person_or_account;
use crate::platform::clock::Clock;
use crate::platform::telemetry::FromAir;
use crate::storage::store::{self, Act, Record, Subject};

/// Records an export before it is written. `said` is the value of `--as`, `subject` what is exported and its format, `count` what it
/// contains. From a store that this user may only read, such as a copy in an archive, the export is written without a record, and standard
/// error says so.
///
/// # Errors
/// The name of the person is not one, or the record cannot be written.
pub(super) fn exported(path: &Path, said: Option<&String>, subject: &str, count: &str) -> Result<(), Failure> {
    let person = person_or_account(said)?;
    if !is_writable(path) {
        let text = format!("{}: may only be read, so this export is not in its audit trail", path.display());
        let _ = writeln!(io::stderr(), "atalaia: warning: {}", FromAir(&text));
        return Ok(());
    }
    let (by, subject) = ((&person).into(), Subject::Export(subject.to_owned()));
    let record = Record { by, act: Act::Exported, subject: &subject, why: None, result: Some(count) };
    store::record(path, &record, Clock.now()).map_err(refused)
}
