//! The names heard under MMSIs in several places. `naming` finds the track that each most likely belongs to.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::geo::LatLon;

/// How long a name is kept after it was last heard.
const KEPT: Span = Span::from_hours(24);
/// Maximum number of names kept of one MMSI. Beyond it the one not heard for longest is dropped.
const MOST_NAMES: usize = 8;

/// A name heard under an MMSI in several places.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HeardName {
    /// The name as sent.
    pub name: Box<str>,
    /// Ship type 1-99 sent with it; `None` if none was.
    pub ship_type: Option<u8>,
    /// When it was last heard.
    pub at: Time,
    /// Where the track that it most likely belongs to was when that was first known; `None` if nothing shows it.
    pub place: Option<LatLon>,
}

/// The names of all MMSIs that were heard in several places.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Names {
    pub(super) of: FxHashMap<u32, NamesOfNumber>,
}

/// The names of one MMSI.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct NamesOfNumber {
    /// In the order in which they were first heard.
    pub(super) heard: Vec<HeardName>,
    /// The latest message whose track is not known: hash of its payload, and the name. A position in the same row may still show the track.
    pub(super) open: Option<(u64, Box<str>)>,
}

impl NamesOfNumber {
    /// Adds a name, or what is new about it.
    pub(super) fn note(&mut self, new: HeardName) {
        match self.heard.iter_mut().find(|known| known.name == new.name) {
            Some(known) => {
                known.at = known.at.max(new.at);
                known.ship_type = new.ship_type.or(known.ship_type);
                known.place = known.place.or(new.place);
            }
            None => self.heard.push(new),
        }
        if MOST_NAMES < self.heard.len()
            && let Some((oldest, _)) = self.heard.iter().enumerate().min_by_key(|(_, known)| known.at)
        {
            self.heard.remove(oldest);
        }
    }
}

impl Names {
    /// Forgets names not heard for a day.
    pub(super) fn sweep(&mut self, now: Time) {
        self.of.retain(|_, names| {
            names.heard.retain(|known| now - known.at <= KEPT);
            !names.heard.is_empty()
        });
    }
}
