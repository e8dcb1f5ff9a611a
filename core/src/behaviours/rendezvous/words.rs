//! The texts of `rendezvous` alerts.
//!
//! Score lines: `near`, `close` or `underway` is the base, `long` adds to it.

use crate::base::text::{decimals, ordinal};
use crate::base::time::Span;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Limit, Opening, Words, metres, plain};

use super::facts::{Facts, Form, Gear, TierThresholds};

/// A meeting from this length on lasts for hours; a zone may call a shorter one long. Minutes.
const LONG_MINUTES: f64 = 120.0;

impl Words for Facts {
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let (speed, apart) = (decimals(self.measured.median_knots), metres(self.measured.max_distance_metres));
        let (held, again) = (of.together_for(self.measured.counted_minutes), self.meeting_again());
        if self.form == Form::Underway {
            let kept = of.have("kept", "been in");
            return format!(
                "{kept} company under way, within {apart} of each other, at {speed} kn (median) {held}{again}"
            );
        }
        let stayed = of.have("stayed", "stayed");
        format!("{stayed} within {apart} of each other at {speed} kn (median) {held}{again}")
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not show whether anything was transferred")
    }

    fn opened(&self, of: &Opening) -> String {
        let within = match (self.form, &self.thresholds.tier) {
            (_, TierThresholds::Underway(limits)) => {
                format!("under way together, within {},", metres(limits.underway_metres))
            }
            // A long meeting counts the minutes of the near tier, whose thresholds it does not list.
            (Form::CloseLong, _) => "near each other".to_owned(),
            (_, TierThresholds::Close(limits)) => format!("close together, within {},", metres(limits.close_metres)),
            (_, TierThresholds::Near(limits)) => format!("near each other, within {},", metres(limits.near_metres)),
        };
        format!("{within} {}", of.minutes(self.measured.counted_minutes))
    }

    fn line(&self, code: &str, site: &Site<'_>) -> String {
        match code {
            "near" => format!("Two ships stay close at low speed, {}", site.off_shore()),
            "close" => format!("Two ships lie side by side at low speed, {}", site.off_shore()),
            "underway" => "Two ships keep close company under way".to_owned(),
            "long" if LONG_MINUTES <= f64::from(self.measured.counted_minutes) => "Lasts for hours".to_owned(),
            "long" => "A long meeting".to_owned(),
            other => plain(other),
        }
    }

    fn part(&self, part: &'static str) -> String {
        match part {
            "near" => "near each other".to_owned(),
            "close" => "close together".to_owned(),
            "underway" => "in company under way".to_owned(),
            _ => match &self.thresholds.tier {
                TierThresholds::Near(limits) => {
                    format!("for at least {}", Span::from_minutes(limits.long_minutes as i64))
                }
                TierThresholds::Close(_) | TierThresholds::Underway(_) => "for hours".to_owned(),
            },
        }
    }

    fn limits(&self) -> Vec<Limit> {
        [self.habitual(), self.one_gear()].into_iter().flatten().collect()
    }
}

impl Facts {
    /// Number of this meeting among those within 14 days; `None` for the first.
    fn meeting(&self) -> Option<u32> {
        self.measured.earlier_meetings_14_days.map(|earlier| earlier as u32 + 1)
    }

    /// `, their 3rd meeting within 14 days, after fishing side by side for 1 h 25 min at 4.1 kn`; empty for a first meeting.
    fn meeting_again(&self) -> String {
        let again = self.meeting().map(|number| format!(", their {} meeting within 14 days", ordinal(number.into())));
        let fished = self.measured.gear.map(|gear| {
            let (minutes, knots) = (gear.side_by_side_minutes.whole_minutes(), decimals(gear.side_by_side_knots));
            format!(", after fishing side by side for {minutes} at {knots} kn")
        });
        again.unwrap_or_default() + &fished.unwrap_or_default()
    }

    /// Two vessels that meet for at least the `habitual_meetings`-th time within 14 days. The rule sets the number: the third time
    /// by default, the second for two fishing vessels.
    fn habitual(&self) -> Option<Limit> {
        let number = self.meeting()?;
        (self.thresholds.habitual_meetings? <= number).then(|| {
            let number = ordinal(number.into());
            Limit::low(format!("Their {number} meeting within 14 days: habitual, limited to low"))
        })
    }

    /// Two fishing vessels that tow or set one gear together.
    fn one_gear(&self) -> Option<Limit> {
        let Gear { side_by_side_minutes, side_by_side_metres, side_by_side_knots, .. } = self.measured.gear?;
        let (minutes, knots) = (side_by_side_minutes.whole_minutes(), decimals(side_by_side_knots));
        Some(Limit::fact(format!(
            "Fished side by side for {minutes} within 3 h, {side_by_side_metres:.0} m apart at {knots} kn: working one gear, recorded as a fact"
        )))
    }
}
