//! The picture for a map: every vessel as columns of numbers, the changes since a cursor, and the names of vessels.
//!
//! The loop publishes a copy of its picture once a second while somebody reads it (`ask`). Here it becomes frames, once for all readers of
//! one clearance:
//!
//! | file | what it is |
//! |---|---|
//! | `keys` | a small number for each track, and when its names last changed |
//! | `marks` | how grave the open alerts of each vessel are, for one clearance |
//! | `row`, `frame` | a vessel as the columns have it, and the bytes of a frame |
//! | `board` | the rows of one clearance, when each of them changed, and which are gone |
//! | `pictures` | all of it together, shared by the requests |
//! | `show`, `names`, `cursor` | the routes and what they have in common |
//!
//! A cursor is the number of a picture. Cursors begin with the time of the start, so one of an earlier run is older than any of this run and
//! is answered with the whole picture.

mod board;
mod cursor;
mod frame;
mod keys;
mod marks;
mod names;
mod pictures;
mod row;
mod show;

pub use self::pictures::{Names, Pictures};

use std::sync::Arc;

use axum::Extension;
use utoipa_axum::routes;

use super::routes::{Routes, shared};
use crate::http::access::Right;
use crate::platform::clock::Clock;

#[cfg(test)]
mod tests;

/// Adds the routes of the picture.
pub(super) fn add(routes: Routes) -> Routes {
    let pictures = Extension(Arc::new(Pictures::new(Clock.now())));
    routes
        .add_polled(Right::Read, shared(&pictures, routes!(show::show)))
        .add_polled(Right::Read, shared(&pictures, routes!(names::show)))
}
