//! The daemon under a service manager: notifications, inherited sockets, the HTTP pages, and secrets that must never show.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use tempfile::TempDir;

use crate::harness::beacons::distress;
use crate::harness::daemon::{Daemon, PATIENCE, input, settings, wait_until};
use crate::harness::pages::{ask, places, wait_for_page};

const PROGRAM: &str = env!("CARGO_BIN_EXE_atalaia");

/// A service manager that receives the daemon's notifications.
struct Manager {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Manager {
    fn new(folder: &TempDir) -> Manager {
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        Manager { socket, path }
    }

    /// The unit's own command under this manager, with a watchdog interval of one second.
    fn command(&self) -> Command {
        let unit = fs::read_to_string("systemd/atalaia.service").unwrap();
        let told = |key: &str| unit.lines().find_map(|line| line.strip_prefix(key)).unwrap().to_owned();
        // The arguments that `Daemon` adds to the program.
        assert_eq!(told("ExecStart="), "/usr/bin/atalaia run --config /etc/atalaia/atalaia.toml");
        assert_eq!(told("Type="), "notify");
        assert!(unit.contains("ExecReload=/bin/kill -HUP $MAINPID"));
        // Restarted without limit, except for invalid settings; systemd only checks that exit code for the main process.
        assert_eq!((told("Restart="), told("StartLimitIntervalSec=")), ("always".to_owned(), "0".to_owned()));
        assert_eq!(told("RestartPreventExitStatus="), "78");
        assert!(!unit.contains("\nExecStartPre="));
        assert_eq!(told("LimitCORE="), "0");
        let mut command = Command::new(PROGRAM);
        command.env("NOTIFY_SOCKET", &self.path).env("WATCHDOG_USEC", "2000000").env_remove("WATCHDOG_PID");
        command
    }

    /// The next message within this time.
    fn next(&self, within: Duration) -> Option<String> {
        self.socket.set_read_timeout(Some(within.max(Duration::from_millis(1)))).unwrap();
        let mut bytes = [0; 4096];
        match self.socket.recv(&mut bytes) {
            Ok(length) => Some(String::from_utf8_lossy(&bytes[..length]).into_owned()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// The next message with a line that begins like this.
    fn wait_for(&self, begins: &str) -> String {
        let start = Clock.moment();
        while Clock.moment().since(start) < PATIENCE {
            if let Some(message) = self.next(PATIENCE.saturating_sub(Clock.moment().since(start)))
                && message.lines().any(|line| line.starts_with(begins))
            {
                return message;
            }
        }
        panic!("the service manager was not told {begins}")
    }

    /// Whether the watchdog gets no ping for three times its interval.
    fn starves(&self) -> bool {
        let start = Clock.moment();
        let long = Duration::from_secs(3);
        while let Some(message) = self.next(long.saturating_sub(Clock.moment().since(start))) {
            if message.contains("WATCHDOG=1") {
                return false;
            }
        }
        true
    }
}

/// A folder with a daemon's settings: one UDP input, a store, and `rest`.
fn place(rest: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let text = format!("{}[store]\npath = \"state/atalaia.sqlite\"\n{rest}", input("udp", "address = \"127.0.0.1:0\""));
    fs::create_dir(folder.path().join("state")).unwrap();
    let path = settings(&folder, &text);
    (folder, path)
}

fn send(address: &str, text: &str) {
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(text.as_bytes(), address).unwrap();
}

#[test]
fn the_service_manager_is_notified_of_start_reload_life_and_end() {
    let (folder, path) = place("");
    let manager = Manager::new(&folder);
    let mut daemon = Daemon::start_command(&mut manager.command(), &path);
    manager.wait_for("READY=1");
    daemon.address();
    manager.wait_for("STATUS=1 of 1 input up, 0 open alerts");
    manager.wait_for("WATCHDOG=1");
    manager.wait_for("WATCHDOG=1");

    daemon.signal("HUP");
    let reloading = manager.wait_for("RELOADING=1");
    let moment = reloading.lines().find_map(|line| line.strip_prefix("MONOTONIC_USEC=")).unwrap();
    assert!(0 < moment.parse::<u64>().unwrap());
    manager.wait_for("READY=1");
    daemon.wait_for(&["reloaded"]);
    // A rejected reload is notified as finished as well.
    fs::write(&path, "[[[").unwrap();
    daemon.signal("HUP");
    manager.wait_for("RELOADING=1");
    manager.wait_for("READY=1");
    daemon.wait_for(&["reload refused"]);
    manager.wait_for("WATCHDOG=1");

    daemon.signal("TERM");
    manager.wait_for("STOPPING=1");
    assert_eq!(daemon.wait(), Some(0));
}

#[test]
fn an_engine_that_hangs_starves_the_watchdog_and_the_pages_say_so() {
    let (folder, path) = place("[http]\naddress = \"127.0.0.1:0\"\n");
    let manager = Manager::new(&folder);
    let command = &mut manager.command();
    let mut daemon = Daemon::start_command(command.env("ATALAIA_FAULT", "lines-before-engine:hang"), &path);
    let (address, pages) = places(&mut daemon);
    manager.wait_for("WATCHDOG=1");
    assert!(wait_for_page(&pages, "/healthz", |answer| answer.starts_with("HTTP/1.1 200 ")).ends_with("ok\n"));
    send(&address, &distress());
    daemon.wait_for(&["fault point lines-before-engine hangs"]);
    // Ignore earlier pings.
    while manager.next(Duration::ZERO).is_some() {}
    assert!(manager.starves());
    wait_for_page(&pages, "/healthz", |answer| answer.starts_with("HTTP/1.1 503 "));
    let readiness = ask(&pages, "GET /readyz");
    assert!(readiness.starts_with("HTTP/1.1 503 ") && readiness.contains("made no progress"), "{readiness}");
}

#[test]
fn a_store_or_a_journal_that_hangs_starves_the_watchdog() {
    for (fault, thread) in [("store-before-commit:hang", "store"), ("journal-after-write:hang", "journal")] {
        let (folder, path) = place("");
        let manager = Manager::new(&folder);
        let mut daemon = Daemon::start_command(manager.command().env("ATALAIA_FAULT", fault), &path);
        // Startup work is waited for, but no longer than that.
        daemon.wait_for(&["started"]);
        daemon.wait_for(&["no progress", "the watchdog is not fed", thread]);
        while manager.next(Duration::ZERO).is_some() {}
        assert!(manager.starves(), "{fault}");
    }
}

#[test]
fn datagrams_sent_before_the_start_wait_in_the_inherited_socket() {
    let (_folder, path) = place("");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    for _ in 0..3 {
        send(&address, &distress());
    }
    // Descriptor 3, as systemd passes it.
    let hand_over = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=feed exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", hand_over, PROGRAM]);
    let mut daemon = Daemon::spawn(&mut command, &path, Stdio::from(OwnedFd::from(socket)));
    assert_eq!(daemon.address(), address);
    daemon.stop_after("feed", 3);
}

#[test]
fn an_inherited_socket_without_an_input_is_reported() {
    let (_folder, path) = place("");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let hand_over = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=food exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", hand_over, PROGRAM]);
    let mut daemon = Daemon::spawn(&mut command, &path, Stdio::from(OwnedFd::from(socket)));
    daemon.wait_for(&["WARN", "matches no input", "food"]);
    daemon.stop_after("feed", 0);
}

#[test]
fn the_pages_show_the_inputs_and_what_is_wrong() {
    let (_folder, path) = place("[http]\naddress = \"127.0.0.1:0\"\n[time]\nlateness_seconds = 0\n");
    let mut daemon = Daemon::start(&path);
    let (address, pages) = places(&mut daemon);
    send(&address, &distress());
    send(&address, "!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*25\n");
    daemon.wait_for(&["behaviour=\"distress\""]);
    let opened = "\natalaia_alerts_opened_total{rule=\"distress\",behaviour=\"distress\",severity=";
    let page = wait_for_page(&pages, "/metrics", |answer| {
        answer.contains(opened) && answer.contains("\natalaia_source_lines_total{source=\"feed\"} 2\n")
    });
    assert!(page.contains("content-type: application/openmetrics-text"), "{page}");
    for line in [
        "atalaia_source_rejected_total{source=\"feed\",reason=\"checksum_wrong\"} 1",
        "atalaia_source_connected{source=\"feed\"} 1.0",
        "atalaia_vessels_tracked 1.0",
        "atalaia_outbox_depth{sink=\"log\"} ",
        "atalaia_store_failing 0.0",
        "atalaia_journal_segments ",
        "atalaia_snapshot_age_seconds ",
        "atalaia_config_last_reload_successful 1.0",
        "process_resident_memory_bytes ",
        "process_open_fds ",
        "process_threads ",
    ] {
        assert!(page.contains(&format!("\n{line}")), "{line} is not in\n{page}");
    }
    assert!(!page.contains("972123456"), "a vessel as a label");
    assert!(ask(&pages, "GET /readyz").contains("\"ready\":true"));
    let status = |arguments: &[&str]| {
        let output = Command::new(PROGRAM).arg("status").args(arguments).output().unwrap();
        (output.status.code(), [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat())
    };
    let (code, text) = status(&["--address", &pages]);
    let feed = text.lines().find(|line| line.starts_with("feed ")).unwrap_or_default();
    assert!(code == Some(0) && text.starts_with("ready at ") && feed.ends_with("checksum_wrong 1  -"), "{text}");
    assert!(feed.contains(" up "), "{feed}");
    // A change that needs a restart is reported on every page, and stops nothing.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("name = \"feed\"", "name = \"feed\"\nlateness_seconds = 7")).unwrap();
    daemon.signal("HUP");
    let waits = wait_for_page(&pages, "/readyz", |answer| answer.contains("need a restart: [[inputs]] (feed)"));
    assert!(waits.starts_with("HTTP/1.1 200 ") && waits.contains("\"ready\":true"), "{waits}");
    let (code, told) = status(&["--address", &pages]);
    assert!(code == Some(0) && told.contains("\n? changed settings need a restart: [[inputs]] (feed)\n"), "{told}");
    let beside = path.with_file_name("beside.toml");
    fs::write(&beside, text.replace("127.0.0.1:0\"\n[time]", &format!("{pages}\"\n[time]"))).unwrap();
    let checked = Command::new(PROGRAM).args(["check", "--config"]).arg(&beside).output().unwrap();
    let told = String::from_utf8_lossy(&checked.stderr);
    let said = "still works with the former [[inputs]] (feed): a reload does not change that";
    assert!(checked.status.success() && told.contains(said) && told.contains("systemctl restart"), "{told}");

    fs::write(&path, "[time]\nlatenes_seconds = 5\n").unwrap();
    daemon.signal("HUP");
    let refused = wait_for_page(&pages, "/readyz", |answer| answer.contains("reload refused: 1 problem;"));
    assert!(refused.starts_with("HTTP/1.1 200 "), "it does its work all the same: {refused}");
    wait_for_page(&pages, "/metrics", |answer| answer.contains("\natalaia_config_last_reload_successful 0.0\n"));

    // A web page that reaches the daemon through a host name of its own gets no answer.
    assert!(ask(&pages, "GET /status HTTP/1.1\r\nHost: evil.example\r\nX-Rest:").starts_with("HTTP/1.1 4"));
    assert!(ask(&pages, "GET /nothing").starts_with("HTTP/1.1 404 ") && ask(&pages, "GET /").contains("\n/readyz "));
    assert!(ask(&pages, "POST /metrics").starts_with("HTTP/1.1 405 "));
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), Some(0));
    let (code, text) = status(&["--address", &pages]);
    assert!(code == Some(1) && text.contains("no daemon answers at"), "{text}");
}

const HEADER: &str = "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,\
Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D";

/// A ship name that tries to forge log lines. It has no line end, which a feed of lines cannot contain.
fn hostile_name(chance: &mut fastrand::Rng) -> String {
    const PIECES: &[&str] = &[
        "\u{1b}[31m",
        "\u{1b}]0;x\u{7}",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\u{202e}",
        "\u{200b}",
        "\u{9b}2J",
        "\t",
        "\u{8}",
        "\u{b}",
        "\u{c}",
        "\\n",
        "%0a",
        "INFO",
        "\"",
        "'",
        "=",
        "{}",
        "<b>",
        "`",
        "$(x)",
        "é",
        "Ω",
        "A",
    ];
    (0..chance.usize(1..6)).map(|_| PIECES[chance.usize(..PIECES.len())]).collect()
}

#[test]
fn no_name_can_forge_a_line_of_the_log() {
    const SHIPS: u32 = 10_000;
    let folder = TempDir::new().unwrap();
    let mut chance = fastrand::Rng::with_seed(7);
    let (mut rows, mut list) = (format!("{HEADER}\n"), String::from("mmsi,level\n"));
    for number in 0..SHIPS {
        let (mmsi, name) = (224_000_000 + number, hostile_name(&mut chance).replace('"', "\"\""));
        let (lat, lon) = (30.0 + f64::from(number / 100) * 0.1, -40.0 + f64::from(number % 100) * 0.1);
        rows.push_str(&format!(
            "01/03/2026 00:{:02}:{:02},Class A,{mmsi},{lat:.4},{lon:.4},Under way using engine,0,10,90,90,Unknown,Unknown,\"{name}\",Cargo,,,,,,,,AIS,,,,\n",
            number / 600,
            number / 10 % 60
        ));
        list.push_str(&format!("{mmsi},critical\n"));
    }
    rows.push_str(
        "01/03/2026 01:00:00,Class A,224999999,30,-50,Under way using engine,0,10,90,90,,,LAST,Cargo,,,,,,,,AIS,,,,\n",
    );
    fs::write(folder.path().join("day.csv"), rows).unwrap();
    fs::create_dir(folder.path().join("lists")).unwrap();
    fs::write(folder.path().join("lists/all.csv"), list).unwrap();
    let text = format!(
        "{}[watchlists]\nfolder = \"lists\"\n[[sinks]]\nkind = \"log\"\nname = \"log\"\n",
        input("file", "path = \"day.csv\"")
    );
    let mut daemon = Daemon::start(&settings(&folder, &text));
    for _ in 0..SHIPS {
        daemon.wait_for(&["change=\"opened\"", "behaviour=\"watchlist\""]);
    }
    daemon.signal("TERM");
    daemon.wait_for(&["stopped", "open_alerts="]);
    for line in daemon.heard() {
        // Each line begins with a time and a level, as the log's own lines do.
        let mut words = line.split_whitespace();
        assert!(words.next().unwrap().starts_with("20"), "{line:?}");
        assert!(["INFO", "WARN", "ERROR"].contains(&words.next().unwrap()), "{line:?}");
        let hidden = |one: char| one.is_control() || matches!(one, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
        assert!(!line.contains(hidden), "{line:?}");
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A server that answers every request with an error that repeats the request.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let mut said = [0; 16384];
                // A client that closes at once has sent nothing to repeat.
                let length = stream.read(&mut said).unwrap_or(0);
                let head = format!("HTTP/1.1 500 No\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&said[..length]));
            });
        }
    });
    address
}

/// Sinks and feeds, each with all the secrets its kind takes.
fn with_secrets(echo: &str) -> String {
    let sink = |kind: &str, rest: &str| {
        format!("[[sinks]]\nkind = \"{kind}\"\nname = \"{kind}\"\nmin_severity = \"info\"\n[sinks.{kind}]\n{rest}\n")
    };
    let feed =
        |kind: &str, rest: &str| format!("[[inputs]]\nkind = \"{kind}\"\nname = \"{kind}\"\n[inputs.{kind}]\n{rest}\n");
    let (token, allow) = ("{ credential = \"token\" }", "allow = [\"127.0.0.0/8\"]");
    [
        sink(
            "webhook",
            &format!(
                "url = \"http://{echo}/\"\n{allow}\nbearer = {token}\nheaders = {{ X-Key = {token} }}\n\
                 secrets = [{{ credential = \"whsec\" }}]"
            ),
        ),
        sink("alertmanager", &format!("url = \"http://{echo}/\"\n{allow}\nbearer = {token}")),
        sink(
            "email",
            &format!("address = \"{echo}\"\nsecurity = \"none\"\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]\nuser = \"me\"\npassword = {token}\ntimeout_seconds = 2"),
        ),
        sink("mqtt", &format!("url = \"mqtt://{echo}\"\nuser = \"me\"\npassword = {token}\ntimeout_seconds = 2")),
        sink("nats", &format!("url = \"nats://{echo}\"\nlogin.token = {token}\ntimeout_seconds = 2")),
        feed("aisstream", &format!("url = \"ws://{echo}/\"\nkey = {token}\nboxes = [[[35.0, -12.0], [44.0, -5.0]]]")),
        feed("digitraffic", &format!("url = \"mqtt://{echo}\"\nuser = \"me\"\npassword = {token}")),
        feed(
            "barentswatch",
            &format!("url = \"http://{echo}\"\ntoken_url = \"http://{echo}/token\"\nclient_id = \"me\"\nclient_secret = {token}"),
        ),
        feed("nats", &format!("url = \"nats://{echo}\"\nstream = \"ais\"\nconsumer = \"atalaia\"\nlogin.token = {token}")),
    ]
    .concat()
}

#[test]
fn no_secret_shows_anywhere() {
    const CANARY: &str = "c4n4ry-7d1e";
    // The key of a webhook: 27 bytes that begin with the canary, and their base64 form.
    const WHSEC: &str = "YzRuNHJ5LTdkMWUtYW5kLW1vcmUtYnl0ZXM";
    let (folder, path) = place(&format!(
        "[time]\nlateness_seconds = 0\n[http]\naddress = \"127.0.0.1:0\"\n[evidence]\nkey = \"secrets/evidence.key\"\n[[sinks]]\nkind = \"log\"\nname = \"log\"\n\
         [[sinks]]\nkind = \"jsonl\"\nname = \"archive\"\npath = \"state/alerts.jsonl\"\nmin_severity = \"info\"\n{}",
        with_secrets(&echo())
    ));
    let secrets = folder.path().join("secrets");
    fs::create_dir(&secrets).unwrap();
    for name in ["evidence.key", "token"] {
        fs::write(secrets.join(name), CANARY).unwrap();
    }
    fs::write(secrets.join("whsec"), format!("whsec_{WHSEC}=")).unwrap();
    let manager = Manager::new(&folder);
    let mut command = manager.command();
    command.env("CREDENTIALS_DIRECTORY", &secrets).env("ATALAIA_LOG", "trace");
    let mut daemon = Daemon::start_command(&mut command, &path);
    let (address, pages) = places(&mut daemon);
    send(&address, &distress());
    // The log lines about them may come in any order.
    let failing = ["webhook", "alertmanager", "email", "mqtt", "nats"].map(|sink| format!("sink={sink}"));
    wait_until(|| {
        let answer = ask(&pages, "GET /metrics");
        failing.iter().all(|sink| {
            let down = format!("atalaia_sink_down{{sink=\"{}\"}} 1", sink.trim_start_matches("sink="));
            answer.contains(&down)
        })
    });
    let mut shown: Vec<String> =
        ["/metrics", "/healthz", "/readyz", "/status", "/"].map(|page| ask(&pages, &format!("GET {page}"))).into();
    daemon.signal("HUP");
    daemon.wait_for(&["reloaded"]);
    daemon.signal("TERM");
    daemon.wait_for(&["stopped"]);
    assert_eq!(daemon.wait(), Some(0));
    shown.extend(daemon.heard().iter().cloned());
    while let Some(message) = manager.next(Duration::ZERO) {
        shown.push(message);
    }
    for arguments in [
        vec!["check"],
        vec!["deliveries", "list"],
        vec!["alerts", "list"],
        vec!["alerts", "export", "--format", "jsonl"],
        vec!["cases", "list"],
    ] {
        let output = Command::new(PROGRAM).args(&arguments).arg("--config").arg(&path).output().unwrap();
        shown.push(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr));
    }
    for text in &shown {
        assert!(!text.contains(CANARY) && !text.contains(WHSEC), "{text}");
    }
    let kept = files(&folder.path().join("state"));
    assert!(5 < kept.len(), "store, journal, settings in force: {kept:?}");
    for file in kept {
        let bytes = fs::read(&file).unwrap();
        for secret in [CANARY, WHSEC] {
            assert!(memchr::memmem::find(&bytes, secret.as_bytes()).is_none(), "{}", file.display());
        }
    }
}
