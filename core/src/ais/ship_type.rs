//! Names of ship type numbers (ITU-R M.1371-5, table 53).
//!
//! Summaries, answers and pages all use these names, so that one type is written alike everywhere. They leave out the
//! kind of cargo, the second digit of most numbers.

/// Short name of a ship type, such as `cargo`, `fishing` or `high-speed craft`. `None` gives `type unknown`; a number
/// without a kind of ship gives `other type`.
pub fn ship_type_name(ship_type: Option<u8>) -> &'static str {
    match ship_type {
        None => "type unknown",
        Some(20..=29) => "wing-in-ground craft",
        Some(30) => "fishing",
        Some(31 | 32 | 52) => "tug",
        Some(33) => "dredger",
        Some(34) => "diving vessel",
        Some(35) => "military",
        Some(36) => "sailing",
        Some(37) => "pleasure craft",
        Some(40..=49) => "high-speed craft",
        Some(50) => "pilot",
        Some(51) => "search and rescue",
        Some(53) => "port tender",
        Some(54) => "anti-pollution",
        Some(55) => "law enforcement",
        Some(58) => "medical transport",
        Some(60..=69) => "passenger",
        Some(70..=79) => "cargo",
        Some(80..=89) => "tanker",
        Some(_) => "other type",
    }
}
