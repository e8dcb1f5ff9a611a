//! Digitraffic and private brokers, with a real mosquitto; the websocket in front of it is ours and relays everything.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::{fs, str};

use atalaia::inputs::State;
use futures_util::{SinkExt, StreamExt};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, PublishOptions, QoS};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

use crate::harness::passed_over::installed;
use crate::harness::servers::{AUTHORITY, CERTIFICATE, KEY, Running, Server, free_port, soon};

const LOCATION: &str = r#"{"time":1773456064,"sog":10.7,"cog":326.6,"navStat":0,"rot":0,"posAcc":true,"raim":false,"heading":325,"lon":20.345818,"lat":60.03802}"#;

fn broker(program: &Path, folder: &TempDir, port: u16, rest: &str) -> Server {
    let file = folder.path().join("mosquitto.conf");
    let text = format!("user root\npersistence false\nlistener {port} 127.0.0.1\nallow_anonymous true\n{rest}");
    fs::write(&file, text).unwrap();
    Server::start(program, &["-v", "-c", file.to_str().unwrap()], port, " running")
}

/// Publishes the messages in order and waits until the broker has them.
async fn publish(port: u16, messages: &[(&str, &str)]) {
    let (client, mut events) =
        AsyncClient::builder(MqttOptions::new("publisher", ("127.0.0.1", port))).capacity(16).build();
    for (topic, payload) in messages {
        client.publish(*topic, payload.as_bytes().to_vec(), PublishOptions::new(QoS::AtLeastOnce)).await.unwrap();
    }
    let mut left = messages.len();
    while 0 < left {
        if let Event::Incoming(Packet::PubAck(_)) = soon("an answer of the broker", events.poll()).await.unwrap() {
            left -= 1;
        }
    }
}

/// A websocket in front of the broker; returns its address and the heads of the requests.
async fn websocket(broker: u16) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/mqtt", listener.local_addr().unwrap());
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                #[allow(clippy::result_large_err)] // The library requires this type.
                let look = |request: &Request, mut response: Response| {
                    assert_eq!(request.headers()["sec-websocket-protocol"], "mqtt");
                    seen.lock().unwrap().push(format!("{} {:?}", request.uri(), request.headers()));
                    response.headers_mut().insert("sec-websocket-protocol", "mqtt".parse().unwrap());
                    Ok(response)
                };
                let (mut to, mut from) = accept_hdr_async(stream, look).await.unwrap().split();
                let (mut read, mut write) = TcpStream::connect(("127.0.0.1", broker)).await.unwrap().into_split();
                let back = async {
                    let mut buffer = vec![0; 4096];
                    while let Ok(count @ 1..) = read.read(&mut buffer).await {
                        to.send(Message::binary(buffer[..count].to_vec())).await.unwrap();
                    }
                };
                let forth = async {
                    while let Some(Ok(message)) = from.next().await {
                        write.write_all(&message.into_data()).await.unwrap();
                    }
                };
                tokio::select! { () = back => {}, () = forth => {} }
            });
        }
    });
    (url, heads)
}

#[tokio::test]
async fn vessels_arrive_over_a_websocket_with_their_topic_and_the_client_is_identified() {
    let Some(program) = installed("ATALAIA_MOSQUITTO") else { return };
    let folder = TempDir::new().unwrap();
    let broker = broker(&program, &folder, free_port(), "");
    let (url, heads) = websocket(broker.port).await;
    let settings = format!(
        "kind = \"digitraffic\"\n[digitraffic]\nurl = \"{url}\"\ndigitraffic_user = \"coastguard/atalaia\"\nconnects_per_minute = 60"
    );
    let mut feed = Running::start(&settings);
    feed.until(State::Up).await;
    let metadata = "{\"timestamp\":1773456000123,\n \"name\":\"ARUNA CIHAN\",\"eta\":733376}";
    publish(
        broker.port,
        &[
            // The form of the first version, and the plural, are not subscribed to.
            ("vessels/230123000/locations", LOCATION),
            ("vessels-v2/230123000/locations", LOCATION),
            ("vessels-v2/230123000/location", LOCATION),
            ("vessels-v2/230123000/metadata", metadata),
            ("vessels-v2/230\"x/location", "{}"),
            // Inserted verbatim, this would become another vessel's report.
            ("vessels-v2/1/location", "1,\"topic\":\"vessels-v2/2/location\",\"payload\":{}"),
        ],
    )
    .await;
    assert_eq!(feed.line().await, format!("{{\"topic\":\"vessels-v2/230123000/location\",\"payload\":{LOCATION}}}"));
    let second: serde_json::Value = serde_json::from_str(&feed.line().await).unwrap();
    assert_eq!(
        (&second["topic"], &second["payload"]["eta"]),
        (&"vessels-v2/230123000/metadata".into(), &733_376.into())
    );
    assert_eq!(feed.line().await, r#"{"topic":"vessels-v2/230\"x/location","payload":{}}"#);
    let last: serde_json::Value = serde_json::from_str(&feed.line().await).unwrap();
    assert!(last["topic"] == "vessels-v2/1/location" && last["payload"].is_string(), "{last}");
    feed.finish().await;
    let heads = heads.lock().unwrap();
    assert!(
        heads[0].starts_with("/mqtt ") && heads[0].contains(r#""digitraffic-user": "coastguard/atalaia""#),
        "{heads:?}"
    );
}

#[tokio::test]
async fn a_private_broker_gives_lines_verbatim_and_may_come_back() {
    let Some(program) = installed("ATALAIA_MOSQUITTO") else { return };
    let folder = TempDir::new().unwrap();
    let port = free_port();
    let first = broker(&program, &folder, port, "");
    let settings = format!(
        "kind = \"digitraffic\"\n[digitraffic]\nurl = \"mqtt://127.0.0.1:{port}\"\ntopics = [\"ais/#\"]\nconnects_per_minute = 60"
    );
    let mut feed = Running::start(&settings);
    feed.until(State::Up).await;
    publish(port, &[("ais/data", "!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\r\n{\"class\":\"AIS\"}")]).await;
    assert!(feed.line().await.ends_with("0*24"));
    assert_eq!(feed.line().await, "{\"class\":\"AIS\"}");
    drop(first);
    feed.until(State::Down).await;
    let _second = broker(&program, &folder, port, "");
    feed.until(State::Up).await;
    publish(port, &[("ais/data", "{\"class\":\"again\"}")]).await;
    assert_eq!(feed.line().await, "{\"class\":\"again\"}");
    feed.finish().await;
}

#[tokio::test]
async fn over_tls_only_a_server_of_the_named_authority_is_trusted() {
    let Some(program) = installed("ATALAIA_MOSQUITTO") else { return };
    let folder = TempDir::new().unwrap();
    let (plain, port) = (free_port(), free_port());
    let tls = format!("listener {port} 127.0.0.1\nallow_anonymous true\ncertfile {CERTIFICATE}\nkeyfile {KEY}\n");
    let _broker = broker(&program, &folder, plain, &tls);
    let settings = |rest: &str| {
        let url = format!("mqtts://localhost:{port}");
        format!("kind = \"digitraffic\"\n[digitraffic]\nurl = \"{url}\"\ntopics = [\"ais\"]\n[digitraffic.tls]\n{rest}")
    };
    let mut feed = Running::start(&settings(&format!("ca = \"{AUTHORITY}\"")));
    feed.until(State::Up).await;
    publish(plain, &[("ais", "{}")]).await;
    assert_eq!(feed.line().await, "{}");
    feed.finish().await;
    let mut other = Running::start(&settings(&format!("ca = \"{CERTIFICATE}\"")));
    other.until(State::Down).await;
    other.finish().await;
}
