//! Limits the connections of a listener that have not yet sent a request. A new connection always gets a place; when all places are taken,
//! the oldest waiting connection of the busiest network is closed to make room.
//!
//! Refusing new connections instead would let a few slow peers shut out all others. A well-behaved peer sends its request at once, so it
//! has left the lobby long before it could be displaced.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Minimum time a connection keeps its place. A request normally follows its connection at once, even from a busy machine.
const GRACE: Duration = Duration::from_millis(50);

/// The places of one listener. Clones share the same places.
#[derive(Clone)]
pub struct Lobby(Arc<Shared>);

/// What the clones of a lobby share.
struct Shared {
    /// Total number of places.
    most: usize,
    /// The connections. Never locked across an `await`.
    state: Mutex<State>,
    /// Notified when a place may be free, or when a kept connection may be displaced again.
    changed: Notify,
}

/// The connections that have a place.
#[derive(Default)]
struct State {
    /// Connections by number. Numbers are given in order of arrival.
    connections: BTreeMap<u64, Arrival>,
    /// Number of the next connection.
    next: u64,
    /// Number of connections displaced since the start.
    displaced: u64,
}

/// A connection that has a place.
struct Arrival {
    /// The network it comes from, as one peer.
    network: IpAddr,
    /// When it got its place.
    since: Instant,
    /// The connection is being answered and cannot be displaced.
    kept: bool,
    /// The connection is of somebody who is known and cannot be displaced either.
    settled: bool,
    /// Cancelled when its place is given to another.
    displaced: CancellationToken,
}

/// The place of one connection. Dropping it gives the place back.
pub struct Place {
    /// The lobby it belongs to.
    lobby: Lobby,
    /// Number of the connection.
    number: u64,
    /// Cancelled when the place is given to another.
    displaced: CancellationToken,
}

/// A guard. The connection of this place is not displaced while the guard lives.
pub struct Kept<'a>(&'a Place);

impl Lobby {
    /// Creates a lobby with `most` places.
    pub fn new(most: usize) -> Lobby {
        Lobby(Arc::new(Shared { most, state: Mutex::default(), changed: Notify::new() }))
    }

    /// Returns a place for a new connection from `address`. If all are taken, the oldest displaceable connection of the network with the
    /// most connections loses its place. The new connection waits until that one has had its grace period.
    pub async fn take(&self, address: IpAddr) -> Place {
        let network = network(address);
        loop {
            // Taken before looking: a place that becomes free in between is not missed.
            let changed = self.0.changed.notified();
            if self.is_full() {
                // Lets connections whose request has already arrived be read first.
                tokio::task::yield_now().await;
            }
            match self.try_take(network) {
                Ok(place) => return place,
                // A time-out only means that it is time to look again.
                Err(wait) => drop(timeout(wait, changed).await),
            }
        }
    }

    /// Number of connections displaced by others since the start.
    pub fn displaced(&self) -> u64 {
        self.state().displaced
    }

    /// Whether all places are taken at the moment.
    fn is_full(&self) -> bool {
        self.0.most <= self.state().connections.len()
    }

    /// Returns a place, or the time to wait before trying again.
    fn try_take(&self, network: IpAddr) -> Result<Place, Duration> {
        let mut state = self.state();
        if self.0.most <= state.connections.len() {
            let (number, since) = state.first_to_leave(network).ok_or(GRACE)?;
            if let Some(rest) = GRACE.checked_sub(since.elapsed()).filter(|rest| !rest.is_zero()) {
                return Err(rest);
            }
            if let Some(connection) = state.connections.remove(&number) {
                connection.displaced.cancel();
                state.displaced += 1;
            }
        }
        let displaced = CancellationToken::new();
        let number = state.next;
        state.next += 1;
        let connection =
            Arrival { network, since: Instant::now(), kept: false, settled: false, displaced: displaced.clone() };
        state.connections.insert(number, connection);
        Ok(Place { lobby: self.clone(), number, displaced })
    }

    /// Locks the connections. A panic cannot leave them half changed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arrival {
    /// Whether it cannot be displaced at the moment.
    fn is_held(&self) -> bool {
        self.kept || self.settled
    }
}

impl State {
    /// The oldest displaceable connection of the network that has the most connections. The new connection counts towards its own network.
    fn first_to_leave(&self, newcomer: IpAddr) -> Option<(u64, Instant)> {
        let mut crowds = BTreeMap::from([(newcomer, 1_usize)]);
        for connection in self.connections.values() {
            *crowds.entry(connection.network).or_default() += 1;
        }
        let free = self.connections.iter().filter(|(_, connection)| !connection.is_held());
        // `max_by_key` returns the last maximum. The order is reversed, so that is the oldest connection.
        let first = free.rev().max_by_key(|(_, connection)| crowds[&connection.network]);
        first.map(|(number, connection)| (*number, connection.since))
    }
}

impl Place {
    /// Completes when the place has been given to another connection. The caller must then close its own.
    pub fn displaced(&self) -> WaitForCancellationFutureOwned {
        self.displaced.clone().cancelled_owned()
    }

    /// Whether the place has been given to another connection.
    pub fn is_displaced(&self) -> bool {
        self.displaced.is_cancelled()
    }

    /// Protects the connection for as long as it lasts, or no longer. Returns whether it is protected: not if half of all places are protected
    /// already.
    pub fn settle(&self, wanted: bool) -> bool {
        let mut state = self.lobby.state();
        let held = state.connections.values().filter(|connection| connection.is_held()).count();
        let most = self.lobby.0.most;
        let Some(connection) = state.connections.get_mut(&self.number) else {
            return false;
        };
        connection.settled = wanted && (connection.is_held() || 2 * held < most);
        connection.settled
    }

    /// Protects the connection from being displaced while it is answered. Returns `None` if half of all places are protected already, so
    /// that slow answers cannot shut out every new connection either.
    pub fn keep(&self) -> Option<Kept<'_>> {
        let mut state = self.lobby.state();
        let kept = state.connections.values().filter(|connection| connection.is_held()).count();
        let connection = state.connections.get_mut(&self.number)?;
        if connection.kept || self.lobby.0.most <= 2 * kept {
            return None;
        }
        connection.kept = true;
        Some(Kept(self))
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.0.lobby.state().connections.get_mut(&self.0.number) {
            connection.kept = false;
        }
        self.0.lobby.0.changed.notify_one();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lobby.state().connections.remove(&self.number);
        self.lobby.0.changed.notify_one();
    }
}

/// The network that counts as one peer: an IPv4 address, or an IPv6 /64 prefix.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

#[cfg(test)]
mod tests;
