//! The words of a marking, as they stand in settings and alerts.

use serde::{Deserialize, Serialize};

/// How far it may be passed on (TLP 2.0), the widest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Tlp {
    /// To everybody.
    #[serde(rename = "CLEAR")]
    Clear,
    /// Within the community.
    #[serde(rename = "GREEN")]
    Green,
    /// To the receiver's organisation and its clients, who need to know.
    #[default]
    #[serde(rename = "AMBER")]
    Amber,
    /// To the receiver's organisation only.
    #[serde(rename = "AMBER+STRICT")]
    AmberStrict,
    /// To nobody but the person it is given to.
    #[serde(rename = "RED")]
    Red,
}

impl Tlp {
    /// All of them, the widest first.
    pub const ALL: [Tlp; 5] = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];

    /// The word, without `TLP:`.
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

/// What a receiver must not do with it without asking.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Europol {
    /// Only to prevent and combat crime.
    H0,
    /// Not in judicial proceedings.
    H1,
    /// Not passed on.
    H2,
    /// As the handling text says.
    H3,
}

impl Europol {
    /// All of them.
    pub const ALL: [Europol; 4] = [Europol::H0, Europol::H1, Europol::H2, Europol::H3];

    /// The code.
    pub fn name(self) -> &'static str {
        match self {
            Europol::H0 => "H0",
            Europol::H1 => "H1",
            Europol::H2 => "H2",
            Europol::H3 => "H3",
        }
    }
}

/// How far the source is trusted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub enum SourceGrade {
    /// No doubt. Never a machine's word.
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
    /// All of them.
    pub const ALL: [SourceGrade; 4] = [SourceGrade::A, SourceGrade::B, SourceGrade::C, SourceGrade::X];

    /// The letter.
    pub fn name(self) -> &'static str {
        match self {
            SourceGrade::A => "A",
            SourceGrade::B => "B",
            SourceGrade::C => "C",
            SourceGrade::X => "X",
        }
    }
}

/// How sure the information is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub enum InfoGrade {
    /// Accuracy not in doubt. Never a machine's word.
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
    /// All of them.
    pub const ALL: [InfoGrade; 4] = [InfoGrade::One, InfoGrade::Two, InfoGrade::Three, InfoGrade::Four];

    /// The digit.
    pub fn name(self) -> &'static str {
        match self {
            InfoGrade::One => "1",
            InfoGrade::Two => "2",
            InfoGrade::Three => "3",
            InfoGrade::Four => "4",
        }
    }
}

/// Which letters and digits the grades are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Scheme {
    /// A, B, C, X and 1 to 4.
    #[default]
    #[serde(rename = "4x4")]
    FourByFour,
}

/// What it may be used for, in the words of CISE.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)] // The words say it.
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
    /// All of them.
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

    /// The word.
    pub fn name(self) -> String {
        format!("{self:?}")
    }
}

/// Whether anything of it happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reality {
    /// Yes.
    #[default]
    Actual,
    /// People play it.
    Exercise,
    /// Machines are being tried.
    Test,
}

impl Reality {
    /// All of them.
    pub const ALL: [Reality; 3] = [Reality::Actual, Reality::Exercise, Reality::Test];

    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Reality::Actual => "actual",
            Reality::Exercise => "exercise",
            Reality::Test => "test",
        }
    }
}
