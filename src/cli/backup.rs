//! `atalaia backup`: makes a verified copy of the store while the daemon runs.

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

/// Copies the store.
pub(super) fn main(arguments: &Arguments) -> Result<(), Failure> {
    let path = arguments.store.path()?;
    store::backup(&path, &arguments.target).map_err(|error| match access::refused_copy(&error, &path) {
        Some(text) => Failure::Other(text),
        None => refused(error),
    })?;
    print(&format!("{}: complete and sound\n", arguments.target.display()))
}
