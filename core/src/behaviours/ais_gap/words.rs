//! The texts of `ais_gap` alerts.
//!
//! Score lines: `ais_gap` is the base, `long` or `longer` the points for the length, `alone` those for the only vessel on its input.

use crate::ais::clean;
use crate::base::text::{about, about_hours, decimals, distance};
use crate::base::time::Time;
use crate::behaviours::site::Site;
use crate::behaviours::words::{Caveat, Circumstances, Level, LiftedBy, Limit, Opening, Tense, Words, plain};
use crate::picture::coverage::Usual;

use super::facts::{Facts, Form, Measured, Reappearance, UsualSilence};

impl Words for Facts {
    /// `has been silent since 12:00 UTC (for at least 2 h 00 min by 14:00 UTC) in an area with good reception; last heard before that`, and
    /// then the place. An open silence is measured once a day, so the sentence says when. Once the vessel is heard again, what the gap shows.
    fn deed(&self, of: &Circumstances<'_>) -> String {
        let heading = self.measured.heading_for.as_deref().and_then(clean);
        let heading = heading.map_or(String::new(), |zone| format!(", heading for {zone}"));
        // If the vessel was not heard at the end, the last measured silence may be longer than the alert's times show.
        let held = of.held().max(self.measured.silent_minutes.whole_minutes());
        let (reception, since) = (self.measured.reception(), of.clock(of.started_at));
        let before = format!("; last heard before that at {since} UTC{heading}");
        match (of.tense, self.measured.reappeared) {
            (Tense::Present, _) => {
                let by = of.clock(of.started_at.floor_minute() + held);
                let before = if of.position.is_some() { "; last heard before that" } else { "" };
                format!(
                    "has been silent since {since} UTC (for at least {held} by {by} UTC) {reception}{before}{heading}"
                )
            }
            (Tense::Past, None) => format!("was silent for at least {held} {reception}{before}"),
            (Tense::Past, Some(reappeared)) => {
                let (nm, implied) = (distance(reappeared.distance_nm), reappeared.implied());
                format!("was silent for {held} {reception} and reappeared {nm} away{implied}{before}")
            }
        }
    }

    fn caveat(&self) -> Caveat {
        Caveat::Reported("the AIS data do not show where it was, or whether the transponder was switched off or failed")
    }

    fn stated(&self, from: Time, _: Time) -> (Time, Time) {
        (from, from)
    }

    fn opened(&self, of: &Opening) -> String {
        match self.form {
            Form::OutOfReach => format!("silent for {}, on a course out of the feed's coverage", of.whole()),
            Form::Silent | Form::LongSilent | Form::InPlace => {
                format!("silent for {}, {}", of.whole(), self.measured.area())
            }
        }
    }

    fn line(&self, code: &str, site: &Site<'_>) -> String {
        match (code, self.form) {
            ("alone", _) => "The only vessel on its input: the receiver may have failed instead".to_owned(),
            ("long" | "longer", _) => self.long(code),
            (_, Form::Silent | Form::LongSilent | Form::InPlace) if self.measured.usual_silence.is_none() => {
                format!("Went silent {} {}", silent_at(site), self.measured.area())
            }
            // Reception is no reason for points where others fall silent as well, or where its course left the feed's reach.
            _ => format!("Went silent {}", silent_at(site)),
        }
    }

    fn part(&self, part: &'static str) -> String {
        match part {
            "long_silent" => format!("silent for more than {} h", decimals(self.thresholds.long_hours)),
            "out_of_reach" => "on a course out of the feed's coverage".to_owned(),
            "in_place" => "heard again where it went silent".to_owned(),
            other => plain(other),
        }
    }

    fn limits(&self) -> Vec<Limit> {
        let short = (self.form == Form::Silent).then(|| Limit {
            level: Level::FactIfSlight,
            lifted_by: LiftedBy::Case,
            text: "Not silent for long: recorded as a fact".to_owned(),
        });
        [short, self.out_of_reach(), self.usual_silence(), self.in_place()].into_iter().flatten().collect()
    }
}

/// Where it went silent: `at sea`, unless that is close to shore or to a harbour.
fn silent_at(site: &Site<'_>) -> &'static str {
    if site.is_at_sea() { "at sea" } else { site.off_shore() }
}

impl Facts {
    /// Heard again where it fell silent, not under way: nothing needs the time. Low at most.
    fn in_place(&self) -> Option<Limit> {
        let nm = self.measured.reappeared.filter(|_| self.form == Form::InPlace)?.distance_nm;
        Some(Limit::low(format!("Heard again {nm:.1} nm from where it went silent, not under way: limited to low")))
    }

    /// The feed does not hear such vessels where its course leads, so silence proves nothing. A fact.
    fn out_of_reach(&self) -> Option<Limit> {
        let minutes = self.measured.out_of_reach_minutes?.whole_minutes();
        Some(Limit::fact(format!("Its course left the feed's coverage within {minutes}: recorded as a fact")))
    }

    /// Others fall silent there as well.
    fn usual_silence(&self) -> Option<Limit> {
        let UsualSilence { silence_usual_of, silences_of_others, others_heard_hours } = self.measured.usual_silence?;
        let place = match silence_usual_of {
            Usual::Cell => "in this area",
            Usual::Feed => "on this feed",
        };
        let (silences, hours) = (about(silences_of_others), about(others_heard_hours));
        Some(Limit::low(format!(
            "About {silences} silences of other vessels {place} in {hours} vessel-hours: silence is common here, limited to low"
        )))
    }

    /// How long the silence was, and whether part of it remains unexplained.
    fn long(&self, code: &str) -> String {
        let closed = self.measured.reappeared.is_some();
        let how_long = match (code, self.measured.silent_minutes.whole_minutes()) {
            ("longer", length) if closed => format!("for {length}"),
            // It goes on, or its end is not known.
            ("longer", length) => format!("for at least {length}"),
            _ => format!("for more than {} h", decimals(self.thresholds.long_hours)),
        };
        format!("Silent {how_long}{}", if closed { ", part of it unexplained" } else { "" })
    }
}

impl Measured {
    /// How well the vessel should have been heard, in words.
    fn reception(&self) -> String {
        if let Some(minutes) = self.out_of_reach_minutes {
            return format!("on a course that left the feed's coverage after {}", minutes.whole_minutes());
        }
        if let Some(share) = self.heard_at_most_percent {
            return format!("{} (heard in at most {} % of 10-minute slots)", self.area(), decimals(share));
        }
        let Some(share) = self.own_record_percent else {
            return self.area().to_owned();
        };
        let slots = match f64::from(share) {
            100.0.. => "in every 10-minute slot".to_owned(),
            share => format!("in at least {share:.0} % of the 10-minute slots"),
        };
        let record = format!("heard {slots} of the day before");
        match (self.only_vessel_of_its_input, self.usual_silence) {
            (Some(_), _) => format!("while its input heard no vessel at all ({record})"),
            // Others fall silent there, this one did not.
            (None, Some(_)) => format!("{} (this vessel itself was {record})", self.area()),
            (None, None) => format!("{} ({record})", self.area()),
        }
    }

    /// What is known of reception there. Where silences are common, good reception would be said against the limit that they set.
    fn area(&self) -> &'static str {
        match (self.usual_silence.map(|usual| usual.silence_usual_of), self.heard_at_most_percent) {
            (Some(Usual::Cell), _) => "in an area where silences are common",
            (Some(Usual::Feed), _) => "on a feed where silences are common",
            (None, Some(_)) => "where other vessels are heard well, though it was seldom heard itself",
            (None, None) => "in an area with good reception",
        }
    }
}

impl Reappearance {
    /// The speed that the distance implies, and the time that it leaves, in brackets.
    fn implied(self) -> String {
        let slack = match f64::from(self.slack_hours) {
            ..0.05 => "; no time unexplained at its usual speed".to_owned(),
            hours => format!("; {} unexplained at its usual speed", about_hours(hours)),
        };
        format!(" ({} kn in a straight line{slack})", decimals(self.implied_knots))
    }
}
