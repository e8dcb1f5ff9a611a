//! How often the main loop is asked to explain a vessel. The loop answers that itself, between two batches of lines.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::platform::clock::Moment;

/// Explanations in one second, for all readers together.
const A_SECOND: u32 = 5;

/// Counts explanations by the second.
#[derive(Debug, Default)]
pub(in crate::http) struct Ration(Mutex<Option<(Moment, u32)>>);

impl Ration {
    /// Takes one explanation; false if there were enough in this second.
    pub(in crate::http) fn take(&self, now: Moment) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *taken {
            Some((since, count)) if now.since(*since) < Duration::from_secs(1) => {
                *count = count.saturating_add(1);
                *count <= A_SECOND
            }
            _ => {
                *taken = Some((now, 1));
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Clock;

    #[test]
    fn the_sixth_explanation_in_a_second_is_refused() {
        let (ration, now) = (Ration::default(), Clock.moment());
        assert_eq!((0..7).filter(|_| ration.take(now)).count(), 5);
        assert!(ration.take(now.later(Duration::from_millis(1001))));
    }
}
