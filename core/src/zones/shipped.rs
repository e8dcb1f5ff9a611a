//! The zone files built into the program.

/// File name and text of each zone file built into the program.
pub(super) const SHIPPED: [(&str, &str); 8] = [
    ("atlantic.geojson", include_str!("../../../zones/atlantic.geojson")),
    ("canaries-west-africa.geojson", include_str!("../../../zones/canaries-west-africa.geojson")),
    ("gulf-of-guinea.geojson", include_str!("../../../zones/gulf-of-guinea.geojson")),
    ("iberia.geojson", include_str!("../../../zones/iberia.geojson")),
    ("mediterranean.geojson", include_str!("../../../zones/mediterranean.geojson")),
    ("northern-europe.geojson", include_str!("../../../zones/northern-europe.geojson")),
    ("pilot-stations.geojson", include_str!("../../../zones/pilot-stations.geojson")),
    ("source-regions.geojson", include_str!("../../../zones/source-regions.geojson")),
];
