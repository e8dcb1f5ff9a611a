//! Limits the connections per address, so that one peer cannot take all of them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Number of open connections by address.
pub(super) type AddressCounts = Arc<Mutex<BTreeMap<IpAddr, u16>>>;

/// One connection counted for its address; released when dropped.
pub(super) struct AddressPermit {
    counts: AddressCounts,
    address: IpAddr,
}

impl AddressPermit {
    /// Counts one more connection; `None` if the address already has `most`.
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
