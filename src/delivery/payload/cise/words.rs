//! CISE enumerations, and the mapping of alerts to their values.
//!
//! The variants are spelt as in the schema, because their debug form is what is written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use atalaia_core::alerts::handling::{InfoGrade, SourceGrade, Tlp};
use atalaia_core::alerts::{Alert, Confidence, Severity};
use atalaia_core::behaviours::{Behaviour, CiseAnomaly};

/// CISE type of an anomaly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize, JsonSchema)]
#[allow(missing_docs)] // The names are those of the CISE schema.
pub enum AnomalyType {
    UnexpectedMovement,
    CargoLeaking,
    ShiftingOfCargo,
    VesselOutOfTrafficLanes,
    VesselWithErraticMovements,
    StainOfOilSighted,
    /// Spelt as in the schema.
    DetecionOfChangesInAISParameters,
    PerformingAISSpoofing,
    WithoutAISTransmission,
    DoNotAnswerOnVHFCh16,
    Other,
    NonSpecified,
}

impl AnomalyType {
    /// The schema's value.
    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }
}

/// CISE type of the implied risk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[allow(missing_docs)] // The names are those of the CISE schema.
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
    /// The schema's value.
    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }
}

/// Sea basin in which a service works.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[allow(missing_docs)] // The names are those of the CISE schema.
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
    /// The schema's value.
    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }
}

/// CISE type of a behaviour. CISE has no type for loitering or for a meeting at sea.
/// `Other` for a behaviour that has no type, and for an unknown name.
pub(in crate::delivery) fn anomaly_type(behaviour: &str) -> AnomalyType {
    match Behaviour::named(behaviour).map(|behaviour| behaviour.character().cise) {
        Some(CiseAnomaly::Movement) => AnomalyType::UnexpectedMovement,
        Some(CiseAnomaly::Erratic) => AnomalyType::VesselWithErraticMovements,
        Some(CiseAnomaly::NoTransmission) => AnomalyType::WithoutAISTransmission,
        Some(CiseAnomaly::Parameters) => AnomalyType::DetecionOfChangesInAISParameters,
        Some(CiseAnomaly::Spoofing) => AnomalyType::PerformingAISSpoofing,
        Some(CiseAnomaly::Other) | None => AnomalyType::Other,
    }
}

/// TLP 1 colour; `None` for AMBER+STRICT, which CISE cannot express.
/// CISE has the colours of the first version of TLP, in which CLEAR was WHITE.
pub(super) fn sensitivity(tlp: Tlp) -> Option<&'static str> {
    match tlp {
        Tlp::Clear => Some("White"),
        Tlp::Green => Some("Green"),
        Tlp::Amber => Some("Amber"),
        Tlp::AmberStrict => None,
        Tlp::Red => Some("Red"),
    }
}

/// Priority of the message, by severity.
pub(super) fn priority(severity: Severity) -> &'static str {
    match severity {
        Severity::High | Severity::Critical => "High",
        Severity::Medium => "Medium",
        Severity::Low | Severity::Info => "Low",
    }
}

/// CISE uses the same three words for the risk.
pub(super) fn risk_level(severity: Severity) -> &'static str {
    priority(severity)
}

/// Reliability from the grades. At most low if the source is unreliable or the vessel was heard by satellite only.
pub(super) fn reliability(alert: &Alert) -> &'static str {
    let doubtful = alert.confidence == Confidence::Low || SourceGrade::C <= alert.handling.source_grade;
    match alert.handling.info_grade {
        // Whatever the grade of the information.
        _ if doubtful => "LowConfidence",
        InfoGrade::One => "VeryHighConfidence",
        InfoGrade::Two => "HighConfidence",
        InfoGrade::Three => "Confident",
        InfoGrade::Four => "LowConfidence",
    }
}

/// Only types that AIS states as precisely: an AIS cargo ship need not be a general cargo ship, nor a tanker an oil tanker.
/// `None` leaves the element out.
pub(super) fn ship_type(number: u8) -> Option<&'static str> {
    match number {
        30 => Some("FishingVessel"),
        40..=49 => Some("HighSpeedCraft"),
        60..=69 => Some("PassengerShip"),
        _ => None,
    }
}
