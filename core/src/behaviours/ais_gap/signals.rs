//! Signals about a gap: that it continues, how it closed, or that it never was one.

use serde_json::{Map, Value};

use crate::base::time::Time;
use crate::picture::coverage::Usual;
use crate::picture::episodes::gap::Spot;
use crate::picture::tracks::TrackIx;

use super::super::{Holding, Signal, SignalKind, Subject, minutes, number, thresholds};
use super::dark::Dark;
use super::rule::LOST_AFTER;
use super::settings::Settings;
use super::words::Form;
use crate::behaviours::{Behaviour, End};

impl Dark {
    /// Level that the gap has reached by `until`: 1 from the start, 2 from `long_hours`, 3 from `longer_hours`.
    pub(super) fn level(&self, settings: &Settings, until: Time) -> u8 {
        let length = self.length(until);
        let reached = |hours: f64| u8::from(minutes(hours * 60.0) <= length);
        1 + reached(settings.long_hours) + reached(settings.longer_hours)
    }

    /// When the next level is reached, or the vessel is lost.
    pub(super) fn next_due(&self, settings: &Settings, now: Time) -> Time {
        let levels = [settings.long_hours, settings.longer_hours].map(|hours| self.due(minutes(hours * 60.0)));
        levels.into_iter().find(|due| now < *due).unwrap_or(self.from.at + LOST_AFTER)
    }

    /// The signal that the gap continues.
    pub(super) fn says(
        &self,
        vessel: TrackIx,
        settings: &Settings,
        now: Time,
        kind: fn(Box<Holding>) -> SignalKind,
    ) -> Signal {
        let level = self.level(settings, now);
        let holding = self.holding(settings, now, None, points(settings, level), level);
        self.signal(vessel, kind(Box::new(holding)))
    }

    /// The signal that the gap is over, with distance, implied speed and slack.
    pub(super) fn closes(&self, vessel: TrackIx, settings: &Settings, to: Spot) -> Signal {
        let level = self.level(settings, to.at);
        let explained = self.gap(Some(to)).slack().is_some_and(|slack| slack < minutes(settings.slack_minutes));
        let points = if explained { None } else { points(settings, level) };
        let holding = self.holding(settings, to.at, Some(to), points, level);
        let kind = SignalKind::Closes { ended_at: to.at, reason: End::HeardAgain, holding: Box::new(holding) };
        self.signal(vessel, kind)
    }

    /// The signal that a late fix leaves too little of the gap.
    pub(super) fn disproved(&self, vessel: TrackIx) -> Signal {
        let kind = SignalKind::Disproved { started_at: self.from.at, reason: End::WasHeard };
        self.signal(vessel, kind)
    }

    fn signal(&self, vessel: TrackIx, kind: SignalKind) -> Signal {
        Signal { behaviour: Behaviour::AisGap, subject: Subject::one(self.key, vessel), kind }
    }

    fn holding(
        &self,
        settings: &Settings,
        until: Time,
        to: Option<Spot>,
        more: Option<(&'static str, i32)>,
        level: u8,
    ) -> Holding {
        let alone = self.evidence.alone.then_some(("alone", settings.alone_points));
        let base = std::iter::once((Behaviour::AisGap.name(), settings.score)).chain(more).chain(alone).collect();
        let form = match level {
            _ if self.is_in_place(to, settings) => Form::InPlace,
            _ if self.evidence.out_of_reach(settings).is_some() => Form::OutOfReach,
            1 => Form::Silent,
            _ => Form::LongSilent,
        };
        Holding {
            started_at: self.from.at,
            satisfied_at: self.satisfied_at.unwrap_or(self.due(self.why.required)),
            last_at: until,
            form: form.into(),
            position: Some(self.from.position),
            shore_nm: Some(self.shore_nm),
            zones: self.why.zones.clone(),
            base,
            asked: None,
            anchored: self.evidence.lay_still,
            measured: self.measured(settings, until, to),
            thresholds: thresholds(
                settings,
                &[
                    "watched_minutes",
                    "after_hours",
                    "max_probability",
                    "min_shore_nm",
                    "long_hours",
                    "slack_minutes",
                    "in_place_nm",
                ],
            ),
        }
    }

    fn measured(&self, settings: &Settings, until: Time, to: Option<Spot>) -> Map<String, Value> {
        let mut measured = Map::new();
        measured.insert("silent_minutes".into(), number((until - self.from.at).minutes(), 1));
        measured.insert("required_minutes".into(), number(self.why.required.minutes(), 1));
        let evidence = &self.evidence;
        if !evidence.alone {
            measured.insert("unheard_probability".into(), number(evidence.unheard, 9));
        }
        measured.insert("usual_knots".into(), number(self.usual_knots, 1));
        if 0 < evidence.missed.millis() {
            measured.insert("feed_missed_minutes".into(), number(evidence.missed.minutes(), 1));
        }
        if let Some(share) = evidence.own_record {
            measured.insert("own_record_percent".into(), number(100.0 * f64::from(share), 0));
        }
        if evidence.alone {
            measured.insert("only_vessel_of_its_input".into(), Value::Bool(true));
        }
        if let Some(left) = evidence.out_of_reach(settings) {
            measured.insert("out_of_reach_minutes".into(), number((left - self.from.at).minutes(), 0));
        }
        let usual = match evidence.silence_rate.usual() {
            Some(Usual::Cell) => Some(("cell", evidence.silence_rate.cell_silences, evidence.silence_rate.cell_hours)),
            Some(Usual::Feed) => Some(("feed", evidence.silence_rate.feed_silences, evidence.silence_rate.feed_hours)),
            None => None,
        };
        if let Some((of, silences, hours)) = usual {
            measured.insert("silence_usual_of".into(), Value::String(of.to_owned()));
            measured.insert("others_fell_silent".into(), number(silences, 1));
            measured.insert("others_heard_hours".into(), number(hours, 0));
        }
        if let Some(zone) = &self.why.heading {
            measured.insert("heading_for".into(), Value::String(zone.clone()));
        }
        let gap = self.gap(to);
        if let (Some(nm), Some(knots), Some(slack)) = (gap.distance_nm(), gap.implied_knots(), gap.slack()) {
            measured.insert("distance_nm".into(), number(nm, 1));
            measured.insert("implied_knots".into(), number(knots, 1));
            measured.insert("slack_hours".into(), number(slack.hours(), 1));
        }
        measured
    }
}

/// Points for the length of the gap.
fn points(settings: &Settings, level: u8) -> Option<(&'static str, i32)> {
    match level {
        0 | 1 => None,
        2 => Some(("long", settings.long_points)),
        3.. => Some(("longer", settings.longer_points)),
    }
}
