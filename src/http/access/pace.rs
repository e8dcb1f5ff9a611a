//! How often somebody may ask and try to sign in.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use crate::platform::clock::Moment;
use crate::platform::net::RateLimit;

/// Attempts to sign in that one name, and one address, has a minute.
const ATTEMPTS: usize = 5;
/// The minute.
const WINDOW: Duration = Duration::from_secs(60);
/// One request per this time is sustained, 50 a second; see [`BURST`].
const EVERY: Duration = Duration::from_millis(20);
/// 200 requests may come at once.
const BURST: Duration = Duration::from_secs(4);
/// Number of names or addresses from which those that are free again are forgotten.
const MANY: usize = 4096;

/// Attempts to sign in, by name and by address.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// Times of the last attempts, by `name NAME` or `from ADDRESS`.
    recent: BTreeMap<String, VecDeque<Moment>>,
}

impl Attempts {
    /// Takes an attempt, before the password is looked at.
    ///
    /// # Errors
    /// The time until the next attempt, if there were too many.
    pub(super) fn take(&mut self, name: &str, address: IpAddr, now: Moment) -> Result<(), Duration> {
        if MANY < self.recent.len() {
            self.recent.retain(|_, times| times.back().is_some_and(|last| now.since(*last) < WINDOW));
        }
        let keys = keys(name, address);
        let wait = keys.iter().filter_map(|key| {
            let times = self.recent.get(key)?;
            let first = times.len().checked_sub(ATTEMPTS).and_then(|place| times.get(place))?;
            WINDOW.checked_sub(now.since(*first)).filter(|wait| !wait.is_zero())
        });
        if let Some(wait) = wait.max() {
            return Err(wait);
        }
        for key in keys {
            let times = self.recent.entry(key).or_default();
            times.push_back(now);
            if ATTEMPTS < times.len() {
                times.pop_front();
            }
        }
        Ok(())
    }

    /// Takes back the last attempt, which was right: people at one address must not lock out one another at the change of the watch.
    pub(super) fn give_back(&mut self, name: &str, address: IpAddr) {
        for key in keys(name, address) {
            if let Some(times) = self.recent.get_mut(&key) {
                times.pop_back();
            }
        }
    }
}

/// The two keys of an attempt. The case of a name does not matter, as when it is looked up.
fn keys(name: &str, address: IpAddr) -> [String; 2] {
    [format!("name {}", name.to_lowercase()), format!("from {}", network(address))]
}

/// The address that counts as one: IPv4, or the /64 of IPv6, which one client has as a whole.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address => address,
    }
}

/// Requests, by credential or address.
#[derive(Debug, Default)]
pub(super) struct Requests {
    /// Limits by key.
    limits: BTreeMap<String, RateLimit>,
}

impl Requests {
    /// Takes a request.
    ///
    /// # Errors
    /// The time until the next one, if there were too many.
    pub(super) fn take(&mut self, key: &str, now: Moment) -> Result<(), Duration> {
        let whole = RateLimit::new(EVERY, BURST);
        if MANY < self.limits.len() {
            let all = whole.free(now);
            self.limits.retain(|_, limit| limit.free(now) < all);
        }
        let limit = self.limits.entry(key.to_owned()).or_insert(whole);
        let wait = limit.wait(now);
        match wait.is_zero() {
            true => {
                limit.spend(1, now);
                Ok(())
            }
            false => Err(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Clock;

    #[test]
    fn the_sixth_attempt_of_a_name_or_address_waits() {
        let mut attempts = Attempts::default();
        let start = Clock.moment();
        let at = |seconds| start.later(Duration::from_secs(seconds));
        let address = |last: u8| IpAddr::from([192, 0, 2, last]);
        for second in 0..5 {
            assert_eq!(attempts.take("Silva", address(second as u8), at(second)), Ok(()));
        }
        assert_eq!(attempts.take("silva", address(9), at(5)), Err(Duration::from_secs(55)));
        assert_eq!(attempts.take("silva", address(9), at(61)), Ok(()));
        for name in ["a", "b", "c", "d", "e"] {
            assert_eq!(attempts.take(name, address(77), at(100)), Ok(()));
        }
        assert!(attempts.take("f", address(77), at(100)).is_err());
        attempts.give_back("e", address(77));
        assert_eq!(attempts.take("f", address(77), at(100)), Ok(()));
    }

    #[test]
    fn two_hundred_requests_come_at_once_and_fifty_a_second_after() {
        let mut requests = Requests::default();
        let start = Clock.moment().later(Duration::from_secs(10));
        let taken = (0..400).filter(|_| requests.take("a", start).is_ok()).count();
        assert!((199..=201).contains(&taken), "{taken}");
        let later = start.later(Duration::from_secs(1));
        let taken = (0..400).filter(|_| requests.take("a", later).is_ok()).count();
        assert!((49..=51).contains(&taken), "{taken}");
        assert_eq!(requests.take("b", start), Ok(()));
    }
}
