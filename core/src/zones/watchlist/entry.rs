//! A row of a watchlist, and why a ship is taken for the vessel it lists.

use serde::{Deserialize, Serialize};

use crate::base::time::Time;

/// One row of a watchlist.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// MMSI; must match exactly.
    pub mmsi: Option<u32>,
    /// IMO number; must match exactly.
    pub imo: Option<u32>,
    /// Call sign, as written.
    pub call_sign: Option<String>,
    /// Name, as written.
    pub name: Option<String>,
    /// Name of the list; the file's name if the row does not give one.
    pub list: String,
    /// Why the vessel is listed.
    pub reason: Option<String>,
    /// Person or unit that wants the alert.
    pub owner: Option<String>,
    /// Points of its level: 20, 40, 60 or 80.
    pub points: i32,
    /// When the row expires; `None` means never.
    pub expires: Option<Time>,
}

/// The identity a ship reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said<'a> {
    /// MMSI of the ship.
    pub mmsi: u32,
    /// IMO number, if reported.
    pub imo: Option<u32>,
    /// Call sign, if reported.
    pub call_sign: Option<&'a str>,
    /// Name, if reported.
    pub name: Option<&'a str>,
}

/// The column of a watchlist by which a ship is taken for a listed one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// Its call sign.
    CallSign,
    /// Its IMO number.
    Imo,
    /// Its MMSI.
    Mmsi,
    /// Its name.
    Name,
}

impl MatchedBy {
    /// The name of the column.
    pub fn name(self) -> &'static str {
        match self {
            MatchedBy::CallSign => "call_sign",
            MatchedBy::Imo => "imo",
            MatchedBy::Mmsi => "mmsi",
            MatchedBy::Name => "name",
        }
    }
}

/// Why a ship is taken for a listed one.
#[derive(Clone, PartialEq, Debug)]
pub struct Match {
    /// The matching row.
    pub listed: Listed,
    /// Column that matched.
    pub by: MatchedBy,
    /// Whether the match is one edit apart and not exact.
    pub fuzzy: bool,
}
