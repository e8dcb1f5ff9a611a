//! Connections counted by address, so that one peer does not take all the places.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Connections by address.
pub(super) type AddressCounts = Arc<Mutex<BTreeMap<IpAddr, u16>>>;

/// One connection of an address; given back when dropped.
pub(super) struct AddressPermit {
    counts: AddressCounts,
    address: IpAddr,
}

impl AddressPermit {
    /// `None` when the address has `most` already.
    pub(super) fn take(counts: &AddressCounts, address: IpAddr, most: u16) -> Option<AddressPermit> {
        let mut taken = counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_insert(0);
        if most <= *count {
            return None;
        }
        *count += 1;
        Some(AddressPermit { counts: Arc::clone(counts), address })
    }
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        let mut taken = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}
