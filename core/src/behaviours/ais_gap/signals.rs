//! Signals about a gap: that it continues, how it closed, or that it never was one.
//!
//! A gap is reported once for each level that it reaches and once a day, not once a minute: while the vessel is silent, only the length
//! changes.

use crate::base::text::elapsed;
use crate::base::time::{Span, Time};
use crate::picture::coverage::Usual;
use crate::picture::episodes::gap::Spot;
use crate::picture::tracks::TrackIx;

use super::super::{Holding, Signal, SignalKind, Subject, minutes};
use super::dark::Dark;
use super::facts::{Facts, Form, Measured, Reappearance, UsualSilence};
use super::rule::LOST_AFTER;
use super::settings::Settings;
use crate::behaviours::{Behaviour, End};

/// Interval at which a gap that goes on is measured again.
const DAY: Span = Span::from_hours(24);

impl Dark {
    /// Level that the gap has reached by `until`: 1 from the start, 2 from `long_hours`, 3 from `longer_hours`.
    pub(super) fn level(&self, settings: &Settings, until: Time) -> u8 {
        let length = self.length(until);
        let reached = |hours: f64| u8::from(minutes(hours * 60.0) <= length);
        1 + reached(settings.long_hours) + reached(settings.longer_hours)
    }

    /// How many times the gap is worth a report by `until`: once for each level, and once for each day.
    pub(super) fn stage(&self, settings: &Settings, until: Time) -> u32 {
        let days = (until - self.from.at).millis().div_euclid(DAY.millis());
        u32::from(self.level(settings, until)) + days.max(0) as u32
    }

    /// When the gap is to be measured again: the next level is reached, another day is over, or the vessel is lost.
    pub(super) fn next_due(&self, settings: &Settings, now: Time) -> Time {
        let levels = [settings.long_hours, settings.longer_hours].map(|hours| self.due(minutes(hours * 60.0)));
        let days = (now - self.from.at).millis().div_euclid(DAY.millis()) + 1;
        let day = self.from.at + Span::from_millis(days * DAY.millis());
        levels.into_iter().filter(|due| now < *due).fold(day.min(self.from.at + LOST_AFTER), Time::min)
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
        // With little slack, the vessel simply sailed from one place to the other, so its silence needs no explanation.
        let explained = self.gap(Some(to)).slack().is_some_and(|slack| slack < minutes(settings.slack_minutes));
        let points = if explained { None } else { points(settings, level) };
        let holding = self.holding(settings, to.at, Some(to), points, level);
        let kind = SignalKind::Closes { ended_at: to.at, reason: End::HeardAgain, holding: Box::new(holding) };
        self.signal(vessel, kind)
    }

    /// The signal that the gap is followed no longer than `until`, though the vessel was not heard again.
    pub(super) fn gives_up(&self, vessel: TrackIx, settings: &Settings, until: Time, reason: End) -> Signal {
        let level = self.level(settings, until);
        let holding = Box::new(self.holding(settings, until, None, points(settings, level), level));
        self.signal(vessel, SignalKind::Closes { ended_at: until, reason, holding })
    }

    /// The signal that a late fix leaves too little of the gap.
    pub(super) fn disproved(&self, vessel: TrackIx) -> Signal {
        let kind = SignalKind::Disproved { started_at: self.from.at, reason: End::WasHeard };
        self.signal(vessel, kind)
    }

    /// A signal about the silent vessel alone.
    fn signal(&self, vessel: TrackIx, kind: SignalKind) -> Signal {
        Signal { behaviour: Behaviour::AisGap, subject: Subject::one(self.key, vessel), kind }
    }

    /// The facts of the silence from its start to `until`. `more` are the points for its length.
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
            facts: Facts { form, measured: self.measured(settings, until, to), thresholds: settings.into() }.into(),
            position: Some(self.from.position),
            shore_nm: Some(self.shore_nm),
            zones: self.why.zones.clone(),
            base,
            asked: None,
            anchored: self.evidence.lay_still,
        }
    }

    /// What was measured. The distance, speed and slack are absent while the vessel is silent, as a gap without an end has none.
    fn measured(&self, settings: &Settings, until: Time, to: Option<Spot>) -> Measured {
        let (evidence, rate) = (&self.evidence, &self.evidence.silence_rate);
        let usual_silence = rate.usual().map(|usual| {
            let (silences, hours) = match usual {
                Usual::Cell => (rate.cell_silences, rate.cell_hours),
                Usual::Feed => (rate.feed_silences, rate.feed_hours),
            };
            UsualSilence {
                silence_usual_of: usual,
                silences_of_others: silences.into(),
                others_heard_hours: hours.into(),
            }
        });
        let gap = self.gap(to);
        let reappeared = match (gap.distance_nm(), gap.implied_knots(), gap.slack()) {
            (Some(nm), Some(knots), Some(slack)) => Some(Reappearance {
                distance_nm: nm.into(),
                implied_knots: knots.into(),
                slack_hours: slack.hours().into(),
            }),
            _ => None,
        };
        Measured {
            silent_minutes: elapsed(self.from.at, until).minutes().into(),
            required_minutes: self.why.required.minutes().into(),
            unheard_probability: (!evidence.alone).then(|| evidence.unheard.into()),
            usual_knots: self.usual_knots.into(),
            feed_missed_minutes: (0 < evidence.missed.millis()).then(|| evidence.missed.minutes().into()),
            own_record_percent: evidence.own_record.map(|share| (100.0 * f64::from(share)).floor().into()),
            heard_at_most_percent: evidence.heard_seldom.map(|share| (100.0 * share).into()),
            only_vessel_of_its_input: evidence.alone.then_some(true),
            out_of_reach_minutes: evidence.out_of_reach(settings).map(|left| (left - self.from.at).minutes().into()),
            usual_silence,
            heading_for: self.why.heading.clone(),
            reappeared,
        }
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
