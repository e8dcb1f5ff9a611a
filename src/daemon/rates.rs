//! Lines per second of each input over the last minute.
//!
//! For the pages and `atalaia status`. Counted on the loop, so lines that wait in a channel are not in it.

use std::collections::VecDeque;
use std::time::Duration;

/// Length of the window. Long enough that stations which send in bursts have a steady rate.
const MINUTE: Duration = Duration::from_secs(60);

/// Line counts of the inputs, sampled once a second, with the time since the start: about 61 samples. Samples are total counts, so one that
/// is missed costs nothing but precision.
#[derive(Default)]
pub(super) struct Rates(VecDeque<(Duration, Vec<u64>)>);

impl Rates {
    /// Adds a sample: the lines each input has had in total, `now` after the start.
    pub(super) fn note(&mut self, now: Duration, lines: Vec<u64>) {
        while self.0.get(1).is_some_and(|(seen, _)| MINUTE <= now.saturating_sub(*seen)) {
            self.0.pop_front();
        }
        self.0.push_back((now, lines));
    }

    /// Lines per second of the input at index `place`, over the last minute or since the first sample; 0 with fewer than two samples.
    pub(super) fn per_second(&self, place: usize) -> f64 {
        let (Some((from, before)), Some((to, after))) = (self.0.front(), self.0.back()) else {
            return 0.0;
        };
        // An input missing from an older sample had no lines then.
        let lines = |counts: &[u64]| counts.get(place).copied().unwrap_or(0);
        let seconds = to.saturating_sub(*from).as_secs_f64();
        if seconds <= 0.0 { 0.0 } else { lines(after).saturating_sub(lines(before)) as f64 / seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_older_than_a_minute_do_not_count() {
        let (mut rates, at) = (Rates::default(), Duration::from_secs);
        assert_eq!(rates.per_second(0), 0.0);
        rates.note(at(0), vec![100]);
        assert_eq!(rates.per_second(0), 0.0, "nothing to compare with");
        rates.note(at(10), vec![200, 50]);
        assert_eq!((rates.per_second(0), rates.per_second(1), rates.per_second(2)), (10.0, 5.0, 0.0));
        for second in 11..=75 {
            rates.note(at(second), vec![200, 50]);
        }
        assert_eq!(rates.per_second(0), 0.0, "silent for a minute");
        assert!(rates.0.len() <= 62, "{}", rates.0.len());
    }
}
