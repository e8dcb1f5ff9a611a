//! Vessels that count as personal data: a reader whose ceilings exclude that sees no alert about them, and nothing else of them either.
//!
//! The engine says which they are, by the setting `[handling] personal_data` that decides about alerts.

use std::collections::BTreeSet;

use super::sources::Sources;
use crate::http::answering::no_track;
use crate::http::problem::Problem;
use crate::storage::store::Clearance;
use atalaia_core::base::units::Mmsi;
use atalaia_core::engine::questions::{Picture, PictureVessel};

/// Whether a reader may see a vessel of the picture.
pub(super) fn may_see(clearance: &Clearance, vessel: &PictureVessel) -> bool {
    clearance.personal_data || !vessel.traits.personal
}

/// The numbers of the picture that a reader may see; `None` if that is all of them. A number is hidden if one of its tracks is.
pub(super) fn numbers(clearance: &Clearance, picture: &Picture) -> Option<BTreeSet<Mmsi>> {
    if clearance.personal_data {
        return None;
    }
    let hidden = picture.vessels.iter().filter(|vessel| !may_see(clearance, vessel));
    let hidden: BTreeSet<Mmsi> = hidden.map(|vessel| vessel.key.mmsi).collect();
    let all = picture.vessels.iter().map(|vessel| vessel.key.mmsi);
    Some(all.filter(|mmsi| !hidden.contains(mmsi)).collect())
}

/// The same of the picture of now, which is only asked for if it matters.
pub(super) async fn known(sources: &Sources, clearance: &Clearance) -> Result<Option<BTreeSet<Mmsi>>, Problem> {
    match clearance.personal_data {
        true => Ok(None),
        false => {
            let picture = sources.asker.picture().await?;
            Ok(numbers(clearance, &picture))
        }
    }
}

/// Refuses a question about a vessel that the reader may not see, in the words for one without a track.
pub(super) async fn may_ask(sources: &Sources, clearance: &Clearance, number: Mmsi) -> Result<(), Problem> {
    if clearance.personal_data {
        return Ok(());
    }
    let picture = sources.asker.picture().await?;
    let tracks: Vec<&PictureVessel> = picture.vessels.iter().filter(|vessel| vessel.key.mmsi == number).collect();
    match !tracks.is_empty() && tracks.iter().all(|vessel| may_see(clearance, vessel)) {
        true => Ok(()),
        false => Err(no_track(number)),
    }
}
