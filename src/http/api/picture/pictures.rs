//! The frames that all requests share. One request after the other uses them; each takes milliseconds.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// Held while a frame is made.
    state: Mutex<State>,
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
    /// Reads the open alerts; `None` before the first reading and after a failure.
    reader: Option<OpenAlerts>,
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
                reader: None,
                alerts: None,
                boards: Vec::new(),
            }),
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
        let mut state = self.state();
        state.take(picture, store, now)?;
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

    fn state(&self) -> MutexGuard<'_, State> {
        // What is kept is only replaced as a whole, so a panic elsewhere leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes over a picture and the open alerts, if either is new.
    fn take(&mut self, picture: &Arc<Picture>, store: &Path, now: Time) -> Result<(), StoreError> {
        let is_new = self.take_picture(picture);
        // The alerts are looked at once a picture: cursors number pictures, and a board shows one state for each.
        if is_new || self.alerts.is_none() {
            match self.read(store, now) {
                Ok(()) => {}
                Err(error) if self.alerts.is_none() => return Err(error),
                Err(error) => {
                    warn!(%error, "the open alerts cannot be read; the picture shows those of the last reading")
                }
            }
        }
        Ok(())
    }

    /// Takes over a picture. Returns whether it is another one than the last.
    fn take_picture(&mut self, picture: &Arc<Picture>) -> bool {
        // A request may come late with an earlier picture; its reader gets the newer one.
        if Arc::ptr_eq(&self.picture, picture) || picture.at < self.picture.at {
            return false;
        }
        self.cursor = self.cursor.saturating_add(1);
        self.picture = Arc::clone(picture);
        self.keys.take(picture, self.cursor);
        true
    }

    /// Reads the open alerts if the store has changed.
    fn read(&mut self, store: &Path, now: Time) -> Result<(), StoreError> {
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => OpenAlerts::open(store)?,
        };
        if let Some(alerts) = reader.changed(now)? {
            self.alerts = Some(alerts);
        }
        self.reader = Some(reader);
        Ok(())
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
