//! BarentsWatch: refused or withdrawn tokens, and the endless stream.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use atalaia::inputs::State;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::harness::daemon::{Daemon, input, settings as written};
use crate::harness::servers::{CANARY, Running, secret};

const REPORT: &str = r#"{"mmsi":257000001,"msgtime":"2026-10-09T12:00:00+00:00","latitude":59.0,"longitude":10.4,"speedOverGround":9.8,"courseOverGround":471,"trueHeading":null,"name":"KRONPRINS HAAKON","eta":"10100600","reportClass":"A"}"#;

/// State of the server, with its counts of requests.
#[derive(Clone, Default)]
struct Desk {
    tokens: Arc<AtomicUsize>,
    streams: Arc<AtomicUsize>,
    /// Number of streams refused with 401 before one is served.
    withdrawn: usize,
    refuses: Option<StatusCode>,
}

async fn token(Shared(desk): Shared<Desk>, body: Bytes) -> Response {
    let expected =
        "grant_type=client_credentials&scope=ais&client_id=me%40example.org%3Aais&client_secret=hunter2-canary";
    assert_eq!(std::str::from_utf8(&body).unwrap(), expected);
    let number = desk.tokens.fetch_add(1, Ordering::SeqCst) + 1;
    match desk.refuses {
        Some(status) => (status, r#"{"error":"invalid_client"}"#).into_response(),
        None => {
            format!(r#"{{"access_token":"{CANARY}-{number}","expires_in":3600,"token_type":"Bearer"}}"#).into_response()
        }
    }
}

async fn stream(Shared(desk): Shared<Desk>, headers: HeaderMap) -> Response {
    let token = format!("Bearer {CANARY}-{}", desk.tokens.load(Ordering::SeqCst));
    assert_eq!(headers["authorization"], token.as_str());
    assert!(headers["accept-encoding"].to_str().unwrap().contains("gzip"));
    if desk.streams.fetch_add(1, Ordering::SeqCst) < desk.withdrawn {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(format!("{REPORT}\n\r\n{}\n{REPORT}\n", "x".repeat(200_000)).as_bytes()).unwrap();
    packed.flush().unwrap();
    // In two pieces that split a line, and without an end: more may follow.
    let bytes = packed.get_ref().clone();
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let pieces = [Bytes::copy_from_slice(first), Bytes::copy_from_slice(second)].map(Ok::<_, std::io::Error>);
    let endless = futures_util::StreamExt::chain(futures_util::stream::iter(pieces), futures_util::stream::pending());
    ([("content-encoding", "gzip"), ("content-type", "application/x-ndjson")], Body::from_stream(endless))
        .into_response()
}

async fn serve(desk: Desk) -> (String, TcpListener, Router) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/connect/token", post(token)).route("/v1/combined", get(stream)).with_state(desk);
    (url, listener, router)
}

fn table(folder: &TempDir, url: &str) -> String {
    let secret = secret(folder);
    format!(
        "url = \"{url}/v1/combined?modelType=Full&modelFormat=Json\"\ntoken_url = \"{url}/connect/token\"\n\
         client_id = \"me@example.org:ais\"\nclient_secret = {secret}\n"
    )
}

#[tokio::test]
async fn a_withdrawn_token_is_renewed_once_and_the_stream_is_decompressed_line_by_line() {
    let desk = Desk { withdrawn: 1, ..Desk::default() };
    let (url, listener, router) = serve(desk.clone()).await;
    tokio::spawn(axum::serve(listener, router).into_future());
    let folder = TempDir::new().unwrap();
    let settings =
        format!("kind = \"barentswatch\"\nidle_timeout_seconds = 1\n[barentswatch]\n{}", table(&folder, &url));
    let mut feed = Running::start(&settings);
    feed.until(State::Up).await;
    assert_eq!((desk.tokens.load(Ordering::SeqCst), desk.streams.load(Ordering::SeqCst)), (2, 2));
    assert_eq!(feed.line().await, REPORT);
    assert_eq!(feed.line().await, REPORT);
    assert_eq!(feed.counters.read().overlong, 1, "a line without end takes no memory");
    // Nothing more arrives: the stream is given up as silent, and requested again with a new token.
    feed.until(State::Down).await;
    feed.until(State::Up).await;
    assert_eq!(desk.tokens.load(Ordering::SeqCst), 3);
    feed.finish().await;
}

fn told_of(desk: Desk, parts: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (url, listener, router) = runtime.block_on(serve(desk));
    std::thread::spawn(move || runtime.block_on(axum::serve(listener, router).into_future()));
    let folder = TempDir::new().unwrap();
    let text = input("barentswatch", &format!("[inputs.barentswatch]\n{}", table(&folder, &url)));
    let mut daemon = Daemon::start(&written(&folder, &text));
    daemon.wait_for(parts);
    assert!(!daemon.heard().join("\n").contains(CANARY));
    daemon.stop("feed");
}

#[test]
fn refused_credentials_are_reported_and_retried_slowly() {
    let desk = Desk { refuses: Some(StatusCode::BAD_REQUEST), ..Desk::default() };
    told_of(desk, &["input down", "does not accept client_id and client_secret (400)", "again_in_seconds=300"]);
}

#[test]
fn a_stream_that_refuses_every_token_is_not_hammered() {
    let desk = Desk { withdrawn: usize::MAX, ..Desk::default() };
    told_of(desk, &["input down", "/v1/combined", "answered 401", "again_in_seconds=60"]);
}
