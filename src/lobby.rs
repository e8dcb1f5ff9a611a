//! Places for connections that have not asked for anything yet: a newcomer always gets one, at the cost of the one that waits longest.
//!
//! Refusing newcomers would let a few slow peers shut everybody else out. A peer that means well sends its request at once and is gone
//! from here long before its turn comes to make room.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::SockRef;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// A connection keeps its place for at least this long: a request follows its connection at once, also from a busy machine.
const GRACE: Duration = Duration::from_millis(50);
/// Connections that the system holds until we accept them. With the usual 128, a burst of others makes a client wait a second or three
/// before it tries again.
const BACKLOG: i32 = 1024;

/// Makes room for bursts of connections at a socket that is listened on.
pub fn widen(listener: &impl AsFd) -> io::Result<()> {
    SockRef::from(listener).listen(BACKLOG)
}

/// The places of one listener.
#[derive(Clone)]
pub struct Lobby(Arc<Shared>);

struct Shared {
    /// Places in all.
    most: usize,
    state: Mutex<State>,
    /// A place may have become free, or its connection may be displaced again.
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// By number, which is the order of arrival.
    guests: BTreeMap<u64, Guest>,
    next: u64,
    /// How many have been displaced.
    displaced: u64,
}

struct Guest {
    network: IpAddr,
    since: Instant,
    /// Being answered: it cannot be displaced.
    kept: bool,
    displaced: CancellationToken,
}

/// The place of one connection; given back when dropped.
pub struct Place {
    lobby: Lobby,
    number: u64,
    displaced: CancellationToken,
}

/// While it lives, its connection is not displaced.
pub struct Kept<'a>(&'a Place);

impl Lobby {
    /// With so many places.
    pub fn new(most: usize) -> Lobby {
        Lobby(Arc::new(Shared { most, state: Mutex::default(), changed: Notify::new() }))
    }

    /// A place for a newcomer from `address`. Where all are taken, a connection of the network with the most gives its place up, the
    /// oldest first; the newcomer waits until that one has had its moment of grace.
    pub async fn take(&self, address: IpAddr) -> Place {
        let network = network(address);
        loop {
            let changed = self.0.changed.notified();
            if self.is_full() {
                // Those whose request is there already are read first.
                tokio::task::yield_now().await;
            }
            match self.try_take(network) {
                Ok(place) => return place,
                // A time-out only means that it is worth another look.
                Err(wait) => drop(timeout(wait, changed).await),
            }
        }
    }

    /// How many connections had to make room for others so far.
    pub fn displaced(&self) -> u64 {
        self.state().displaced
    }

    fn is_full(&self) -> bool {
        self.0.most <= self.state().guests.len()
    }

    /// If there is none yet, how long to wait before another look.
    fn try_take(&self, network: IpAddr) -> Result<Place, Duration> {
        let mut state = self.state();
        if self.0.most <= state.guests.len() {
            let (number, since) = state.first_to_leave(network).ok_or(GRACE)?;
            if let Some(rest) = GRACE.checked_sub(since.elapsed()).filter(|rest| !rest.is_zero()) {
                return Err(rest);
            }
            if let Some(guest) = state.guests.remove(&number) {
                guest.displaced.cancel();
                state.displaced += 1;
            }
        }
        let displaced = CancellationToken::new();
        let number = state.next;
        state.next += 1;
        let guest = Guest { network, since: Instant::now(), kept: false, displaced: displaced.clone() };
        state.guests.insert(number, guest);
        Ok(Place { lobby: self.clone(), number, displaced })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The oldest connection of the network that has the most, the newcomer's own counted with the newcomer.
    fn first_to_leave(&self, newcomer: IpAddr) -> Option<(u64, Instant)> {
        let mut crowds = BTreeMap::from([(newcomer, 1_usize)]);
        for guest in self.guests.values() {
            *crowds.entry(guest.network).or_default() += 1;
        }
        let free = self.guests.iter().filter(|(_, guest)| !guest.kept);
        // The first of equals is the oldest.
        let first = free.rev().max_by_key(|(_, guest)| crowds[&guest.network]);
        first.map(|(number, guest)| (*number, guest.since))
    }
}

impl Place {
    /// Ends when the place was given to another connection; this one is to be closed.
    pub fn displaced(&self) -> WaitForCancellationFutureOwned {
        self.displaced.clone().cancelled_owned()
    }

    /// Whether it was.
    pub fn is_displaced(&self) -> bool {
        self.displaced.is_cancelled()
    }

    /// Keeps the connection from being displaced while it is answered. `None` when half of all places are kept already, so that slow
    /// answers cannot shut everybody out either.
    pub fn keep(&self) -> Option<Kept<'_>> {
        let mut state = self.lobby.state();
        let kept = state.guests.values().filter(|guest| guest.kept).count();
        let guest = state.guests.get_mut(&self.number)?;
        if guest.kept || self.lobby.0.most <= 2 * kept {
            return None;
        }
        guest.kept = true;
        Some(Kept(self))
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if let Some(guest) = self.0.lobby.state().guests.get_mut(&self.0.number) {
            guest.kept = false;
        }
        self.0.lobby.0.changed.notify_one();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lobby.state().guests.remove(&self.number);
        self.lobby.0.changed.notify_one();
    }
}

/// What one peer has: an IPv4 address, or a /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn in_time(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { timeout(Duration::from_secs(10), test).await }).expect("nobody waits for ever");
    }

    #[test]
    fn a_newcomer_takes_the_place_of_the_oldest_of_the_largest_crowd() {
        in_time(async {
            let lobby = Lobby::new(3);
            let station = lobby.take(address("192.0.2.1")).await;
            let first = lobby.take(address("2001:db8::1")).await;
            let second = lobby.take(address("2001:db8::2")).await;
            let began = Instant::now();
            let third = lobby.take(address("2001:db8::3")).await;
            assert!(GRACE / 2 < began.elapsed(), "the first had its time");
            assert!(first.is_displaced() && !second.is_displaced() && !station.is_displaced());
            let _other = lobby.take(address("198.51.100.1")).await;
            assert!(second.is_displaced() && !third.is_displaced() && !station.is_displaced());
            // One each: the oldest goes.
            let _last = lobby.take(address("198.51.100.2")).await;
            assert!(station.is_displaced() && !third.is_displaced());
        });
    }

    #[test]
    fn behind_one_address_the_oldest_goes_and_who_leaves_makes_room_at_once() {
        in_time(async {
            let (lobby, proxy) = (Lobby::new(2), address("::ffff:192.0.2.1"));
            let first = lobby.take(proxy).await;
            let second = lobby.take(address("192.0.2.1")).await;
            let third = lobby.take(proxy).await;
            assert!(first.is_displaced() && !second.is_displaced());
            drop(third);
            let began = Instant::now();
            let _fourth = lobby.take(proxy).await;
            assert!(began.elapsed() < GRACE && !second.is_displaced());
        });
    }

    #[test]
    fn who_is_answered_stays_but_never_more_than_half() {
        in_time(async {
            let (lobby, peer) = (Lobby::new(2), address("192.0.2.1"));
            let first = lobby.take(peer).await;
            let second = lobby.take(peer).await;
            let kept = first.keep().expect("nobody else is kept");
            assert!(second.keep().is_none());
            let third = lobby.take(peer).await;
            assert!(!first.is_displaced() && second.is_displaced());
            drop(kept);
            let _fourth = lobby.take(peer).await;
            assert!(first.is_displaced() && !third.is_displaced());
        });
    }
}
