//! NATS JetStream with a real server: acknowledged messages are durable, others are redelivered and change nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectOptions};
use atalaia::inputs::State;
use atalaia::platform::clock::Clock;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::yield_now;

use crate::harness::beacons::devices;
use crate::harness::daemon::{Daemon, PATIENCE, input};
use crate::harness::lives::{ABORTED, Place, assert_same};
use crate::harness::passed_over::installed;
use crate::harness::servers::{AUTHORITY, CANARY, CERTIFICATE, KEY, Running, Server, free_port, secret, soon};

const OPERATOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wires/nats-operator.conf");
const CREDENTIALS: &str = include_str!("../../wires/user.creds");
const BARE: &str = "!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24";
const TIMED: &str = "\\s:2573555,c:1707873398*05\\!BSVDM,1,1,,A,13mB7d001E1dDH0`KlKBjB?<0490,0*34";

fn start(program: &Path, folder: &TempDir, port: u16, rest: &[&str]) -> Server {
    let port_text = port.to_string();
    let mut arguments = vec!["-js", "-sd", folder.path().to_str().unwrap(), "-a", "127.0.0.1", "-p", &port_text];
    arguments.extend(rest);
    Server::start(program, &arguments, port, "Server is ready")
}

async fn stream(port: u16) -> Context {
    stream_of(async_nats::connect(format!("nats://127.0.0.1:{port}")).await.unwrap()).await
}

async fn stream_of(client: Client) -> Context {
    let context = jetstream::new(client);
    let config = jetstream::stream::Config {
        name: "AIS".to_owned(),
        subjects: vec!["ais.>".to_owned()],
        ..jetstream::stream::Config::default()
    };
    context.get_or_create_stream(config).await.unwrap();
    context
}

async fn publish(context: &Context, subject: &'static str, payloads: &[&str]) {
    for payload in payloads {
        let sent = context.publish(subject, payload.as_bytes().to_vec().into()).await.unwrap();
        soon("the server's word", async { sent.await.unwrap() }).await;
    }
}

/// Number of messages delivered but not acknowledged, and of those not yet delivered.
async fn outstanding(context: &Context) -> (usize, u64) {
    let stream = context.get_stream("AIS").await.unwrap();
    let consumer: PullConsumer = stream.get_consumer("atalaia").await.unwrap();
    let info = consumer.cached_info();
    (info.num_ack_pending, info.num_pending)
}

async fn until_all_acknowledged(context: &Context) {
    let all = async {
        while outstanding(context).await != (0, 0) {
            yield_now().await;
        }
    };
    soon("the last acknowledgement", all).await;
}

fn settings(port: u16, rest: &str) -> String {
    format!(
        "kind = \"nats\"\n[nats]\nurl = \"nats://127.0.0.1:{port}\"\nstream = \"AIS\"\nconsumer = \"atalaia\"\n\
         subject = \"ais.lines\"\nacknowledge_within_seconds = 1\n{rest}"
    )
}

#[tokio::test]
async fn only_durable_messages_are_acknowledged_and_others_are_redelivered_with_their_first_time() {
    let Some(program) = installed("ATALAIA_NATS_SERVER") else { return };
    let folder = TempDir::new().unwrap();
    let server = start(&program, &folder, free_port(), &[]);
    let context = stream(server.port).await;
    publish(&context, "ais.other", &["not asked for"]).await;
    publish(&context, "ais.lines", &[BARE, "", &format!("{TIMED}\r\n{{\"mmsi\":257000001}}")]).await;
    let mut feed = Running::start(&settings(server.port, ""));
    let first = feed.line().await;
    assert!(first.starts_with("\\c:1") && first.ends_with(BARE), "{first}");
    assert_eq!(feed.line().await, TIMED);
    assert_eq!(feed.line().await, "{\"mmsi\":257000001}");
    assert!(0 < outstanding(&context).await.0, "acknowledged before anybody kept it");
    // Lost before it reached the disk: the same message is redelivered with its first time of receipt.
    feed.owed.clear();
    assert_eq!(feed.line().await, first);
    assert_eq!(feed.line().await, TIMED);
    assert_eq!(feed.line().await, "{\"mmsi\":257000001}");
    feed.owed.drain(..).for_each(|kept| kept.send(()).unwrap());
    until_all_acknowledged(&context).await;
    feed.finish().await;
}

#[tokio::test]
async fn a_dead_server_is_detected_and_unacknowledged_messages_are_redelivered() {
    let Some(program) = installed("ATALAIA_NATS_SERVER") else { return };
    let folder = TempDir::new().unwrap();
    let port = free_port();
    let first = start(&program, &folder, port, &[]);
    publish(&stream(port).await, "ais.lines", &[TIMED]).await;
    let mut feed = Running::start(&settings(port, ""));
    assert_eq!(feed.line().await, TIMED);
    drop(first);
    feed.until(State::Down).await;
    let _second = start(&program, &folder, port, &[]);
    feed.until(State::Up).await;
    assert_eq!(feed.line().await, TIMED);
    for kept in feed.owed.drain(..) {
        // Fails for the first message, whose connection is gone.
        let _ = kept.send(());
    }
    until_all_acknowledged(&stream(port).await).await;
    feed.finish().await;
}

#[tokio::test]
async fn over_tls_only_a_server_of_the_named_authority_is_trusted() {
    let Some(program) = installed("ATALAIA_NATS_SERVER") else { return };
    let folder = TempDir::new().unwrap();
    let port = free_port();
    drop_after(start(&program, &folder, port, &[]), stream(port)).await;
    let _server = start(&program, &folder, port, &["--tls", "--tlscert", CERTIFICATE, "--tlskey", KEY]);
    let table = settings(port, "").replace("nats://127.0.0.1", "tls://localhost");
    for (authority, state) in [(AUTHORITY, State::Up), (CERTIFICATE, State::Down)] {
        let mut feed = Running::start(&format!("{table}[nats.tls]\nca = \"{authority}\"\n"));
        feed.until(state).await;
        let connections = feed.counters.read().connections;
        assert_eq!(connections, u64::from(state == State::Up));
        feed.finish().await;
    }
}

/// Awaits some work, then ends the server.
async fn drop_after<T>(server: Server, work: impl Future<Output = T>) {
    work.await;
    drop(server);
}

#[tokio::test]
async fn credentials_are_accepted() {
    let Some(program) = installed("ATALAIA_NATS_SERVER") else { return };
    let folder = TempDir::new().unwrap();
    let server = start(&program, &folder, free_port(), &["-c", OPERATOR]);
    let options = ConnectOptions::with_credentials(CREDENTIALS).unwrap();
    let client = options.connect(format!("nats://127.0.0.1:{}", server.port)).await.unwrap();
    let context = stream_of(client).await;
    publish(&context, "ais.lines", &[TIMED]).await;
    let path = folder.path().join("user.creds");
    fs::write(&path, CREDENTIALS).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let login = format!("[nats.login]\ncredentials = {{ file = \"{}\" }}", path.display());
    let mut feed = Running::start(&settings(server.port, &login));
    assert!(feed.line().await.contains("!BSVDM,1,1,,A,13mB7d001E1dDH0"));
    feed.finish().await;
}

#[test]
fn a_refused_token_is_reported_without_showing_it() {
    let Some(program) = installed("ATALAIA_NATS_SERVER") else { return };
    let folder = TempDir::new().unwrap();
    let server = start(&program, &folder, free_port(), &["--auth", "another"]);
    let place = TempDir::new().unwrap();
    let table = settings(server.port, &format!("[nats.login]\ntoken = {}", secret(&place)));
    let table = table.replace("kind = \"nats\"\n", "").replace("[nats", "[inputs.nats");
    let mut daemon = Daemon::start(&crate::harness::daemon::settings(&place, &input("nats", &table)));
    daemon.wait_for(&["input down", "the server refuses user, token or credentials", "again_in_seconds=60"]);
    assert!(!daemon.heard().join("\n").contains(CANARY));
    daemon.stop("feed");
}

/// Killed when the journal has the lines but the server does not know it: they are redelivered, and nothing is lost or repeated.
#[test]
fn killed_before_it_acknowledges_it_loses_and_repeats_nothing() {
    let Some(program) = installed("ATALAIA_NATS_SERVER") else { return };
    let lines = devices(40);
    let expected = Place::undisturbed(&lines);
    assert_eq!(expected.len(), 40);
    let folder = TempDir::new().unwrap();
    let server = start(&program, &folder, free_port(), &[]);
    let runtime = beside();
    let context = runtime.block_on(stream(server.port));
    let table = settings(server.port, "").replace("kind = \"nats\"\n[nats]", "[inputs.nats]");
    let place = Place::fed_by(&input("nats", &table));

    let parts: Vec<&[String]> = lines.chunks(lines.len().div_ceil(4)).collect();
    for part in &parts[..3] {
        let payloads: Vec<&str> = part.iter().map(|line| line.trim_end()).collect();
        runtime.block_on(publish(&context, "ais.lines", &payloads));
        let mut daemon = Daemon::start_dying(&place.settings, "kept-before-acknowledge:1");
        assert_eq!(daemon.died_of("of its own"), Some(ABORTED));
        assert!(0 < runtime.block_on(outstanding(&context)).0, "nothing was left without an acknowledgement");
    }
    let mut daemon = Daemon::start(&place.settings);
    daemon.wait_for(&["connected"]);
    let payloads: Vec<&str> = parts[3].iter().map(|line| line.trim_end()).collect();
    runtime.block_on(publish(&context, "ais.lines", &payloads));
    runtime.block_on(until_all_acknowledged(&context));
    daemon.stop("feed");
    assert_eq!(runtime.block_on(outstanding(&context)), (0, 0));
    assert!(lines.len() < place.written_down(), "nothing came twice: the deaths were too late to matter");
    assert_same(&place.told(), &expected, "killed before the acknowledgement");
}

/// Stopped cleanly, it leaves nothing to be redelivered.
#[test]
fn stopped_cleanly_it_has_acknowledged_everything_it_took() {
    let Some(program) = installed("ATALAIA_NATS_SERVER") else { return };
    let lines = devices(20);
    let folder = TempDir::new().unwrap();
    let server = start(&program, &folder, free_port(), &[]);
    let runtime = beside();
    let context = runtime.block_on(stream(server.port));
    let table = settings(server.port, "").replace("kind = \"nats\"\n[nats]", "[inputs.nats]");
    let place = Place::fed_by(&input("nats", &table));
    let payloads: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    runtime.block_on(publish(&context, "ais.lines", &payloads));
    let mut daemon = Daemon::start(&place.settings);
    daemon.wait_for(&["connected"]);
    // Journalled lines are acknowledged within a second; it is stopped before that.
    let start = Clock.moment();
    while place.written_down() < lines.len() && Clock.moment().since(start) < PATIENCE {
        crate::harness::daemon::pause();
    }
    daemon.stop("feed");
    assert_eq!(runtime.block_on(outstanding(&context)), (0, 0));
    assert_eq!(place.written_down(), lines.len());
}

/// A runtime for the NATS client that runs beside the daemon.
fn beside() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
