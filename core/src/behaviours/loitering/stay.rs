//! One vessel's stay in a watched place under one set of settings.

use serde::{Deserialize, Serialize};

use crate::base::time::{Span, Time};
use crate::base::units::METRES_PER_NM;
use crate::geo::LatLon;
use crate::picture::tracks::{Fix, SpeedMadeGood};

use crate::behaviours::loitering::settings::Settings;
use crate::behaviours::runner::condition::{Condition, Observation, Timing, Verdict};
use crate::behaviours::runner::profile::Profile;
use crate::behaviours::runner::vessel::VesselScene;
use crate::behaviours::shared::anchored::{self, Anchored};
use crate::behaviours::shared::swing::Swing;
use crate::behaviours::{Explanation, Interest, Step, loitering::circling, minutes};

/// Distance within which a vessel is alongside, allowing for where the antennas are. Metres.
const ALONGSIDE_METRES: f64 = 300.0;
/// A vessel not heard for longer than this may have left.
const HEARD_WITHIN: Span = Span::from_minutes(10);
/// A vessel that began to lie still at least this much later than another came to it.
const CAME_LATER_BY: Span = Span::from_minutes(10);

/// The stay of one vessel under one set of settings.
#[derive(Serialize, Deserialize)]
pub(super) struct Stay {
    /// Index of the settings.
    pub(super) profile: u16,
    /// The condition that the vessel is slow.
    pub(super) slow: Condition,
    /// The condition that the vessel circles.
    pub(super) circling: circling::Circling,
    /// Positions since it became slow.
    pub(super) swing: Swing,
    /// Whether another vessel came alongside while this one was slow.
    visited: bool,
    /// How the vessel was last anchored, and when.
    anchored: Option<(Anchored, Time)>,
    /// Position and time at which the vessel was last slow.
    lay: Option<(LatLon, Time)>,
    /// Whether the place allows the conditions now.
    inside: bool,
    /// Time before this does not count: the vessel was not at an allowed place, or the settings were not in force.
    not_before: Time,
}

impl Stay {
    /// Creates a stay. Time before `not_before`, when the vessel crossed the border or the zone came into force, does not
    /// count.
    pub(super) fn new(profile: u16, not_before: Time) -> Stay {
        Stay {
            profile,
            slow: Condition::new(),
            circling: circling::Circling::new(),
            swing: Swing::default(),
            visited: false,
            anchored: None,
            lay: None,
            inside: true,
            not_before,
        }
    }

    /// Whether the stay can be dropped: the place does not allow it, and nothing can resume.
    pub(super) fn is_idle(&self, rule: &Timing, now: Time) -> bool {
        !self.inside && self.slow.is_idle(rule, now) && self.circling.is_idle(rule.merge, now)
    }

    /// Whether a condition is open and shows no sign of ending. Only then do measurements describe it.
    pub(super) fn holds(&self) -> bool {
        self.slow.holds() || self.circling.is_open()
    }

    /// The last moment up to now at which a condition that is open held.
    pub(super) fn held_until(&self, now: Time) -> Time {
        if self.circling.is_open() { self.circling.held_until() } else { self.slow.held_until(now) }
    }

    /// Whether either condition is satisfied.
    pub(super) fn is_open(&self) -> bool {
        self.slow.is_open() || self.circling.is_open()
    }

    /// Handles a fix where the place allows the conditions. Returns the last moment one of them held, if it ended.
    pub(super) fn observe(
        &mut self,
        settings: &Settings,
        scene: &VesselScene<'_>,
        fix: &Fix,
        step: &Step<'_>,
    ) -> Option<Time> {
        let (mut ended, vessel) = (None, &scene.vessel);
        if !self.inside {
            self.inside = true;
            self.not_before = fix.at;
        }
        // Over a hole, a high speed shows that the vessel went away; a low one proves nothing.
        let over_hole = || vessel.speed_made_good().filter(|smg| smg.over_hole && settings.slow_knots <= smg.knots);
        if let Some(smg) = step.smg.or_else(over_hole) {
            let smg = SpeedMadeGood { since: smg.since.max(self.not_before), ..smg };
            let rule = settings.rule(scene.merge, vessel.satellite_only());
            let observation = match smg.knots {
                knots if knots < settings.slow_knots => Observation::Meets.unless_leaving(&rule, vessel, fix),
                knots if knots < settings.moving_knots && !smg.over_hole => Observation::Between,
                _ if self.slow.is_open() && self.is_shift(settings, fix) => Observation::Shifts,
                _ => Observation::Ends,
            };
            if let Verdict::Over(at) = self.slow.observe(&rule, observation, &smg, fix.at, fix.position) {
                ended = Some(at);
            }
            if observation.counts() {
                self.swing.at_speed(smg.knots);
                self.lay = Some((fix.position, fix.at));
            }
            // Positions on the way out are not part of the swing.
            if self.slow.counted() == Span::ZERO {
                self.swing = Swing::default();
                self.visited = false;
            } else if observation.counts() || observation == Observation::Between {
                self.swing.extend(fix.position);
            }
        }
        // A vessel that lies still no longer circles; the alert continues as slow.
        if self.slow.is_open() && !self.slow.is_ending() {
            self.circling.rest(fix.at);
        } else if settings.circling && step.interest.meets(Interest::TICK) {
            ended = ended.max(self.circling.look(settings, scene, fix));
        }
        ended
    }

    /// How the vessel is anchored while it is slow. After leaving its anchorage it still counts as anchored, until it
    /// has been slow elsewhere for as long as loitering takes to open.
    pub(super) fn anchored(&mut self, settings: &Settings, scene: &VesselScene<'_>, at: Time) -> Option<Anchored> {
        if !self.slow.is_open() {
            return None;
        }
        let came_later = self.slow.started_at() + CAME_LATER_BY;
        self.visited |= scene.is_visited(came_later, ALONGSIDE_METRES, HEARD_WITHIN);
        match Anchored::of(scene, &self.swing, &settings.anchorage()) {
            // Lying still while another vessel comes alongside does not prove an anchor: a meeting looks the same.
            Some(Anchored::Swing { .. } | Anchored::Still { .. }) if self.visited => {}
            Some(now) => self.anchored = Some((now, at)),
            None => {}
        }
        self.anchored.filter(|(_, last)| at - *last < minutes(settings.after_minutes)).map(|(how, _)| how)
    }

    /// Whether a moving vessel is still near the place where it lay.
    fn is_shift(&self, settings: &Settings, fix: &Fix) -> bool {
        self.lay.is_some_and(|(position, at)| {
            position.metres_to(fix.position) <= settings.shift_nm * METRES_PER_NM
                && fix.at - at <= minutes(settings.shift_minutes)
        })
    }

    /// The conditions of both forms, also for a vessel without a stay.
    pub(super) fn explain(
        stay: Option<&Stay>,
        profile: &Profile<Settings>,
        scene: &VesselScene<'_>,
        step: &Step<'_>,
        watched: bool,
    ) -> Vec<Explanation> {
        let (settings, vessel) = (&profile.settings, scene.vessel);
        let begun = |form: &str| {
            let shown = Explanation::new(form).takes_part(&vessel).watched(scene.chart, step.presence, watched);
            profile.explain_place(
                shown,
                step.place.map(|place| place.place(scene.chart)).as_ref(),
                settings.min_shore_nm,
            )
        };
        let counted = stay.map_or(Span::ZERO, |stay| stay.slow.counted());
        let slow = begun("slow")
            .below("speed_made_good_knots", step.smg.map(|smg| smg.knots), settings.slow_knots)
            .at_least("slow_minutes", Some(counted.minutes()), settings.after_minutes);
        let swing = stay.map_or_else(Swing::default, |stay| stay.swing);
        let lies = Anchored::of(scene, &swing, &settings.anchorage()).filter(|_| counted != Span::ZERO);
        let slow = anchored::explain(slow, scene, step.fix, lies);
        if !settings.circling {
            return vec![slow];
        }
        let bridge = scene.settings().max_hole(vessel.satellite_only());
        let walked = step.fix.map(|fix| circling::walked(&vessel, &fix, bridge, settings.circling_max_hours));
        let circling = circling::explain(begun("circling, over the longest window"), settings, walked);
        vec![slow, circling]
    }

    /// Called when the place no longer allows the conditions. Returns the last moment at which one of them held, if one was open.
    pub(super) fn leave(&mut self) -> Option<Time> {
        self.swing = Swing::default();
        self.anchored = None;
        self.inside = false;
        let slow = match self.slow.leave() {
            Verdict::Over(at) => Some(at),
            Verdict::Nothing | Verdict::Opened | Verdict::Holds => None,
        };
        slow.max(self.circling.leave())
    }

    /// Start of the condition that was satisfied first.
    pub(super) fn started_at(&self) -> Time {
        match (self.slow.satisfied_at(), self.circling.satisfied_at()) {
            (Some(slow), Some(circling)) if circling < slow => self.circling.started_at(),
            (Some(_), _) => self.slow.started_at(),
            (None, _) => self.circling.started_at(),
        }
    }

    /// When a condition was first satisfied; `Time::MIN` if none is open.
    pub(super) fn satisfied_at(&self) -> Time {
        let first = [self.slow.satisfied_at(), self.circling.satisfied_at()];
        first.into_iter().flatten().min().unwrap_or(Time::MIN)
    }
}
