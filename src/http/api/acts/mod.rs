//! Acts on alerts: acknowledge, assign, note, mark, close, reopen; on one alert, or on up to two hundred with one request.
//!
//! With `If-Match`, an act is only done on the state of the alert that the person saw. With `Idempotency-Key`, a request that is sent again
//! within 24 hours gets the answer of the first time, and the act is not done twice.

mod answer;
mod assignee;
mod body;
mod many;
mod mark;
mod one;
mod request;

use utoipa_axum::routes;

use super::routes::Routes;
use crate::http::access::Right;

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    routes
        .add(Right::Act, routes!(one::act_on_alert))
        .add(Right::Act, routes!(many::act_on_alerts))
        .add(Right::Act, routes!(assignee::list_assignees))
}
