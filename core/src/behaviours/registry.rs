//! The registry: every behaviour in one line.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::character::Character;
use super::checks::{self, Coherent};
use super::facts::Parts;
use super::rule::AnyRule;
use super::words::Words;
use super::{runner, system};
use crate::base::fault::{self, Fault};
use crate::base::text::advice;
use crate::zones::{Chart, Kind};

macro_rules! registry {
    (
        behaviours { $($(#[doc = $doc:literal])+ $name:ident: $kind:ident,)* }
        system { $($(#[$system_doc:meta])* $system:ident: $system_kind:ident,)* }
    ) => {
        /// What an alert or fact is about. Its order is that of its name.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Behaviour {
            $($(#[doc = $doc])+ $kind,)*
            $($(#[$system_doc])* $system_kind,)*
        }

        impl Behaviour {
            /// Every variant, behaviours first.
            pub const ALL: &[Behaviour] = &[$(Behaviour::$kind,)* $(Behaviour::$system_kind),*];

            /// The name used in settings, alert lines, the store, metrics and pages.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Behaviour::$kind => stringify!($name),)*
                    $(Behaviour::$system_kind => stringify!($system),)*
                }
            }

            /// What happens, as one sentence; empty for the problems of the program itself.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Behaviour::$kind => concat!($($doc),+).trim_start(),)*
                    $(Behaviour::$system_kind => "",)*
                }
            }

            /// What the rest of the program must know about it.
            pub const fn character(self) -> &'static Character {
                match self {
                    $(Behaviour::$kind => &super::$name::CHARACTER,)*
                    $(Behaviour::$system_kind => &system::$system::CHARACTER,)*
                }
            }
        }

        /// Settings `[behaviours]`, with one table for each behaviour.
        #[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct Settings {
            $(
                #[doc = concat!("`[behaviours.", stringify!($name), "]`")]
                pub $name: super::$name::Settings,
            )*
        }

        /// Names of all behaviours with a rule, in the order in which the rules are called.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        impl Settings {
            /// Every fault in these settings.
            pub fn problems(&self) -> Vec<Fault> {
                let mut problems = Vec::new();
                $(
                    let path = concat!("behaviours.", stringify!($name));
                    let faults = checks::faults(stringify!($name), &self.$name, &super::$name::Settings::default());
                    problems.extend(fault::below(path, faults));
                )*
                problems
            }
        }

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

        /// Faults in a zone's overrides of `base` for one behaviour. Empty if they are valid.
        pub fn check_overrides(base: &Settings, behaviour: &str, overrides: &Map<String, Value>) -> Vec<Fault> {
            match behaviour {
                $(
                    stringify!($name) => match runner::profile::overridden(&base.$name, overrides) {
                        Ok(settings) => {
                            let mut faults = checks::faults(behaviour, &settings, &super::$name::Settings::default());
                            // A fault of the settings themselves is not the zone's.
                            let own = checks::faults(behaviour, &base.$name, &super::$name::Settings::default());
                            faults.retain(|fault| !own.contains(fault));
                            faults.into_iter().chain(base.$name.lacks(overrides)).collect()
                        }
                        Err(faults) => faults,
                    },
                )*
                _ => vec![Fault::new("", "unknown behaviour").advise(advice(behaviour, NAMES))],
            }
        }

        /// The form in which a behaviour holds, such as `close` of a meeting.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
        pub enum Form {
            $(
                #[doc = concat!("A form of `", stringify!($name), "`.")]
                $kind(super::$name::Form),
            )*
        }

        $(
            impl From<super::$name::Form> for Form {
                fn from(form: super::$name::Form) -> Form {
                    Form::$kind(form)
                }
            }
        )*

        impl Form {
            /// The behaviour.
            pub fn behaviour(self) -> Behaviour {
                match self {
                    $(Form::$kind(_) => Behaviour::$kind,)*
                }
            }
        }

        impl Form {
            /// Names of its parts, strongest first; empty if an analyst need not distinguish it from other forms.
            pub(crate) fn parts(self) -> &'static [&'static str] {
                match self {
                    $(Form::$kind(form) => form.parts(),)*
                }
            }

            /// Whether the vessel circles, which is usual work for some types of ship.
            pub(crate) fn is_circling(self) -> bool {
                match self {
                    $(Form::$kind(form) => form.is_circling(),)*
                }
            }

            /// Whether an alert of this form counts for later alerts, if the behaviour has a lead.
            pub(crate) fn is_lead(self) -> bool {
                match self {
                    $(Form::$kind(form) => form.is_lead(),)*
                }
            }
        }

        /// The facts of any behaviour, which supply its texts.
        #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
        pub(crate) enum AnyFacts {
            $(
                #[doc = concat!("Facts of `", stringify!($name), "`.")]
                $kind(Box<super::$name::Facts>),
            )*
        }

        $(
            impl From<super::$name::Facts> for AnyFacts {
                fn from(facts: super::$name::Facts) -> AnyFacts {
                    AnyFacts::$kind(Box::new(facts))
                }
            }
        )*

        impl Deref for AnyFacts {
            type Target = dyn Words;

            fn deref(&self) -> &(dyn Words + 'static) {
                match self {
                    $(AnyFacts::$kind(facts) => &**facts,)*
                }
            }
        }
    };
}

registry! {
    behaviours {
        /// A vessel stays slow or circles near a watched corridor or area.
        loitering: Loitering,
        /// Two ships lie close together at sea.
        rendezvous: Rendezvous,
        /// A small craft stops where a ship slowed or turned hours earlier.
        async_rendezvous: AsyncRendezvous,
        /// A ship on passage slows down in open water.
        slowdown: Slowdown,
        /// A vessel falls silent where it should be heard.
        ais_gap: AisGap,
        /// A vessel stops where a silent one could have come to it.
        dark_rendezvous: DarkRendezvous,
        /// A vessel leaves harbour, stops far out and comes back.
        out_and_back: OutAndBack,
        /// A small craft stops on the high seas.
        small_craft_stop: SmallCraftStop,
        /// A vessel enters a zone.
        zone_entry: ZoneEntry,
        /// A vessel leaves a zone.
        zone_exit: ZoneExit,
        /// A vessel is faster or slower than a zone allows.
        zone_speed: ZoneSpeed,
        /// A small craft lies alongside an anchored or moored ship.
        alongside_at_anchor: AlongsideAtAnchor,
        /// A vessel stays slow just outside a zone's border.
        limit_hugging: LimitHugging,
        /// A vessel drifts across its heading.
        drift: Drift,
        /// A vessel changes its draught without a port call.
        draught_change: DraughtChange,
        /// A vessel changes its destination at sea, or calls without loading.
        voyage_anomaly: VoyageAnomaly,
        /// A vessel reports a position that it cannot have reached.
        position_jump: PositionJump,
        /// Two ships use one MMSI.
        identity_conflict: IdentityConflict,
        /// A vessel changes its identity.
        identity_change: IdentityChange,
        /// Satellite navigation is disturbed.
        interference: Interference,
        /// A fishing vessel stops where its kind does not fish.
        fishing_out_of_place: FishingOutOfPlace,
        /// A listed vessel does something of interest.
        watchlist: Watchlist,
        /// A distress device is active.
        distress: Distress,
        /// Reception is lost at an input, a station or in an area.
        feed_silent: FeedSilent,
    }
    system {
        /// A sink has not delivered alerts; not a behaviour of a vessel.
        delivery_failed: DeliveryFailed,
        /// A test of a sink, sent by hand; not a behaviour of a vessel.
        delivery_test: DeliveryTest,
        /// More vessels are heard than there is room for; not a behaviour of a vessel.
        vessel_flood: VesselFlood,
    }
}

/// Why a zone of this kind and shape cannot ask for a behaviour; `None` if it can.
pub fn cannot_ask(behaviour: &str, kind: Kind, polygon: bool) -> Option<String> {
    (Behaviour::named(behaviour)?.character().may_be_asked)(kind, polygon).err()
}

impl Behaviour {
    /// The behaviour with this name; `None` if there is none.
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
