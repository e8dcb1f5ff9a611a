//! Where a position is relative to a zone.

use serde::{Deserialize, Serialize};

/// Number of a zone within one [`super::ZoneSet`]; another set has other numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ZoneIx(pub u16);

/// Position of a vessel relative to a zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Inside the zone or on its border.
    In,
    /// Outside, but within the zone's `near_nm`.
    Near,
    /// Farther away than `near_nm`.
    Outside,
}

impl Relation {
    /// The word used in alerts; `outside` never appears there.
    pub fn name(self) -> &'static str {
        match self {
            Relation::In => "in",
            Relation::Near => "near",
            Relation::Outside => "outside",
        }
    }
}

/// One zone that contains a position, is near it, or has its near edge just short of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Hit {
    /// The zone.
    pub zone: ZoneIx,
    /// Position relative to the zone.
    pub relation: Relation,
    /// Distance beyond the zone's border in nautical miles, negative inside. It is exact to some metres outside and
    /// down to 1 nm inside. Deeper inside it may be a bound that is closer to the border than the true distance.
    pub edge_nm: f64,
}

/// Classifies a distance beyond a zone's border, negative inside.
pub(super) fn relation(edge_nm: f64, near_nm: f64) -> Relation {
    if edge_nm <= 0.0 {
        Relation::In
    } else if edge_nm <= near_nm {
        Relation::Near
    } else {
        Relation::Outside
    }
}
