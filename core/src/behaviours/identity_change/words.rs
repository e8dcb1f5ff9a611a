//! The texts of `identity_change` alerts.
//!
//! Score line: the part of the form, such as `renamed`. Other changes found in the same step are measured and named, but add no points.

use crate::ais::{clean, ship_type_name};
use crate::base::time::Time;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Level, LiftedBy, Limit, Opening, Words};
use crate::picture::tracks::{Flag, country_of};

use super::facts::{Facts, Form, Measured, NewCallSign, NewName, NewShipType};

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        match self.form {
            Form::NewIdentity | Form::NewMmsi => {
                let heard = self.measured.old_heard_at;
                let ago = heard.map(|heard| of.started_at - heard).map(|ago| ago.hours() / 24.0);
                let ago =
                    ago.filter(|days| 2.0 <= *days).map_or(String::new(), |days| format!(", {days:.0} days earlier,"));
                let heard = heard.map_or_else(
                    || "at an unknown time".to_owned(),
                    |heard| format!("on {} {} UTC", heard.date(), heard.clock()),
                );
                format!("transmits IMO {}, last heard {heard}{ago} {}", self.imo(), self.former())
            }
            Form::SharedImo => format!("transmits IMO {}, also in use {}", self.imo(), self.former()),
            Form::CheckDigit => format!("transmits IMO {}, an invalid number (wrong check digit)", self.imo()),
            Form::Renamed | Form::CallSign | Form::ShipType => {
                format!("{} at {} UTC", self.changed().join(" and "), of.clock(of.started_at))
            }
        }
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not show who owns it")
    }

    fn stated(&self, from: Time, _: Time) -> (Time, Time) {
        (from, from)
    }

    fn opened(&self, _: &Opening) -> String {
        let because = match self.form {
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

    fn line(&self, code: &str, _: &Site<'_>) -> String {
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

    fn limits(&self) -> Vec<Limit> {
        let text = "Usually a typing error: recorded as a fact".to_owned();
        let wrong = self.form == Form::CheckDigit;
        wrong.then_some(Limit { level: Level::Fact, lifted_by: LiftedBy::Case, text }).into_iter().collect()
    }
}

impl Facts {
    /// The IMO number in a sentence.
    fn imo(&self) -> String {
        self.measured.imo.map_or("unknown".to_owned(), |imo| format!("{imo:07}"))
    }

    /// `under the name HONMON (Panama, MMSI 352001234)`.
    fn former(&self) -> String {
        let flag = self.measured.bearer.as_ref().and_then(|bearer| bearer.old_flag).map(Flag::code);
        let flag = flag.map(|flag| country_of(flag).unwrap_or(flag).to_owned());
        let mmsi = self.measured.bearer.as_ref().map_or(String::new(), |bearer| format!("MMSI {}", bearer.old_mmsi));
        let flag_and_mmsi = [flag, Some(mmsi)].into_iter().flatten().collect::<Vec<_>>().join(", ");
        match self.measured.names().and_then(|names| clean(names.old_name.0.as_deref()?)) {
            Some(name) => format!("under the name {name} ({flag_and_mmsi})"),
            None => format!("under {flag_and_mmsi}"),
        }
    }

    /// The changes of name, call sign and type, each as a phrase.
    fn changed(&self) -> Vec<String> {
        let said = |text: Option<&str>| text.and_then(clean).unwrap_or_else(|| "unknown".to_owned());
        let Measured { call_sign, ship_type, .. } = &self.measured;
        let name = self.measured.names().map(|NewName { old_name, new_name }| {
            let (old, new) = (said(old_name.0.as_deref()), said(new_name.0.as_deref()));
            format!("changed its name from {old} to {new}")
        });
        let call_sign = call_sign.as_ref().map(|NewCallSign { old_call_sign, new_call_sign }| {
            let (old, new) = (said(Some(old_call_sign)), said(Some(new_call_sign)));
            format!("changed its call sign from {old} to {new}")
        });
        let ship_type = ship_type.as_ref().map(|NewShipType { old_ship_type, new_ship_type }| {
            let (old, new) = (ship_type_name(Some(*old_ship_type)), ship_type_name(Some(*new_ship_type)));
            format!("changed its reported type from {old} to {new}")
        });
        [name, call_sign, ship_type].into_iter().flatten().collect()
    }
}
