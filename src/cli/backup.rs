//! `atalaia backup`: makes a verified copy of the store while the daemon runs.
//!
//! The copy is one transaction of SQLite (`VACUUM INTO`): each write of the daemon is in it whole, or not at
//! all. A copy by `cp` would miss what is still in the write-ahead log.

use std::path::PathBuf;

use super::failure::Failure;

use super::place::StoreArguments;

use super::output::print;

use super::access::refused;

use super::access;
use crate::storage::store;

/// Arguments of `atalaia backup`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    store: StoreArguments,
    /// File for the copy; must not exist
    target: PathBuf,
}

/// Copies the store, and says so only after the copy passed its check.
///
/// # Errors
/// The target exists or cannot be written, or the store cannot be read.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let path = arguments.store.path()?;
    store::backup(&path, &arguments.target).map_err(|error| match access::refused_copy(&error, &path) {
        Some(text) => Failure::Other(text),
        None => refused(error),
    })?;
    print(&format!("{}: complete and sound\n", arguments.target.display()))
}
