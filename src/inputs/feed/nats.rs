//! NATS JetStream: a durable consumer whose messages are acknowledged once the lines would survive a crash.
//!
//! The server redelivers messages that were not acknowledged, so a broken connection loses no lines. If a server does not answer within
//! 10 s, announces too much or violates the protocol, the connection is closed and retried with growing delays. Servers that it announces
//! are ignored.
//!
//! Acknowledging only what would survive a crash makes the input lossless: what the daemon had not stored when it stopped, the server sends
//! again. A line may therefore arrive twice.

use std::path::Path;
use std::time::Duration;

use async_nats::jetstream::consumer::pull::{Config, MessagesErrorKind};
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer};
use async_nats::jetstream::message::Acker;
use async_nats::jetstream::{self, Message};
use async_nats::{Client, ConnectErrorKind, ConnectOptions};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::inputs::connect::target;
use crate::inputs::error::{InputError, shown};
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::message::{Batch, State};
use crate::inputs::port::{BATCH_BYTES, Port};
use crate::platform::nats::{Gate, GateError, Identity, Login};
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::{self, Fault};

/// `[inputs.nats]`
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// URL of the server: `nats://` or `tls://`.
    pub url: String,
    /// Name of the stream, which must exist.
    pub stream: String,
    /// Name of the durable pull consumer; created if it does not exist.
    pub consumer: String,
    /// Subject filter for a consumer created by Atalaia. Default: every subject of the stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Time after which the server redelivers an unacknowledged message, for a consumer created by Atalaia, in seconds.
    #[serde(default = "acknowledge_within_seconds")]
    #[schemars(range(min = 1, max = 3600))]
    pub acknowledge_within_seconds: u32,
    /// Login, if the server requires one.
    #[serde(default)]
    pub login: Login,
    /// Allows sending a token or password unencrypted to another machine.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// Whom to trust.
    #[serde(default)]
    pub tls: tls::Settings,
}

/// Default of `acknowledge_within_seconds`. Longer than the journal takes to sync, even on a slow disk.
fn acknowledge_within_seconds() -> u32 {
    30
}

/// Accepted schemes with their default ports.
const SCHEMES: &[(&str, u16)] = &[("nats", 4222), ("tls", 4222)];
/// Time limit for the connection and for the log-in, each, in seconds.
const CONNECT_SECONDS: u64 = 10;
/// Maximum number of unacknowledged messages; bounds what was received and is not durable yet.
const UNACKNOWLEDGED: i64 = 20_000;
/// Maximum number of messages that one request to the server asks for.
const MESSAGES_A_REQUEST: usize = 1_000;
/// Time after which a request that was not filled ends, and is repeated.
const REQUEST: Duration = Duration::from_secs(30);
/// Interval at which the server shows that an idle request is still known, and of the client's pings. Two missed heartbeats end the
/// connection.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Messages buffered in the client; two requests overlap by half.
/// The rest is for the heartbeats and status messages in between.
const WAITING: usize = MESSAGES_A_REQUEST + MESSAGES_A_REQUEST / 2 + 36;
/// Delay after a refusal.
const PATIENCE: Duration = Duration::from_secs(60);
/// When stopping: time for the main loop to make the last lines durable.
const LAST_ACKNOWLEDGEMENTS: Duration = Duration::from_secs(2);
/// Time limit for handing over acknowledgements and closing the connection.
const LEAVE: Duration = Duration::from_secs(1);

impl Table for Settings {
    fn problems(&self) -> Vec<Fault> {
        let mut problems = fault::below("tls", self.tls.problems());
        problems.extend(target(&self.url, SCHEMES).err().map(|problem| problem.below("url")));
        for (key, name) in [("stream", &self.stream), ("consumer", &self.consumer)] {
            let plain = |byte: u8| byte.is_ascii_graphic() && !b".*>/\\".contains(&byte);
            if name.is_empty() || !name.bytes().all(plain) {
                problems.push(Fault::new(key, "is not a name").advise("write letters, digits, `-` and `_`"));
            }
        }
        if self.subject.as_ref().is_some_and(|subject| {
            subject.split('.').any(str::is_empty) || !subject.bytes().all(|byte| byte.is_ascii_graphic())
        }) {
            problems.push(Fault::new("subject", "is not a subject").advise("write for instance \"ais.>\""));
        }
        problems.extend(fault::below("login", self.login.problems()));
        if self.login.is_shown()
            && !self.allow_plaintext
            && target(&self.url, SCHEMES).is_ok_and(|target| target.is_open())
        {
            problems.push(
                Fault::new("url", "token or password would be sent unencrypted")
                    .advise("write an address tls://, or allow_plaintext = true"),
            );
        }
        problems
    }

    fn within(&mut self, folder: &Path) {
        self.login.within(folder);
        self.tls.within(folder);
    }

    fn requirements(&self) -> Vec<Fault> {
        self.login.requirements()
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        // A NATS server greets unencrypted and switches to TLS afterwards.
        let url = self.url.replacen("tls://", "nats://", 1);
        Endpoint::of_url(&url, 4222).map(|endpoint| ("url", endpoint)).into_iter().collect()
    }
}

impl Settings {
    /// Opens the connection through the gate, which limits what the server may announce and send.
    async fn open(&self, identity: &Identity) -> Result<Gate, InputError> {
        let target = target(&self.url, SCHEMES).map_err(protocol)?;
        let tls = if target.scheme == "tls" { Some(self.tls.client()?) } else { None };
        let (host, port) = target.address.rsplit_once(':').unwrap_or((&target.address, "4222"));
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let gate = Gate::open(host, port.parse().unwrap_or(4222), tls, "atalaia", identity);
        let opened = timeout(Duration::from_secs(CONNECT_SECONDS), gate).await;
        opened.map_err(|_| InputError::NoAnswer { seconds: CONNECT_SECONDS })?.map_err(|error| match error {
            GateError::Io(cause) => InputError::io(format!("connect to {}", target.address))(cause),
            error => protocol(error),
        })
    }

    /// Logs in. A refusal of the log-in waits for [`PATIENCE`], because only an operator can correct it.
    async fn connect(&self, gate: &Gate, identity: &Identity) -> Result<Client, InputError> {
        let options = ConnectOptions::new()
            .name(gate.name())
            .connection_timeout(Duration::from_secs(CONNECT_SECONDS))
            .ping_interval(HEARTBEAT)
            .subscription_capacity(WAITING)
            .ignore_discovered_servers()
            // Reconnecting is left to the input loop, which applies the backoff and logs.
            .max_reconnects(1);
        let options = identity.options(options)?;
        options.connect(gate.url()).await.map_err(|error| match error.kind() {
            ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => InputError::Refused {
                reason: "the server refuses user, token or credentials".to_owned(),
                wait: PATIENCE,
            },
            _ => protocol(error),
        })
    }

    /// Finds the consumer or creates it. One that exists is checked and never changed, because it belongs to the operator of the server.
    async fn consumer(&self, client: &Client) -> Result<PullConsumer, InputError> {
        let stream = jetstream::new(client.clone()).get_stream(&self.stream).await.map_err(protocol)?;
        let wanted = Config {
            durable_name: Some(self.consumer.clone()),
            filter_subject: self.subject.clone().unwrap_or_default(),
            ack_policy: AckPolicy::Explicit,
            ack_wait: Duration::from_secs(u64::from(self.acknowledge_within_seconds)),
            max_ack_pending: UNACKNOWLEDGED,
            ..Config::default()
        };
        let consumer: PullConsumer = stream.get_or_create_consumer(&self.consumer, wanted).await.map_err(protocol)?;
        let found = &consumer.cached_info().config;
        let mut faults = Vec::new();
        if found.ack_policy != AckPolicy::Explicit {
            faults.push("acknowledges by itself or many at once: its ack policy must be explicit".to_owned());
        }
        if let Some(subject) = &self.subject
            && found.filter_subject != *subject
        {
            faults.push(format!("takes \"{}\" and not \"{subject}\"", shown(&found.filter_subject)));
        }
        if faults.is_empty() {
            return Ok(consumer);
        }
        let reason =
            format!("consumer {} exists and {}; delete it or name another", self.consumer, faults.join(" and "));
        Err(InputError::Refused { reason, wait: PATIENCE })
    }
}

/// A consumer of a NATS JetStream stream.
pub(super) struct Nats;

impl Input for Nats {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "nats",
        about: "A NATS JetStream stream.",
        table: "`[inputs.nats]`, for `nats`.",
        address: AddressUse::Unused,
        path: PathUse::Unused,
        is_live: true,
        is_recording: false,
        drains: true,
    };

    /// `Ok` only after a stop. Lines that became durable in time are acknowledged first.
    async fn run(port: &Port, settings: &Settings) -> Result<(), InputError> {
        let identity = settings.login.read()?;
        let gate = tokio::select! {
            biased;
            () = port.stop.cancelled() => return Ok(()),
            opened = settings.open(&identity) => opened?,
        };
        let outcome = talk(port, settings, &gate, &identity).await;
        match (outcome, gate.fault()) {
            // The cause that ended the connection is more useful than the error that follows.
            (Err(_), Some(fault)) => Err(protocol(fault)),
            // The error may repeat the credentials, and be of any length.
            (Err(InputError::Protocol { what, cause }), None) => {
                Err(InputError::Protocol { what, cause: shown(&identity.hide(&cause)) })
            }
            (outcome, _) => outcome,
        }
    }
}

/// Logs in, reads until the connection ends, and closes it.
async fn talk(port: &Port, settings: &Settings, gate: &Gate, identity: &Identity) -> Result<(), InputError> {
    let open = async {
        let client = settings.connect(gate, identity).await?;
        let consumer = settings.consumer(&client).await?;
        Ok::<_, InputError>((client, consumer))
    };
    let (client, consumer) = tokio::select! {
        biased;
        () = port.stop.cancelled() => return Ok(()),
        opened = open => opened?,
        // The library retries inside `connect` while the gate already knows that the connection has ended.
        () = async {
            gate.ended().await;
            // Gives the server's last message time to arrive first.
            sleep(LEAVE).await;
        } => return Err(InputError::Closed),
    };
    port.connected(&settings.url);
    let outcome = listen(port, &consumer, gate).await;
    // A closed connection takes no acknowledgements, and waiting for it would only delay the next one.
    if !matches!(outcome, Err(InputError::Closed)) {
        let leave = async {
            let _ = client.flush().await;
            let _ = client.drain().await;
            gate.ended().await;
        };
        let _ = timeout(LEAVE, leave).await;
    }
    outcome
}

/// Waits for the answer to a batch; returns its messages if they are to be acknowledged.
async fn kept(answer: oneshot::Receiver<()>, messages: Vec<Acker>) -> Option<Vec<Acker>> {
    // Without an answer the server redelivers them.
    answer.await.ok().map(|()| messages)
}

/// Acknowledges messages, if any. Errors do not matter: what was not acknowledged is sent again.
async fn acknowledge(messages: Option<Vec<Acker>>) {
    for message in messages.into_iter().flatten() {
        // If the connection has gone, the server redelivers it.
        let _ = message.ack().await;
    }
}

/// Takes messages in batches and acknowledges each batch once the main loop has answered, in whatever order the answers come.
async fn listen(port: &Port, consumer: &PullConsumer, gate: &Gate) -> Result<(), InputError> {
    let stream = consumer.stream().max_messages_per_batch(MESSAGES_A_REQUEST).expires(REQUEST).heartbeat(HEARTBEAT);
    let mut messages = stream.messages().await.map_err(protocol)?;
    port.state(State::Up).await;
    let mut waiting = FuturesUnordered::new();
    let outcome = loop {
        let first = tokio::select! {
            // A stop first, then acknowledgements, so that a flood of messages does not delay them beyond their time.
            biased;
            () = port.stop.cancelled() => break Ok(()),
            () = gate.ended() => break Err(InputError::Closed),
            Some(messages) = waiting.next() => {
                acknowledge(messages).await;
                continue;
            }
            first = messages.next() => first,
        };
        let received = Some(port.clock.now());
        let (mut lines, mut ackers) = (Vec::new(), Vec::new());
        // Takes what has arrived already, without waiting for more.
        let mut next = Some(first);
        let mut outcome = Ok(());
        while let Some(message) = next.take() {
            match message {
                Some(Ok(message)) => {
                    // The gate bounds the bytes that wait in the client; these have now been taken out.
                    gate.make_room(message.payload.len());
                    take(port, message, &mut lines, &mut ackers);
                }
                Some(Err(error)) if error.kind() == MessagesErrorKind::MissingHeartbeat => {
                    outcome = Err(InputError::Silent { seconds: 2 * HEARTBEAT.as_secs() as u32 });
                }
                Some(Err(error)) => outcome = Err(protocol(error)),
                None => outcome = Err(InputError::Closed),
            }
            if outcome.is_ok() && lines.len() < BATCH_BYTES {
                next = messages.next().now_or_never();
            }
        }
        if lines.is_empty() {
            // They hold nothing to store.
            acknowledge(Some(ackers)).await;
        } else {
            let (acknowledged, answer) = oneshot::channel();
            waiting.push(kept(answer, ackers));
            let batch = Batch { source: port.source, received, lines, acknowledge: Some(acknowledged) };
            outcome = outcome.and(port.send_batch(batch).await);
        }
        if outcome.is_err() {
            break outcome;
        }
    };
    // Ends the requests, so that the server sends nothing more while the last answers come.
    drop(messages);
    let last = async {
        while let Some(messages) = waiting.next().await {
            acknowledge(messages).await;
        }
    };
    if port.stop.is_cancelled() {
        let _ = timeout(LAST_ACKNOWLEDGEMENTS, last).await;
    }
    outcome
}

/// Appends the lines of a message. Sentences without a time of their own get that at which the stream received them.
fn take(port: &Port, message: Message, lines: &mut Vec<u8>, ackers: &mut Vec<Acker>) {
    let published = message.info().ok().map(|info| info.published.unix_timestamp_nanos() / 1_000_000);
    let (message, acker) = message.split();
    let cut = port.cut_whole(&message.payload);
    for line in cut.split_inclusive(|byte| *byte == b'\n') {
        if let Some(millis) = published.filter(|_| lacks_time(line)) {
            lines.extend_from_slice(tag(millis).as_bytes());
        }
        lines.extend_from_slice(line);
    }
    ackers.push(acker);
}

/// Whether a sentence has neither a TAG block nor anything after its checksum. When it is redelivered or late, nothing else shows when it
/// was first received.
fn lacks_time(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    matches!(line, [b'!' | b'$', .., b'*', _, _])
}

/// A TAG block with the time at which the stream received the message, in milliseconds of UNIX time.
fn tag(millis: i128) -> String {
    let text = format!("c:{millis}");
    let checksum = text.bytes().fold(0, |sum, byte| sum ^ byte);
    format!("\\{text}*{checksum:02X}\\")
}

/// An error of the protocol or of the library. The caller removes credentials from its text.
fn protocol(error: impl ToString) -> InputError {
    InputError::Protocol { what: "NATS", cause: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(rest: &str) -> Vec<String> {
        let settings: Settings = toml::from_str(rest).expect("settings");
        fault::lines("inputs[0].nats", settings.problems())
    }

    #[test]
    fn only_a_bare_sentence_gets_the_time_of_the_stream() {
        let bare = b"!AIVDM,1,1,,A,15Cjtd0Oj;Jp7ilG7=UkKBoB0<06,0*63\n";
        assert!(lacks_time(bare));
        for timed in [
            &b"!AIVDM,1,1,,A,15Cjtd0Oj;Jp7ilG7=UkKBoB0<06,0*63,r003669958,1085889680\n"[..],
            b"\\s:2573555,c:1707873398*05\\!BSVDM,1,1,,A,13mB7d001E1dDH0`KlKBjB?<0490,0*34\n",
            b"{\"mmsi\":257000001}\n",
        ] {
            assert!(!lacks_time(timed));
        }
        assert_eq!(tag(1_707_873_398_250), "\\c:1707873398250*61\\");
    }

    #[test]
    fn a_name_is_not_a_pattern_and_a_token_needs_encryption() {
        let plain = "url = \"nats://127.0.0.1\"\nstream = \"AIS\"\nconsumer = \"atalaia\"\n";
        assert_eq!(problems(plain), [""; 0]);
        let bad = plain.replace("AIS", "ais.>").replace("127.0.0.1", "feed.example.org")
            + "subject = \"ais..x\"\n[login]\ntoken = { credential = \"nats\" }\n";
        assert_eq!(
            problems(&bad),
            [
                "inputs[0].nats.stream: is not a name; write letters, digits, `-` and `_`",
                "inputs[0].nats.subject: is not a subject; write for instance \"ais.>\"",
                "inputs[0].nats.url: token or password would be sent unencrypted; write an address tls://, or allow_plaintext = true",
            ]
        );
    }
}
