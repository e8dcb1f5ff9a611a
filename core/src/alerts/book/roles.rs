//! The roles of vessels in an alert: mother and daughter, dropper and collector, dark.

use crate::alerts::party::Party;
use crate::base::units::Mmsi;
use crate::behaviours::{AnyFacts, Behaviour, Role, Roles, VesselRef};

/// Gives each vessel of an alert its role, if the behaviour has roles; `vessels` corresponds to `parties`. A vessel without a role keeps
/// `None`. Two merchant ships have no roles, nor have two small craft, nor a merchant ship with a vessel of unknown type and length.
pub(super) fn assign(behaviour: Behaviour, facts: &AnyFacts, parties: &[Party], vessels: &mut [VesselRef]) {
    let is = |one: Option<Mmsi>, vessel: &VesselRef| one == Some(Mmsi(vessel.mmsi));
    match (behaviour.character().roles, parties) {
        (Roles::Drop, _) => {
            for vessel in vessels {
                let drops = is(facts.dropper(), vessel);
                vessel.role = Some(if drops { Role::Dropper } else { Role::Collector });
            }
        }
        (Roles::AllDark, _) => vessels.iter_mut().for_each(|vessel| vessel.role = Some(Role::Dark)),
        (Roles::OneDark, _) => {
            let dark = vessels.iter_mut().filter(|vessel| is(facts.dark(), vessel));
            dark.for_each(|vessel| vessel.role = Some(Role::Dark));
        }
        (Roles::Sizes, [a, b]) => {
            let small = |party: &Party| party.small() || party.fishing();
            let roles = match (a.merchant_or_tug(), b.merchant_or_tug()) {
                (true, false) if small(b) => [Role::Mother, Role::Daughter],
                (false, true) if small(a) => [Role::Daughter, Role::Mother],
                _ => return,
            };
            vessels.iter_mut().zip(roles).for_each(|(vessel, role)| vessel.role = Some(role));
        }
        (Roles::Sizes | Roles::None, _) => {}
    }
}
