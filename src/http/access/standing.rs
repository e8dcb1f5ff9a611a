//! Whether the last request on a connection came from a signed-in reader; only such connections may stay open.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

/// The standing of one connection. Shared by its requests and what limits its life.
#[derive(Debug, Default)]
pub(in crate::http) struct Standing {
    /// Whether the reader of the last request was identified.
    signed_in: AtomicBool,
    /// Number of requests that are being answered.
    answering: AtomicUsize,
}

/// Counts a request while it is answered.
#[derive(Debug)]
pub(in crate::http) struct Answering(Arc<Standing>);

impl Standing {
    /// Notes whether the reader of a request was identified.
    pub(in crate::http) fn set(&self, signed_in: bool) {
        self.signed_in.store(signed_in, Relaxed);
    }

    /// Whether the last reader was identified.
    pub(in crate::http) fn is_signed_in(&self) -> bool {
        self.signed_in.load(Relaxed)
    }

    /// Whether a request is being answered.
    pub(in crate::http) fn is_answering(&self) -> bool {
        0 < self.answering.load(Relaxed)
    }

    /// Counts a request until the guard is dropped.
    pub(in crate::http) fn answer(self: &Arc<Standing>) -> Answering {
        self.answering.fetch_add(1, Relaxed);
        Answering(Arc::clone(self))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answering.fetch_sub(1, Relaxed);
    }
}
