//! The frames that all requests share. One request after the other uses them; each takes milliseconds.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use axum::body::Bytes;
use tracing::warn;

use super::board::Board;
use super::frame::Head;
use super::keys::{Keyed, Keys};
use super::marks::marks;
use super::row::LISTED;
use crate::http::api::personal::may_see;
use crate::storage::store::{Clearance, OpenAlert, OpenAlerts, StoreError};
use atalaia_core::base::time::Time;
use atalaia_core::engine::questions::{Picture, PictureVessel};
use atalaia_core::geo::Bounds;

/// Number of clearances for which a board is kept; of more, the one that was not used for longest is dropped, and made again when it is asked for.
const BOARDS: usize = 8;

/// What was made of the last picture.
#[derive(Debug)]
pub struct Pictures {
    /// Held while a frame is made. Never while the store is read.
    state: Mutex<State>,
    /// Reads the open alerts; `None` before the first reading and after a failure. A frame that finds it locked uses the alerts of the last
    /// reading.
    pub(super) reader: Mutex<Option<OpenAlerts>>,
}

/// What is kept between two requests.
#[derive(Debug)]
struct State {
    /// When the program started. Seconds since 1970.
    stamp: u32,
    /// Number of the last picture.
    cursor: u32,
    /// The last picture.
    picture: Arc<Picture>,
    /// The numbers of its tracks.
    keys: Keys,
    /// The open alerts at the last reading; `None` before the first.
    alerts: Option<Vec<OpenAlert>>,
    /// A board for each clearance, the last used at the end.
    boards: Vec<(Clearance, Board)>,
}

/// Names of vessels since a cursor.
#[derive(Debug)]
pub struct Names<T> {
    /// Cursor of the picture.
    pub cursor: u32,
    /// Whether these are the names of all vessels.
    pub whole: bool,
    /// What was made of each vessel.
    pub items: Vec<T>,
}

impl Pictures {
    /// Before the first picture. `now` is the wall clock at the start.
    pub fn new(now: Time) -> Pictures {
        // The seconds fit until 2106.
        let stamp = u32::try_from(now.millis() / 1000).unwrap_or(0);
        Pictures {
            state: Mutex::new(State {
                stamp,
                cursor: stamp,
                picture: Arc::default(),
                keys: Keys::default(),
                alerts: None,
                boards: Vec::new(),
            }),
            reader: Mutex::default(),
        }
    }

    /// A frame for a reader who has the picture `after`. `now` is the wall clock. Reads the open alerts if the store has changed.
    ///
    /// # Errors
    /// If the store could not be read since the start. Later failures are logged, and the alerts of the last reading stay.
    pub fn frame(
        &self,
        store: &Path,
        picture: &Arc<Picture>,
        clearance: &Clearance,
        (after, bounds): (Option<u32>, Option<Bounds>),
        now: Time,
    ) -> Result<Bytes, StoreError> {
        self.look(picture, store, now)?;
        let mut state = self.state();
        state.take_picture(picture);
        let head = Head { whole: true, at: state.picture.at, now, cursor: state.cursor, stamp: state.stamp };
        Ok(state.board(clearance).frame(after, bounds.as_ref(), head))
    }

    /// Makes something of every vessel whose names changed after the picture `after` and that the clearance allows, with the number of its
    /// track.
    pub fn names<T>(
        &self,
        picture: &Arc<Picture>,
        clearance: &Clearance,
        after: Option<u32>,
        make: impl Fn(u32, &PictureVessel) -> T,
    ) -> Names<T> {
        let mut state = self.state();
        state.take_picture(picture);
        let after = after.filter(|after| (state.stamp..=state.cursor).contains(after));
        let changed = state.keys.tracks.iter().filter(|track| after.is_none_or(|after| after < track.named));
        let vessels = changed.map(|track| (track.key, &state.picture.vessels[track.place]));
        let items = vessels.filter(|(_, vessel)| may_see(clearance, vessel)).map(|(key, vessel)| make(key, vessel));
        let items = items.collect();
        Names { cursor: state.cursor, whole: after.is_none(), items }
    }

    /// Reads the open alerts if the picture is new and the store has changed. If another request reads them, those of the last reading are
    /// used; only the first reading is waited for.
    fn look(&self, picture: &Arc<Picture>, store: &Path, now: Time) -> Result<(), StoreError> {
        let has_alerts = {
            let state = self.state();
            // The alerts are looked at once a picture: cursors number pictures, and a board shows one state for each.
            if state.alerts.is_some() && !state.is_new(picture) {
                return Ok(());
            }
            state.alerts.is_some()
        };
        let mut reader = match self.reader.try_lock() {
            Ok(reader) => reader,
            Err(TryLockError::WouldBlock) if has_alerts => return Ok(()),
            Err(TryLockError::WouldBlock) => self.reader.lock().unwrap_or_else(PoisonError::into_inner),
            Err(TryLockError::Poisoned(reader)) => reader.into_inner(),
        };
        match changed(&mut reader, store, now) {
            Ok(None) => {}
            Ok(alerts) => self.state().alerts = alerts,
            Err(error) if self.state().alerts.is_none() => return Err(error),
            Err(error) => warn!(%error, "the open alerts cannot be read; the picture shows those of the last reading"),
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is kept is only replaced as a whole, so a panic elsewhere leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether this is another picture than the last. A request may come late with an earlier picture; its reader gets the newer one.
    fn is_new(&self, picture: &Arc<Picture>) -> bool {
        !Arc::ptr_eq(&self.picture, picture) && self.picture.at <= picture.at
    }

    /// Takes over a picture, if it is new.
    fn take_picture(&mut self, picture: &Arc<Picture>) {
        if !self.is_new(picture) {
            return;
        }
        self.cursor = self.cursor.saturating_add(1);
        self.picture = Arc::clone(picture);
        self.keys.take(picture, self.cursor);
    }

    /// The board of a clearance with the last picture on it.
    fn board(&mut self, clearance: &Clearance) -> &mut Board {
        let place = self.boards.iter().position(|(known, _)| known == clearance);
        let (known, mut board) = match place {
            Some(place) => self.boards.remove(place),
            None => (clearance.clone(), Board::new(self.cursor)),
        };
        if self.boards.len() == BOARDS {
            self.boards.remove(0);
        }
        if board.is_behind(self.cursor) {
            let mut marks = marks(self.alerts.as_deref().unwrap_or_default(), clearance);
            let picture = &self.picture;
            if *clearance == Clearance::everything() {
                // The engine knows of watchlists before the store does.
                for vessel in picture.vessels.iter().filter(|vessel| vessel.traits.listed) {
                    *marks.entry(vessel.key).or_default() |= LISTED;
                }
            }
            let may_see = |keyed: &&Keyed| may_see(clearance, &picture.vessels[keyed.place]);
            board.show(self.cursor, picture, self.keys.tracks.iter().filter(may_see), &marks);
        }
        let last = self.boards.len();
        self.boards.push((known, board));
        &mut self.boards[last].1
    }
}

/// The open alerts; `None` if the store has not changed since the last reading. After a failure the store is opened again.
fn changed(reader: &mut Option<OpenAlerts>, store: &Path, now: Time) -> Result<Option<Vec<OpenAlert>>, StoreError> {
    let mut open = match reader.take() {
        Some(open) => open,
        None => OpenAlerts::open(store)?,
    };
    let alerts = open.changed(now)?;
    *reader = Some(open);
    Ok(alerts)
}
