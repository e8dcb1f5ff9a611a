//! The fields of a change as the formats for other systems write them.

use crate::delivery::fields::nine_digits;
use crate::delivery::text::plain;
use atalaia_core::alerts::Alert;
use atalaia_core::behaviours::VesselRef;
use atalaia_core::geo::LatLon;

/// TLP label and Europol codes: `TLP:AMBER H1`.
/// Purpose, grades and retention are left out; formats with room for them write the whole line.
pub(super) fn marking(alert: &Alert) -> String {
    let codes = alert.handling.europol.iter().map(|code| code.name());
    std::iter::once(format!("TLP:{}", alert.handling.tlp.name()))
        .chain(codes.map(str::to_owned))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Position with hemispheres: `36.4120N 009.8850W`; `None` if the alert has none.
/// Four decimals are about ten metres, the accuracy of an ordinary AIS position.
pub(super) fn place(alert: &Alert) -> Option<String> {
    let LatLon { lat, lon } = alert.position?;
    let (north, east) = (if lat < 0.0 { 'S' } else { 'N' }, if lon < 0.0 { 'W' } else { 'E' });
    Some(format!("{:07.4}{north} {:08.4}{east}", lat.abs(), lon.abs()))
}

/// Name of the vessel, or its MMSI if it has none.
pub(super) fn called(vessel: &VesselRef) -> String {
    vessel.name.as_deref().map(plain).filter(|name| !name.is_empty()).unwrap_or_else(|| nine_digits(vessel))
}
