//! aisstream.io: prompt subscription, text and binary frames, refusals, closing handshakes.

use std::io::{Read, Write};
use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use atalaia::inputs::State;
use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use crate::harness::daemon::{Daemon, accept, input, settings as written};
use crate::harness::servers::{AUTHORITY, CANARY, CERTIFICATE, KEY, Running, secret, soon};

const REPORT: &str = r#"{"MessageType":"PositionReport","MetaData":{"MMSI":244730610,"MMSI_String":244730610,"ShipName":"VROUWE CORNELIA","latitude":53.09019,"longitude":5.8545,"time_utc":"2026-04-25 09:47:25.26746452 +0000 UTC"},"Message":{"PositionReport":{"MessageID":1,"UserID":244730610,"Valid":true,"Sog":4.5,"Longitude":5.854496666666666,"Latitude":53.09018833333334,"Cog":17.0,"TrueHeading":511,"Timestamp":25}}}"#;

/// The subscription must arrive within this time, or the server closes.
const SUBSCRIBE_WITHIN: Duration = Duration::from_secs(3);

fn settings(folder: &TempDir, url: &str, rest: &str) -> String {
    let key = secret(folder);
    format!(
        "kind = \"aisstream\"\nidle_timeout_seconds = 2\n[aisstream]\nurl = \"{url}\"\nkey = {key}\n\
         boxes = [[[35.0, -12.0], [44.0, -5.0]]]\n{rest}"
    )
}

async fn subscribed<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>) -> Value {
    let first = timeout(SUBSCRIBE_WITHIN, socket.next()).await.expect("no subscription in time");
    serde_json::from_str(first.unwrap().unwrap().to_text().unwrap()).unwrap()
}

async fn assert_closed_in_order<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>) {
    let last = async {
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() {
                return true;
            }
        }
        false
    };
    assert!(soon("a close frame", last).await, "gone without a close frame: the place stays taken");
}

#[tokio::test]
async fn text_and_binary_frames_are_lines_and_the_connection_is_closed_cleanly() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/v0/stream", listener.local_addr().unwrap());
    let filters = "mmsi = [2730610, 368207620]\nmessage_types = [\"PositionReport\"]\n";
    let mut feed = Running::start(&settings(&folder, &url, filters));
    let mut socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
    let expected = json!({
        "APIKey": CANARY, "BoundingBoxes": [[[35.0, -12.0], [44.0, -5.0]]],
        "FiltersShipMMSI": ["002730610", "368207620"], "FilterMessageTypes": ["PositionReport"]
    });
    assert_eq!(subscribed(&mut socket).await, expected);
    feed.until(State::Up).await;

    socket.send(Message::text(REPORT)).await.unwrap();
    socket.send(Message::binary(REPORT.as_bytes())).await.unwrap();
    socket.send(Message::Ping("x".into())).await.unwrap();
    // A report printed over several lines is still one report.
    let spread = serde_json::to_string_pretty(&serde_json::from_str::<Value>(REPORT).unwrap()).unwrap();
    socket.send(Message::text(spread.replace('\n', "\r\n"))).await.unwrap();
    socket.send(Message::text("x".repeat(70_000))).await.unwrap();
    socket.send(Message::text(r#"{"last":"\u0000"}"#)).await.unwrap();
    assert_eq!(feed.line().await, REPORT);
    assert_eq!(feed.line().await, REPORT);
    let third: Value = serde_json::from_str(&feed.line().await).unwrap();
    assert_eq!(third, serde_json::from_str::<Value>(REPORT).unwrap());
    assert_eq!(feed.line().await, r#"{"last":"\u0000"}"#);
    let counts = feed.counters.read();
    assert_eq!((counts.overlong, counts.connections), (1, 1));
    let (_, ()) = tokio::join!(feed.finish(), assert_closed_in_order(&mut socket));
}

#[tokio::test]
async fn a_silent_connection_is_closed_cleanly_and_reopened() {
    let folder = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    let mut feed = Running::start(&settings(&folder, &url, ""));
    let mut first = accept_async(listener.accept().await.unwrap().0).await.unwrap();
    subscribed(&mut first).await;
    assert_closed_in_order(&mut first).await;
    drop(first);
    feed.until(State::Down).await;
    let mut second = accept_async(soon("another connection", listener.accept()).await.unwrap().0).await.unwrap();
    subscribed(&mut second).await;
    second.send(Message::text(REPORT)).await.unwrap();
    assert_eq!(feed.line().await, REPORT);
    feed.finish().await;
}

#[tokio::test]
async fn an_untrusted_tls_server_does_not_get_the_key() {
    let certificates = CertificateDer::pem_file_iter(CERTIFICATE).unwrap().collect::<Result<_, _>>().unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config =
        config.with_no_client_auth().with_single_cert(certificates, PrivateKeyDer::from_pem_file(KEY).unwrap());
    let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("wss://localhost:{}/v0/stream", listener.local_addr().unwrap().port());

    let folder = TempDir::new().unwrap();
    let trusting = format!("[aisstream.tls]\nca = \"{AUTHORITY}\"\n");
    let mut feed = Running::start(&settings(&folder, &url, &trusting));
    let stream = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
    let mut socket = accept_async(stream).await.unwrap();
    assert_eq!(subscribed(&mut socket).await["APIKey"], CANARY);
    socket.send(Message::text(REPORT)).await.unwrap();
    assert_eq!(feed.line().await, REPORT);
    feed.finish().await;

    let other = format!("[aisstream.tls]\nca = \"{CERTIFICATE}\"\n");
    let mut feed = Running::start(&settings(&folder, &url.replace("localhost", "127.0.0.1"), &other));
    // The certificate itself is configured as the authority, which it is not.
    assert!(acceptor.accept(listener.accept().await.unwrap().0).await.is_err());
    feed.until(State::Down).await;
    feed.finish().await;
}

/// Asserts what the daemon logs about a server that answers each connection in this way.
fn told_of(answer: impl FnOnce(std::net::TcpStream) + Send + 'static, parts: &[&str]) {
    let folder = TempDir::new().unwrap();
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    let table = format!(
        "[inputs.aisstream]\nurl = \"ws://{}\"\nkey = {}\nboxes = [[[35.0, -12.0], [44.0, -5.0]]]",
        listener.local_addr().unwrap(),
        secret(&folder)
    );
    let mut daemon = Daemon::start(&written(&folder, &input("aisstream", &table)));
    let stream = accept(&listener);
    let server = thread::spawn(move || answer(stream));
    daemon.wait_for(parts);
    server.join().unwrap();
    assert!(!daemon.heard().join("\n").contains(CANARY));
    daemon.stop("feed");
}

#[test]
fn a_refused_key_is_reported_and_not_retried_at_once() {
    let answer = |stream: std::net::TcpStream| {
        let mut socket = tokio_tungstenite::tungstenite::accept(stream).unwrap();
        assert!(socket.read().unwrap().to_text().unwrap().contains(CANARY));
        socket.send(Message::text(r#"{"error": "Api Key Is Not Valid"}"#)).unwrap();
        while socket.read().is_ok() {}
    };
    told_of(answer, &["input down", "the server says: Api Key Is Not Valid", "again_in_seconds=60"]);
}

#[test]
fn too_many_connections_are_waited_out() {
    let answer = |mut stream: std::net::TcpStream| {
        let mut head = [0; 4096];
        assert!(stream.read(&mut head).unwrap() > 0);
        stream.write_all(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n").unwrap();
    };
    told_of(answer, &["input down", "the server answered 429", "again_in_seconds=60"]);
}
