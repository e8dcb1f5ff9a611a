//! The texts of `identity_change` alerts.

use serde::{Deserialize, Serialize};

use crate::ais::{clean, ship_type_name};
use crate::base::time::Time;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Level, LiftedBy, Limit, Opening, Words};
use crate::picture::tracks::country_of;
use crate::zones::Chart;

/// What changed, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Form {
    /// A known IMO number under a new MMSI, with another name or flag.
    NewIdentity,
    /// A known IMO number under a new MMSI.
    NewMmsi,
    /// Another name.
    Renamed,
    /// Another call sign.
    CallSign,
    /// Another ship type.
    ShipType,
    /// An IMO number in use by two vessels.
    SharedImo,
    /// An IMO number with a wrong check digit.
    CheckDigit,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::NewIdentity => &["new_identity"],
            Form::NewMmsi => &["new_mmsi"],
            Form::SharedImo => &["shared_imo"],
            Form::Renamed => &["renamed"],
            Form::CallSign => &["call_sign"],
            Form::ShipType => &["ship_type"],
            Form::CheckDigit => &["check_digit"],
        }
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        match self {
            Form::NewIdentity | Form::NewMmsi => {
                let heard = of.text("old_heard_at").and_then(Time::parse);
                let ago = heard.map(|heard| of.started_at - heard).map(|ago| ago.hours() / 24.0);
                let ago =
                    ago.filter(|days| 2.0 <= *days).map_or(String::new(), |days| format!(", {days:.0} days earlier,"));
                let heard = heard.map_or_else(
                    || "at an unknown time".to_owned(),
                    |heard| format!("on {} {} UTC", heard.date(), heard.clock()),
                );
                format!("transmits IMO {}, last heard {heard}{ago} {}", imo(of), former(of))
            }
            Form::SharedImo => format!("transmits IMO {}, also in use {}", imo(of), former(of)),
            Form::CheckDigit => format!("transmits IMO {}, an invalid number (wrong check digit)", imo(of)),
            Form::Renamed | Form::CallSign | Form::ShipType => {
                format!("{} at {} UTC", changed(of).join(" and "), of.started_at.clock())
            }
        }
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not show who owns it")
    }

    fn opened(self, _: &Opening<'_>) -> String {
        let because = match self {
            Form::NewIdentity => "same IMO number under a new MMSI, with a new name or flag",
            Form::NewMmsi => "same IMO number under a new MMSI",
            Form::SharedImo => "one IMO number used by two vessels",
            Form::CheckDigit => "invalid IMO number (wrong check digit)",
            Form::Renamed => "new name",
            Form::CallSign => "new call sign",
            Form::ShipType => "new ship type",
        };
        because.to_owned()
    }

    fn line(self, code: &str, _: &Holding, _: &Chart) -> String {
        let text = match code {
            "new_identity" => "Same IMO number seen before under another MMSI, name or flag",
            "new_mmsi" => "Same IMO number seen before under another MMSI",
            "shared_imo" => "Transmits an IMO number that another vessel also transmits",
            "check_digit" => "Transmits an invalid IMO number",
            "renamed" => "Changed its name",
            "call_sign" => "Changed its call sign under way",
            _ => "Changed its reported type under way",
        };
        text.to_owned()
    }

    fn limits(self, _: &Holding) -> Vec<Limit> {
        let text = "Usually a typing error: recorded as a fact".to_owned();
        let wrong = self == Form::CheckDigit;
        wrong.then_some(Limit { level: Level::Fact, lifted_by: LiftedBy::Case, text }).into_iter().collect()
    }

    fn is_lead(self) -> bool {
        self != Form::CheckDigit
    }
}

fn imo(of: &Circumstances<'_>) -> String {
    of.number("imo").map_or("unknown".to_owned(), |imo| format!("{imo:07}"))
}

/// `under the name HONMON (Panama, MMSI 352001234)`.
fn former(of: &Circumstances<'_>) -> String {
    let mmsi = of.number("old_mmsi").map_or(String::new(), |mmsi| format!("MMSI {mmsi:09}"));
    let flag = of.text("old_flag").map(|flag| country_of(flag).unwrap_or(flag));
    let flag_and_mmsi = [flag.map(str::to_owned), Some(mmsi)].into_iter().flatten().collect::<Vec<_>>().join(", ");
    match of.text("old_name").and_then(clean) {
        Some(name) => format!("under the name {name} ({flag_and_mmsi})"),
        None => format!("under {flag_and_mmsi}"),
    }
}

fn changed(of: &Circumstances<'_>) -> Vec<String> {
    let said = |key| of.text(key).and_then(clean).unwrap_or_else(|| "unknown".to_owned());
    let mut changed = Vec::new();
    for (what, old, new) in [("name", "old_name", "new_name"), ("call sign", "old_call_sign", "new_call_sign")] {
        if of.measured.contains_key(old) {
            changed.push(format!("changed its {what} from {} to {}", said(old), said(new)));
        }
    }
    let kind = |key| of.number(key).map(|kind| ship_type_name(Some(kind as u8)));
    if let (Some(old), Some(new)) = (kind("old_ship_type"), kind("new_ship_type")) {
        changed.push(format!("changed its reported type from {old} to {new}"));
    }
    changed
}
