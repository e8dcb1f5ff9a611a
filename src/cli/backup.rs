//! `atalaia backup`: a checked copy of the store while the daemon works.

use std::path::PathBuf;

use super::{Failure, StoreArguments, print, refused};
use crate::store;

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
    store::backup(&arguments.store.path()?, &arguments.target).map_err(refused)?;
    print(&format!("{}: complete and sound\n", arguments.target.display()))
}
