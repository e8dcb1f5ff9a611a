//! The words of CISE that alerts are said in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alerts::Severity;
use crate::alerts::handling::{InfoGrade, SourceGrade, Tlp};
use crate::delivery::payload::ToldAlert;

/// What an anomaly is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, JsonSchema)]
#[allow(missing_docs)] // The words say it.
pub enum AnomalyType {
    UnexpectedMovement,
    CargoLeaking,
    ShiftingOfCargo,
    VesselOutOfTrafficLanes,
    VesselWithErraticMovements,
    StainOfOilSighted,
    /// As the schema spells it.
    DetecionOfChangesInAISParameters,
    PerformingAISSpoofing,
    WithoutAISTransmission,
    DoNotAnswerOnVHFCh16,
    Other,
    NonSpecified,
}

impl AnomalyType {
    /// The word.
    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }
}

/// What it may mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[allow(missing_docs)] // The words say it.
pub enum RiskType {
    Accident,
    IllegalImmigration,
    DrugTrafficking,
    Collision,
    HumanTrafficking,
    Smuggling,
    IllegalFishing,
    WeaponsTrafficking,
    Fire,
    Pollution,
    Other,
    #[default]
    NonSpecified,
}

impl RiskType {
    /// The word.
    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }
}

/// Where a service works.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[allow(missing_docs)] // The words say it.
pub enum SeaBasin {
    Atlantic,
    Mediterranean,
    NorthSea,
    BalticSea,
    BlackSea,
    ArcticOcean,
    OutermostRegions,
    #[default]
    NonSpecified,
}

impl SeaBasin {
    /// The word.
    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }
}

/// What a behaviour is in CISE, which has no word for loitering or for a meeting at sea.
pub(in crate::delivery) fn anomaly_type(behaviour: &str) -> AnomalyType {
    match behaviour {
        "rendezvous"
        | "async_rendezvous"
        | "dark_rendezvous"
        | "alongside_at_anchor"
        | "out_and_back"
        | "slowdown"
        | "small_craft_stop"
        | "zone_entry"
        | "zone_exit"
        | "zone_speed"
        | "fishing_out_of_place" => AnomalyType::UnexpectedMovement,
        "loitering" | "drift" | "limit_hugging" => AnomalyType::VesselWithErraticMovements,
        "ais_gap" => AnomalyType::WithoutAISTransmission,
        "identity_change" | "identity_conflict" | "draught_change" | "voyage_anomaly" => {
            AnomalyType::DetecionOfChangesInAISParameters
        }
        "position_jump" => AnomalyType::PerformingAISSpoofing,
        _ => AnomalyType::Other,
    }
}

/// The names of TLP 1; `None` where there is no equal.
pub(super) fn sensitivity(tlp: Tlp) -> Option<&'static str> {
    match tlp {
        Tlp::Clear => Some("White"),
        Tlp::Green => Some("Green"),
        Tlp::Amber => Some("Amber"),
        Tlp::AmberStrict => None,
        Tlp::Red => Some("Red"),
    }
}

pub(super) fn priority(severity: Severity) -> &'static str {
    match severity {
        Severity::High | Severity::Critical => "High",
        Severity::Medium => "Medium",
        Severity::Low | Severity::Info => "Low",
    }
}

pub(super) fn risk_level(severity: Severity) -> &'static str {
    priority(severity)
}

/// From the grades; a source that cannot be relied on, or a vessel heard by satellite alone, makes it no surer than low.
pub(super) fn reliability(alert: &ToldAlert) -> &'static str {
    let doubtful = alert.confidence == "low" || SourceGrade::C <= alert.handling.source_grade;
    match alert.handling.info_grade {
        _ if doubtful => "LowConfidence",
        InfoGrade::One => "VeryHighConfidence",
        InfoGrade::Two => "HighConfidence",
        InfoGrade::Three => "Confident",
        InfoGrade::Four => "LowConfidence",
    }
}

/// Only where AIS says as much as the word does: a cargo ship need not be one of general cargo, nor a tanker one of oil.
pub(super) fn ship_type(number: u8) -> Option<&'static str> {
    match number {
        30 => Some("FishingVessel"),
        40..=49 => Some("HighSpeedCraft"),
        60..=69 => Some("PassengerShip"),
        _ => None,
    }
}
