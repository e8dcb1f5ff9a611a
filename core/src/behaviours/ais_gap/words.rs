//! The texts of `ais_gap` alerts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ais::clean;
use crate::base::text::{about_hours, decimals, distance};
use crate::base::time::Span;
use crate::behaviours::Holding;
use crate::behaviours::words::{
    Caveat, Circumstances, Level, LiftedBy, Limit, Opening, Tense, Words, number, plain, text,
};
use crate::zones::Chart;

/// How long the vessel is silent, or how the silence is explained.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Form {
    /// Silent.
    Silent,
    /// Silent for many hours.
    LongSilent,
    /// Its course left the feed's coverage.
    OutOfReach,
    /// Heard again where it went silent.
    InPlace,
}

impl Words for Form {
    fn parts(self) -> &'static [&'static str] {
        match self {
            Form::Silent => &["silent"],
            Form::LongSilent => &["long_silent"],
            Form::OutOfReach => &["out_of_reach"],
            Form::InPlace => &["in_place"],
        }
    }

    /// `has been silent for at least 2 h 00 min in an area with good reception; last heard before that at 12:00 UTC`; once the
    /// vessel is heard again, what the gap shows.
    fn deed(self, of: &Circumstances<'_>) -> String {
        let heading =
            of.text("heading_for").and_then(clean).map_or(String::new(), |zone| format!(", heading for {zone}"));
        // If the vessel was not heard at the end, the last measured silence may be longer than the alert's times show.
        let known = of.number("silent_minutes").map_or(Span::ZERO, |minutes| Span::from_minutes(minutes as i64));
        let held = of.held().max(known);
        let least = |held| format!("at least {held}");
        let (silent, held, again) = match (of.tense, of.number("distance_nm")) {
            (Tense::Present, _) => ("has been silent", least(held), String::new()),
            (Tense::Past, None) => ("was silent", least(held), String::new()),
            (Tense::Past, Some(nm)) => {
                let again = format!(" and reappeared {} away{}", distance(nm), implied(of));
                ("was silent", held.to_string(), again)
            }
        };
        let (reception, since) = (reception(of), of.started_at.clock());
        format!("{silent} for {held} {reception}{again}; last heard before that at {since} UTC{heading}")
    }

    fn caveat(self) -> Caveat {
        Caveat::Reported("the AIS data do not show where it was, or whether the transponder was switched off or failed")
    }

    fn opened(self, of: &Opening<'_>) -> String {
        match self {
            Form::OutOfReach => format!("silent for {}, on a course out of the feed's coverage", of.whole()),
            Form::Silent | Form::LongSilent | Form::InPlace => {
                format!("silent for {}, in an area with good reception", of.whole())
            }
        }
    }

    fn line(self, code: &str, holding: &Holding, _: &Chart) -> String {
        match (code, self) {
            ("alone", _) => "The only vessel on its input: the receiver may have failed instead".to_owned(),
            ("long" | "longer", _) => long(holding, code),
            (_, Form::OutOfReach) => "Went silent at sea".to_owned(),
            (_, Form::Silent | Form::LongSilent | Form::InPlace) => {
                "Went silent at sea in an area with good reception".to_owned()
            }
        }
    }

    fn part(self, part: &'static str, limits: &Map<String, Value>) -> String {
        match part {
            "long_silent" => match number(limits, "long_hours") {
                Some(hours) => format!("silent for more than {} h", decimals(hours)),
                None => "silent for hours".to_owned(),
            },
            "out_of_reach" => "on a course out of the feed's coverage".to_owned(),
            "in_place" => "heard again where it went silent".to_owned(),
            other => plain(other),
        }
    }

    fn limits(self, holding: &Holding) -> Vec<Limit> {
        let short = (self == Form::Silent).then(|| Limit {
            level: Level::FactIfSlight,
            lifted_by: LiftedBy::Case,
            text: "Not silent for long: recorded as a fact".to_owned(),
        });
        [short, out_of_reach(holding), usual_silence(holding), self.in_place(holding)].into_iter().flatten().collect()
    }
}

impl Form {
    fn in_place(self, holding: &Holding) -> Option<Limit> {
        let nm = number(&holding.measured, "distance_nm").filter(|_| self == Form::InPlace)?;
        Some(Limit::low(format!("Heard again {nm:.1} nm from where it went silent, not under way: limited to low")))
    }
}

fn out_of_reach(holding: &Holding) -> Option<Limit> {
    let minutes = Span::from_minutes(number(&holding.measured, "out_of_reach_minutes")? as i64);
    Some(Limit::fact(format!("Its course left the feed's coverage within {minutes}: recorded as a fact")))
}

fn usual_silence(holding: &Holding) -> Option<Limit> {
    let measured = |key| number(&holding.measured, key);
    let place = match text(&holding.measured, "silence_usual_of")? {
        "cell" => "in this area",
        _ => "on this feed",
    };
    let (others, hours) = (measured("others_fell_silent")?, measured("others_heard_hours")?);
    Some(Limit::low(format!(
        "{others:.0} other vessels went silent {place} in {hours:.0} vessel-hours: silence is common here, limited to low"
    )))
}

/// How well the vessel should have been heard, in words.
fn reception(of: &Circumstances<'_>) -> String {
    let record = of.number("own_record_percent");
    let record = record.map(|share| format!("heard in {share:.0} % of the 10-minute slots of the day before"));
    match (of.number("out_of_reach_minutes"), record) {
        (Some(minutes), _) => {
            format!("on a course that left the feed's coverage after {}", Span::from_minutes(minutes as i64))
        }
        (None, Some(record)) if of.measured.contains_key("only_vessel_of_its_input") => {
            format!("while its input heard no vessel at all ({record})")
        }
        (None, Some(record)) => format!("in an area with good reception ({record})"),
        (None, None) => "in an area with good reception".to_owned(),
    }
}

/// The speed that the distance implies, and the time that it leaves, in brackets; empty if they were not measured.
fn implied(of: &Circumstances<'_>) -> String {
    let knots = of.stated("implied_knots", "", " kn in a straight line");
    let slack = match of.number("slack_hours") {
        Some(hours) if hours < 0.05 => "; no time unexplained at its usual speed".to_owned(),
        Some(hours) => format!("; {} unexplained at its usual speed", about_hours(hours)),
        None => String::new(),
    };
    if knots.is_empty() { String::new() } else { format!(" ({knots}{slack})") }
}

/// How long the silence was, and whether part of it remains unexplained.
fn long(holding: &Holding, code: &str) -> String {
    let Holding { thresholds, measured, .. } = holding;
    let how_long = match (code, number(thresholds, "long_hours"), number(measured, "silent_minutes")) {
        ("longer", _, Some(minutes)) => format!("for {}", Span::from_minutes(minutes as i64)),
        (_, Some(hours), _) => format!("for more than {} h", decimals(hours)),
        _ => "for hours".to_owned(),
    };
    let closed = measured.contains_key("slack_hours");
    format!("Silent {how_long}{}", if closed { ", part of it unexplained" } else { "" })
}
