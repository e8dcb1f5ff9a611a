//! Candidates: fixes that no track of their MMSI could have made, which wait for others that agree with them.
//!
//! Several ships may use one MMSI, with their reports interleaved. Each further ship has a candidate of its own, so that the
//! others do not keep it from being confirmed.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::base::time::Time;

use super::accept::{CANDIDATE_AGE, CONFIRMING_FIXES, metres_off, possible};
use super::track::Fix;

/// Maximum number of candidates of one MMSI. A further one replaces the one that has been silent longest.
const MOST_WAITING: usize = 8;

/// The candidates, by MMSI. An MMSI without any is not in the map.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Candidates {
    waiting: FxHashMap<u32, Vec<Candidate>>,
}

/// One or two fixes of one ship, oldest first; never empty.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Candidate {
    fixes: Vec<Fix>,
    /// The newest of the fixes: the next one must be possible after it.
    last: Fix,
}

impl Candidates {
    /// Adds a fix that no track of its MMSI could have made, to the nearest candidate that could have, or else as a new candidate. Returns
    /// the fixes of a further ship, oldest first, once three agree. `jump_knots` is a speed that no ship reaches.
    pub(super) fn add(&mut self, mmsi: u32, fix: Fix, jump_knots: f64) -> Option<Vec<Fix>> {
        let waiting = self.waiting.entry(mmsi).or_default();
        waiting.retain(|candidate| fix.at - candidate.last.at <= CANDIDATE_AGE);
        let agreeing = waiting
            .iter()
            .enumerate()
            .filter(|(_, candidate)| possible(&candidate.last, &fix, jump_knots))
            .min_by(|(_, a), (_, b)| metres_off(&a.last, &fix).total_cmp(&metres_off(&b.last, &fix)));
        let Some((place, candidate)) = agreeing else {
            if waiting.len() == MOST_WAITING
                && let Some((oldest, _)) = waiting.iter().enumerate().min_by_key(|(_, candidate)| candidate.last.at)
            {
                waiting.remove(oldest);
            }
            // Most MMSIs have one.
            waiting.reserve_exact(1);
            waiting.push(Candidate { fixes: vec![fix], last: fix });
            return None;
        };
        // A second report for the same moment confirms nothing.
        if candidate.fixes.iter().any(|known| known.at == fix.at) {
            return None;
        }
        let candidate = &mut waiting[place];
        candidate.fixes.push(fix);
        candidate.fixes.sort_unstable_by_key(|fix| fix.at);
        candidate.last = candidate.fixes.last().copied().unwrap_or(fix);
        if candidate.fixes.len() < CONFIRMING_FIXES {
            return None;
        }
        let confirmed = waiting.swap_remove(place);
        // Candidates that this ship could also have sent are not other ships.
        waiting.retain(|other| !possible(&confirmed.last, &other.last, jump_knots));
        if waiting.is_empty() {
            self.waiting.remove(&mmsi);
        }
        Some(confirmed.fixes)
    }

    /// The largest number of fixes that agree so far for one candidate of an MMSI; 0 without a candidate.
    pub(super) fn waiting(&self, mmsi: u32) -> usize {
        let fixes = |candidates: &Vec<Candidate>| candidates.iter().map(|candidate| candidate.fixes.len()).max();
        self.waiting.get(&mmsi).and_then(fixes).unwrap_or(0)
    }

    /// Drops candidates whose newest fix is older than `CANDIDATE_AGE` at `now`.
    pub(super) fn expire(&mut self, now: Time) {
        self.waiting.retain(|_, candidates| {
            candidates.retain(|candidate| now - candidate.last.at <= CANDIDATE_AGE);
            !candidates.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ais::{Class, Position, SourceId, StationId};
    use crate::geo::LatLon;

    fn fix(seconds: i64, lat: f64) -> Fix {
        Fix {
            at: Time::from_seconds(seconds),
            position: LatLon::new(lat, -17.0),
            said: Position::new(Class::A, 1, Some((lat, -17.0)), Some(0.0), None, None, None),
            station: StationId(0),
            source: SourceId(0),
        }
    }

    /// Number of ships confirmed, of `ships` that send in turn, one report every 20 s.
    fn confirmed_of(ships: i64) -> usize {
        let mut candidates = Candidates::default();
        let fixes = (0..ships * 3).map(|number| fix(number * 20, 20.0 + (number % ships) as f64));
        fixes.filter_map(|fix| candidates.add(1, fix, 60.0)).count()
    }

    #[test]
    fn up_to_eight_ships_in_turn_are_each_confirmed() {
        for ships in 1..=8 {
            assert_eq!(confirmed_of(ships), ships as usize);
        }
        assert_eq!(confirmed_of(9), 0);
    }

    #[test]
    fn neither_two_fixes_nor_a_repeated_moment_confirm_a_ship() {
        let mut candidates = Candidates::default();
        for fix in [fix(0, 20.0), fix(60, 20.0), fix(60, 20.0001)] {
            assert_eq!(candidates.add(1, fix, 60.0), None);
        }
        assert_eq!(candidates.waiting(1), 2);
        assert!(candidates.add(1, fix(120, 20.0), 60.0).is_some());
        assert_eq!(candidates.waiting(1), 0);
    }

    #[test]
    fn a_candidate_waits_half_an_hour() {
        let mut candidates = Candidates::default();
        candidates.add(1, fix(0, 20.0), 60.0);
        candidates.add(1, fix(1800, 20.0), 60.0);
        assert_eq!(candidates.waiting(1), 2);
        candidates.add(1, fix(3601, 20.0), 60.0);
        assert_eq!(candidates.waiting(1), 1);
        candidates.expire(Time::from_seconds(5402));
        assert_eq!(candidates.waiting(1), 0);
    }

    #[test]
    fn fixes_out_of_order_confirm_in_order() {
        let mut candidates = Candidates::default();
        candidates.add(1, fix(60, 20.0), 60.0);
        candidates.add(1, fix(0, 20.0), 60.0);
        let confirmed = candidates.add(1, fix(30, 20.0), 60.0).expect("three fixes");
        assert_eq!(confirmed.iter().map(|fix| fix.at.seconds()).collect::<Vec<_>>(), [0, 30, 60]);
    }
}
