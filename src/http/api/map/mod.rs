//! What lies under the vessels on a map: land, zones, calm water and reception.
//!
//! | file | what it is |
//! |---|---|
//! | `under` | what was made of the chart in force, shared by the requests |
//! | `tile` | the coastline of a tile as bytes |
//! | `features` | zones as GeoJSON |
//! | `land`, `zones`, `place`, `start`, `calm`, `coverage` | the routes |
//!
//! The chart is the one that the engine judges by: the loop publishes it when it is replaced. What is made of it is made on a thread that
//! may block, at first need, and kept until the next chart.

mod calm;
mod coverage;
mod features;
mod land;
mod place;
mod start;
mod tile;
mod under;
mod zones;

use std::sync::Arc;

use axum::Extension;
use utoipa_axum::routes;

use self::coverage::Copied;
use self::under::Under;
use super::routes::{Routes, shared};
use crate::http::access::Right;

#[cfg(test)]
mod tests;

/// Adds the routes of the map.
pub(super) fn add(routes: Routes) -> Routes {
    let under = Extension(Arc::new(Under::default()));
    let copied = Extension(Arc::new(Copied::default()));
    routes
        .add(Right::Read, shared(&under, routes!(land::show)))
        .add(Right::Read, routes!(start::show))
        .add(Right::Read, routes!(calm::show))
        .add(Right::Read, shared(&under, routes!(zones::show)))
        .add(Right::Read, routes!(place::show))
        .add_polled(Right::Read, shared(&copied, routes!(coverage::show)))
}
