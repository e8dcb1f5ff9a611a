//! Messages retained by a real broker and read back by another client, and brokers that refuse, hang or are gone.

use std::process::Command;

use serde_json::Value;

use super::*;
use crate::delivery::testing::{
    Server, beside, deliveries, free_port, installed, is_later, listens, secret, sender, trust, with,
};
use atalaia_core::base::fault;

fn settings(url: &str) -> Settings {
    toml::from_str(&format!("url = \"{url}\"")).expect("settings")
}

/// Starts a broker with these configuration lines. `PORT` stands for its port and `HERE` for the folder of certificates.
fn broker(lines: &str) -> Option<(Server, u16, tempfile::TempDir)> {
    let program = installed("ATALAIA_MOSQUITTO")?;
    let (folder, port) = (tempfile::TempDir::new().expect("a folder"), free_port());
    let here = beside("tests/wires");
    // Started as root, it would switch to a user that cannot read our certificates.
    let lines =
        format!("user root\n{lines}").replace("HERE", &here.to_string_lossy()).replace("PORT", &port.to_string());
    let file = folder.path().join("mosquitto.conf");
    std::fs::write(&file, lines).expect("written");
    let server = Server::start(Command::new(program).arg("-c").arg(file));
    listens(port);
    Some((server, port, folder))
}

fn kept(port: u16, count: usize) -> Option<Vec<Value>> {
    let output = Command::new(installed("ATALAIA_WITNESS_PYTHON")?)
        .arg(beside("tests/wires/mqtt.py"))
        .args([port.to_string(), "atalaia/v1/#".to_owned(), count.to_string()])
        .output()
        .expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).ok()
}

#[tokio::test]
async fn a_broker_retains_the_latest_state_of_each_alert() {
    let Some((_broker, port, _folder)) = broker("listener PORT 127.0.0.1\nallow_anonymous true\n") else { return };
    let mut sink = Mqtt::new(&settings(&format!("mqtt://127.0.0.1:{port}")), &sender()).expect("settings");
    let deliveries = deliveries();
    let first = with(&deliveries[0], |change| change["change"] = "opened".into());
    assert_eq!(sink.send(&[first]).await, Ok(()));
    assert_eq!(sink.send(&deliveries).await, Ok(()));
    let Some(mut kept) = kept(port, 3) else { return };
    kept.sort_by_key(|message| message["topic"].to_string());
    let topics: Vec<&str> = kept.iter().filter_map(|message| message["topic"].as_str()).collect();
    assert_eq!(
        topics,
        [
            "atalaia/v1/porto-1/alerts/feed_silent/dddddddddddddddddddddddddd",
            "atalaia/v1/porto-1/alerts/loitering/cccccccccccccccccccccccccc",
            "atalaia/v1/porto-1/alerts/rendezvous/aaaaaaaaaaaaaaaaaaaaaaaaaa",
        ]
    );
    assert!(kept.iter().all(|message| message["retained"] == true));
    assert_eq!(kept[2]["payload"], *deliveries[0].line, "the latest, as it was stored");
}

#[tokio::test]
async fn a_restarted_broker_is_reconnected() {
    let lines = "listener PORT 127.0.0.1\nallow_anonymous true\n";
    let Some((server, port, folder)) = broker(lines) else { return };
    let mut sink = Mqtt::new(&settings(&format!("mqtt://127.0.0.1:{port}")), &sender()).expect("settings");
    assert_eq!(sink.send(&deliveries()[..1]).await, Ok(()));
    drop(server);
    assert!(is_later(&sink.send(&deliveries()[..1]).await.expect_err("no broker")));
    let program = installed("ATALAIA_MOSQUITTO").expect("as before");
    let _server = Server::start(Command::new(program).arg("-c").arg(folder.path().join("mosquitto.conf")));
    listens(port);
    assert_eq!(sink.send(&deliveries()[..1]).await, Ok(()));
}

#[tokio::test]
async fn a_broker_is_known_by_its_certificate() {
    let lines = "listener PORT 127.0.0.1\nallow_anonymous true\ncafile HERE/ca.pem\ncertfile HERE/server.pem\nkeyfile HERE/server.key\n";
    let Some((_broker, port, _folder)) = broker(lines) else { return };
    let other_settings = Settings { tls: trust(), ..settings(&format!("mqtts://localhost:{port}")) };
    let mut sink = Mqtt::new(&other_settings, &sender()).expect("settings");
    assert_eq!(sink.send(&deliveries()).await, Ok(()));
    let other = crate::platform::tls::Settings {
        ca: Some(beside("tests/wires/client.pem")),
        ..crate::platform::tls::Settings::default()
    };
    let mut sink = Mqtt::new(&Settings { tls: other, ..other_settings }, &sender()).expect("settings");
    assert!(is_later(&sink.send(&deliveries()).await.expect_err("of another authority")));
}

#[tokio::test]
async fn a_wrong_password_is_a_temporary_failure_and_is_never_shown() {
    let Some((_broker, port, _folder)) = broker("listener PORT 127.0.0.1\nallow_anonymous false\n") else { return };
    let folder = tempfile::TempDir::new().expect("a folder");
    let other_settings = Settings {
        user: Some("atalaia".to_owned()),
        password: Some(secret(folder.path(), "password", "canary-of-mqtt")),
        ..settings(&format!("mqtt://127.0.0.1:{port}"))
    };
    let mut sink = Mqtt::new(&other_settings, &sender()).expect("settings");
    let error = sink.send(&deliveries()).await.expect_err("refused");
    assert!(is_later(&error) && error.to_string().contains("refuses the connection"), "{error}");
}

#[tokio::test]
async fn a_broker_that_hangs_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("mqtt://127.0.0.1:{}", listener.local_addr().expect("bound").port());
    let mut sink = Mqtt::new(&Settings { timeout_seconds: 1, ..settings(&url) }, &sender()).expect("settings");
    let error = sink.send(&deliveries()).await.expect_err("no answer");
    assert!(is_later(&error) && error.to_string().ends_with("not acknowledged within 1 s"), "{error}");
}

#[tokio::test]
async fn nothing_from_the_air_stands_in_a_topic() {
    for bad in ["#", "+", "a/b", "$SYS", "a\u{0}b", ""] {
        let delivery = with(&deliveries()[0], |change| change["alert"]["id"] = bad.into());
        assert!(matches!(topic("porto-1", &delivery.change), Err(SendError::Refused { .. })), "{bad:?}");
    }
}

#[test]
fn faults_of_settings_are_named() {
    let problems =
        |text: &str| fault::lines("sinks[0].mqtt", toml::from_str::<Settings>(text).expect("readable").problems());
    assert!(problems("url = \"mqtts://broker.example.org:8883\"").is_empty());
    for bad in [
        "url = \"broker:1883\"",
        "url = \"mqtt://user:password@broker:1883\"",
        "url = \"mqtt://broker\"",
        "url = \"mqtt://broker:1883\"\nuser = \"u\"\npassword = { file = \"p\" }",
        "url = \"mqtts://broker:8883\"\npassword = { file = \"p\" }",
        "url = \"mqtt://broker:1883\"\ntls.ca = \"ca.pem\"",
        "url = \"mqtt://broker:1883\"\nclient_id = \"\"",
    ] {
        let problems = problems(bad);
        assert_eq!(problems.len(), 1, "{bad}: {problems:#?}");
        assert!(problems[0].starts_with("sinks[0].mqtt."), "{problems:#?}");
    }
}
