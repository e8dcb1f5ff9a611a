//! What outlives the process: the store with its cases, notices and purges, the journal and the snapshots.
//!
//! The store and the journal work on threads of their own and report events. The loop never waits for them, except at
//! a start, after a loss and at the end. If the store is full, the feeds pause; if it fails, alerts are held back
//! rather than sent without being stored.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tracing::{error, info, warn};

use super::driver::EngineDriver;
use super::recover::{self, Start};
use super::restart::Records;
use super::restart::{PurgedLines, purge_lines};
use crate::config::Checked;
use crate::delivery::{self, Wake};
use crate::platform::clock::{Clock, Moment};
use crate::platform::disk::Absence;
use crate::platform::telemetry::{FromAir, Pulse};
use crate::storage::journal::{self, Rehearsal};
use crate::storage::store::{self, Orders, Store};
use atalaia_core::alerts::cases::Case;
use atalaia_core::alerts::{Change, Notice, NoticeFacts, VesselFlood};
use atalaia_core::engine::Engine;

/// Time the store has for the remaining changes when stopping.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// Minimum interval between two writes of the cases, which change with many alerts.
const CASES_EVERY: Duration = Duration::from_secs(10);
/// Interval between purges of expired records.
const PURGE_EVERY: Duration = Duration::from_secs(24 * 3600);

/// Interval between two reports of a vessel flood.
const FLOOD_EVERY: Duration = Duration::from_secs(60);
/// How long without an eviction until a flood is over.
const FLOOD_OVER: Duration = Duration::from_secs(600);

/// The store and the journal of the daemon.
pub(super) struct Persistence {
    /// For when changes were stored, and what is past its retention.
    pub(super) clock: Clock,
    /// `None` without a store, and once it has been closed.
    pub(super) store: Option<Store>,
    /// What the store reports.
    pub(super) stored: UnboundedReceiver<store::Event>,
    /// The journal and the snapshots; `None` without a store or with the journal disabled.
    pub(super) records: Option<Records>,
    /// What the journal reports.
    pub(super) journal_says: UnboundedReceiver<journal::Event>,
    /// Whether a snapshot is to begin at the end of this turn. Set by the tick, when the changes of the turn are not yet stored.
    pub(super) is_due: bool,
    /// Since when the cases have changed; `None` if they are stored.
    cases_at: Option<Moment>,
    /// Ids of the cases that have been stored since the start, as far as the engine still has them. Others are stored with their alerts.
    cases: BTreeSet<String>,
    /// The daily removal of what is past its retention.
    purging: Purging,
    /// More vessels than there is room for.
    flood: Flood,
}

/// What has been reported about evicted vessels.
struct Flood {
    /// Evictions since the engine began, as of the last report.
    reported: u64,
    /// When the last report was made; `None` outside a flood.
    at: Option<Moment>,
    /// Whether a flood alert may be open, possibly from an earlier run.
    noticed: bool,
}

/// The purge in progress, if any, and when the last one began.
#[derive(Default)]
struct Purging {
    /// The store the daemon started with; a different store in the settings takes effect after a restart.
    path: Option<PathBuf>,
    /// The last purge, which may have ended; `None` before the first.
    thread: Option<JoinHandle<()>>,
    /// When it began.
    began: Option<Moment>,
}

/// The sinks' filters and the handling settings, as the store needs them.
pub(super) fn orders(settings: &Checked) -> Orders {
    let filter = settings.sinks.iter().map(delivery::Settings::filter).collect();
    Orders { filters: filter, handling: settings.engine.handling.clone() }
}

/// What the operator should do about a store or journal that is missing or cannot be written. Part of the log's message.
fn remedy(absence: Absence) -> &'static str {
    match absence {
        Absence::Gone => {
            "move it back to where it was, the same file or folder and not a copy; the daemon then continues by itself. If it is lost, \
             make the folder it was in, if that is gone too, and restart the daemon, which then begins a new, empty one"
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

impl Persistence {
    /// Opens store and journal, and restores the engine as far as they have it. Returns the engine with the numbers of the inputs in it.
    /// May take minutes after a long outage; `taking_up` beats meanwhile.
    ///
    /// # Errors
    /// If the store or the journal cannot be opened. What cannot be restored is logged, and the daemon starts without it.
    pub(super) fn open(
        settings: &Checked,
        clock: Clock,
        taking_up: &Arc<Pulse>,
        wake: &Wake,
    ) -> io::Result<(Persistence, Start)> {
        let (tell, stored) = unbounded_channel();
        let (tell_journal, journal_says) = unbounded_channel();
        let syncer = Arc::new(OnceLock::new());
        let journal_synced = Arc::clone(&syncer);
        let open = |path: &PathBuf| {
            let wake = wake.clone();
            // Wakes the workers, including those on hold. The receiver is drained until shutdown; a send after that may fail.
            let tell = move |event| {
                wake.wake();
                drop((event != store::Event::Stored).then(|| tell.send(event)));
            };
            let mut said = false;
            let before = move |position| recover::wait_for_journal(&journal_synced, position, &mut said);
            Store::open(path, orders(settings), move || clock.now(), before, tell).map_err(io::Error::other)
        };
        let store = settings.store.as_ref().map(open).transpose()?;
        if let Some((_, path)) = store.as_ref().filter(|store| store.is_new()).zip(settings.store.as_ref()) {
            // Usual at the first start. Later it means that the store was moved, or that the settings name another.
            warn!("no store at {}; a new, empty one was created", FromAir(&path.display().to_string()));
        }
        let tell = move |event| drop(tell_journal.send(event));
        let (started, records) = recover::begin(settings, store.as_ref(), &syncer, clock, taking_up, tell)?;
        let flood = Flood { reported: started.driver.engine.tracks().evicted(), at: None, noticed: true };
        let purging = Purging::default();
        let kept = Persistence {
            clock,
            store,
            stored,
            records,
            journal_says,
            is_due: false,
            cases_at: None,
            cases: BTreeSet::new(),
            purging,
            flood,
        };
        Ok((kept, started))
    }

    /// Path of the store that the daemon started with, for its audit trail. `None` without a store, and before the first purge has noted it.
    pub(super) fn trail(&self) -> Option<&Path> {
        self.purging.path.as_deref().filter(|_| self.store.is_some())
    }

    /// Whether more changes can be stored: a full store pauses the feeds and nothing else.
    pub(super) fn has_room(&self) -> bool {
        self.store.as_ref().is_none_or(Store::has_room)
    }

    /// Stores changes after the entries that led to them, together with the cases that they begin. Returns them if there is no store.
    pub(super) fn store(&mut self, changes: Vec<Change>, engine: &Engine) -> Option<Vec<Change>> {
        let Some(store) = &self.store else {
            return Some(changes);
        };
        let mut begun: BTreeMap<String, Case> = BTreeMap::new();
        for change in &changes {
            let named = change.alert.case_id.as_ref();
            if named.is_none_or(|id| self.cases.contains(id) || begun.contains_key(id)) {
                continue;
            }
            // A later change of this turn may have put the alert into another case.
            begun.extend(engine.case_with(&change.alert.id).map(|case| (case.id.clone(), case)));
        }
        self.cases.extend(begun.keys().cloned());
        self.cases_at.get_or_insert_with(|| self.clock.moment());
        // The store waits until the journal is durable up to here, so that a restart can decide the same again.
        let position = self.records.as_mut().map_or(0, Records::flush);
        store.changes_with_cases(changes, begun.into_values().collect(), position);
        None
    }

    /// Stores the cases if they have changed and [`CASES_EVERY`] has passed.
    pub(super) fn store_cases(&mut self, engine: &Engine) {
        let Some(store) = &self.store else {
            return;
        };
        let now = self.clock.moment();
        if self.cases_at.take_if(|since| CASES_EVERY <= now.since(*since)).is_some() {
            let cases = engine.cases();
            self.cases = cases.iter().map(|case| case.id.clone()).collect();
            store.cases(cases);
        }
    }

    /// Reports, while it lasts, that vessels exceed the track limit. The usual cause is a feed that sends invented MMSIs.
    pub(super) fn report_flood(&mut self, engine: &Engine, now: Moment) {
        let tracks = engine.tracks();
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
        let facts = NoticeFacts::VesselFlood(VesselFlood { tracks, evicted });
        store.notice(Notice { facts, holds, summary });
    }

    /// Removes expired records and lines at startup and once a day, on a thread of its own. A purge interrupted by shutdown is completed
    /// by the next one.
    pub(super) fn purge(&mut self, settings: &Checked) {
        let moment = self.clock.moment();
        let recent = self.purging.began.is_some_and(|began| moment.since(began) < PURGE_EVERY);
        let busy = self.purging.thread.as_ref().is_some_and(|thread| !thread.is_finished());
        if self.purging.path.is_none() {
            self.purging.path.clone_from(&settings.store);
        }
        let Some(path) = self.purging.path.clone().filter(|_| self.store.is_some() && !recent && !busy) else {
            return;
        };
        self.purging.began = Some(moment);
        let (retention, now) = (settings.retention.clone(), self.clock.now());
        let (store, journal, days) = (path.clone(), settings.journal.clone(), retention.raw_days);
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
        let work = move || match store::purge(&path, &retention, store::OURSELVES, now, false) {
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

    /// Stores the cases and waits for the store to write everything queued. Returns what the store has reported by then.
    pub(super) fn settle(&mut self, engine: &Engine) -> Vec<store::Event> {
        let Some(store) = &self.store else {
            return Vec::new();
        };
        store.cases(engine.cases());
        if !store.settle(LAST_WORDS) {
            error!("the last alerts are not stored yet; one more attempt follows, and then the daemon stops");
        }
        std::iter::from_fn(|| self.stored.try_recv().ok()).collect()
    }

    /// Closes the store, and then the journal with a last snapshot. Returns whether everything is stored.
    pub(super) fn close(&mut self, driver: &mut EngineDriver) -> bool {
        let stored = self.store.take().is_none_or(Store::finish);
        match stored {
            true => self.close_records(driver),
            // Keep the previous snapshot as the newest, so that the next start repeats the decisions made since.
            false => drop(self.records.take()),
        }
        stored
    }
}

/// Logs an event from the store.
pub(super) fn log_store(event: &store::Event) {
    match event {
        // The store's own thread has already woken the sink workers.
        store::Event::Stored => {}
        store::Event::Failing { why, absence: None } => {
            error!(%why, "the store cannot be written; alerts are held back and not delivered")
        }
        store::Event::Failing { why, absence: Some(absence) } => {
            error!(%why, "the store file is gone; alerts are held back and not delivered. To do: {}", remedy(*absence))
        }
        store::Event::Working => info!("the store can be written again"),
        store::Event::GivenUp(alerts) => warn!(alerts, "open alerts whose state is lost are ended in the store"),
    }
}

/// Logs a change in the state of the journal.
pub(super) fn log_journal(event: &journal::Event) {
    match event {
        journal::Event::Failing { why, absence: None } => {
            error!(%why, "the journal cannot be written; lines are kept in memory while there is room")
        }
        journal::Event::Failing { why, absence: Some(absence) } => {
            let remedy = remedy(*absence);
            error!(%why, "the journal folder is gone; lines are kept in memory while there is room. To do: {remedy}")
        }
        journal::Event::Working { lost: 0 } => info!("the journal can be written again"),
        journal::Event::Working { lost } => {
            warn!(lost, "the journal can be written again; lines in between will be missing after a restart")
        }
        journal::Event::SegmentGone { path } => error!(
            path = %path.display(),
            "a journal file in use was deleted or moved, and a new one is begun; without it, its lines are missing in searches. To do: put it back"
        ),
        journal::Event::Unsealed { why } => warn!(%why, "part of the journal remains uncompressed"),
    }
}
