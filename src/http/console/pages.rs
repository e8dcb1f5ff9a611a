//! The addresses of the console.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::assets::{Asset, Assets};
use crate::http::page::page;
use crate::http::problem::{Problem, meaning};
use crate::http::tagged::Tagged;

/// What a page may do: load its own files and ask its own server. Text from elsewhere can never become markup or script. Pictures may come
/// from memory for the print view.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data: blob:; worker-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
     form-action 'none'; require-trusted-types-for 'script'; trusted-types atalaia; report-uri /api/v1/csp";
/// A file whose address contains its hash never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The schema that is part of the package too.
const SCHEMA: &str = include_str!("../../../config/alert.schema.json");

/// Addresses that show the console. The page itself finds out which view is meant.
const PAGES: [&str; 14] = [
    "/",
    "/login",
    "/list",
    "/map",
    "/alerts",
    "/alerts/{id}",
    "/cases",
    "/cases/{id}",
    "/vessels/{mmsi}",
    "/zones",
    "/silences",
    "/status",
    "/people",
    "/audit",
];

/// The pages and files of the console, and the pages about problems.
///
/// # Errors
/// If the files cannot be compressed.
pub(in crate::http) fn router() -> io::Result<Router> {
    let mut routes = Router::new();
    for page in PAGES {
        routes = routes.route(page, get(show_page));
    }
    let routes = routes.route("/console/{hash}/{*path}", get(show_file));
    let about =
        Router::new().route("/problems/{name}", get(show_problem)).route("/schema/alert.json", get(show_schema));
    Ok(routes.with_state(Arc::new(Assets::new()?)).merge(about))
}

/// The page.
async fn show_page(State(assets): State<Arc<Assets>>, headers: HeaderMap) -> Response {
    let index = &assets.index;
    answer(index, &headers, |content| page(StatusCode::OK, index.kind, content))
}

/// A file. One of another version is not found: the page that asks for it is older than the program, and says so.
async fn show_file(
    State(assets): State<Arc<Assets>>,
    Path((hash, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(asset) = assets.file(&path).filter(|_| hash == assets.hash) else {
        return Problem::not_found("there is no such file in this version of the console").into_response();
    };
    let tag = format!("\"{hash}\"");
    answer(asset, &headers, |content| Tagged::with_tag(content, tag, asset.kind, FOR_EVER).response(&headers))
}

/// What a kind of problem means, as plain text.
async fn show_problem(Path(name): Path<String>) -> Response {
    match meaning(&name) {
        Some(text) => ([(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{name}: {text}\n")).into_response(),
        None => Problem::not_found("there is no such kind of problem").into_response(),
    }
}

/// The JSON Schema of an alert.
async fn show_schema() -> Response {
    ([(CONTENT_TYPE, "application/schema+json")], SCHEMA).into_response()
}

/// The answer that `made` makes of the content, compressed if the client can read that. Workers take the policy from their own file, so each
/// file has it.
fn answer(asset: &Asset, headers: &HeaderMap, made: impl FnOnce(Bytes) -> Response) -> Response {
    let zipped = asset.zipped.as_ref().filter(|_| reads_gzip(headers));
    let content: &Bytes = zipped.unwrap_or(&asset.plain);
    let mut response = made(content.clone());
    let is_sent = response.status() == StatusCode::OK;
    let set = response.headers_mut();
    set.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    set.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if is_sent && zipped.is_some() {
        set.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Whether a client accepts gzip.
fn reads_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let is_refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.trim().parse() == Ok(0.0));
        ["gzip", "*"].contains(&name.trim()) && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_says_whether_it_reads_gzip() {
        let reads = |text: &str| reads_gzip(&[(ACCEPT_ENCODING, text.parse().expect("a value"))].into_iter().collect());
        assert!(reads("gzip, deflate, br") && reads("br;q=1.0, gzip;q=0.5") && reads("*"));
        assert!(!reads("br") && !reads("gzip;q=0") && !reads_gzip(&HeaderMap::new()));
    }
}
