//! One thing that a vessel did, as a row of the answer.

use serde_json::{Value, json};

use atalaia_core::base::time::Time;
use atalaia_core::geo::LatLon;

/// Something the vessel did: when and where.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub(super) from: Time,
    /// End; `None` while it goes on.
    pub(super) to: Option<Time>,
    /// `None` if it is no longer known.
    pub(super) at: Option<LatLon>,
    /// Further details in words.
    pub(super) note: String,
}

impl Deed {
    pub(super) fn json(&self) -> Value {
        json!({
            "from": self.from.to_string(), "to": self.to.map(|to| to.to_string()), "lat": self.at.map(|at| at.lat),
            "lon": self.at.map(|at| at.lon),
            "note": self.note,
        })
    }
}
