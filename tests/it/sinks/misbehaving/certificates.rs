//! Certificates that expire during a connection, are not valid yet, or are renewed on the disk: what continues, what is refused, and what
//! the operator sees of it.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atalaia::platform::clock::Clock;
use atalaia_core::base::time::{Span, Time};
use tempfile::TempDir;

use super::authority::{Authority, Prelude, Shown, Valid, no_prelude, secure};
use super::servers::{Desk, Misdeed, Server, Session};
use super::{counts, http_and_mail, inputs, mqtt, nats, page, raise, stands, start, tak, until, warm};
use crate::harness::daemon::{Daemon, input, settings, wait_until, wait_within};
use crate::harness::servers::free_port;

/// Validity of a server's certificate, from the beginning of a connection.
const LIFE: Span = Span::from_seconds(4);

/// A kind of sink that uses TLS: its server's protocol, the exchange before encryption, and its settings table for an address.
struct Kind {
    name: &'static str,
    session: Session,
    prelude: Prelude,
    table: fn(&str) -> String,
    /// Whether the connection is kept between two deliveries.
    keeps: bool,
}

fn greet_nats(socket: &mut TcpStream) -> std::io::Result<()> {
    socket.write_all(b"INFO {\"headers\":true,\"max_payload\":1048576,\"tls_required\":true}\r\n")
}

const KINDS: [Kind; 6] = [
    Kind {
        name: "webhook",
        session: http_and_mail::webhook,
        prelude: no_prelude,
        table: |port| {
            format!(
                "url = \"https://localhost:{port}/hook\"\nbody = \"line\"\nallow = [\"127.0.0.0/8\", \"::1/128\"]\n"
            )
        },
        keeps: true,
    },
    Kind {
        name: "email",
        session: http_and_mail::mail,
        prelude: http_and_mail::starttls,
        table: |port| format!("address = \"localhost:{port}\"\nfrom = \"a@example.org\"\nto = [\"b@example.org\"]\n"),
        keeps: false,
    },
    Kind {
        name: "mqtt",
        session: mqtt::session,
        prelude: no_prelude,
        table: |port| format!("url = \"mqtts://localhost:{port}\"\n"),
        keeps: true,
    },
    Kind {
        name: "nats",
        session: nats::session,
        prelude: greet_nats,
        table: |port| format!("url = \"tls://localhost:{port}\"\n"),
        keeps: true,
    },
    Kind {
        name: "cot",
        session: tak::session,
        prelude: no_prelude,
        table: |port| format!("address = \"localhost:{port}\"\n"),
        keeps: true,
    },
    Kind {
        name: "syslog",
        session: http_and_mail::syslog,
        prelude: no_prelude,
        table: |port| format!("address = \"localhost:{port}\"\n"),
        keeps: true,
    },
];

/// A daemon with a sink of each kind, and their servers.
struct Office {
    folder: TempDir,
    daemon: Daemon,
    feed: TcpStream,
    http: String,
    servers: Vec<Server>,
    authority: Arc<Authority>,
    shown: Arc<Mutex<Shown>>,
}

impl Office {
    /// `own` is the validity of the sinks' client certificate; without one the servers ask for none.
    fn new(shown: Shown, own: Option<Valid>) -> Office {
        let (folder, authority) = (TempDir::new().unwrap(), Arc::new(Authority::new()));
        authority.write(&folder.path().join("ca.pem"));
        own.iter().for_each(|valid| authority.renew(folder.path(), *valid));
        let shown = Arc::new(Mutex::new(shown));
        let serve = |kind: &Kind| {
            let secure = secure(&authority, &shown, own.is_some(), kind.prelude);
            Server::start(kind.session, Desk::default(), secure)
        };
        let servers: Vec<Server> = KINDS.iter().map(serve).collect();
        let http = format!("127.0.0.1:{}", free_port());
        let mut text = format!(
            "{}[store]\npath = \"atalaia.sqlite\"\n[http]\naddress = \"{http}\"\n[time]\nlateness_seconds = 0\nidle_after_seconds = 5\n\
             [delivery]\nretry_seconds = [1]\n",
            input("tcp-listen", "address = \"127.0.0.1:0\"")
        );
        let own = if own.is_some() { "certificate = \"own.pem\"\nkey = \"own.key\"\n" } else { "" };
        for (kind, server) in KINDS.iter().zip(&servers) {
            let (name, table) = (kind.name, (kind.table)(server.address.rsplit_once(':').unwrap().1));
            text += &format!(
                "[[sinks]]\nkind = \"{name}\"\nname = \"{name}\"\nmin_severity = \"low\"\n[sinks.{name}]\ntimeout_seconds = 3\n\
                 {table}[sinks.{name}.tls]\nca = \"ca.pem\"\n{own}"
            );
        }
        let mut daemon = start(&settings(&folder, &text));
        let mut feed = TcpStream::connect(daemon.address()).unwrap();
        warm(&mut feed);
        wait_until(|| TcpStream::connect(&http).is_ok());
        Office { folder, daemon, feed, http, servers, authority, shown }
    }

    fn show(&self, shown: Shown) {
        *self.shown.lock().unwrap() = shown;
    }

    /// Raises an alert.
    fn raise(&mut self, number: u32) {
        raise(&mut self.feed, number);
    }

    /// Waits until these kinds have received this many messages, and the store has recorded it.
    fn have(&self, wanted: impl Fn(&Kind) -> bool, count: usize) {
        let store = self.folder.path().join("atalaia.sqlite");
        for (kind, server) in KINDS.iter().zip(&self.servers).filter(|(kind, _)| wanted(kind)) {
            until(kind.name, || counts(&store, kind.name) == [("delivered".to_owned(), count as u64)].into());
            let different: BTreeSet<String> = server.taken().into_iter().map(|taken| taken.body).collect();
            assert_eq!(different.len(), count, "{}: {different:#?}", kind.name);
        }
    }

    /// Waits until these kinds are down for this reason, with this many messages delivered.
    fn down(&self, wanted: impl Fn(&Kind) -> bool, reason: &str, delivered: u64) {
        let store = self.folder.path().join("atalaia.sqlite");
        for kind in KINDS.iter().filter(|kind| wanted(kind)) {
            let stood = || stands(&self.http, kind.name);
            let is_so =
                || stood()["state"] == "down" && stood()["reason"].as_str().unwrap_or_default().contains(reason);
            wait_within(Duration::from_secs(20), is_so, || format!("not {reason:?} but {}", stood()));
            let counted = counts(&store, kind.name);
            assert_eq!(counted.get("delivered").copied().unwrap_or(0), delivered, "{}: {counted:?}", kind.name);
        }
    }

    fn stop(mut self) -> Vec<String> {
        self.daemon.signal("TERM");
        self.daemon.wait_for(&["stopped", "open_alerts="]);
        assert_eq!(self.daemon.wait(), Some(0));
        let log = self.daemon.heard().to_vec();
        assert!(!log.iter().any(|line| line.contains("panicked")), "{log:#?}");
        log
    }
}

/// Servers with an expired certificate are used until the connection ends, and again once they have a new one.
pub fn of_a_server_that_expires_ends_no_connection_and_begins_none() {
    let mut office = Office::new(Shown::Ending(LIFE), None);
    office.raise(0);
    office.have(|_| true, 1);
    // All of them have a certificate that ends by then.
    let ended = Clock.now() + LIFE;
    wait_until(|| ended < Clock.now());
    let ended = Time::from_seconds(ended.seconds() - 60);
    office.show(Shown::Fixed(Valid { from: ended - Span::from_hours(1), until: ended }));
    office.raise(1);
    office.have(|kind| kind.keeps, 2);
    let reason = format!("the server's certificate expired at {ended}");
    office.down(|kind| !kind.keeps, &reason, 1);
    // New connections are refused.
    office.servers.iter().for_each(Server::hang_up);
    office.raise(2);
    office.down(|kind| kind.keeps, &reason, 2);
    let early = Time::from_seconds(Clock.now().seconds() + 3600);
    office.show(Shown::Fixed(Valid { from: early, until: early + Span::from_hours(1) }));
    office.down(|kind| kind.keeps, &format!("the server's certificate is not valid before {early}"), 2);
    office.show(Shown::Ending(Span::from_hours(1)));
    office.have(|_| true, 3);
    let log = office.stop();
    for kind in &KINDS {
        let told: Vec<&String> = log
            .iter()
            .filter(|line| line.contains("sink down") && line.contains(&format!("sink={} ", kind.name)))
            .collect();
        // The NATS client reconnects by itself: the lost connection may be reported before the refused one, whose reason
        // `/status` showed above.
        let is_said =
            |line: &String| line.contains(&reason) || (kind.name == "nats" && line.contains("closed by the server"));
        assert!(matches!(told.as_slice(), [one] if is_said(one)), "{log:#?}");
    }
}

/// Renewal works without a restart or reload.
pub fn of_ours_that_expired_is_told_of_and_a_renewed_one_taken_over() {
    let ended = Time::from_seconds(Clock.now().seconds() - 7200);
    let expired = Valid { from: ended - Span::from_hours(1), until: ended };
    let mut office = Office::new(Shown::Ending(Span::from_hours(1)), Some(expired));
    office.raise(0);
    office.down(|_| true, "the server refuses our certificate as expired", 0);
    let file = office.folder.path().join("own.pem");
    let told = format!("sinks[0].webhook.tls.certificate: {} expired at {ended}; renew it", file.display());
    assert!(page(&office.http, "/readyz").contains(&told), "{}", page(&office.http, "/readyz"));
    let mut check = Command::new(env!("CARGO_BIN_EXE_atalaia"));
    let checked = check.args(["check", "--config"]).arg(office.folder.path().join("atalaia.toml")).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success() && said.contains(&told), "{said}");
    office.authority.renew(office.folder.path(), Valid::for_another(Span::from_hours(1)));
    office.have(|_| true, 1);
    let log = office.stop();
    assert!(log.iter().any(|line| line.contains("WARN") && line.contains(&told)), "{log:#?}");
}

/// First the server's certificate has expired, then the client's.
pub fn inputs_say_what_is_wrong_and_take_a_renewed_one_over() {
    let (folder, authority) = (TempDir::new().unwrap(), Arc::new(Authority::new()));
    authority.write(&folder.path().join("ca.pem"));
    let ended = Time::from_seconds(Clock.now().seconds() - 7200);
    let expired = Valid { from: ended - Span::from_hours(1), until: ended };
    authority.renew(folder.path(), expired);
    let shown = Arc::new(Mutex::new(Shown::Fixed(expired)));
    let tls = "ca = \"ca.pem\"\ncertificate = \"own.pem\"\nkey = \"own.key\"\n";
    // Its errors about the stream do not matter here.
    let silent = || Desk::doing(Misdeed::NeverAcknowledges, "");
    let broker = Server::start(mqtt::session, Desk::default(), secure(&authority, &shown, true, no_prelude));
    let nats = Server::start(nats::session, silent(), secure(&authority, &shown, true, greet_nats));
    let port = |server: &Server| server.address.rsplit_once(':').unwrap().1.to_owned();
    let http = format!("127.0.0.1:{}", free_port());
    let text = format!(
        "[http]\naddress = \"{http}\"\n[[inputs]]\nkind = \"digitraffic\"\nname = \"broker\"\n[inputs.digitraffic]\n\
         url = \"mqtts://localhost:{}\"\ntopics = [\"ais/#\"]\nconnects_per_minute = 600\n[inputs.digitraffic.tls]\n{tls}\
         [[inputs]]\nkind = \"nats\"\nname = \"nats\"\n[inputs.nats]\nurl = \"tls://localhost:{}\"\nstream = \"AIS\"\n\
         consumer = \"a\"\n[inputs.nats.tls]\n{tls}",
        port(&broker),
        port(&nats)
    );
    let mut daemon = start(&settings(&folder, &text));
    wait_until(|| TcpStream::connect(&http).is_ok());
    let says = |name: &str, what: &str| {
        until(name, || inputs::stands(&http, name)["reason"].as_str().unwrap_or_default().contains(what));
    };
    for name in ["broker", "nats"] {
        says(name, &format!("the server's certificate expired at {ended}"));
    }
    *shown.lock().unwrap() = Shown::Ending(Span::from_hours(1));
    for name in ["broker", "nats"] {
        says(name, "the server refuses our certificate as expired");
    }
    authority.renew(folder.path(), Valid::for_another(Span::from_hours(1)));
    until("broker", || inputs::stands(&http, "broker")["state"] == "up");
    // The next error is about the stream.
    says("nats", "timed out");
    daemon.signal("TERM");
    daemon.wait_for(&["stopped", "open_alerts="]);
    let log = daemon.heard();
    assert!(!log.iter().any(|line| line.contains("panicked")), "{log:#?}");
    for name in ["broker", "nats"] {
        let named =
            |line: &&String| line.contains(&format!("input={name} ")) && line.contains("certificate expired at");
        assert!(log.iter().any(|line| named(&line)), "{name}: {log:#?}");
    }
}

/// Servers that never start TLS: they stay silent, send something else, or disconnect.
pub fn a_server_without_tls_is_given_up_in_time() {
    let cases = [
        (Misdeed::Silent, "within 1 s"),
        (Misdeed::Garbage, "TLS"),
        (Misdeed::ClosesAtOnce, ""),
        (Misdeed::Resets, ""),
    ];
    let folder = TempDir::new().unwrap();
    Authority::new().write(&folder.path().join("ca.pem"));
    let http = format!("127.0.0.1:{}", free_port());
    let mut text = format!(
        "{}[store]\npath = \"atalaia.sqlite\"\n[http]\naddress = \"{http}\"\n[time]\nlateness_seconds = 0\nidle_after_seconds = 5\n\
         [delivery]\nretry_seconds = [1]\n",
        input("tcp-listen", "address = \"127.0.0.1:0\"")
    );
    let mut all = Vec::new();
    for kind in KINDS.iter().filter(|kind| ["cot", "mqtt", "syslog"].contains(&kind.name)) {
        for (misdeed, says) in cases {
            let server = Server::new(tak::session, Some(misdeed));
            let (name, table) =
                (format!("{}-{}", kind.name, misdeed.name()), (kind.table)(server.address.rsplit_once(':').unwrap().1));
            text += &format!(
                "[[sinks]]\nkind = \"{0}\"\nname = \"{name}\"\nmin_severity = \"low\"\n[sinks.{0}]\ntimeout_seconds = 1\n\
                 {table}[sinks.{0}.tls]\nca = \"ca.pem\"\n",
                kind.name
            );
            all.push((name, server, says));
        }
    }
    let mut daemon = start(&settings(&folder, &text));
    let mut feed = TcpStream::connect(daemon.address()).unwrap();
    warm(&mut feed);
    raise(&mut feed, 0);
    wait_until(|| TcpStream::connect(&http).is_ok());
    let store = folder.path().join("atalaia.sqlite");
    for (name, server, says) in &all {
        until(name, || stands(&http, name)["failures"].as_u64() >= Some(2));
        let stood = stands(&http, name);
        assert!(stood["reason"].as_str().unwrap_or_default().contains(says), "{name}: {stood}");
        assert_eq!(counts(&store, name), [("pending".to_owned(), 1)].into(), "{name}");
        assert_eq!(server.taken(), [], "{name}");
    }
    let began = Clock.moment();
    daemon.signal("TERM");
    daemon.wait_for(&["stopped", "open_alerts="]);
    assert!(Clock.moment().since(began) < Duration::from_secs(10));
    assert!(!daemon.heard().iter().any(|line| line.contains("panicked")), "{:#?}", daemon.heard());
}
