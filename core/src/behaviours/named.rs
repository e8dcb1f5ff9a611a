//! References to vessels and zones, as alerts name them.
//!
//! An alert keeps these itself, because a track may be forgotten, and a zone removed, while the alert stays in the store.

use serde::{Deserialize, Serialize};

use crate::ais::{Class, ship_type_name};
use crate::picture::tracks::{Flag, country_of};
use crate::zones::{Kind, Relation};

/// A vessel as an alert names it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VesselRef {
    /// MMSI of the vessel.
    pub mmsi: u32,
    /// Ordinal of the track under that MMSI, from 1.
    pub track: u16,
    /// IMO number; `None` if never sent.
    pub imo: Option<u32>,
    /// Name; `None` if never sent.
    pub name: Option<String>,
    /// Call sign; `None` if never sent.
    pub call_sign: Option<String>,
    /// Ship type 1-99; `None` if never sent.
    pub ship_type: Option<u8>,
    /// Flag state of the MMSI's MID; `None` if the MID belongs to no country.
    pub flag: Option<Flag>,
    /// AIS class, `A` or `B`; `None` if unknown.
    pub class: Option<Class>,
    /// Role in the alert; `None` if it has none.
    pub role: Option<Role>,
}

/// The role of a vessel in an alert. Ordered by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The boat that may have collected something.
    Collector,
    /// The vessel that was silent.
    Dark,
    /// The small craft of a meeting.
    Daughter,
    /// The ship that may have dropped something.
    Dropper,
    /// The larger ship of a meeting.
    Mother,
}

impl Role {
    /// The name used in alerts.
    pub fn name(self) -> &'static str {
        match self {
            Role::Mother => "mother",
            Role::Daughter => "daughter",
            Role::Dropper => "dropper",
            Role::Collector => "collector",
            Role::Dark => "dark",
        }
    }
}

impl VesselRef {
    /// The vessel in a sentence: `ALFA (Spain, fishing)`, `MMSI 224123456 (Spain, cargo)`, `AIS-SART 970011234`.
    pub fn title(&self) -> String {
        let device = match self.mmsi / 1_000_000 {
            970 => Some("AIS-SART"),
            972 => Some("Man-overboard beacon"),
            974 => Some("EPIRB"),
            _ => None,
        };
        if let Some(device) = device {
            return format!("{device} {}", self.mmsi);
        }
        let name = match &self.name {
            Some(name) => name.clone(),
            None => format!("MMSI {:09}", self.mmsi),
        };
        format!("{name} ({})", self.flag_and_type())
    }

    /// `Spain, fishing`; only the type if the MMSI belongs to no country.
    pub fn flag_and_type(&self) -> String {
        let kind = ship_type_name(self.ship_type);
        self.country().map_or_else(|| kind.to_owned(), |country| format!("{country}, {kind}"))
    }

    /// Country of the MMSI in English, or else its code; `None` if it belongs to none.
    pub fn country(&self) -> Option<&'static str> {
        self.flag.map(|flag| country_of(flag.code()).unwrap_or(flag.code()))
    }
}

/// A zone as an alert names it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ZoneRef {
    /// Id of the zone.
    pub id: String,
    /// Name of the zone.
    pub name: String,
    /// Kind of the zone.
    pub kind: Kind,
    /// Whether the alert is in the zone or near it.
    pub relation: Relation,
}
