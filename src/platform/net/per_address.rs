//! Limits the connections per address, so that one peer cannot take all of them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The places of a listener: a number in all, and a number per address.
#[derive(Clone, Debug)]
pub struct PerAddressLimit {
    /// Number of places in all.
    most: u16,
    /// Number of places for one address.
    most_per_address: u16,
    /// Places taken, by address. An address without any is not in it.
    counts: Arc<Mutex<BTreeMap<IpAddr, u16>>>,
}

/// One of the places; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    /// Where it is given back.
    counts: Arc<Mutex<BTreeMap<IpAddr, u16>>>,
    /// The address that has it.
    address: IpAddr,
}

impl PerAddressLimit {
    /// At most `most` connections, and `most_per_address` from one address.
    pub fn new(most: u16, most_per_address: u16) -> PerAddressLimit {
        PerAddressLimit { most, most_per_address, counts: Arc::default() }
    }

    /// A place for a connection from this address; `None` if all that it may have are taken.
    pub fn take(&self, address: IpAddr) -> Option<Permit> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let all: u32 = counts.values().map(|count| u32::from(*count)).sum();
        let own = counts.get(&address).copied().unwrap_or_default();
        if u32::from(self.most) <= all || self.most_per_address <= own {
            return None;
        }
        counts.insert(address, own + 1);
        Some(Permit { counts: Arc::clone(&self.counts), address })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                // Otherwise the map would grow with every address that ever connected.
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_share_of_the_places_and_gives_them_back() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let limit = PerAddressLimit::new(3, 2);
        let first = limit.take(address("192.0.2.1")).expect("free");
        let _second = limit.take(address("192.0.2.1")).expect("free");
        assert!(limit.take(address("192.0.2.1")).is_none(), "its share is used up");
        let _third = limit.take(address("192.0.2.2")).expect("free");
        assert!(limit.take(address("192.0.2.3")).is_none(), "all are taken");
        drop(first);
        assert!(limit.take(address("192.0.2.3")).is_some());
    }
}
