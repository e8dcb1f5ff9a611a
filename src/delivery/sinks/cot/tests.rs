//! Events decoded by a third-party XML reader and received by listeners like a TAK server.

use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::delivery::testing::{
    Server, beside, deliveries, free_port, golden, installed, is_later, listens, read_back, sender, trust, with,
};
use atalaia_core::base::fault;

fn settings(address: &str, transport: Transport) -> Settings {
    let text = format!("address = \"{address}\"");
    Settings { transport, ..toml::from_str(&text).expect("settings") }
}

fn events(deliveries: &[Delivery]) -> Vec<u8> {
    let stale = Span::from_minutes(720);
    deliveries.iter().flat_map(|delivery| event::event(&delivery.change, stale).expect("an event")).collect()
}

#[test]
fn events_stay_as_they_are() {
    golden("cot.xml", &events(&deliveries()));
}

#[test]
fn a_digest_names_every_alert_that_it_stands_for() {
    let event = String::from_utf8(events(&[crate::delivery::testing::digest()])).expect("text");
    assert!(event.contains("callsign=\"LOITERING digest of 3 alerts\""), "{event}");
    assert!(event.contains(" open: idofone idoftwo. ended: idofthree.</remarks>"), "{event}");
}

#[test]
fn another_reader_finds_marker_vessels_and_marking() {
    let Some(read) = read_back("cot", &events(&deliveries())) else { return };
    let [over, marker, nowhere] = read.as_array().expect("events").as_slice() else { panic!("three events") };
    assert_eq!(marker["type"], "b-m-p-s-m");
    assert_eq!(marker["uid"], "atalaia.alert.cccccccccccccccccccccccccc");
    assert_eq!(
        (&marker["time"], &marker["start"]),
        (&"2026-03-01T02:00:00.250Z".into(), &"2026-03-01T00:00:00.000Z".into())
    );
    assert_eq!(marker["stale"], "2026-03-01T14:00:00.250Z");
    assert_eq!((&marker["point"]["lat"], &marker["point"]["lon"]), (&"10.50000".into(), &"180.00000".into()));
    assert_eq!(marker["callsign"], "LOITERING 538000001/538000002");
    assert_eq!(marker["links"][1]["uid"], "MMSI-538000002");
    assert!(marker["links"].as_array().expect("links").iter().all(|link| link["type"] == "a-u-S-X-M"));
    let remarks = marker["remarks"].as_str().expect("text");
    assert!(remarks.starts_with("TLP:AMBER+STRICT H1 H3") && remarks.contains("<b>]]></b> \"A\""), "{remarks}");
    assert_eq!(marker["own"]["revision"], "2");
    assert_eq!(over["type"], "t-x-d-d");
    assert_eq!(over["links"][0]["uid"], "atalaia.alert.aaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert!(over["children"].as_array().expect("tags").contains(&"__forcedelete".into()));
    assert_eq!(nowhere["point"]["ce"], "9999999.0");
    assert!(nowhere["remarks"].as_str().expect("text").contains("Position unknown."));
}

#[test]
fn no_event_calls_a_vessel_suspect_or_hostile_or_a_person_in_danger() {
    for change in ["opened", "updated", "ended", "retracted"] {
        for severity in ["info", "low", "medium", "high", "critical"] {
            let delivery = with(&deliveries()[1], |line| {
                line["change"] = change.into();
                line["alert"]["severity"] = severity.into();
            });
            let event = String::from_utf8(events(&[delivery])).expect("UTF-8");
            assert!(["\"a-h", "\"a-s", "\"b-a-o"].iter().all(|kind| !event.contains(kind)), "{event}");
        }
    }
}

#[test]
fn markup_from_the_air_stays_text() {
    let hostile = with(&deliveries()[1], |change| {
        change["alert"]["summary"] = "</remarks></detail></event><event/>\u{0}\u{8}\u{fffe}&".into();
    });
    let Some(read) = read_back("cot", &events(&[hostile])) else { return };
    assert_eq!(read.as_array().expect("events").len(), 1);
    assert!(read[0]["remarks"].as_str().expect("text").contains("</remarks></detail></event><event/>&"));
    let bad = with(&deliveries()[1], |change| change["alert"]["id"] = "a.b c".into());
    assert!(matches!(event::event(&bad.change, Span::ZERO), Err(SendError::Refused { .. })));
}

#[tokio::test]
async fn a_mesh_gets_a_datagram_each() {
    let node = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = node.local_addr().expect("bound").to_string();
    let mut sink = Cot::new(&settings(&address, Transport::Udp), &sender()).expect("settings");
    assert_eq!(sink.send(&deliveries()).await, Ok(()));
    for delivery in deliveries() {
        let mut heard = vec![0; 65_536];
        let length = node.recv(&mut heard).await.expect("a datagram");
        assert_eq!(&heard[..length], events(&[delivery]));
    }
}

/// A server that accepts only clients with a certificate of the test authority.
fn acceptor() -> TlsAcceptor {
    let read = |name: &str| beside("tests/wires").join(name);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(read("ca.pem")).expect("PEM")).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let clients =
        WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider)).build().expect("one");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(clients)
        .with_single_cert(
            vec![CertificateDer::from_pem_file(read("server.pem")).expect("PEM")],
            PrivateKeyDer::from_pem_file(read("server.key")).expect("PEM"),
        )
        .expect("a pair");
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn a_server_knows_us_by_our_certificate() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("localhost:{}", listener.local_addr().expect("bound").port());
    let own = |name: &str| Some(beside("tests/wires").join(name));
    let tls = crate::platform::tls::Settings { certificate: own("client.pem"), key: own("client.key"), ..trust() };
    let mut sink = Cot::new(&Settings { tls, ..settings(&address, Transport::Tls) }, &sender()).expect("settings");
    let expected = events(&deliveries());
    let heard = async {
        let (stream, _) = listener.accept().await.expect("a client");
        let mut stream = acceptor().accept(stream).await.expect("a certificate");
        let mut bytes = vec![0; expected.len()];
        stream.read_exact(&mut bytes).await.expect("the events");
        bytes
    };
    let deliveries = deliveries();
    let (sent, heard) = tokio::join!(sink.send(&deliveries), heard);
    assert_eq!(sent, Ok(()));
    assert_eq!(String::from_utf8_lossy(&heard), String::from_utf8_lossy(&expected));
}

/// A third-party TAK server, over TLS with a client certificate or over TCP, forwards each event to its clients.
#[tokio::test]
async fn a_tak_server_forwards_what_it_receives() {
    let Some(program) = installed("ATALAIA_TAKY") else { return };
    for transport in [Transport::Tls, Transport::Tcp] {
        let folder = tempfile::TempDir::new().expect("a folder");
        let (port, watched) = (free_port(), free_port());
        let own = |name: &str| beside("tests/wires").join(name);
        let text = format!(
            "[taky]\nbind_ip = 127.0.0.1\nhostname = localhost\nroot_dir = {}\n\
             [cot_server]\nport = {port}\nmon_ip = 127.0.0.1\nmon_port = {watched}\n\
             [ssl]\nenabled = {}\nclient_cert_required = true\nca = {}\ncert = {}\nkey = {}\n",
            folder.path().display(),
            transport == Transport::Tls,
            own("ca.pem").display(),
            own("server.pem").display(),
            own("server.key").display(),
        );
        let file = folder.path().join("taky.conf");
        std::fs::write(&file, text).expect("written");
        let _server = Server::start(Command::new(&program).arg("-l").arg("critical").arg("-c").arg(file));
        // Only with TLS does it have a separate port for monitoring clients.
        let watched = if transport == Transport::Tls { watched } else { port };
        listens(watched);
        let mut watch = std::net::TcpStream::connect(("127.0.0.1", watched)).expect("connected");
        watch.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
        let tls = match transport {
            Transport::Tls => {
                let (certificate, key) = (Some(own("client.pem")), Some(own("client.key")));
                crate::platform::tls::Settings { certificate, key, ..trust() }
            }
            _ => crate::platform::tls::Settings::default(),
        };
        let mut sink = Cot::new(&Settings { tls, ..settings(&format!("localhost:{port}"), transport) }, &sender())
            .expect("settings");
        let uid =
            |text: &str| text.split_once(" uid=\"").and_then(|(_, rest)| Some(rest.split_once('"')?.0.to_owned()));
        let remarks = |text: &str| Some(text.split_once("</remarks>")?.0.rsplit_once('>')?.1.replace("&quot;", "\""));
        let mut last = None;
        for delivery in deliveries() {
            assert_eq!(sink.send(std::slice::from_ref(&delivery)).await, Ok(()), "{transport:?}");
            // Monitoring clients receive some events twice.
            let seen = loop {
                let seen = until(&mut watch, "</event>");
                if uid(&seen) != last {
                    break seen;
                }
            };
            last = uid(&seen);
            let expected = String::from_utf8(events(&[delivery])).expect("UTF-8");
            assert!(uid(&expected).is_some() && uid(&seen) == uid(&expected), "{transport:?}: {seen}");
            assert_eq!(remarks(&seen), remarks(&expected), "{transport:?}");
        }
    }
}

fn until(stream: &mut impl std::io::Read, end: &str) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("more in time");
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).expect("UTF-8")
}

#[tokio::test]
async fn a_server_of_another_authority_gets_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("localhost:{}", listener.local_addr().expect("bound").port());
    // The server's certificate was not issued by this authority.
    let tls = crate::platform::tls::Settings {
        ca: Some(beside("tests/wires/client.pem")),
        ..crate::platform::tls::Settings::default()
    };
    let mut sink = Cot::new(&Settings { tls, ..settings(&address, Transport::Tls) }, &sender()).expect("settings");
    let met = async {
        let (stream, _) = listener.accept().await.expect("a client");
        acceptor().accept(stream).await.is_ok()
    };
    let deliveries = deliveries();
    let (sent, met) = tokio::join!(sink.send(&deliveries), met);
    assert!(is_later(&sent.expect_err("not trusted")) && !met);
}

#[test]
fn faults_of_settings_are_named() {
    let bad: Settings = toml::from_str("address = \"tak\"\ntransport = \"tcp\"\n[tls]\nca = \"c\"").expect("readable");
    let problems = fault::lines("sinks[1].cot", bad.problems());
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(problems.iter().all(|problem| problem.starts_with("sinks[1].cot.")));
    assert!(fault::lines("p", settings("239.2.3.1:6969", Transport::Udp).problems()).is_empty());
}
