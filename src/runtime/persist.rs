//! The loop and the store: handles store events, vessel floods and the daily purge, and stores the last changes at shutdown.

use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{error, info, warn};

use super::{Daemon, PurgedLines, purge_lines};
use crate::alerts::{Notice, NoticeKind};
use crate::clock::Moment;
use crate::config::Checked;
use crate::delivery;
use crate::disk::Absence;
use crate::journal::Rehearsal;
use crate::store::{self, Orders};

/// Time the store has for the remaining changes when stopping.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Minimum interval between two writes of the cases, which change with many alerts.
const CASES_EVERY: Duration = Duration::from_secs(10);
/// Interval between purges of expired records.
const PURGE_EVERY: Duration = Duration::from_secs(24 * 3600);

/// Interval between two reports of a vessel flood, and how long without an eviction until the flood is over.
const FLOOD_EVERY: Duration = Duration::from_secs(60);
const FLOOD_OVER: Duration = Duration::from_secs(600);

/// What has been reported about evicted vessels.
pub(super) struct Flood {
    /// Evictions since the engine began, as of the last report.
    reported: u64,
    /// When the last report was made; `None` outside a flood.
    at: Option<Moment>,
    /// Whether a flood alert may be open, possibly from an earlier run.
    noticed: bool,
}

impl Flood {
    /// The state at startup; `reported` is the number of evictions the engine has already counted.
    pub(super) fn from(reported: u64) -> Flood {
        Flood { reported, at: None, noticed: true }
    }
}

/// The purge in progress, if any, and when the last one began.
#[derive(Default)]
pub(super) struct Purging {
    /// The store the daemon started with; a different store in the settings takes effect after a restart.
    path: Option<PathBuf>,
    thread: Option<JoinHandle<()>>,
    began: Option<Moment>,
}

/// The sinks' filters and the handling settings, as the store needs them.
pub(super) fn orders(settings: &Checked) -> Orders {
    let filter = settings.sinks.iter().map(delivery::Settings::filter).collect();
    Orders { filters: filter, handling: settings.engine.handling.clone() }
}

/// What the operator should do about a store or journal that is missing or cannot be written.
pub(super) fn remedy(absence: Absence) -> &'static str {
    match absence {
        Absence::Gone => {
            "move it back to where it was, the same file or folder and not a copy; the daemon then continues by itself. If it is lost, \
             restart the daemon, which then creates a new one"
        }
        Absence::Replaced => {
            "move the one the daemon started with back to where it was; the daemon then continues by itself. To work with what stands there \
             now, restart the daemon"
        }
        Absence::ReadOnly => {
            "see the kernel log for the cause, repair the disk and remount it writable; the daemon then continues by itself"
        }
        Absence::Unreadable => {
            "make sure that the daemon's user can reach it and that its disk responds; the daemon then continues by itself"
        }
    }
}

impl Daemon {
    /// Handles an event from the store.
    pub(super) fn stored(&mut self, event: store::Event) {
        self.status.store(&event);
        match event {
            // The store's own thread has already woken the sink workers.
            store::Event::Stored => return,
            store::Event::Failing { why, absence: None } => {
                error!(%why, "the store cannot be written; alerts are held back and not delivered")
            }
            store::Event::Failing { why, absence: Some(absence) } => {
                error!(%why, "the store file is gone; alerts are held back and not delivered. To do: {}", remedy(absence))
            }
            store::Event::Working => info!("the store can be written again"),
            store::Event::GivenUp(alerts) => warn!(alerts, "open alerts whose state is lost are ended in the store"),
        }
        self.show();
    }

    /// Stores the cases if they have changed and [`CASES_EVERY`] has passed.
    pub(super) fn tell_store(&mut self) {
        let Some(store) = &self.store else {
            return;
        };
        let now = self.clock.moment();
        if self.cases_at.take_if(|since| CASES_EVERY <= now.since(*since)).is_some() {
            store.cases(self.driver.engine.cases());
        }
    }

    /// Reports, while it lasts, that vessels exceed the track limit. The usual cause is a feed that sends invented MMSIs.
    pub(super) fn tell_flood(&mut self, now: Moment) {
        let tracks = self.driver.engine.tracks();
        let (evicted, tracks) = (tracks.evicted(), tracks.len());
        let Flood { reported, at, noticed } = &mut self.flood;
        let more = evicted - (*reported).min(evicted);
        let holds = 0 < more;
        if holds && at.is_none_or(|at| FLOOD_EVERY <= now.since(at)) {
            error!(
                evicted = more,
                tracks,
                "more vessels than tracks.max_tracks; those received only once are dropped first, never one in an open alert; check whether a feed invents vessels"
            );
        } else if holds || at.is_some_and(|at| now.since(at) < FLOOD_OVER) || !*noticed {
            return;
        }
        (*reported, *at) = (evicted, holds.then_some(now));
        let Some(store) = self.store.as_ref().filter(|_| holds || *noticed) else {
            return;
        };
        *noticed = holds;
        let summary = match holds {
            true => format!(
                "More vessels are heard than there is room for ({tracks}): {more} have been let go within a minute, those heard once first, none in \
                 an open alert. A feed that invents vessels looks like this."
            ),
            false => "There is room for all vessels again.".to_owned(),
        };
        let mut measured = serde_json::Map::new();
        measured.insert("tracks".to_owned(), tracks.into());
        measured.insert("evicted".to_owned(), evicted.into());
        store.notice(Notice { kind: NoticeKind::VesselFlood, name: String::new(), holds, summary, measured });
    }

    /// Removes expired records and lines at startup and once a day, on a thread of its own. A purge interrupted by shutdown is completed
    /// by the next one.
    pub(super) fn purge(&mut self) {
        let moment = self.clock.moment();
        let recent = self.purging.began.is_some_and(|began| moment.since(began) < PURGE_EVERY);
        let busy = self.purging.thread.as_ref().is_some_and(|thread| !thread.is_finished());
        if self.purging.path.is_none() {
            self.purging.path.clone_from(&self.settings.store);
        }
        let Some(path) = self.purging.path.clone().filter(|_| self.store.is_some() && !recent && !busy) else {
            return;
        };
        self.purging.began = Some(moment);
        let (settings, now) = (self.settings.retention.clone(), self.clock.now());
        let (store, journal, days) = (path.clone(), self.settings.journal.clone(), settings.raw_days);
        let lines = move || match purge_lines(&store, &journal, days, now, Rehearsal::No) {
            Ok(PurgedLines { lines, in_force }) if lines.files + in_force == 0 => {}
            Ok(PurgedLines { lines, in_force }) => {
                info!(
                    files = lines.files,
                    bytes = lines.bytes,
                    in_force,
                    "purged received lines and the settings that went with them"
                )
            }
            Err(error) => error!(%error, "received lines could not be purged; next attempt in a day"),
        };
        let work = move || match store::purge(&path, &settings, store::OURSELVES, now, false) {
            Ok(purged) if purged.is_empty() => {}
            Ok(purged) => info!(
                alerts = purged.alerts,
                cases = purged.cases,
                notes = purged.notes,
                silences = purged.silences,
                audit = purged.audit,
                copies = purged.copies,
                "purged records past their retention"
            ),
            Err(error) => {
                error!(%error, "records past their retention could not be purged; next attempt in a day")
            }
        };
        let work = move || {
            work();
            lines();
        };
        match thread::Builder::new().name("purge".to_owned()).spawn(work) {
            Ok(thread) => self.purging.thread = Some(thread),
            Err(error) => error!(%error, "could not start a thread for the purge; next attempt in a day"),
        }
    }

    /// Stores the cases and waits for the store to write everything queued.
    pub(super) fn last_words(&mut self) {
        let Some(store) = &self.store else {
            return;
        };
        store.cases(self.driver.engine.cases());
        if !store.settle(LAST_WORDS) {
            error!("the store did not accept everything in time; one more attempt at shutdown");
        }
        while let Ok(event) = self.stored.try_recv() {
            self.stored(event);
        }
    }
}
