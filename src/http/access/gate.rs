//! The gate in front of every route: identifies the reader and checks the right that the route asks for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::reader::Reader;
use super::right::Right;
use crate::http::problem::Problem;
use crate::platform::clock::Clock;

/// Identifies readers by their session or token.
#[derive(Clone, Debug)]
pub(in crate::http) struct Access {
    /// Path of the store's file, which has people, tokens and sessions.
    pub(in crate::http) store: PathBuf,
    /// The clock by which sessions and tokens expire.
    pub(in crate::http) clock: Clock,
}

impl Access {
    /// The reader of a request.
    ///
    /// # Errors
    /// `unauthenticated` without a session or token, or with one that is unknown, expired or revoked; `csrf` for a change by cookie from
    /// elsewhere.
    pub(in crate::http) async fn identify(&self, _headers: &HeaderMap, _address: IpAddr) -> Result<Reader, Problem> {
        Err(Problem::unauthenticated("sign in, or send a token"))
    }
}

/// Lets a request through if its reader has `right`, and hands the [`Reader`] on as an extension. Without it, an open route has none.
pub(in crate::http) async fn admit(
    State((access, right)): State<(Access, Right)>,
    mut request: Request,
    next: Next,
) -> Response {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let address = address.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip());
    match access.identify(request.headers(), address).await {
        Ok(reader) if reader.rights.allow(right) => {
            request.extensions_mut().insert(reader);
        }
        Ok(_) if right != Right::Open => return Problem::forbidden("your roles do not allow this").into_response(),
        Err(problem) if right != Right::Open => return problem.into_response(),
        Ok(_) | Err(_) => {}
    }
    next.run(request).await
}
