//! The texts of `rendezvous` alerts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::text::{decimals, distance, ordinal};
use crate::base::time::Span;
use crate::base::units::METRES_PER_NM;
use crate::behaviours::Holding;
use crate::behaviours::words::{Caveat, Circumstances, Limit, Opening, Words, number, plain};
use crate::zones::Chart;

/// How close two ships are, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// Near each other.
    Near,
    /// Near each other for hours.
    NearLong,
    /// Side by side.
    Close,
    /// Side by side, and near each other for hours.
    CloseLong,
    /// In company under way.
    Underway,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Near => &["near"],
            Form::NearLong => &["near", "long"],
            Form::Close => &["close"],
            Form::CloseLong => &["close", "long"],
            Form::Underway => &["underway"],
        }
    }

    fn deed(self, of: &Circumstances<'_>) -> String {
        let (speed, held, again) =
            (of.stated("median_knots", " at ", " kn (median)"), of.held_together(), meeting_again(of));
        if self == Form::Underway {
            let kept = of.have("kept", "been in");
            let apart = of.within(", within ", " of each other,");
            return format!("{kept} company under way{apart}{speed} for {held}{again}");
        }
        let stayed = of.have("stayed", "stayed");
        let apart = match of.within(" within ", " of each other") {
            apart if apart.is_empty() => " together".to_owned(),
            apart => apart,
        };
        format!("{stayed}{apart}{speed} for {held}{again}")
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not show whether anything was transferred")
    }

    fn opened(self, of: &Opening<'_>) -> String {
        let (key, words) = match self {
            Form::Underway => ("underway_metres", "under way together"),
            Form::Close => ("close_metres", "close together"),
            // A long meeting counts the minutes of the near tier.
            Form::Near | Form::NearLong | Form::CloseLong => ("near_metres", "near each other"),
        };
        let within = match number(of.thresholds, key) {
            Some(metres) => format!("{words}, within {},", distance(metres / METRES_PER_NM)),
            None => words.to_owned(),
        };
        format!("{within} {}", of.minutes())
    }

    fn line(self, code: &str, _: &Holding, _: &Chart) -> String {
        match code {
            "near" => "Two ships stay close at low speed, away from shore".to_owned(),
            "close" => "Two ships lie side by side at low speed, away from shore".to_owned(),
            "underway" => "Two ships keep close company under way".to_owned(),
            "long" => "Lasts for hours".to_owned(),
            other => plain(other),
        }
    }

    fn part(self, part: &'static str, limits: &Map<String, Value>) -> String {
        match part {
            "near" => "near each other".to_owned(),
            "close" => "close together".to_owned(),
            "underway" => "in company under way".to_owned(),
            _ => match number(limits, "long_minutes") {
                Some(minutes) => format!("for at least {}", Span::from_minutes(minutes as i64)),
                None => "for hours".to_owned(),
            },
        }
    }

    fn limits(self, holding: &Holding) -> Vec<Limit> {
        [habitual(holding), one_gear(holding)].into_iter().flatten().collect()
    }
}

/// `, their 3rd meeting within 14 days, after fishing side by side for 1 h 25 min at 4.1 kn`; empty for a first meeting.
fn meeting_again(of: &Circumstances<'_>) -> String {
    let again = of.number("earlier_meetings_14_days");
    let again =
        again.map_or_else(String::new, |earlier| format!(", their {} meeting within 14 days", ordinal(earlier + 1.0)));
    let fished = match of.measured.contains_key("side_by_side_minutes") {
        true => format!(", after fishing side by side for {}", of.minutes("side_by_side_minutes")),
        false => String::new(),
    };
    format!("{again}{fished}{}", of.stated("side_by_side_knots", " at ", " kn"))
}

/// Two vessels that meet for at least the `habitual_meetings`-th time within 14 days. The rule sets the number: the third time by
/// default, the second for two fishing vessels.
fn habitual(holding: &Holding) -> Option<Limit> {
    let earlier = number(&holding.measured, "earlier_meetings_14_days")?;
    let from = number(&holding.thresholds, "habitual_meetings")?;
    (from <= earlier + 1.0).then(|| {
        Limit::low(format!("Their {} meeting within 14 days: habitual, limited to low", ordinal(earlier + 1.0)))
    })
}

/// Two fishing vessels that tow or set one gear together.
fn one_gear(holding: &Holding) -> Option<Limit> {
    number(&holding.thresholds, "gear_minutes")?;
    let measured = |key| number(&holding.measured, key);
    let minutes = Span::from_minutes(measured("side_by_side_minutes")? as i64);
    let (metres, knots) = (measured("side_by_side_metres")?, decimals(measured("side_by_side_knots")?));
    Some(Limit::fact(format!(
        "Fished side by side for {minutes} within 3 h, {metres:.0} m apart at {knots} kn: working one gear, recorded as a fact"
    )))
}
