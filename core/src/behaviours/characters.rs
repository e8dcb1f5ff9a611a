//! The character of each behaviour. Apart from `character`, so that a behaviour that states its own need not know the others.

use super::behaviour::Behaviour;
use super::character::Character;
use super::registry::with_registry;
use super::system;
use crate::zones::Kind;

macro_rules! characters {
    (
        behaviours { $($(#[$doc:meta])+ $name:ident: $kind:ident,)* }
        system { $($(#[$system_doc:meta])* $system:ident: $system_kind:ident,)* }
    ) => {
        impl Behaviour {
            /// What the rest of the program must know about it.
            pub const fn character(self) -> &'static Character {
                match self {
                    $(Behaviour::$kind => &super::$name::CHARACTER,)*
                    $(Behaviour::$system_kind => &system::$system::CHARACTER,)*
                }
            }
        }
    };
}
with_registry!(characters);

/// Why a zone of this kind and shape cannot ask for a behaviour; `None` if it can, or if there is no behaviour of that name.
pub fn cannot_ask(behaviour: &str, kind: Kind, polygon: bool) -> Option<String> {
    (Behaviour::named(behaviour)?.character().may_be_asked)(kind, polygon).err()
}
