//! The identities that a vessel had earlier, from as far back as the journal reaches.

use std::path::Path;
use std::time::Duration;

use super::identity::Sayings;
use crate::cli::failure::Failure;
use crate::daemon::{PastReach, past_static};
use atalaia_core::base::units::Mmsi;

/// How long the journal is read without `--all`. An analyst waits; a month of a national feed takes minutes.
const PATIENCE: Duration = Duration::from_secs(8);

/// Adds what the vessel reported about itself earlier, and returns how far back that reaches; `None` if the journal has
/// no times. `all` reads the whole journal, however long that takes.
///
/// # Errors
/// The journal cannot be read (65).
pub(super) fn add(folder: &Path, mmsi: u32, all: bool, sayings: &mut Sayings) -> Result<Option<PastReach>, Failure> {
    let mut earlier = Sayings::default();
    let reach = past_static(folder, Mmsi(mmsi), (!all).then_some(PATIENCE), &mut |said, at| earlier.reported(said, at))
        .map_err(|error| Failure::Input(format!("{}: {error}", folder.display())))?;
    sayings.add(earlier.repeated());
    Ok(reach)
}
