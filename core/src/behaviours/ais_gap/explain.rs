//! The conditions of a gap for one vessel, as data.
//!
//! They are listed under the settings at the vessel's last position, as if it had fallen silent there, so that they can be asked of a
//! vessel that is still heard.

use crate::base::text::about;
use crate::behaviours::shared::sharing::explain_silence;
use crate::behaviours::{Explanation, Scene, Step};
use crate::picture::coverage::{SilenceRate, Usual};

use super::rule::AisGap;

impl AisGap {
    /// The conditions under each profile in force.
    pub(super) fn conditions(&self, scene: &Scene<'_>, step: &Step<'_>) -> Vec<Explanation> {
        let (profiles, watched) = self.profiles.for_explaining(scene.chart, step.presence, scene.now);
        let silence = scene.coverage.silence(step.vessel);
        let learned = scene.coverage.learned();
        let silence_rate = silence.map_or(SilenceRate::default(), |silence| scene.coverage.silence_rate(silence));
        let left = silence.and_then(|silence| silence.left);
        let own = scene.tracks.vessel(step.vessel).heard_share(scene.now);
        // Once silent, the share is that of the day before the silence.
        let own = silence.map_or(own, |silence| silence.own_record);
        let shown = profiles.into_iter().map(|profile| {
            let profile = self.profiles.get(profile);
            let settings = &profile.settings;
            let about = if watched { "watched" } else { "elsewhere, unless heading for a watched zone" };
            let needed = if watched { settings.watched_minutes } else { settings.after_hours * 60.0 };
            let shown =
                explain_silence(Explanation::new(about).takes_part(&scene.tracks.vessel(step.vessel)), scene, step);
            let out = left.map_or("no".to_owned(), |left| format!("since {left}"));
            profile
                .explain_place(shown, step.place.map(|place| place.place(scene.chart)).as_ref(), settings.min_shore_nm)
                .at_least("silent_minutes", step.fix.map(|fix| (scene.now - fix.at).minutes()), needed)
                .is("reception_learned", learned, "true", learned)
                .below("probability_unheard", silence.map(|silence| silence.unheard()), settings.max_probability)
                .is("sailed_out_of_reach", out, "no", left.is_none())
                .is("silences_there", said_of(&silence_rate), "seldom", silence_rate.usual().is_none())
                .is(
                    "own_record_percent",
                    (own * 100.0).round(),
                    "anything; at 95 % and above the next slot would have been received too",
                    true,
                )
        });
        shown.collect()
    }
}

/// How often other vessels fall silent, in words: on the input or in the cell, whichever makes silence usual.
fn said_of(silence_rate: &SilenceRate) -> String {
    let (silences, hours) = match silence_rate.usual() {
        Some(Usual::Feed) => (silence_rate.feed_silences, silence_rate.feed_hours),
        Some(Usual::Cell) | None => (silence_rate.cell_silences, silence_rate.cell_hours),
    };
    format!("about {} of other vessels in {} vessel-hours", about(silences), about(hours))
}
