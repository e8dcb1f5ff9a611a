//! What an alert is about, as a type: the behaviours, and the problems of the daemon itself.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)*) => {
        /// What an alert or fact is about. Its order is that of its name.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        pub enum Behaviour {
            $($(#[$doc])* #[serde(rename = $name)] $kind,)*
        }

        impl Behaviour {
            /// Every kind, behaviours first.
            pub const ALL: &[Behaviour] = &[$(Behaviour::$kind),*];

            /// The name used in settings, alert lines, the store, metrics and pages.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Behaviour::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// A vessel stays slow or circles near a watched corridor or area.
    Loitering = "loitering",
    /// Two ships lie close together at sea.
    Rendezvous = "rendezvous",
    /// A small craft stops where a ship slowed or turned hours earlier.
    AsyncRendezvous = "async_rendezvous",
    /// A ship on passage slows down in open water.
    Slowdown = "slowdown",
    /// A vessel falls silent where it should be heard.
    AisGap = "ais_gap",
    /// A vessel stops where a silent one could have come to it.
    DarkRendezvous = "dark_rendezvous",
    /// A vessel leaves harbour, stops far out and comes back.
    OutAndBack = "out_and_back",
    /// A small craft stops on the high seas.
    SmallCraftStop = "small_craft_stop",
    /// A vessel enters a zone.
    ZoneEntry = "zone_entry",
    /// A vessel leaves a zone.
    ZoneExit = "zone_exit",
    /// A vessel is faster or slower than a zone allows.
    ZoneSpeed = "zone_speed",
    /// A small craft lies alongside an anchored or moored ship.
    AlongsideAtAnchor = "alongside_at_anchor",
    /// A vessel stays slow just outside a zone's border.
    LimitHugging = "limit_hugging",
    /// A vessel drifts across its heading.
    Drift = "drift",
    /// A vessel changes its draught without a port call.
    DraughtChange = "draught_change",
    /// A vessel changes its destination at sea, or calls without loading.
    VoyageAnomaly = "voyage_anomaly",
    /// A vessel reports a position that it cannot have reached.
    PositionJump = "position_jump",
    /// Two ships use one MMSI.
    IdentityConflict = "identity_conflict",
    /// A vessel changes its identity.
    IdentityChange = "identity_change",
    /// A listed vessel does something of interest.
    Watchlist = "watchlist",
    /// A distress device is active.
    Distress = "distress",
    /// A fishing vessel stops where its kind does not fish.
    FishingOutOfPlace = "fishing_out_of_place",
    /// Reception is lost at an input, a station or in an area.
    FeedSilent = "feed_silent",
    /// Satellite navigation is disturbed.
    Interference = "interference",
    /// A sink has not delivered alerts; not a behaviour of a vessel.
    DeliveryFailed = "delivery_failed",
    /// More vessels are heard than there is room for; not a behaviour of a vessel.
    VesselFlood = "vessel_flood",
}

impl Behaviour {
    /// The kind of this name, if there is one.
    pub fn named(name: &str) -> Option<Behaviour> {
        Behaviour::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl Ord for Behaviour {
    fn cmp(&self, other: &Behaviour) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Behaviour {
    fn partial_cmp(&self, other: &Behaviour) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::behaviours::{self, NAMES, Settings};
    use crate::zones::{Chart, ZoneSet};

    #[test]
    fn every_rule_has_the_kind_of_its_name_and_only_two_kinds_have_no_rule() {
        let chart = Chart::with_built_in(ZoneSet::none());
        for (index, rule) in behaviours::all(&Settings::default(), &chart) {
            assert_eq!(rule.behaviour().name(), NAMES[index as usize]);
        }
        let names: BTreeSet<&str> = NAMES.iter().copied().collect();
        let without = Behaviour::ALL.iter().filter(|kind| !names.contains(kind.name()));
        assert_eq!(without.copied().collect::<Vec<_>>(), [Behaviour::DeliveryFailed, Behaviour::VesselFlood]);
        assert!(NAMES.iter().all(|name| Behaviour::named(name).is_some()));
    }
}
