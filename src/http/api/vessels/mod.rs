//! Vessels: which there are, what is known of one, its track and alerts, why it has none, and who was at a place.

mod list;
mod naming;
mod one;
mod track;
mod who;

use utoipa_axum::routes;

use super::routes::Routes;
use crate::http::access::Right;

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .add(Right::Read, routes!(list::list_vessels))
        .add(Right::Read, routes!(one::show_vessel))
        .add(Right::Read, routes!(one::list_alerts_of_vessel))
        .add(Right::Read, routes!(track::show_track))
        .add(Right::Search, routes!(one::explain_vessel))
        .add(Right::Search, routes!(who::who_was_there))
}
