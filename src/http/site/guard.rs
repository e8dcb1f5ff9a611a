//! What holds for every request to the API and the console, and for every answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::listener::Caller;
use crate::http::api::PREFIX;
use crate::http::body::{LONGEST, too_large};
use crate::http::hosts::Hosts;
use crate::http::problem::Problem;
use crate::http::traffic::Traffic;
use crate::platform::clock::Clock;

/// Maximum time until the answer to a reading request begins. What is read for it through [`Readers`] stops then.
///
/// [`Readers`]: crate::storage::store::Readers
const LATEST: Duration = Duration::from_secs(5);
/// The same for a request that changes something: longer than the store waits for its lock, because a change that was begun is carried out,
/// and its answer may have a secret that nobody can ask for again.
const LATEST_CHANGE: Duration = Duration::from_secs(20);
/// Length of a body that is read only to be forgotten. Bytes.
const DISCARDED: usize = 8 * 1024 * 1024;
/// Maximum time for that.
const DISCARDING: Duration = Duration::from_secs(2);
/// Longest path that a problem repeats, in characters.
const PATH: usize = 200;
/// Content of the answers of the API is shown by nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Headers that every answer has unless its route sets another value.
const HEADERS: [(HeaderName, &str); 8] = [
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CONTENT_SECURITY_POLICY, NOTHING),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Refuses host names that are not those of this machine.
pub(super) async fn of_this_host(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    match hosts.allow(&request) {
        true => next.run(request).await,
        false => Problem::misdirected("use the address of this machine, or set api.public_url").into_response(),
    }
}

/// Makes the connection known to the request, and keeps it from being displaced while it is answered.
pub(super) async fn by_connection(
    ConnectInfo(caller): ConnectInfo<Caller>,
    mut request: Request,
    next: Next,
) -> Response {
    let _kept = caller.place.keep();
    let _counted = caller.standing.answer();
    request.extensions_mut().insert(ConnectInfo(caller.address));
    request.extensions_mut().insert(Arc::clone(&caller.standing));
    next.run(request).await
}

/// Limits the length of a body and the time until the answer begins, and turns refusals of the framework into problems.
pub(super) async fn bounded(request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| (LONGEST as u64) < length) {
        discard(request.into_body()).await;
        return too_large().into_response();
    }
    let (latest, late) = match request.method().is_safe() {
        true => (LATEST, "the answer took too long; ask for less"),
        false => (LATEST_CHANGE, "the request timed out; it may have been carried out"),
    };
    match timeout(latest, next.run(request)).await {
        Ok(response) => as_problem(response),
        Err(_) => Problem::busy(late).into_response(),
    }
}

/// Counts a request once its answer begins. Files of the console are one route, and what is not there is another.
pub(super) async fn counted(request: Request, next: Next) -> Response {
    let clock = Clock;
    let (began, method) = (clock.moment(), request.method().clone());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = match matched.as_ref().map(MatchedPath::as_str) {
        Some(path) if path.starts_with(PREFIX) => path,
        Some(_) => "console",
        None => "unknown",
    };
    Traffic::of_process().count(&method, route, response.status(), clock.moment().since(began));
    response
}

/// Reads a body and forgets it. A client that still sends when the connection closes would not see the answer.
async fn discard(body: Body) {
    let read = async {
        let (mut pieces, mut left) = (body.into_data_stream(), DISCARDED);
        while let Some(Ok(piece)) = pieces.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                break;
            }
        }
    };
    // A client that sends for longer does not see the answer.
    let _ = timeout(DISCARDING, read).await;
}

/// The problem for a refusal that is not one yet.
fn as_problem(response: Response) -> Response {
    let is_refusal = response.status().is_client_error() || response.status().is_server_error();
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if !is_refusal || kind.starts_with(b"application/problem+json") {
        return response;
    }
    let problem = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Problem::method("this route does not know the method; see the header Allow"),
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::content_type("send the body as application/json"),
        StatusCode::NOT_FOUND => Problem::not_found("there is no such thing"),
        StatusCode::UNPROCESSABLE_ENTITY => Problem::body("the body is not as expected", Vec::new()),
        StatusCode::BAD_REQUEST => Problem::parameter("the path or a parameter cannot be read"),
        _ => return response,
    };
    let mut answer = problem.into_response();
    if let Some(allow) = response.headers().get(ALLOW) {
        answer.headers_mut().insert(ALLOW, allow.clone());
    }
    answer
}

/// Adds to a problem the path of the request as `instance`, so that a problem that was kept says where it comes from. The query is left out:
/// it may name a person.
async fn placed(response: Response, path: &str) -> Response {
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if kind != b"application/problem+json" {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // The body was made in memory; it cannot fail. That of an answer to HEAD is empty.
    let text = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Some(inner) = text.trim_ascii_end().strip_suffix(b"}") else {
        return Response::from_parts(head, Body::from(text));
    };
    let member = format!(",\"instance\":{}}}\n", serde_json::Value::from(path));
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from([inner, member.as_bytes()].concat()))
}

/// Adds the headers that every answer has.
pub(super) async fn dressed(request: Request, next: Next) -> Response {
    let path: String = request.uri().path().chars().take(PATH).collect();
    let mut response = placed(next.run(request).await, &path).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
