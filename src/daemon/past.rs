//! Looking back: replays the journal through a separate engine while the daemon may be running. Nothing is written.
//!
//! `explain`, `vessel` and `who` use it. It starts at a snapshot if one is early enough, which is complete and quick;
//! otherwise 26 h before the time in question. It reads what a running daemon may be writing at the moment, and
//! therefore opens everything read-only and takes no lock.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::driver::EngineDriver;
use super::restart::{Place, program};
use super::settings_archive::SettingsArchive;
use crate::config::Checked;
use crate::platform::disk::{Disk, ReadOnly};
use crate::platform::telemetry::Pulse;
use crate::storage::journal::snapshots::{self, Found};
use crate::storage::journal::{self, Entry, Position};
use atalaia_core::alerts::Change;
use atalaia_core::base::time::{Span, Time};
use atalaia_core::engine::Engine;
use atalaia_core::zones::Chart;

/// Without a usable snapshot, reading begins this long before the requested time: as far back as an evidence bundle reaches.
const BEFORE: Span = Span::from_hours(26);
/// Shorter interruptions of the daemon are not reported.
const AWAY_FROM: Span = Span::from_minutes(2);
/// Number of changes after which they are handed on, so that a long journal does not fill the memory.
const TOGETHER: usize = 1000;

/// Parameters of a look back.
#[derive(Clone, Debug)]
pub struct LookBack {
    /// Folder of the journal.
    pub folder: PathBuf,
    /// Event time from which everything must be seen; `None` means the end of the journal.
    pub asked: Option<Time>,
    /// Engine time stops here, and reading with it; `None` reads to the end.
    pub until: Option<Time>,
    /// Time of receipt to start from, ignoring snapshots; `None` chooses the start automatically.
    pub read_from: Option<Time>,
}

/// Where a look back started reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// At a snapshot with this engine time; its state is complete.
    Snapshot(Time),
    /// At this time of receipt, with an empty state.
    Journal {
        /// Time of receipt of the first entry that was read.
        received: Time,
        /// Whether the journal has no earlier entry.
        first: bool,
    },
}

/// Result of a look back.
pub struct LookedBack {
    /// The engine at the requested time or at the end of the journal.
    pub engine: Engine,
    /// Settings and zones in force at that time.
    pub settings: Arc<Checked>,
    /// Where reading started.
    pub origin: Origin,
    /// Intervals, from and to, in which nothing was received because no daemon was running.
    pub away: Vec<(Time, Time)>,
    /// Number of gaps in the part of the journal that was read.
    pub holes: usize,
    /// The last time of receipt that was read; `None` if the journal gives none.
    pub received: Option<Time>,
}

impl LookedBack {
    /// Event time from which the reports that were read begin: an answer knows nothing from before. `None` after a snapshot,
    /// as nothing is missing then, and without a report. A recording that was played in begins long before it was received.
    pub fn since(&self) -> Option<Time> {
        match self.origin {
            Origin::Snapshot(_) => None,
            Origin::Journal { .. } => self.engine.summary().first_at,
        }
    }
}

/// Observes a look back while it runs.
pub trait Onlooker {
    /// Called after each line and each other entry, with the engine's state and the zones in force.
    fn look(&mut self, engine: &Engine, chart: &Chart);
    /// Alerts opened, changed or ended.
    fn changes(&mut self, changes: &[Change]);
}

/// Replays a journal through an engine, with the settings that were in force at the time.
///
/// # Errors
/// If the journal does not exist or cannot be read, or the settings that were in force cannot be used.
pub fn look_back(wanted: &LookBack, onlooker: &mut dyn Onlooker) -> io::Result<LookedBack> {
    let disk: Arc<dyn Disk> = Arc::new(ReadOnly);
    let folder = &wanted.folder;
    let nothing = || io::Error::new(io::ErrorKind::NotFound, format!("{}: nothing was received yet", folder.display()));
    let extent = journal::span(&*disk, folder).map_err(io::Error::other)?.ok_or_else(nothing)?;
    let (oldest, newest) = (extent.oldest.received, extent.newest.received);
    let mut archive = SettingsArchive::new(Arc::clone(&disk), folder);
    let place = Place {
        disk: Arc::clone(&disk),
        folder: folder.clone(),
        rebuild: BEFORE,
        program: program()?,
        pulse: Arc::<Pulse>::default(),
    };
    let saved = match wanted.read_from {
        Some(_) => None,
        None => saved(&place, &mut archive, wanted, oldest)?,
    };
    let mut course =
        Course { driver: None, current: None, origin: None, away: Vec::new(), changes: Vec::new(), failed: None };
    let from = match saved {
        Some((mut driver, position)) => {
            course.current = Some(archive.get(&driver.in_force)?);
            course.origin = driver.engine.now().map(Origin::Snapshot);
            hold(&mut driver, wanted);
            course.driver = Some(driver);
            position
        }
        None => {
            // By time of receipt. A feed may claim times far in the past, and then only the whole journal is certain to include them.
            let latest = newest.unwrap_or(Time::MAX);
            let asked = wanted.asked.unwrap_or(latest).min(latest);
            let since = wanted.read_from.unwrap_or(asked - BEFORE);
            let start = journal::start(&*disk, folder, since).map_err(io::Error::other)?.ok_or_else(nothing)?;
            let settings = archive.get(&start.in_force)?;
            let mut driver = EngineDriver::new(&settings, start.sources, start.in_force);
            hold(&mut driver, wanted);
            course.driver = Some(driver);
            course.current = Some(settings);
            start.position
        }
    };
    let read = journal::read(&*disk, folder, from, None, |_, entry| course.take(entry, oldest, &mut archive, onlooker));
    let read = read.map_err(io::Error::other)?;
    if let Some(error) = course.failed {
        return Err(error);
    }
    let (Some(mut driver), Some(settings)) = (course.driver, course.current) else {
        return Err(nothing());
    };
    driver.engine.finish(&mut course.changes);
    onlooker.look(&driver.engine, &settings.chart);
    if !course.changes.is_empty() {
        onlooker.changes(&course.changes);
    }
    let origin = course.origin.unwrap_or(Origin::Journal { received: oldest.unwrap_or(Time::MIN), first: true });
    let (engine, received) = (driver.engine, driver.received);
    Ok(LookedBack { engine, settings, origin, away: course.away, holes: read.holes.len(), received })
}

/// Makes the engine stop at the end of the look back, if one was asked for.
fn hold(driver: &mut EngineDriver, wanted: &LookBack) {
    if let Some(until) = wanted.until {
        driver.engine.hold_at(until);
    }
}

/// The newest snapshot with an engine time no later than the requested time; `None` if none can be used.
fn saved(
    place: &Place,
    archive: &mut SettingsArchive,
    wanted: &LookBack,
    oldest: Option<Time>,
) -> io::Result<Option<(EngineDriver, Position)>> {
    // If the feed's times agree with those of receipt, a snapshot saved after the requested time cannot help and need not be read.
    let agrees = wanted.asked.is_none_or(|asked| oldest.is_some_and(|oldest| oldest <= asked));
    let heads = snapshots::heads(&*place.disk, &place.folder).map_err(io::Error::other)?;
    let is_early = |at: Time| !agrees || wanted.asked.is_none_or(|asked| at <= asked);
    for head in heads.into_iter().filter(|head| is_early(head.at)) {
        let found = snapshots::newest(&*place.disk, &place.folder, Some(head.position)).map_err(io::Error::other)?;
        // A damaged snapshot, or one of another build, is skipped: replaying the journal gives the same result, only more slowly.
        let Some(Found::Whole { snapshot, parts, .. }) = found.take(1).next() else {
            continue;
        };
        let Ok(driver) = place.take_up(archive, &snapshot, parts) else {
            continue;
        };
        let now = driver.engine.now();
        if now.is_some() && wanted.asked.is_none_or(|asked| now <= Some(asked)) {
            return Ok(Some((driver, snapshot.position)));
        }
    }
    Ok(None)
}

/// Progress of a look back.
struct Course {
    /// The engine; `None` until a start is known.
    driver: Option<EngineDriver>,
    /// Settings in force at this point.
    current: Option<Arc<Checked>>,
    /// Where reading started; `None` until the first entry with a time.
    origin: Option<Origin>,
    /// Intervals without a daemon so far.
    away: Vec<(Time, Time)>,
    /// Changes not yet handed on.
    changes: Vec<Change>,
    /// Why reading ended early; `None` if it did not.
    failed: Option<io::Error>,
}

impl Course {
    /// Applies one entry. Lines are applied one by one, so that an onlooker sees the state after each.
    fn take(
        &mut self,
        entry: &Entry<'_>,
        oldest: Option<Time>,
        archive: &mut SettingsArchive,
        onlooker: &mut dyn Onlooker,
    ) -> ControlFlow<()> {
        let (Some(driver), Some(current)) = (&mut self.driver, &mut self.current) else {
            return ControlFlow::Break(());
        };
        let at = match entry {
            Entry::Begun { at, .. } | Entry::Tick { received: at } => Some(*at),
            Entry::Lines { received, .. } => *received,
            Entry::Idle { .. } | Entry::Ended | Entry::InForce { .. } => None,
        };
        if let (None, Some(received)) = (self.origin, at) {
            self.origin = Some(Origin::Journal { received, first: oldest.is_none_or(|oldest| received <= oldest) });
        }
        let applied = match entry {
            Entry::Lines { source, received, bytes } => {
                for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                    driver.lines(*source, *received, line, &mut self.changes);
                    onlooker.look(&driver.engine, &current.chart);
                }
                Ok(())
            }
            entry => {
                if let (Entry::Begun { at, .. }, Some(last)) = (entry, driver.received)
                    && AWAY_FROM < *at - last
                {
                    self.away.push((last, *at));
                }
                let mut settings = |key: &str| {
                    let settings = archive.get(key)?;
                    *current = Arc::clone(&settings);
                    Ok(settings)
                };
                let applied = driver.apply(entry, &mut settings, &mut self.changes);
                onlooker.look(&driver.engine, &current.chart);
                applied
            }
        };
        if TOGETHER <= self.changes.len() {
            onlooker.changes(&self.changes);
            self.changes.clear();
        }
        match applied {
            Ok(()) if driver.engine.is_held() => ControlFlow::Break(()),
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}

/// Whether a folder contains journal or snapshot files.
pub fn is_journal(folder: &Path) -> bool {
    let listed = ReadOnly.list(folder).unwrap_or_default();
    listed.iter().any(|file| file.name.ends_with(".journal") || file.name.ends_with(".snapshot"))
}
