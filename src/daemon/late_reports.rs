//! Notices that nearly all reports come too late for engine time, as when a recording is sent twice into one daemon.
//!
//! Such reports are counted and change hardly anything, so a daemon that gets nothing else looks healthy and opens no alerts. A few late
//! reports among others are usual, and say nothing.

/// Share of the reports of one look that must be late for them to count. With fewer, others are in time.
const NEARLY_ALL: f64 = 0.95;
/// Number of late reports from which they are reported: fewer may be the rest of a connection that was interrupted.
const MANY: u64 = 100;

/// What the engine has counted up to a look.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Counted {
    /// Reports decoded.
    pub(super) reports: u64,
    /// Those among them that were older than engine time.
    pub(super) late: u64,
    /// Lines of each input whose reports should be in time.
    pub(super) lines: Vec<u64>,
    /// Lines of all other inputs. A satellite feed is late as set, a recording beside live inputs by definition, and a feed that lags has a
    /// warning of its own.
    pub(super) others: u64,
}

/// The late reports since the last look in which others were in time.
#[derive(Default)]
pub(super) struct LateReports {
    /// The counts of the last look; `None` before the first one.
    before: Option<Counted>,
    /// Number of late reports since the last look in which others were in time.
    run: u64,
    /// The inputs, by place, whose lines came meanwhile.
    inputs: Vec<usize>,
    /// Whether the log has them.
    logged: bool,
}

impl LateReports {
    /// Compares the counts with those of the last look.
    pub(super) fn note(&mut self, now: Counted) {
        let Some(before) = self.before.replace(now.clone()) else {
            return;
        };
        let (reports, late) = (now.reports - before.reports, now.late - before.late);
        // Which input the late reports came from is not counted.
        if reports == 0 || now.others != before.others {
            return;
        }
        if (late as f64) < NEARLY_ALL * reports as f64 {
            *self = LateReports { before: Some(now), ..LateReports::default() };
            return;
        }
        self.run += late;
        let sent = now.lines.iter().zip(&before.lines).enumerate().filter(|(_, (now, before))| before < now);
        for (place, _) in sent {
            if !self.inputs.contains(&place) {
                self.inputs.push(place);
            }
        }
    }

    /// The inputs, by place, and how many of their reports were too late; `None` if they are few.
    pub(super) fn found(&self) -> Option<(&[usize], u64)> {
        (MANY <= self.run && !self.inputs.is_empty()).then_some((&self.inputs[..], self.run))
    }

    /// Marks them as logged, and returns whether they were not. True once for each run.
    pub(super) fn take_unlogged(&mut self) -> bool {
        self.found().is_some() && !std::mem::replace(&mut self.logged, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(reports: u64, late: u64, lines: [u64; 2]) -> Counted {
        Counted { reports, late, lines: lines.to_vec(), others: 0 }
    }

    #[test]
    fn a_recording_that_is_sent_again_is_reported_once_until_reports_are_in_time() {
        let mut late = LateReports::default();
        late.note(counted(5_000, 10, [5_000, 0]));
        late.note(counted(6_000, 20, [6_000, 0]));
        assert_eq!(late.found(), None, "a few are usual");
        late.note(counted(6_080, 100, [6_080, 0]));
        assert_eq!(late.found(), None, "too few so far");
        late.note(counted(9_000, 3_000, [9_000, 0]));
        assert_eq!(late.found(), Some((&[0][..], 2_980)));
        assert!(late.take_unlogged() && !late.take_unlogged());
        late.note(counted(9_000, 3_000, [9_000, 0]));
        assert!(late.found().is_some(), "nothing came since");
        late.note(counted(9_100, 3_010, [9_000, 100]));
        assert_eq!(late.found(), None);
        assert!(!late.take_unlogged());
        late.note(counted(9_300, 3_210, [9_000, 300]));
        assert_eq!(late.found(), Some((&[1][..], 200)));
        assert!(late.take_unlogged());
    }

    #[test]
    fn late_reports_are_forgotten_once_more_than_a_few_are_in_time() {
        let mut late = LateReports::default();
        late.note(counted(0, 0, [0, 0]));
        late.note(counted(1_000, 990, [1_000, 0]));
        assert_eq!(late.found(), Some((&[0][..], 990)));
        late.note(counted(2_000, 1_890, [2_000, 0]));
        assert_eq!(late.found(), None, "one in ten opens alerts");
    }

    #[test]
    fn late_reports_beside_a_feed_that_may_be_late_say_nothing() {
        let mut late = LateReports::default();
        late.note(counted(0, 0, [0, 0]));
        late.note(Counted { others: 990, ..counted(1_000, 990, [0, 10]) });
        assert_eq!(late.found(), None);
    }

    #[test]
    fn counts_from_before_the_start_say_nothing() {
        let mut late = LateReports::default();
        late.note(counted(9_000, 9_000, [0, 0]));
        assert_eq!(late.found(), None);
    }
}
