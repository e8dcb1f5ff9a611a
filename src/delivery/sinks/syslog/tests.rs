//! Messages decoded by a third-party parser and received by collectors over each transport.

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, UdpSocket};

use super::*;
use crate::delivery::testing::{deliveries, golden, is_later, read_back, sender, trust, with};
use atalaia_core::base::fault;

fn line() -> Line {
    Line { facility: 16, enterprise: 32_473, longest: 2048, host: "watch.example.org".to_owned(), process: 7 }
}

fn settings(address: &str, transport: Transport) -> Settings {
    let text = format!("address = \"{address}\"");
    Settings { transport, ..toml::from_str(&text).expect("settings") }
}

#[test]
fn messages_stay_as_they_are() {
    let messages: Vec<String> = deliveries().iter().map(|delivery| line().message(&delivery.change)).collect();
    golden("syslog.txt", format!("{}\n", messages.join("\n")).as_bytes());
}

#[test]
fn another_parser_reads_the_fields() {
    let hostile = with(&deliveries()[1], |change| {
        change["alert"]["id"] = "a\"b]c\\d\n<0>1 forged".into();
    });
    let Some(read) = read_back("syslog", line().message(&hostile.change).as_bytes()) else { return };
    assert_eq!(read["facility"], "local0");
    assert_eq!(read["severity"], "crit");
    assert_eq!(read["msgid"], "loitering");
    assert_eq!(read["timestamp"], "2026-03-01T02:00:00.250Z");
    let parameters = &read["structured"]["atalaia@32473"];
    assert_eq!(parameters["mmsi"], "538000001,538000002");
    assert_eq!(parameters["tlp"], "AMBER+STRICT");
    assert_eq!(parameters["alert"], "a\\\"b\\]c\\\\d<0>1 forged", "this parser leaves the escapes in");
    let text = read["msg"].as_str().expect("text");
    assert!(text.starts_with("\u{feff}TLP:AMBER+STRICT H1 H3"), "{text}");
    assert!(!text.contains(['\n', '\t', '\u{200b}', '\u{7f}']), "{text:?}");
}

#[test]
fn a_long_text_is_cut_and_never_the_fields() {
    let long = with(&deliveries()[0], |change| change["alert"]["summary"] = "é".repeat(5000).into());
    let message = line().message(&long.change);
    assert!((2046..=2048).contains(&message.len()), "{}", message.len());
    assert!(message.contains("tlp=\"AMBER\"] \u{feff}TLP:AMBER") && message.ends_with('é'));
}

#[tokio::test]
async fn a_stream_carries_lengths() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    let mut sink = Syslog::new(&settings(&address, Transport::Tcp), &sender()).expect("settings");
    let deliveries = deliveries();
    let heard = async {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut messages = Vec::new();
        for _ in 0..3 {
            let mut length = 0;
            loop {
                match stream.read_u8().await.expect("a byte") {
                    b' ' => break,
                    digit => length = 10 * length + usize::from(digit - b'0'),
                }
            }
            let mut message = vec![0; length];
            stream.read_exact(&mut message).await.expect("the whole");
            messages.push(String::from_utf8(message).expect("UTF-8"));
        }
        messages
    };
    let (sent, heard) = tokio::join!(sink.send(&deliveries), heard);
    assert_eq!(sent, Ok(()));
    let made: Vec<String> = deliveries.iter().map(|delivery| sink.line.message(&delivery.change)).collect();
    assert_eq!(heard, made);
}

#[tokio::test]
async fn a_datagram_is_one_message() {
    let collector = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = collector.local_addr().expect("bound").to_string();
    let mut sink = Syslog::new(&settings(&address, Transport::Udp), &sender()).expect("settings");
    assert_eq!(sink.send(&deliveries()[..2]).await, Ok(()));
    for delivery in &deliveries()[..2] {
        let mut heard = vec![0; 65_536];
        let length = collector.recv(&mut heard).await.expect("a datagram");
        assert_eq!(String::from_utf8_lossy(&heard[..length]), sink.line.message(&delivery.change));
    }
}

#[tokio::test]
async fn a_collector_that_cannot_prove_itself_gets_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    let other_settings = Settings { tls: trust(), ..settings(&address, Transport::Tls) };
    let mut sink = Syslog::new(&other_settings, &sender()).expect("settings");
    let heard = async {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut first = vec![0; 65_536];
        let length = stream.read(&mut first).await.expect("a greeting");
        first.truncate(length);
        first
    };
    let deliveries = deliveries();
    let (sent, heard) = tokio::join!(sink.send(&deliveries[..1]), heard);
    assert!(is_later(&sent.expect_err("no TLS there")));
    assert!(!String::from_utf8_lossy(&heard).contains("atalaia@"), "only the handshake was heard");
}

#[test]
fn faults_of_settings_are_named() {
    let bad: Settings =
        toml::from_str("address = \"collector\"\ntransport = \"udp\"\n[tls]\nkey = \"k\"").expect("readable");
    let problems = fault::lines("sinks[0].syslog", bad.problems());
    assert_eq!(problems.len(), 3, "{problems:#?}");
    assert!(problems.iter().all(|problem| problem.starts_with("sinks[0].syslog.")));
    assert!(fault::lines("p", settings("collector:6514", Transport::Tls).problems()).is_empty());
    assert!(toml::from_str::<Settings>("address = \"a:1\"\nfacility = \"local9\"").is_err());
}
