//! Batches over HTTP that are taken, refused, or cut off.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::inputs::{self, Kind, Limits};
use crate::platform::clock::Clock;
use atalaia_core::ais::SourceId;
use atalaia_core::base::fault;
use atalaia_core::base::time::Span;

#[tokio::test]
async fn a_refused_post_is_counted_by_its_reason() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("token");
    fs::write(&path, "t0ken").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
    let settings = Settings { token: Some(Secret::File(path)), ..Settings::default() };
    let (sender, _lines) = tokio::sync::mpsc::channel(1);
    let port = Port {
        source: SourceId(0),
        settings: Arc::new(inputs::Settings::of(Kind::AiscatcherHttp, "stations").common()),
        limits: Limits { ratio: 1, bytes: 1 },
        lateness: Span::ZERO,
        clock: Clock,
        counters: Arc::default(),
        sender,
        stop: tokio_util::sync::CancellationToken::new(),
        sockets: Arc::default(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let ingest = Arc::new(Ingest::new(port.clone(), settings.credentials().expect("a token")));
    let served = axum::serve(Admission::new(listener, Arc::clone(&ingest)), routes(ingest));
    tokio::spawn(served.into_future());
    let good = "{\"protocol\":\"jsonaiscatcher\",\"msgs\":[{\"class\":\"AIS\"}]}";
    for (token, packing, body, status) in [
        ("t0ken", "identity", good, 200),
        ("other", "identity", good, 401),
        ("t0ken", "br", good, 415),
        ("t0ken", "gzip", good, 400),
        ("t0ken", "identity", "{", 400),
    ] {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        let request = format!(
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Encoding: {packing}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("answered");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{token} {packing} {body}: {answer}");
    }
    let some = port.counters.refused_posts().into_iter().filter(|(_, count)| 0 < *count);
    assert_eq!(some.collect::<Vec<_>>(), [("unauthorised", 1), ("packing", 1), ("body", 2)]);
}

#[test]
fn a_public_address_requires_authentication() {
    let problem = |address: &str, table: Option<Settings>| {
        let address = Some(address.to_owned());
        let input = inputs::Settings {
            address,
            aiscatcher_http: table,
            ..inputs::Settings::of(Kind::AiscatcherHttp, "stations")
        };
        fault::lines("inputs[0]", input.problems()).join("\n")
    };
    let file = || Some(Secret::File("secret".into()));
    let token = Settings { token: file(), ..Settings::default() };
    for near in ["127.0.0.1:8110", "[::1]:8110", "localhost:8110"] {
        assert_eq!(problem(near, None), "", "{near}");
    }
    for far in ["0.0.0.0:8110", "[::]:8110", "192.0.2.1:8110", "host.example:8110"] {
        assert!(problem(far, None).contains("without authentication"), "{far}");
        assert!(problem(far, Some(Settings::default())).contains("without authentication"), "{far}");
        assert_eq!(problem(far, Some(token.clone())), "", "{far}");
    }
    let half = Settings { user: Some("a:b".to_owned()), password: file(), token: None };
    assert!(problem("127.0.0.1:1", Some(half.clone())).contains("holds a colon"));
    assert!(problem("127.0.0.1:1", Some(Settings { password: None, ..half })).contains("has no password"));
    let elsewhere = inputs::Settings { aiscatcher_http: Some(token), ..inputs::Settings::of(Kind::Stdin, "stdin") };
    assert!(fault::lines("inputs[0]", elsewhere.problems()).join("\n").contains("takes no such table"));
}
