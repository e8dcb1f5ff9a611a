//! How often somebody may ask and try to sign in.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use super::secret::digest;
use crate::platform::clock::Moment;
use crate::platform::net::RateLimit;
use crate::storage::store::folded;

/// Attempts to sign in that one name, and one address, has a minute.
const ATTEMPTS: usize = 5;
/// The minute of [`ATTEMPTS`].
const WINDOW: Duration = Duration::from_secs(60);
/// Time between two removals of names and addresses that are free again.
const SWEEP: Duration = Duration::from_secs(5);
/// One request per this time is sustained, 50 a second; see [`BURST`].
const EVERY: Duration = Duration::from_millis(20);
/// 200 requests may come at once.
const BURST: Duration = Duration::from_secs(4);
/// Number of readers or addresses from which those that are free again are forgotten.
const MANY: usize = 4096;
/// Bound on the names and addresses that are remembered. A stranger with so many addresses must not fill the memory; that all are then
/// forgotten allows a handful of further guesses at each name, which does not help either.
const MOST: usize = 65_536;

/// Attempts to sign in, by name and by address.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// Times of the last attempts of each name or address.
    recent: BTreeMap<Origin, VecDeque<Moment>>,
    /// When those without an attempt in the last minute were last forgotten; `None` before the first time.
    swept: Option<Moment>,
}

/// What attempts are counted by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Origin {
    /// A name, by its digest: names come from strangers and may be long.
    Name([u8; 32]),
    /// An address, or the /64 of one.
    Address(IpAddr),
}

impl Attempts {
    /// Takes an attempt, before the password is looked at. Without a name only the address counts.
    ///
    /// # Errors
    /// The time until the next attempt, if there were too many.
    pub(super) fn take(&mut self, name: Option<&str>, address: IpAddr, now: Moment) -> Result<(), Duration> {
        self.sweep(now);
        let keys = || origins(name, address);
        let wait = keys().filter_map(|key| {
            let times = self.recent.get(&key)?;
            let first = times.len().checked_sub(ATTEMPTS).and_then(|place| times.get(place))?;
            WINDOW.checked_sub(now.since(*first)).filter(|wait| !wait.is_zero())
        });
        if let Some(wait) = wait.max() {
            return Err(wait);
        }
        for key in keys() {
            let times = self.recent.entry(key).or_default();
            times.push_back(now);
            if ATTEMPTS < times.len() {
                times.pop_front();
            }
        }
        Ok(())
    }

    /// Takes back the last attempt, which was right, so that colleagues behind one address do not lock each other out at shift change.
    pub(super) fn give_back(&mut self, name: Option<&str>, address: IpAddr) {
        for key in origins(name, address) {
            if let Some(times) = self.recent.get_mut(&key) {
                times.pop_back();
            }
        }
    }

    /// Forgets names and addresses without an attempt in the last minute, every few seconds, and all if there are too many.
    fn sweep(&mut self, now: Moment) {
        if MOST <= self.recent.len() {
            self.recent.clear();
        }
        if self.swept.is_some_and(|swept| now.since(swept) < SWEEP) {
            return;
        }
        self.swept = Some(now);
        self.recent.retain(|_, times| times.back().is_some_and(|last| now.since(*last) < WINDOW));
    }
}

/// What an attempt counts for. The case of a name does not matter, as when it is looked up.
fn origins(name: Option<&str>, address: IpAddr) -> impl Iterator<Item = Origin> {
    let name = name.map(|name| Origin::Name(digest(&folded(name))));
    [name, Some(Origin::Address(network(address)))].into_iter().flatten()
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
            assert_eq!(attempts.take(Some("Silva"), address(second as u8), at(second)), Ok(()));
        }
        assert_eq!(attempts.take(Some("silva"), address(9), at(5)), Err(Duration::from_secs(55)));
        assert_eq!(attempts.take(Some("silva"), address(9), at(61)), Ok(()));
        for name in ["a", "b", "c", "d", "e"] {
            assert_eq!(attempts.take(Some(name), address(77), at(100)), Ok(()));
        }
        assert!(attempts.take(Some("f"), address(77), at(100)).is_err());
        attempts.give_back(Some("e"), address(77));
        assert_eq!(attempts.take(Some("f"), address(77), at(100)), Ok(()));
    }

    #[test]
    fn guessed_links_of_one_address_leave_links_of_another_alone() {
        let (mut attempts, now) = (Attempts::default(), Clock.moment());
        let (stranger, colleague) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..5 {
            assert_eq!(attempts.take(None, stranger, now), Ok(()));
        }
        assert!(attempts.take(None, stranger, now).is_err());
        assert_eq!(attempts.take(None, colleague, now), Ok(()));
    }

    #[test]
    fn attempts_are_forgotten_after_a_minute_and_their_number_is_bounded() {
        let (mut attempts, start) = (Attempts::default(), Clock.moment());
        let address = |number: u32| IpAddr::from(number.to_be_bytes());
        for number in 0..100 {
            assert_eq!(attempts.take(Some(&format!("{number}")), address(number), start), Ok(()));
        }
        assert_eq!(attempts.recent.len(), 200);
        let later = start.later(Duration::from_secs(61));
        assert_eq!(attempts.take(None, address(0), later), Ok(()));
        assert_eq!(attempts.recent.len(), 1, "only the last one");
        for number in 0..2 * MOST as u32 {
            assert_eq!(
                attempts.take(None, address(number), later),
                Ok(()),
                "attempts from other addresses do not count against this one"
            );
            assert!(attempts.recent.len() <= MOST);
        }
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
