//! Kinds of craft, as far as they are known. How usual a stop is depends on the stops of similar craft.

use serde::{Deserialize, Serialize};

use crate::ais::Class;

/// Length below which a craft is small (SPEC `async_rendezvous`). Metres.
const SMALL_METRES: u16 = 30;

/// A kind of craft.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Craft {
    /// Pleasure and sailing craft, and small boats that report no other type.
    Small,
    /// Fishing vessels of any size.
    Fishing,
    /// Cargo ships, tankers and passenger ships.
    Merchant,
    /// Tugs, pilots, supply ships and the like, and vessels of unknown type and size.
    Other,
}

impl Craft {
    /// The kind of craft by type, transponder class and length in metres, where they are known.
    pub fn of(ship_type: Option<u8>, class: Class, length: Option<u16>) -> Craft {
        match (ship_type.filter(|kind| *kind != 0), length) {
            (Some(30), _) => Craft::Fishing,
            (Some(36 | 37), _) => Craft::Small,
            (Some(60..=89), _) => Craft::Merchant,
            (Some(31..=35 | 50..=59), _) => Craft::Other,
            (_, Some(metres)) if metres < SMALL_METRES => Craft::Small,
            (_, None) if class == Class::B => Craft::Small,
            (_, _) => Craft::Other,
        }
    }

    /// Whether stops of one kind show how usual stops of the other are: the kinds are the same, or one is `Other`.
    pub fn is_like(self, other: Craft) -> bool {
        self == other || self == Craft::Other || other == Craft::Other
    }

    /// Whether such craft may collect what a ship dropped: small craft and fishing vessels.
    pub fn collects(self) -> bool {
        matches!(self, Craft::Small | Craft::Fishing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_type_alone_makes_no_small_craft() {
        assert_eq!(Craft::of(None, Class::A, None), Craft::Other);
        assert_eq!(Craft::of(Some(0), Class::A, None), Craft::Other);
        assert_eq!(Craft::of(None, Class::B, None), Craft::Small);
        assert_eq!(Craft::of(Some(0), Class::A, Some(29)), Craft::Small);
        assert_eq!(Craft::of(None, Class::B, Some(30)), Craft::Other);
        assert_eq!(Craft::of(Some(30), Class::A, Some(60)), Craft::Fishing);
        assert_eq!(Craft::of(Some(80), Class::B, Some(20)), Craft::Merchant);
        assert_eq!(Craft::of(Some(52), Class::A, Some(20)), Craft::Other);
    }

    #[test]
    fn stops_of_fishing_vessels_say_nothing_about_a_tanker() {
        assert!(!Craft::Merchant.is_like(Craft::Fishing));
        assert!(Craft::Merchant.is_like(Craft::Merchant) && Craft::Merchant.is_like(Craft::Other));
    }
}
