//! Messages stored once by a real server, and servers that refuse, hang, have no stream or are gone.

use std::process::Command;

use async_nats::jetstream::stream::{Config, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::delivery::testing::{
    Server, beside, deliveries, free_port, installed, is_later, listens, secret, sender, trust, with,
};
use atalaia_core::base::fault;

fn settings(url: &str) -> Settings {
    toml::from_str(&format!("url = \"{url}\"")).expect("settings")
}

/// Starts a server with a store in its own folder and additional configuration lines.
fn server(lines: &str) -> Option<(Server, u16, tempfile::TempDir)> {
    let program = installed("ATALAIA_NATS_SERVER")?;
    let (folder, port) = (tempfile::TempDir::new().expect("a folder"), free_port());
    let here = beside("tests/wires");
    let file = folder.path().join("nats.conf");
    let store = folder.path().join("store");
    let lines = lines.replace("HERE", &here.to_string_lossy());
    let text = format!("listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{}\" }}\n{lines}\n", store.display());
    std::fs::write(&file, text).expect("written");
    let server = Server::start(Command::new(program).arg("-c").arg(file));
    listens(port);
    Some((server, port, folder))
}

async fn stream(port: u16) -> Stream {
    let client = async_nats::connect(format!("nats://127.0.0.1:{port}")).await.expect("connected");
    let config =
        Config { name: "ALERTS".to_owned(), subjects: vec!["atalaia.v1.alerts.>".to_owned()], ..Config::default() };
    async_nats::jetstream::new(client).create_stream(config).await.expect("a stream")
}

#[tokio::test]
async fn a_stream_stores_each_once() {
    let Some((_server, port, _folder)) = server("") else { return };
    let stream = stream(port).await;
    let deliveries = deliveries();
    let mut sink = Nats::new(&settings(&format!("nats://127.0.0.1:{port}")), &sender()).expect("settings");
    assert_eq!(sink.send(&deliveries).await, Ok(()));
    assert_eq!(sink.send(&deliveries[1..]).await, Ok(()), "a repeat is welcome");
    let mut again = Nats::new(&settings(&format!("nats://127.0.0.1:{port}")), &sender()).expect("settings");
    assert_eq!(again.send(&deliveries[..1]).await, Ok(()), "after a restart too");
    assert_eq!(stream.get_info().await.expect("info").state.messages, 3);
    let subjects = ["rendezvous.high", "loitering.critical", "feed_silent.low"];
    for (index, subject) in subjects.into_iter().enumerate() {
        let message = stream.get_raw_message(index as u64 + 1).await.expect("stored");
        assert_eq!(message.subject.as_str(), format!("atalaia.v1.alerts.{subject}"));
        assert_eq!(message.payload, deliveries[index].line.as_bytes());
        assert_eq!(message.headers.get("Nats-Msg-Id").map(|id| id.as_str()), Some(deliveries[index].key.as_str()));
    }
}

#[tokio::test]
async fn without_a_stream_nothing_counts_as_delivered() {
    let Some((_server, port, _folder)) = server("") else { return };
    let mut sink = Nats::new(&settings(&format!("nats://127.0.0.1:{port}")), &sender()).expect("settings");
    let error = sink.send(&deliveries()).await.expect_err("no stream");
    assert!(is_later(&error) && error.to_string().contains("no stream accepts atalaia.v1.alerts.>"), "{error}");
    let stream = stream(port).await;
    assert_eq!(sink.send(&deliveries()).await, Ok(()), "somebody added it");
    assert_eq!(stream.get_info().await.expect("info").state.messages, 3);
}

#[tokio::test]
async fn a_message_too_long_for_the_server_is_refused() {
    let Some((_server, port, _folder)) = server("max_payload: 4096") else { return };
    let _stream = stream(port).await;
    let long = with(&deliveries()[0], |change| change["alert"]["summary"] = "x".repeat(5000).into());
    let mut sink = Nats::new(&settings(&format!("nats://127.0.0.1:{port}")), &sender()).expect("settings");
    assert!(matches!(sink.send(&[long]).await, Err(SendError::Refused { .. })));
}

#[tokio::test]
async fn a_restarted_server_is_reconnected() {
    let Some((first, port, folder)) = server("") else { return };
    drop(stream(port).await);
    let mut sink = Nats::new(&settings(&format!("nats://127.0.0.1:{port}")), &sender()).expect("settings");
    sink.wait = Duration::from_secs(2);
    assert_eq!(sink.send(&deliveries()[..1]).await, Ok(()));
    drop(first);
    assert!(is_later(&sink.send(&deliveries()[1..2]).await.expect_err("no server")));
    let program = installed("ATALAIA_NATS_SERVER").expect("as before");
    let _server = Server::start(Command::new(program).arg("-c").arg(folder.path().join("nats.conf")));
    listens(port);
    sink.wait = Duration::from_secs(20);
    assert_eq!(sink.send(&deliveries()).await, Ok(()));
}

#[tokio::test]
async fn a_password_is_required_and_never_shown() {
    let Some((_server, port, _folder)) = server("authorization { user: atalaia, password: right-canary }") else {
        return;
    };
    let folder = tempfile::TempDir::new().expect("a folder");
    let login = |password: &str| {
        let password = Some(secret(folder.path(), password, password));
        let login = Login { user: Some("atalaia".to_owned()), password, ..Login::default() };
        Settings { login, ..settings(&format!("nats://127.0.0.1:{port}")) }
    };
    let mut sink = Nats::new(&login("wrong-canary"), &sender()).expect("settings");
    let error = sink.send(&deliveries()).await.expect_err("refused");
    assert!(is_later(&error) && error.to_string().contains("authorization"), "{error}");
    let mut sink = Nats::new(&login("right-canary"), &sender()).expect("settings");
    assert!(sink.send(&deliveries()).await.expect_err("no stream").to_string().contains("no stream"), "but let in");
}

#[tokio::test]
async fn credentials_sign_what_the_server_asks() {
    let Some((_server, port, _folder)) = server(include_str!("../../../../tests/wires/nats-operator.conf")) else {
        return;
    };
    let folder = tempfile::TempDir::new().expect("a folder");
    let text = std::fs::read_to_string(beside("tests/wires/user.creds")).expect("read");
    let sink = |credentials: Option<&str>| {
        let credentials = credentials.map(|text| secret(folder.path(), "user.creds", text));
        let login = Login { credentials, ..Login::default() };
        Nats::new(&Settings { login, ..settings(&format!("nats://127.0.0.1:{port}")) }, &sender())
    };
    let error = sink(None).expect("settings").send(&deliveries()).await.expect_err("no login");
    assert!(is_later(&error) && error.to_string().contains("authorization"), "{error}");
    let mut known = sink(Some(&text)).expect("settings");
    assert!(known.send(&deliveries()).await.expect_err("no stream").to_string().contains("no stream"), "but let in");
    let error = sink(Some("canary")).err().expect("no credentials");
    assert!(error.contains("credentials") && !error.contains("canary"), "{error}");
}

#[tokio::test]
async fn a_server_is_known_by_its_certificate() {
    let lines = "tls { cert_file: \"HERE/server.pem\", key_file: \"HERE/server.key\" }";
    let Some((_server, port, _folder)) = server(lines) else { return };
    let other_settings = Settings { tls: trust(), ..settings(&format!("tls://localhost:{port}")) };
    let mut sink = Nats::new(&other_settings, &sender()).expect("settings");
    assert!(sink.send(&deliveries()).await.expect_err("no stream").to_string().contains("no stream"), "but trusted");
    let other = crate::platform::tls::Settings {
        ca: Some(beside("tests/wires/client.pem")),
        ..crate::platform::tls::Settings::default()
    };
    let mut sink = Nats::new(&Settings { tls: other, ..other_settings }, &sender()).expect("settings");
    let error = sink.send(&deliveries()).await.expect_err("of another authority");
    assert!(is_later(&error) && !error.to_string().contains("no stream"), "{error}");
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("nats://127.0.0.1:{}", listener.local_addr().expect("bound").port());
    let mut sink = Nats::new(&Settings { timeout_seconds: 1, ..settings(&url) }, &sender()).expect("settings");
    assert!(is_later(&sink.send(&deliveries()).await.expect_err("no greeting")));
}

#[tokio::test]
async fn a_server_that_announces_far_too_much_is_named() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("nats://127.0.0.1:{}", listener.local_addr().expect("bound").port());
    let server = async {
        let (mut stream, _) = listener.accept().await.expect("it comes");
        stream.write_all(b"INFO {\"headers\":true,\"max_payload\":1048576}\r\n").await.expect("greeted");
        let mut received = Vec::new();
        while !received.ends_with(b"PING\r\n") {
            stream.read_buf(&mut received).await.expect("it speaks");
        }
        stream.write_all(b"PONG\r\nMSG _INBOX.x 1 18446744073709551615\r\n").await.expect("announced");
        // Held open until the client closes.
        while stream.read_buf(&mut received).await.is_ok_and(|count| 0 < count) {}
    };
    let mut sink = Nats::new(&settings(&url), &sender()).expect("settings");
    let deliveries = deliveries();
    let (sent, ()) = tokio::join!(sink.send(&deliveries), server);
    let error = sent.expect_err("given up");
    assert!(is_later(&error) && error.to_string().contains("a message of 18446744073709551615 bytes"), "{error}");
}

#[test]
fn a_subject_names_behaviour_and_severity() {
    assert_eq!(subject(&deliveries()[0].change), "atalaia.v1.alerts.rendezvous.high");
}

#[test]
fn faults_of_settings_are_named() {
    let problems =
        |text: &str| fault::lines("sinks[0].nats", toml::from_str::<Settings>(text).expect("readable").problems());
    assert!(problems("url = \"tls://nats.example.org:4222\"\nlogin.token = { credential = \"nats\" }").is_empty());
    for bad in [
        "url = \"nats.example.org\"",
        "url = \"nats://user:password@nats.example.org:4222\"",
        "url = \"nats://nats.example.org:4222\"\nlogin.token = { credential = \"nats\" }",
        "url = \"tls://n:4222\"\n[login]\ntoken = { credential = \"n\" }\nuser = \"u\"\npassword = { credential = \"n\" }",
        "url = \"tls://n:4222\"\nlogin.user = \"u\"",
        "url = \"nats://n:4222\"\ntls.ca = \"ca.pem\"",
    ] {
        let problems = problems(bad);
        assert_eq!(problems.len(), 1, "{bad}: {problems:#?}");
        assert!(problems[0].starts_with("sinks[0].nats"), "{problems:#?}");
    }
}
