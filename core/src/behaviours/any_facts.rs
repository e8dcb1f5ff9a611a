//! The facts and the form of any behaviour, as signals and alerts hold them.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::behaviour::Behaviour;
use super::facts::Parts;
use super::registry::with_registry;
use super::words::Words;

macro_rules! any_facts {
    (
        behaviours { $($(#[$doc:meta])+ $name:ident: $kind:ident,)* }
        system $system:tt
    ) => {
        /// The form in which a behaviour holds, such as `close` of a meeting.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
        pub enum Form {
            $(
                #[doc = concat!("A form of `", stringify!($name), "`.")]
                $kind(super::$name::Form),
            )*
        }

        impl Form {
            /// The behaviour.
            pub fn behaviour(self) -> Behaviour {
                match self {
                    $(Form::$kind(_) => Behaviour::$kind,)*
                }
            }

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

        /// The facts of any behaviour, which supply its texts. Boxed, because the largest are several times the size of most.
        #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
        pub(crate) enum AnyFacts {
            $(
                #[doc = concat!("Facts of `", stringify!($name), "`.")]
                $kind(Box<super::$name::Facts>),
            )*
        }

        impl AnyFacts {
            /// The form in which the behaviour holds.
            pub(crate) fn form(&self) -> Form {
                match self {
                    $(AnyFacts::$kind(facts) => Form::$kind(facts.form()),)*
                }
            }
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
with_registry!(any_facts);
