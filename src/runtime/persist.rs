//! The loop and the store: what is stored goes out, what went out is noted, and at the end nothing is left behind.

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

/// How long the store may take with what is left when stopping.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Cases change with many alerts: they are stored at most so often.
const CASES_EVERY: Duration = Duration::from_secs(10);
/// How often what is old enough is removed.
const PURGE_EVERY: Duration = Duration::from_secs(24 * 3600);

/// How often a flood is told of while it lasts, and how long nothing may come of it until it is over.
const FLOOD_EVERY: Duration = Duration::from_secs(60);
const FLOOD_OVER: Duration = Duration::from_secs(600);

/// What was told of vessels that had to be let go.
pub(super) struct Flood {
    /// How many in all, when it was told last.
    told: u64,
    /// When that was; absent while there is no flood.
    at: Option<Moment>,
    /// Whether an alert says so; one of an earlier run may.
    noticed: bool,
}

impl Flood {
    /// Of a daemon that begins, in whose engine so many had to be let go before.
    pub(super) fn from(told: u64) -> Flood {
        Flood { told, at: None, noticed: true }
    }
}

/// The purge that is going on, if one is, and when the last began.
#[derive(Default)]
pub(super) struct Purging {
    /// The store the daemon began with: another one in the settings takes effect after a restart.
    path: Option<PathBuf>,
    thread: Option<JoinHandle<()>>,
    began: Option<Moment>,
}

/// Whom the store tells.
pub(super) fn orders(settings: &Checked) -> Orders {
    let filter = settings.sinks.iter().map(delivery::Settings::filter).collect();
    Orders { filters: filter, handling: settings.engine.handling.clone() }
}

/// What whoever is on watch is to do about a store or a journal that is away.
pub(super) fn remedy(absence: Absence) -> &'static str {
    match absence {
        Absence::Gone => {
            "move it back to where it was, the same file or folder and not a copy; the daemon then goes on by itself. If it is lost, restart the \
             daemon: it begins another"
        }
        Absence::Replaced => {
            "move the one the daemon began with back to where it was; the daemon then goes on by itself. To work with what stands there now, \
             restart the daemon"
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
    /// What the store says of itself.
    pub(super) fn stored(&mut self, event: store::Event) {
        self.status.store(&event);
        match event {
            // The workers were told by the store's own thread.
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

    /// How cases stand.
    pub(super) fn tell_store(&mut self) {
        let Some(store) = &self.store else {
            return;
        };
        let now = self.clock.moment();
        if self.cases_at.take_if(|since| CASES_EVERY <= now.since(*since)).is_some() {
            store.cases(self.driver.engine.cases());
        }
    }

    /// Says, while it lasts, that there are more vessels than there is room for: a flood of invented numbers, most likely.
    pub(super) fn tell_flood(&mut self, now: Moment) {
        let tracks = self.driver.engine.tracks();
        let (evicted, tracks) = (tracks.evicted(), tracks.len());
        let Flood { told, at, noticed } = &mut self.flood;
        let more = evicted - (*told).min(evicted);
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
        (*told, *at) = (evicted, holds.then_some(now));
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

    /// Removes what is old enough, at the start and once a day, beside the writer. A purge that the end of the daemon cuts off is taken
    /// up by the next.
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

    /// Stores what is left.
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
