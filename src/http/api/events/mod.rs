//! What happened, in order: `GET /changes` piece by piece, `GET /events` as a stream.
//!
//! Both give entries of the same log under the same numbers, so a client that lost its stream goes on where it stopped. One task of the
//! daemon looks for new rows and makes each entry once; the streams share it, and each sends what its reader may see.

mod changes;
mod entry;
mod feed;
mod pump;
mod stream;
mod topics;

use std::sync::Arc;

use axum::Extension;
use utoipa_axum::routes;

use self::feed::Feed;
use super::routes::Routes;
use crate::http::access::Right;

/// Adds the routes.
pub(super) fn add(routes: Routes) -> Routes {
    let (schemas, paths, router) = routes!(stream::follow);
    let streaming = (schemas, paths, router.layer(Extension(Arc::new(Feed::default()))));
    routes.add_polled(Right::Read, routes!(changes::list_changes)).add_polled(Right::Read, streaming)
}
