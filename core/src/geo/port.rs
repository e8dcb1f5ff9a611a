//! One harbour, or one point of an anchorage.

use std::sync::Arc;

use super::position::LatLon;

/// A harbour or an anchorage point.
#[derive(Clone, PartialEq, Debug)]
pub struct Port {
    /// Position of the point.
    pub at: LatLon,
    /// Name as in the source; may be empty.
    pub name: Arc<str>,
    /// Country, by name (harbours) or ISO 3166 code (anchorages); may be empty.
    pub country: Arc<str>,
    /// Radius of the calm water around it, in nautical miles.
    pub radius_nm: f64,
    /// UN/LOCODE such as `ES ALG`; may be empty.
    pub locode: Arc<str>,
    /// Other names, separated by semicolons; may be empty.
    pub other_names: Arc<str>,
}
