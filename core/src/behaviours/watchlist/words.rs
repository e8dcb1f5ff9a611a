//! The texts of `watchlist` alerts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ais::clean;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Opening, Words, plain, text};
use crate::zones::Chart;

/// What the listed vessel has done so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// It was heard.
    Heard,
    /// It entered a watched zone.
    Entered,
    /// It takes part in another alert.
    TakesPart,
    /// It entered a watched zone and takes part in another alert.
    TakesPartAndEntered,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Heard => &["seen"],
            Form::Entered => &["entered"],
            Form::TakesPart => &["takes_part"],
            Form::TakesPartAndEntered => &["takes_part", "entered"],
        }
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let (entered, takes_part) = ("; has entered a watched zone", "; part of another alert");
        let so_far = match self {
            Form::Heard => String::new(),
            Form::Entered => entered.to_owned(),
            Form::TakesPart => takes_part.to_owned(),
            Form::TakesPartAndEntered => format!("{entered}{takes_part}"),
        };
        format!("is on {}; first heard at {} UTC{so_far}", row(of.measured), of.started_at.clock())
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("craft without AIS would not be seen")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        match self {
            Form::Entered => "a listed vessel entered a watched zone".to_owned(),
            Form::Heard | Form::TakesPart | Form::TakesPartAndEntered => "a listed vessel was heard".to_owned(),
        }
    }

    fn line(self, _: &str, holding: &Holding, _: &Chart) -> String {
        format!("On {}", row(&holding.measured))
    }

    fn part(self, part: &'static str, _: &Map<String, Value>) -> String {
        match part {
            "entered" => "in a watched zone".to_owned(),
            "takes_part" => "part of another alert".to_owned(),
            other => plain(other),
        }
    }
}

/// `watchlist "customs" (reason: tobacco run; owner: desk 3; matched by name, one letter different)`.
fn row(measured: &Map<String, Value>) -> String {
    let said = |key: &str| text(measured, key).and_then(clean);
    let reason = said("reason").map(|reason| format!("reason: {reason}; "));
    let owner = said("owner").map(|owner| format!("owner: {owner}; "));
    let by = match text(measured, "matched_by") {
        Some("imo") => "IMO number",
        Some("call_sign") => "call sign",
        Some("name") => "name",
        _ => "MMSI",
    };
    let fuzzy = measured.get("fuzzy").and_then(Value::as_bool) == Some(true);
    let fuzzy = if fuzzy { ", one letter different" } else { "" };
    let (list, reason, owner) =
        (said("list").unwrap_or_default(), reason.unwrap_or_default(), owner.unwrap_or_default());
    format!("watchlist \"{list}\" ({reason}{owner}matched by {by}{fuzzy})")
}
