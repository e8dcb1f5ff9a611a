//! Startup: restores the state from snapshot and journal, if a journal is kept.
//!
//! The order of steps, each of which may be cut short by a crash without harm to the next start:
//!
//! - settle the journal, so that its last entries are known to be on disk;
//! - load a snapshot and replay what follows; decisions are stored on the way, and the store ignores those it has;
//! - open the journal for writing, beyond everything that the store refers to;
//! - compare the open alerts with the store, and store what it lacks;
//! - write the entry that the daemon has started, and save a snapshot, so that the next start need not do all this
//!   again.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use tracing::{error, info, warn};

use super::driver::EngineDriver;
use super::recordings;
use super::restart::{self, PATIENCE, Place, Records, Restoration};
use super::settings_archive::SettingsArchive;
use crate::config::Checked;
use crate::platform::clock::Clock;
use crate::platform::disk::{Disk, RealDisk};
use crate::platform::fault;
use crate::platform::telemetry::Pulse;
use crate::storage::journal::{self, Entry, Position, Syncer};
use crate::storage::store::{self, SetAside, Store};
use atalaia_core::ais::SourceId;
use atalaia_core::alerts::Change;
use atalaia_core::base::time::Span;

/// What the main loop starts with.
pub(super) struct Start {
    /// The engine, restored as far as possible.
    pub(super) driver: EngineDriver,
    /// The engine's number of each input, in the order of the settings.
    pub(super) ids: Vec<SourceId>,
    /// For each input the lines of its recording that were used before a restart; 0 for other kinds.
    pub(super) used_before: Vec<u64>,
}

/// Restores the previous state, opens the journal and writes the entry that the daemon has started. Without a store or with the journal
/// disabled there is no state to restore, and no [`Records`].
///
/// # Errors
/// If the store cannot be read, the settings cannot be archived, or the journal cannot be opened. A state that cannot be restored is only
/// logged: the daemon must watch, even without its past.
pub(super) fn begin(
    settings: &Checked,
    store: Option<&Store>,
    syncer: &OnceLock<Syncer>,
    clock: Clock,
    pulse: &Arc<Pulse>,
    tell: impl Fn(journal::Event) + Send + Sync + 'static,
) -> io::Result<(Start, Option<Records>)> {
    let ours: Vec<String> = settings.inputs.iter().map(|input| input.name.clone()).collect();
    let (Some(store), Some(folder)) = (store, restart::folder(settings)) else {
        let ids = (0..ours.len()).map(|index| SourceId(index as u16)).collect();
        let used_before = vec![0; ours.len()];
        let driver = EngineDriver::new(settings, ours, settings.in_force()?.key);
        return Ok((Start { driver, ids, used_before }, None));
    };
    if let Some((damaged, path)) = store.set_aside().zip(settings.store.as_deref()) {
        log_damage(damaged, path);
    }
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let rebuild = Span::from_hours(i64::from(settings.journal.rebuild_hours));
    let (program, pulse) = (restart::program()?, Arc::clone(pulse));
    let place = Place { disk: Arc::clone(&disk), folder, rebuild, program, pulse };
    let mut archive = SettingsArchive::new(disk, &place.folder);
    // The files usually still contain the settings that were in force before the restart, so this avoids reading them again.
    let record = settings.in_force()?;
    archive.know(&record.key, settings);
    let reached = settings.store.as_deref().map(store::reached).transpose().map_err(io::Error::other)?.unwrap_or(0);

    if let Err(error) = journal::settle(&*place.disk, &place.folder) {
        error!(%error, "what was received before the restart may not survive a power failure");
    }
    let began = clock.moment();
    let keep = |changes: Vec<Change>, position: Position| store.changes(changes, position.0);
    let restored = place.restore(&mut archive, clock.now(), keep);
    let restored = restored.unwrap_or_else(|error| {
        error!(%error, "the state before the restart cannot be read; starting without it");
        Restoration { driver: None, position: Position(0), entries: 0, whole: false }
    });
    archive.keep(&record, settings)?;
    let in_force = record.key;
    // The store may be ahead of a journal that was restored from a copy or lost its end. Positions must not be used
    // twice: changes are stored with the position that they depend on.
    let at_least = restored.position.max(Position(reached));
    let whole = restored.whole && reached <= restored.position.0;
    let mut records = Records::open(&place, archive, at_least, clock, tell)?;
    // Cannot fail: this is the only place that sets it.
    let _ = syncer.set(records.journal.syncer());

    // A first start has nothing to report.
    let was_known = restored.driver.is_some();
    let mut driver = restored.driver.unwrap_or_else(|| EngineDriver::new(settings, ours.clone(), in_force.clone()));
    let known: BTreeSet<String> = driver.engine.open_alerts().iter().map(|alert| alert.id.clone()).collect();
    store.open_are(known.clone());
    let mut changes = Vec::new();
    // A snapshot must not run ahead of the store: the next start would skip alerts that the journal decided but the store lacks.
    let mut settled = store.settle(PATIENCE);
    match settings.store.as_deref().filter(|_| settled).map(|path| store::revisions(path, &known)) {
        Some(Ok(stored)) => driver.engine.revisions(&stored, &mut changes),
        Some(Err(error)) => error!(%error, "open alerts cannot be read from the store"),
        None => error!("the store does not accept alerts rebuilt from the journal; trying again"),
    }
    if !changes.is_empty() {
        warn!(alerts = changes.len(), "open alerts missing from the store were stored again");
    }

    // Known inputs keep their numbers; new ones are appended.
    let mut names = driver.names.clone();
    names.extend(ours.iter().filter(|name| !driver.names.contains(name)).cloned());
    let id = |name: &String| SourceId(names.iter().position(|known| known == name).unwrap_or(0) as u16);
    let ids: Vec<SourceId> = ours.iter().map(id).collect();
    let at = clock.now();
    let away = driver.received.map(|from| (at - from).to_string());
    fault::point("restart-begun");
    records.append(&Entry::Begun { at, sources: names.clone(), in_force: in_force.clone() });
    driver.begin(at, names, &in_force, settings, &mut changes);
    if !changes.is_empty() {
        store.changes(changes, records.flush());
        settled &= store.settle(PATIENCE);
    }
    if settled && let Err(error) = records.save_now(&mut driver, at) {
        error!(%error, "the engine's state was not saved");
    }
    if was_known {
        info!(
            vessels = driver.engine.tracks().len(),
            open_alerts = driver.engine.open_alerts().len(),
            entries = restored.entries,
            seconds = clock.moment().since(began).as_secs_f64(),
            away,
            whole,
            "state restored"
        );
    }
    let used_before = recordings::used_before(&*place.disk, &place.folder, settings, &driver, &ids);
    Ok((Start { driver, ids, used_before }, Some(records)))
}

/// Waits until the journal is durable up to `position`. If that fails, the alert is stored anyway and only its source lines are at risk.
/// `said` suppresses repeated warnings until the journal works again.
pub(super) fn wait_for_journal(syncer: &OnceLock<Syncer>, position: u64, said: &mut bool) {
    let Some(syncer) = syncer.get() else {
        return;
    };
    let reached = syncer.reach(Position(position), PATIENCE);
    if let Err(error) = &reached
        && !*said
    {
        warn!(%error, "the lines behind the alerts cannot be synced to disk before the alerts are stored");
    }
    *said = reached.is_err();
}

/// Logs that the store at `path` was damaged, what is kept, and what the operator can do. An error, though the daemon goes on.
fn log_damage(damaged: &SetAside, path: &Path) {
    error!(why = %damaged.why, "the store was damaged and has been set aside; {}", damaged.account(path));
}
