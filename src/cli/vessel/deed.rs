//! One thing that a vessel did, as a row of the answer.
//!
//! Stops, silences and port calls have the same shape, so that one table shows each of them.

use serde_json::{Value, json};

use atalaia_core::base::time::Time;
use atalaia_core::geo::LatLon;

/// Something the vessel did: when and where.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    /// When it began, in event time.
    pub(super) from: Time,
    /// End; `None` while it goes on.
    pub(super) to: Option<Time>,
    /// Where it was; `None` if that is no longer known.
    pub(super) at: Option<LatLon>,
    /// Further details in words. May contain names from the air, so it must be escaped.
    pub(super) note: String,
}

impl Deed {
    /// One row of the JSON answer.
    pub(super) fn json(&self) -> Value {
        json!({
            "from": self.from.to_string(), "to": self.to.map(|to| to.to_string()), "lat": self.at.map(|at| at.lat),
            "lon": self.at.map(|at| at.lon),
            "note": self.note,
        })
    }
}
