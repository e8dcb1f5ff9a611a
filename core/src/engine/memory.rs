//! Passes fixes to the detectors of episodes, and the episodes that they find to the rules.

use crate::alerts::Change;
use crate::base::time::Time;
use crate::picture::episodes::{Look, SHORE_NM};
use crate::picture::tracks::{Activity, FOLLOWED, Fix};

use super::machine::Engine;
use super::turn::Turn;

impl Engine {
    /// Passes a fix to the detectors of episodes, and what they find to the rules.
    pub(super) fn remember(&mut self, turn: &Turn, fix: Fix, now: Time, out: &mut Vec<Change>) {
        let &Turn { vessel: ix, smg, tick, .. } = turn;
        // A slow vessel outside calm water that no rule follows may have no place yet.
        let place = turn.place.unwrap_or_else(|| self.places.vicinity(&self.world.chart, ix, fix.position, now).0);
        let vessel = self.world.tracks.vessel(ix);
        if !vessel.takes_part() {
            return;
        }
        let zones = &self.world.chart.zones;
        let watched = self.places.presence(ix).iter().any(|(zone, _)| {
            let zone = zones.get(zone);
            zone.watched() && zone.active(now)
        });
        let followed = vessel.active() & (1 << FOLLOWED) != 0;
        let off_shore = place.is_off_shore(&self.world.chart, SHORE_NM);
        // The exact distance costs a search of the coast, so a detector looks it up only when it begins an episode.
        let shore_nm = &|| place.shore_nm(&self.world.chart);
        let calm = place.in_calm();
        let look = Look { vessel, key: vessel.key(), fix, smg, off_shore, shore_nm, calm, watched, tick };
        self.world.episodes.look(&look, &mut self.news);
        let follows = self.world.episodes.follows(ix);
        if follows != followed {
            self.world.tracks.mark_active(ix, FOLLOWED, if follows { Activity::Keeps } else { Activity::Done });
        }
        self.tell_news(now, out);
    }

    /// Passes beginnings and ends of episodes to the rules.
    pub(super) fn tell_news(&mut self, now: Time, out: &mut Vec<Change>) {
        if self.news.is_empty() {
            return;
        }
        // Taken out, because what the rules do with the news borrows the engine. The buffer is put back with its memory.
        let mut told = std::mem::take(&mut self.news);
        for news in told.drain(..) {
            self.each_rule(now, |engine, _, rule, output| {
                rule.episode(&engine.scene(now), news, output);
                true
            });
        }
        self.news = told;
        self.tell(now, out);
    }
}
