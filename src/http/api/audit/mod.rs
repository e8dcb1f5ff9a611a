//! The audit trail: page by page, as a file, its check and its head. Each reading leaves a row in it.

mod export;
mod list;
mod proof;

use utoipa_axum::routes;

use super::routes::Routes;
use crate::http::access::Right;

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .add(Right::Audit, routes!(list::list_audit))
        .add(Right::Audit, routes!(export::export_audit))
        .add(Right::Audit, routes!(proof::verify_audit))
        .add(Right::Audit, routes!(proof::show_head))
}
