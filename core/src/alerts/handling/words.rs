//! The values of a marking, as written in settings and alerts.

use serde::{Deserialize, Serialize};

/// How far an alert may be passed on (TLP 2.0), the widest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Tlp {
    /// No limit.
    #[serde(rename = "CLEAR")]
    Clear,
    /// Within the community.
    #[serde(rename = "GREEN")]
    Green,
    /// The recipient's organisation and its clients, on a need-to-know basis.
    #[default]
    #[serde(rename = "AMBER")]
    Amber,
    /// The recipient's organisation only.
    #[serde(rename = "AMBER+STRICT")]
    AmberStrict,
    /// The individual recipients only.
    #[serde(rename = "RED")]
    Red,
}

impl Tlp {
    /// All values, the widest first.
    pub const ALL: [Tlp; 5] = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];

    /// The label without `TLP:`.
    pub fn name(self) -> &'static str {
        match self {
            Tlp::Clear => "CLEAR",
            Tlp::Green => "GREEN",
            Tlp::Amber => "AMBER",
            Tlp::AmberStrict => "AMBER+STRICT",
            Tlp::Red => "RED",
        }
    }
}

/// What a receiver must not do with an alert without asking (Europol handling codes).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Europol {
    /// Only to be used to prevent and combat crime.
    H0,
    /// Not to be used in judicial proceedings.
    H1,
    /// Not to be passed on.
    H2,
    /// The restrictions in the handling text.
    H3,
}

impl Europol {
    /// All codes, in order.
    pub const ALL: [Europol; 4] = [Europol::H0, Europol::H1, Europol::H2, Europol::H3];

    /// The code as text: `H0` to `H3`.
    pub fn name(self) -> &'static str {
        match self {
            Europol::H0 => "H0",
            Europol::H1 => "H1",
            Europol::H2 => "H2",
            Europol::H3 => "H3",
        }
    }
}

/// Reliability of the source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub enum SourceGrade {
    /// No doubt. Never assigned automatically.
    A,
    /// Mostly reliable.
    #[default]
    B,
    /// Mostly unreliable.
    C,
    /// Cannot be assessed.
    X,
}

impl SourceGrade {
    /// All grades, the most reliable first.
    pub const ALL: [SourceGrade; 4] = [SourceGrade::A, SourceGrade::B, SourceGrade::C, SourceGrade::X];

    /// The letter of the grade.
    pub fn name(self) -> &'static str {
        match self {
            SourceGrade::A => "A",
            SourceGrade::B => "B",
            SourceGrade::C => "C",
            SourceGrade::X => "X",
        }
    }
}

/// Accuracy of the information.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub enum InfoGrade {
    /// Accuracy not in doubt. Never assigned automatically.
    #[serde(rename = "1")]
    One,
    /// Known personally to the source.
    #[serde(rename = "2")]
    Two,
    /// Not known personally to the source, but corroborated.
    #[serde(rename = "3")]
    Three,
    /// Neither known personally to the source nor corroborated.
    #[default]
    #[serde(rename = "4")]
    Four,
}

impl InfoGrade {
    /// All grades, the most accurate first.
    pub const ALL: [InfoGrade; 4] = [InfoGrade::One, InfoGrade::Two, InfoGrade::Three, InfoGrade::Four];

    /// The digit of the grade.
    pub fn name(self) -> &'static str {
        match self {
            InfoGrade::One => "1",
            InfoGrade::Two => "2",
            InfoGrade::Three => "3",
            InfoGrade::Four => "4",
        }
    }
}

/// The scheme that the grades belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Scheme {
    /// Letters A, B, C, X and digits 1 to 4.
    #[default]
    #[serde(rename = "4x4")]
    FourByFour,
}

/// What an alert may be used for (purposes of CISE).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)] // The names are those of CISE.
pub enum Purpose {
    #[default]
    LawEnforcementMonitoring,
    LawEnforcementOperation,
    BorderMonitoring,
    CustomsMonitoring,
    FisheriesMonitoring,
    Security,
    Safety,
    SAR,
    VTM,
    CounterTerrorism,
    DefenceMonitoring,
    NonSpecified,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Purpose; 12] = [
        Purpose::LawEnforcementMonitoring,
        Purpose::LawEnforcementOperation,
        Purpose::BorderMonitoring,
        Purpose::CustomsMonitoring,
        Purpose::FisheriesMonitoring,
        Purpose::Security,
        Purpose::Safety,
        Purpose::SAR,
        Purpose::VTM,
        Purpose::CounterTerrorism,
        Purpose::DefenceMonitoring,
        Purpose::NonSpecified,
    ];

    /// The name of the purpose in CISE.
    pub fn name(self) -> String {
        format!("{self:?}")
    }
}

/// Whether the events are real.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reality {
    /// Real events.
    #[default]
    Actual,
    /// An exercise.
    Exercise,
    /// A test of systems.
    Test,
}

impl Reality {
    /// All values.
    pub const ALL: [Reality; 3] = [Reality::Actual, Reality::Exercise, Reality::Test];

    /// The value as text: `actual`, `exercise` or `test`.
    pub fn name(self) -> &'static str {
        match self {
            Reality::Actual => "actual",
            Reality::Exercise => "exercise",
            Reality::Test => "test",
        }
    }
}
