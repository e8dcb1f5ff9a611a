//! The roles of vessels in an alert: mother and daughter, dropper and collector, dark.

use crate::behaviours::Behaviour;
use serde_json::{Map, Value};

use super::alert::VesselRef;
use super::party::Party;

/// Gives each vessel of an alert its role, if the behaviour has roles.
pub(super) fn assign(
    behaviour: Behaviour,
    measured: &Map<String, Value>,
    parties: &[Party],
    vessels: &mut [VesselRef],
) {
    let named = |key: &str| measured.get(key).and_then(Value::as_u64);
    match (behaviour, parties) {
        (Behaviour::AsyncRendezvous, _) => {
            let dropper = named("dropper_mmsi");
            for vessel in vessels {
                let drops = dropper == Some(u64::from(vessel.mmsi));
                vessel.role = Some(if drops { "dropper" } else { "collector" });
            }
        }
        (Behaviour::AisGap, _) => vessels.iter_mut().for_each(|vessel| vessel.role = Some("dark")),
        (Behaviour::DarkRendezvous, _) => {
            let dark = named("dark_mmsi");
            let dark = vessels.iter_mut().filter(|vessel| dark == Some(u64::from(vessel.mmsi)));
            dark.for_each(|vessel| vessel.role = Some("dark"));
        }
        (Behaviour::Rendezvous | Behaviour::AlongsideAtAnchor, [a, b]) => {
            let small = |party: &Party| party.small() || party.fishing();
            let roles = match (a.merchant_or_tug(), b.merchant_or_tug()) {
                (true, false) if small(b) => ["mother", "daughter"],
                (false, true) if small(a) => ["daughter", "mother"],
                _ => return,
            };
            vessels.iter_mut().zip(roles).for_each(|(vessel, role)| vessel.role = Some(role));
        }
        _ => {}
    }
}
