//! The conditions of a dark rendezvous, for the stopped ship and for the silent one, as data.
//!
//! Slack is the time that a silent vessel had to spare at the stop. Of all stops or silent vessels, the one with the most slack is shown.

use crate::base::time::Span;
use crate::behaviours::shared::dropped::zones_at;
use crate::behaviours::{Explanation, Place, Scene, Step, minutes};

use super::beside::{Beside, beside};
use super::candidates::{candidates, chance, stop_end};
use super::rule::DarkRendezvous;

impl Explanation {
    /// Adds the time that a silent vessel had to spare at the place. A negative time means that no vessel could have come; its
    /// amount means nothing.
    fn spare(self, name: &'static str, spare: Option<Span>, limit: f64) -> Explanation {
        match spare {
            Some(spare) if spare < Span::ZERO => self.is(name, "none could have come", format!(">= {limit}"), false),
            spare => self.at_least(name, spare.map(Span::minutes), limit),
        }
    }
}

impl DarkRendezvous {
    /// The conditions on a vessel that was silent while another lay stopped.
    pub(super) fn as_dark(&self, scene: &Scene<'_>, step: &Step<'_>) -> Explanation {
        let shown = Explanation::new("as the silent one").takes_part(&scene.tracks.vessel(step.vessel));
        let Some(gap) = scene.gaps.latest(step.key) else {
            return shown.is("silent_since", "no gap known", "a silence that reception does not explain", false);
        };
        let halts = self.around(scene, &gap).into_iter().filter_map(|id| scene.episodes.halts.get(id));
        let judged = halts.filter_map(|halt| Some((halt, &self.profiles.get(self.profile(scene, halt)?).settings)));
        let mut best = None;
        let mut possible = 0;
        for (halt, settings) in judged {
            let (slack, there) = chance(halt, &gap, settings, scene.now);
            let most = minutes(settings.max_slack_hours * 60.0);
            // With more slack, a silence says nothing about the stop, so it is not the best one.
            if slack <= most {
                best = best.max(Some(slack));
            }
            let enough = (minutes(settings.slack_minutes)..=most).contains(&slack);
            possible += usize::from(enough && minutes(settings.together_minutes) <= there);
        }
        let silent = gap.length(scene.now).minutes();
        shown
            .is("silent_since", gap.from.at.to_string(), "a silence that reception does not explain", true)
            .is("silence_usual_there", gap.usual, "false", !gap.usual)
            .at_least("silent_minutes", Some(silent), self.base.slack_minutes)
            .between(
                "slack_minutes",
                best.filter(|slack| Span::ZERO <= *slack).map(Span::minutes),
                self.base.slack_minutes,
                self.base.max_slack_hours * 60.0,
            )
            .at_least_one("stops_within_reach", possible)
            .is(
                "above_a_fact",
                possible,
                format!("<= {} stops within reach", self.base.most_stops),
                possible <= self.base.most_stops as usize,
            )
    }

    /// The conditions on a vessel that stopped.
    pub(super) fn as_stopped(&self, scene: &Scene<'_>, step: &Step<'_>) -> Explanation {
        let halt = scene.episodes.halts.of(step.key).next_back().map(|(_, halt)| halt);
        let profile = halt.and_then(|halt| self.profile(scene, halt));
        let settings = profile.map_or(&self.base, |profile| &self.profiles.get(profile).settings);
        let shown = Explanation::new("as the one that stopped").takes_part(&scene.tracks.vessel(step.vessel));
        let Some(halt) = halt else {
            return shown.at_least("stopped_minutes", Some(0.0), settings.stop_minutes);
        };
        let zones = zones_at(scene.chart, halt.position).into_iter().map(|(zone, _)| zone);
        let mut profiles = Vec::new();
        self.profiles.anywhere(scene.chart, zones, scene.now, &mut profiles);
        let place = Place::at(scene.chart, halt.position, scene.now);
        let shown = shown.is("stopped_since", halt.started_at.to_string(), "the latest stop at sea", true);
        let shown = match profile.or(profiles.first().copied()) {
            Some(profile) => self.profiles.get(profile).explain_place(shown, Some(&place), settings.min_shore_nm),
            None => shown.is("runs_here", "no", "where no zone leaves it out", false),
        };
        let until = stop_end(halt, scene.now);
        let others = scene.gaps.during(halt.started_at, until, settings.longest()).filter(|gap| gap.key != step.key);
        let best = others.map(|gap| chance(halt, gap, settings, scene.now)).max_by_key(|(slack, _)| *slack);
        let in_force = profile.or(profiles.first().copied()).map(|profile| self.profiles.get(profile));
        let candidates = in_force.map_or_else(Vec::new, |profile| candidates(scene, halt, profile, None));
        let silent = candidates.first().map_or(step.key, |candidate| candidate.gap.key);
        // A vessel alongside explains the stop, whichever vessel was silent.
        let beside = beside(scene, halt, silent);
        let explains = beside.as_ref().is_some_and(Beside::explains);
        let measured = beside.map_or("none".to_owned(), |Beside { key, together, whole, metres }| {
            format!("{key} (for {together} of {whole}, within {metres:.0} m)")
        });
        shown
            .at_least("stopped_minutes", Some(halt.still.minutes()), settings.stop_minutes)
            .is("alongside_another", measured, "none for long enough to explain the stop", !explains)
            .spare("silent_vessels_slack_minutes", best.map(|(slack, _)| slack), settings.slack_minutes)
            .spare("silent_vessels_there_minutes", best.map(|(_, there)| there), settings.together_minutes)
            .at_least_one("silent_vessels_possible", candidates.len())
            .is(
                "above_a_fact",
                candidates.len(),
                format!("<= {} possible", settings.most_candidates),
                candidates.len() <= settings.most_candidates as usize,
            )
    }
}
