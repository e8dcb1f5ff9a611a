//! Alerts: lists, counts, single alerts with all that belongs to them, why they were raised, and exports.

mod detail;
mod explanation;
mod export;
mod headings;
mod limits_then;
mod list;
mod sentences;
mod sources_of;
mod summary;
mod wording;

use utoipa_axum::routes;

use super::routes::Routes;
use crate::http::access::Right;

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .add(Right::Read, routes!(list::list_alerts))
        .add(Right::Read, routes!(summary::summarise_alerts))
        .add(Right::Read, routes!(detail::show_alert))
        .add(Right::Read, routes!(explanation::explain_alert))
        .add(Right::Search, routes!(sentences::list_sentences))
        .add(Right::Export, routes!(export::export_alerts))
}
