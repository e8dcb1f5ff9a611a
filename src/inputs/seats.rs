//! Connections counted by address, so that one peer does not take all the places.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Connections by address.
pub(super) type Seats = Arc<Mutex<BTreeMap<IpAddr, u16>>>;

/// One connection of an address; given back when dropped.
pub(super) struct Seat {
    seats: Seats,
    address: IpAddr,
}

impl Seat {
    /// `None` when the address has `most` already.
    pub(super) fn take(seats: &Seats, address: IpAddr, most: u16) -> Option<Seat> {
        let mut taken = seats.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_insert(0);
        if most <= *count {
            return None;
        }
        *count += 1;
        Some(Seat { seats: Arc::clone(seats), address })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}
