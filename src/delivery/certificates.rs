//! Certificate files of a sink: where the settings name them, and whether they have changed since they were read.
//!
//! Certificates are renewed by other programs, every few months or every few days. The worker looks at the files between deliveries, so a
//! renewal needs neither a reload nor a restart.

use std::time::Duration;

use super::sinks::Settings;
use crate::platform::clock::Moment;
use crate::platform::tls::{self, Stamps};

/// Minimum time between two looks at the files, so that several can be replaced together.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// State of the files when they were read and when they were last looked at.
#[derive(Default)]
pub(super) struct Certificates {
    /// When the open sink read them.
    read: Stamps,
    /// At the last look.
    seen: Stamps,
    /// Time of the last look; `None` before the first.
    looked: Option<Moment>,
}

impl Certificates {
    /// Records the files' state when they are read.
    pub(super) fn note_read(&mut self, settings: &Settings) {
        self.read = settings.tls().map(tls::Settings::stamps).unwrap_or_default();
        self.seen = self.read.clone();
    }

    /// Whether the files differ from those that were read. They must also look the same twice in a row, so that a half-written file is not
    /// read.
    pub(super) fn have_changed(&mut self, settings: &Settings, now: Moment) -> bool {
        let Some(tls) = settings.tls() else {
            return false;
        };
        if self.looked.is_some_and(|looked| now.since(looked) < LOOK_EVERY) {
            return false;
        }
        self.looked = Some(now);
        // The same as at the last look, so nothing is being written.
        let before = std::mem::replace(&mut self.seen, tls.stamps());
        self.seen == before && self.seen != self.read
    }
}
