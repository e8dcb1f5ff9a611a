//! Mails sent to a third-party server and parsed by a third-party parser; answers of servers; pacing of mails.

use std::process::Command;

use serde_json::Value;

use super::settings::Security;
use super::*;
use crate::delivery::testing::{
    LogCapture, Server, beside, deliveries, golden, installed, is_later, secret, sender, trust, with,
};
use crate::platform::table::Table;
use crate::platform::tls;
use atalaia_core::base::fault;

fn settings(port: u16, security: Security) -> Settings {
    let text = format!(
        "address = \"localhost:{port}\"\nfrom = \"Atalaia <atalaia@example.org>\"\nto = [\"watch@example.org\", \"gone@example.org\"]"
    );
    Settings { security, tls: trust(), ..toml::from_str(&text).expect("settings") }
}

/// Starts a server of this kind and returns its port.
fn server(kind: &str) -> Option<(Server, u16)> {
    let python = installed("ATALAIA_WITNESS_PYTHON")?;
    let mut server = Server::start(Command::new(python).arg(beside("tests/wires/smtp.py")).arg(kind));
    let port = server.line().parse().expect("a port");
    Some((server, port))
}

fn taken(server: &mut Server) -> Value {
    serde_json::from_str(&server.line()).expect("a mail")
}

/// All values of a header, in order.
fn header<'a>(mail: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = mail["headers"].as_array().expect("headers").iter();
    headers.filter(|header| header[0] == name).filter_map(|header| header[1].as_str()).collect()
}

#[test]
fn texts_stay_as_they_are() {
    let deliveries = deliveries();
    for (name, deliveries) in [("mail.txt", &deliveries[..1]), ("mail-digest.txt", &deliveries[..])] {
        golden(name, body::text(deliveries).as_bytes());
    }
}

#[test]
fn a_digest_of_many_alerts_names_each_of_them() {
    let delivery = crate::delivery::testing::digest();
    let text = body::text(std::slice::from_ref(&delivery));
    assert!(text.contains("\nopen       idofone idoftwo\nended      idofthree\n"), "{text}");
    assert!(text.contains("\nLatest at  ") && !text.contains("\nPosition "), "{text}");
    let writer = mail::Writer {
        from: "a@example.org".parse().expect("an address"),
        to: vec!["b@example.org".parse().expect("an address")],
        site: "porto-1".to_owned(),
    };
    let mail = writer.mail(&[delivery], Clock.now()).expect("a mail");
    let subject = mail.headers().get_raw("Subject").expect("a subject");
    assert!(subject.ends_with("CRITICAL loitering: digest of 3 alerts"), "{subject}");
}

#[tokio::test]
async fn a_mail_arrives_marked_threaded_and_with_its_map_layer() {
    let Some((mut server, port)) = server("starttls") else { return };
    let mut sink = Email::new(&settings(port, Security::Starttls), &sender()).expect("settings");
    let last = &deliveries()[0];
    let first = with(last, |change| {
        change["change"] = "opened".into();
        change["revision"] = 1.into();
    });
    assert_eq!(sink.send(std::slice::from_ref(&first)).await, Ok(()));
    let mail = taken(&mut server);
    assert_eq!(mail["tls"], true);
    assert_eq!(mail["defects"], serde_json::json!([]));
    assert_eq!(mail["to"], serde_json::json!(["watch@example.org", "gone@example.org"]));
    assert_eq!(header(&mail, "Subject"), ["[TLP:AMBER] HIGH rendezvous: ALFA, MMSI 002241022"]);
    assert_eq!(header(&mail, "Auto-Submitted"), ["auto-generated"]);
    let id = "<aaaaaaaaaaaaaaaaaaaaaaaaaa-1.porto-1.atalaia@example.org>";
    assert_eq!(header(&mail, "Message-ID"), [id]);
    assert!(header(&mail, "In-Reply-To").is_empty());
    assert_eq!(mail["text"], body::text(std::slice::from_ref(&first)).as_str());
    assert_eq!(mail["files"][0][0], "aaaaaaaaaaaaaaaaaaaaaaaaaa.geojson");
    assert_eq!(mail["files"][0][1], "application/geo+json");
    let layer: Value = serde_json::from_str(mail["files"][0][2].as_str().expect("text")).expect("JSON");
    assert_eq!(
        (&layer["file_tlp"], &layer["features"][0]["geometry"]["coordinates"][1]),
        (&"TLP:AMBER".into(), &(-27.91).into())
    );

    assert_eq!(sink.send(std::slice::from_ref(last)).await, Ok(()));
    let mail = taken(&mut server);
    assert_eq!(header(&mail, "Subject"), ["[TLP:AMBER] HIGH rendezvous: ALFA, MMSI 002241022 (ended)"]);
    assert_eq!(header(&mail, "In-Reply-To"), [id]);
    assert_eq!(header(&mail, "References"), [id]);
    assert_eq!(header(&mail, "Message-ID"), ["<aaaaaaaaaaaaaaaaaaaaaaaaaa-3.porto-1.atalaia@example.org>"]);
}

#[tokio::test]
async fn names_from_the_air_make_no_header() {
    let Some((mut server, port)) = server("open") else { return };
    let mut sink = Email::new(&settings(port, Security::None), &sender()).expect("settings");
    let hostile = with(&deliveries()[1], |change| {
        change["alert"]["vessels"][0]["name"] = "X\r\nBcc: all@example.org\r\n\r\n.\r\nQUIT".into();
        change["alert"]["vessels"][1]["name"] = "=?utf-8?q?Y=0D=0ACc:_x?= ÅSE".into();
        change["alert"]["summary"] = "one\r\n.\r\nMAIL FROM:<x@example.org>\r\n".into();
    });
    assert_eq!(sink.send(&[hostile]).await, Ok(()));
    let mail = taken(&mut server);
    let subject = "[TLP:AMBER+STRICT] [EXERCISE] CRITICAL loitering: X Bcc: all@example.org . QUIT, = ?utf-8?q?Y=0D=0ACc:_x?= ÅSE";
    assert_eq!(header(&mail, "Subject"), [subject]);
    assert!(header(&mail, "Bcc").is_empty() && header(&mail, "Cc").is_empty());
    assert_eq!(header(&mail, "To").len(), 1);
    assert!(mail["text"].as_str().expect("text").contains("one . MAIL FROM:<x@example.org>\n"));
}

#[tokio::test]
async fn a_digest_carries_the_highest_marking_and_every_alert() {
    let Some((mut server, port)) = server("open") else { return };
    let mut sink = Email::new(&settings(port, Security::None), &sender()).expect("settings");
    for _ in 0..2 {
        assert_eq!(sink.send(&deliveries()).await, Ok(()));
    }
    let mail = taken(&mut server);
    assert_eq!(
        header(&mail, "Subject"),
        ["[TLP:AMBER+STRICT] 3 updates on 3 alerts, highest CRITICAL"],
        "one of them is real"
    );
    let text = mail["text"].as_str().expect("text");
    assert!(deliveries().iter().all(|delivery| text.contains(&delivery.key[..26])));
    let layer: Value = serde_json::from_str(mail["files"][0][2].as_str().expect("text")).expect("JSON");
    assert_eq!(layer["file_tlp"], "TLP:AMBER+STRICT");
    assert_eq!(header(&mail, "Message-ID"), header(&taken(&mut server), "Message-ID"), "a repeat is known as such");
}

#[tokio::test]
async fn the_servers_answer_decides_whether_to_try_again() {
    for (kind, later) in [("later", true), ("refuse", false)] {
        let Some((_server, port)) = server(kind) else { return };
        let mut sink = Email::new(&settings(port, Security::None), &sender()).expect("settings");
        let error = sink.send(&deliveries()[..1]).await.expect_err("not taken");
        assert_eq!(is_later(&error), later, "{error}");
        assert_eq!(sink.pace(Clock.moment()), Pace::ONE, "what was not taken counts for nothing");
    }
}

#[tokio::test]
async fn one_refused_address_does_not_keep_mail_from_the_others() {
    let Some((mut server, port)) = server("one-refused") else { return };
    let mut sink = Email::new(&settings(port, Security::None), &sender()).expect("settings");
    assert_eq!(sink.send(&deliveries()[..1]).await, Ok(()));
    assert_eq!(taken(&mut server)["to"], serde_json::json!(["watch@example.org"]));
}

#[tokio::test]
async fn a_recipient_that_defers_gets_it_later_and_the_others_only_once() {
    let Some((mut server, port)) = server("one-later") else { return };
    let mut sink = Email::new(&settings(port, Security::None), &sender()).expect("settings");
    let error = sink.send(&deliveries()[..1]).await.expect_err("one does not have it");
    assert!(
        matches!(&error, SendError::Partly { taken: true, reason } if reason.contains("gone@example.org")),
        "{error}"
    );
    assert_eq!(taken(&mut server)["to"], serde_json::json!(["watch@example.org"]));
    let mut sink = sink.reopened().expect("a reload");
    assert_eq!(sink.send(&deliveries()[..1]).await, Ok(()), "the second time it is taken");
    assert_eq!(sink.sent.len(), 1, "no new mail");
    assert_eq!(
        taken(&mut server)["to"],
        serde_json::json!(["gone@example.org"]),
        "and no other recipient is written to again"
    );
    assert_eq!(sink.send(&deliveries()[1..2]).await, Ok(()));
    assert_eq!(taken(&mut server)["to"], serde_json::json!(["watch@example.org", "gone@example.org"]));
}

#[tokio::test]
async fn a_login_travels_encrypted_and_is_never_shown() {
    let Some((mut server, port)) = server("login") else { return };
    let folder = tempfile::TempDir::new().expect("a folder");
    let login = |password: &str| Settings {
        user: Some("atalaia".to_owned()),
        password: Some(secret(folder.path(), password, password)),
        ..settings(port, Security::Starttls)
    };
    let mut sink = Email::new(&login("wrong-canary"), &sender()).expect("settings");
    let error = sink.send(&deliveries()[..1]).await.expect_err("refused");
    assert!(is_later(&error) && error.to_string().contains("login was refused: 535"), "{error}");
    let mut sink = Email::new(&login("right-canary"), &sender()).expect("settings");
    assert_eq!(sink.send(&deliveries()[..1]).await, Ok(()));
    assert_eq!(taken(&mut server)["user"], "atalaia");
}

#[tokio::test]
async fn a_server_that_repeats_the_password_does_not_put_it_into_the_log() {
    let Some((mut server, port)) = server("talks") else { return };
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut other_settings = Settings {
        user: Some("atalaia".to_owned()),
        password: Some(secret(folder.path(), "password", "right-canary")),
        ..settings(port, Security::Starttls)
    };
    other_settings.to.push("late@example.org".to_owned());
    let logged = LogCapture::here();
    let mut sink = Email::new(&other_settings, &sender()).expect("settings");
    let error = sink.send(&deliveries()[..1]).await.expect_err("one does not have it");
    assert_eq!(taken(&mut server)["to"], serde_json::json!(["watch@example.org"]));
    let logged = logged.text();
    for text in [error.to_string(), logged.clone()] {
        assert!(text.contains("*** ***") && !text.contains("canary") && !text.contains("cmlnaHQ"), "{text}");
    }
    assert!(logged.contains("gone@example.org") && error.to_string().contains("late@example.org"));
    assert!(logged.lines().all(|line| line.len() < 400) && error.to_string().len() < 300, "more than is worth telling");
}

#[tokio::test]
async fn a_server_that_never_ends_a_line_is_left() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let talker = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let words = [b'2'; 1 << 16];
        (0..).take_while(|_| std::io::Write::write_all(&mut stream, &words).is_ok()).count()
    });
    let mut sink = Email::new(&settings(port, Security::None), &sender()).expect("settings");
    let error = sink.send(&deliveries()[..1]).await.expect_err("no greeting");
    assert!(is_later(&error) && error.to_string().ends_with("the server sends too much"), "{error}");
    talker.join().expect("it was left");
}

#[tokio::test]
async fn with_tls_mail_goes_only_to_a_trusted_server() {
    let Some((mut server, port)) = server("tls") else { return };
    let mut sink = Email::new(&settings(port, Security::Tls), &sender()).expect("settings");
    assert_eq!(sink.send(&deliveries()[..1]).await, Ok(()));
    assert_eq!(taken(&mut server)["tls"], true);
    let other = tls::Settings { ca: Some(beside("tests/wires/lapsed-ca.pem")), ..tls::Settings::default() };
    let mut sink = Email::new(&Settings { tls: other, ..settings(port, Security::Tls) }, &sender()).expect("settings");
    let error = sink.send(&deliveries()[..1]).await.expect_err("of another authority");
    assert!(is_later(&error) && error.to_string().contains("UnknownIssuer"), "{error}");
}

#[tokio::test]
async fn a_server_that_cannot_encrypt_gets_neither_login_nor_mail() {
    let Some((_server, port)) = server("open") else { return };
    let mut sink = Email::new(&settings(port, Security::Starttls), &sender()).expect("settings");
    assert!(is_later(&sink.send(&deliveries()[..1]).await.expect_err("no STARTTLS there")));
    let mut sink = Email::new(&settings(port, Security::Tls), &sender()).expect("settings");
    assert!(is_later(&sink.send(&deliveries()[..1]).await.expect_err("no TLS there")));
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let other_settings = Settings { timeout_seconds: 1, ..settings(port, Security::None) };
    let mut sink = Email::new(&other_settings, &sender()).expect("settings");
    let error = sink.send(&deliveries()[..1]).await.expect_err("no greeting");
    assert!(is_later(&error) && error.to_string().ends_with("not taken within 1 s"), "{error}");
}

#[test]
fn mails_keep_their_interval_and_hourly_limit() {
    let now = Clock.moment();
    let mut other_settings = Settings { max_per_hour: 3, ..settings(25, Security::None) };
    let mut sink = Email::new(&other_settings, &sender()).expect("settings");
    assert_eq!(sink.pace(now), Pace::ONE);
    sink.sent.extend([now; 2]);
    let last = sink.pace(now);
    assert!(1 < last.together && last.wait.is_zero(), "the last mail of an hour takes all that waits: {last:?}");
    sink.sent.push_back(now);
    let full = sink.pace(now);
    assert!(1 < full.together && full.wait == HOUR, "{full:?}");
    other_settings.digest_minutes = 10;
    let mut sink = Email::new(&other_settings, &sender()).expect("settings");
    assert!(sink.pace(now).wait.is_zero(), "the first goes at once");
    sink.sent.push_back(now);
    assert_eq!(sink.pace(now).wait, Duration::from_secs(600));
    other_settings.digest_minutes = 120;
    let mut sink = Email::new(&other_settings, &sender()).expect("settings");
    sink.recall(&[Duration::from_secs(5400)]);
    let wait = sink.pace(Clock.moment()).wait;
    assert!(Duration::from_secs(1790) < wait && wait <= Duration::from_secs(1800), "{wait:?} after a restart");
    other_settings = Settings { digest_minutes: 0, ..other_settings };
    let mut sink = Email::new(&other_settings, &sender()).expect("settings");
    sink.recall(&[3000, 60, 30].map(Duration::from_secs));
    let full = sink.pace(Clock.moment());
    assert!(Duration::from_secs(590) < full.wait && full.wait <= Duration::from_secs(600), "{full:?}: three an hour");
}

#[test]
fn faults_of_settings_are_named() {
    let bad: Settings = toml::from_str(
        "address = \"mail.example.org:25\"\nsecurity = \"none\"\nfrom = \"nobody\"\nto = [\"a@example.org\", \"b\\r\\nBcc: c@example.org\"]\nuser = \"u\"",
    )
    .expect("readable");
    let problems = fault::lines("sinks[0].email", bad.problems());
    assert_eq!(problems.len(), 4, "{problems:#?}");
    assert!(problems.iter().all(|problem| problem.starts_with("sinks[0].email")));
    assert!(problems.iter().any(|problem| problem.starts_with("sinks[0].email.to[1]: ")));
    assert!(fault::lines("p", settings(587, Security::Starttls).problems()).is_empty());
    assert!(fault::lines("p", settings(25, Security::None).problems()).is_empty(), "nothing leaves the machine");
}
