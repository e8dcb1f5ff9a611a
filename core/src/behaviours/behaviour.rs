//! The enum of behaviours, with their names.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::text::elapsed;
use crate::base::time::{Span, Time};

use super::registry::with_registry;

macro_rules! behaviour {
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

        /// Names of all behaviours with a rule, in the order in which the rules are called.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

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
        }
    };
}
with_registry!(behaviour);

impl Behaviour {
    /// The behaviour with this name; `None` if there is none.
    pub fn named(name: &str) -> Option<Behaviour> {
        Behaviour::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// How long an alert with these times lasted, each cut to the minute as shown. Of a behaviour that counts whole minutes, the first and
    /// the last one are both part of it: its sentence says the same.
    pub fn lasted(self, from: Time, to: Time) -> Span {
        let both = if self.character().counts_minutes { Span::from_minutes(1) } else { Span::ZERO };
        elapsed(from, to) + both
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
