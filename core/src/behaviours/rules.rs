//! The rules of all behaviours.
//!
//! The engine makes one set of vessel rules for each lane, and picture rules once. At a reload it makes all of them again and puts those
//! that already run, with their state, in the place of the new ones.

use super::behaviour::Behaviour;
use super::registry::with_registry;
use super::rule::AnyRule;
use super::settings::Settings;
use crate::zones::Chart;

macro_rules! rules {
    (
        behaviours { $($(#[$doc:meta])+ $name:ident: $kind:ident,)* }
        system $system:tt
    ) => {
        /// The rules of all enabled behaviours, each with its index in `NAMES`.
        pub fn all(settings: &Settings, chart: &Chart) -> Vec<(u32, AnyRule)> {
            let mut all = Vec::new();
            $(
                if settings.$name.enabled {
                    all.push((Behaviour::$kind as u32, super::$name::$kind::new(&settings.$name, chart).into()));
                }
            )*
            all
        }
    };
}
with_registry!(rules);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::behaviours::NAMES;
    use crate::zones::ZoneSet;

    #[test]
    fn every_rule_has_the_kind_of_its_name_and_only_system_alerts_have_no_rule() {
        let chart = Chart::with_built_in(ZoneSet::none());
        for (index, rule) in all(&Settings::default(), &chart) {
            let kind = match rule {
                AnyRule::Vessel(rule) => rule.behaviour(),
                AnyRule::Pair(rule) => rule.behaviour(),
                AnyRule::Picture(rule) => rule.behaviour(),
            };
            assert_eq!(kind.name(), NAMES[index as usize]);
        }
        let names: BTreeSet<&str> = NAMES.iter().copied().collect();
        let without = Behaviour::ALL.iter().filter(|kind| !names.contains(kind.name()));
        assert_eq!(
            without.copied().collect::<Vec<_>>(),
            [Behaviour::DeliveryFailed, Behaviour::DeliveryTest, Behaviour::VesselFlood]
        );
        assert!(NAMES.iter().all(|name| Behaviour::named(name).is_some()));
    }
}
