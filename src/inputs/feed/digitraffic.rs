//! MQTT: Digitraffic's vessels over a websocket, or any MQTT broker.
//!
//! Messages are delivered at most once: what the broker sends while the connection is broken is lost. If a broker does not answer within
//! 20 s, announces more than 256 KiB or violates the protocol, the connection is closed and retried with growing delays.
//!
//! Digitraffic publishes every vessel under a topic of its own, and the payload does not repeat the MMSI. Such payloads are stored as an
//! object with both. The name of the kind is kept for other brokers, because their protocol is the same.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use rumqttc::{
    AsyncClient, Broker, ConnectionError, Event, EventLoop, MqttOptions, NetworkOptions, Packet, Publish, QoS,
    SubscribeFilter, SubscribeReasonCode, TlsConfiguration, Transport,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::inputs::connect::{open_stream, target};
use crate::inputs::error::{InputError, shown};
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::message::State;
use crate::inputs::port::{BATCH_BYTES, Port};
use crate::platform::mqtt;
use crate::platform::secret::Secret;
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::{self, Fault};

/// `[inputs.digitraffic]`
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// URL of the broker: `wss://` or `ws://` (MQTT over a websocket), `mqtts://` or `mqtt://`.
    pub url: String,
    /// Topics to subscribe to. Payloads of topics `vessels-v2/…` are stored with their topic, others as they are: lines of NMEA or JSON.
    pub topics: Vec<String>,
    /// Name of the client for Digitraffic (`organisation/application`), sent as the header `Digitraffic-User`.
    pub digitraffic_user: String,
    /// Maximum number of connections per minute; the public server refuses more than 5.
    #[schemars(range(min = 1, max = 6000))]
    pub connects_per_minute: u16,
    /// User name, if the broker requires one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Password of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Allows sending the password unencrypted to another machine.
    pub allow_plaintext: bool,
    /// Whom to trust.
    pub tls: tls::Settings,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            url: "wss://meri.digitraffic.fi:443/mqtt".to_owned(),
            topics: vec!["vessels-v2/+/location".to_owned(), "vessels-v2/+/metadata".to_owned()],
            digitraffic_user: "atalaia".to_owned(),
            connects_per_minute: 4,
            user: None,
            password: None,
            allow_plaintext: false,
            tls: tls::Settings::default(),
        }
    }
}

/// Accepted schemes with their default ports.
const SCHEMES: &[(&str, u16)] = &[("wss", 443), ("ws", 80), ("mqtts", 8883), ("mqtt", 1883)];
/// Topics whose payloads are meaningless without the topic.
const VESSELS: &str = "vessels-v2/";
/// Interval between pings in seconds; an unanswered ping ends the connection.
const KEEP_ALIVE: u16 = 30;
/// Time limit from the first byte to the answer to the subscription.
const HANDSHAKE_SECONDS: u64 = 20;
/// Maximum size of a message, in bytes.
/// A vessel takes a few hundred bytes; other brokers may publish batches of lines.
const LONGEST_MESSAGE: usize = 256 * 1024;
/// Capacity of the client's queue of outgoing requests.
/// Only the subscription and the disconnect pass through it.
const REQUESTS: usize = 16;
/// Delay after a refusal.
/// Refusals are of the login, of a topic, or because of too many connections; none passes within seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// Time limit for the disconnect.
/// The broker does not answer a disconnect but closes the connection.
const LEAVE: Duration = Duration::from_secs(1);

impl Table for Settings {
    fn usual() -> Option<Settings> {
        Some(Settings::default())
    }

    fn problems(&self) -> Vec<Fault> {
        let mut problems = fault::below("tls", self.tls.problems());
        match target(&self.url, SCHEMES) {
            Err(problem) => problems.push(problem.below("url")),
            Ok(target) if target.is_open() && self.password.is_some() && !self.allow_plaintext => problems.push(
                Fault::new("url", "the password would be sent unencrypted")
                    .advise("write an address mqtts://, or allow_plaintext = true"),
            ),
            Ok(_) => {}
        }
        if self.topics.is_empty() {
            problems.push(
                Fault::new("topics", "is empty").advise("write at least one, for instance \"vessels-v2/+/location\""),
            );
        }
        for topic in self.topics.iter().filter(|topic| !rumqttc::valid_filter(topic)) {
            problems.push(
                Fault::new("topics", format!("\"{topic}\" is not a topic"))
                    .advise("`+` stands for one step, `#` for all at the end"),
            );
        }
        if self.topics.iter().any(|topic| topic.starts_with(VESSELS) && topic.ends_with("/locations")) {
            problems.push(Fault::new("topics", "nothing comes by \"locations\"").advise("write vessels-v2/+/location"));
        }
        let header = &self.digitraffic_user;
        if header.is_empty() || !header.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            problems.push(Fault::new("digitraffic_user", "is not a header").advise("write organisation/application"));
        }
        match (&self.user, &self.password) {
            (None, Some(_)) => problems.push(Fault::new("user", "is missing").advise("write the user of the password")),
            (_, Some(secret)) => problems.extend(fault::below("password", secret.problems())),
            (_, None) => {}
        }
        problems
    }

    fn within(&mut self, folder: &Path) {
        self.password.iter_mut().for_each(|secret| secret.within(folder));
        self.tls.within(folder);
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        let usual = if self.url.starts_with("mqtts") { 8883 } else { 1883 };
        Endpoint::of_url(&self.url, usual).map(|endpoint| ("url", endpoint)).into_iter().collect()
    }
}

impl Settings {
    /// Options of one connection; reads the password. A new client id is chosen each time.
    fn options(&self) -> Result<MqttOptions, InputError> {
        let target = target(&self.url, SCHEMES).map_err(protocol)?;
        let tls = || Ok::<_, tls::TlsError>(TlsConfiguration::Rustls(Arc::new(self.tls.client()?)));
        let (host, port) = target.address.rsplit_once(':').unwrap_or((&target.address, "1883"));
        let tcp = || Broker::tcp(host, port.parse().unwrap_or(1883));
        // A broker closes the older of two connections with the same client id; every broker accepts up to 23 letters and digits.
        let name = format!("atalaia{:016x}", fastrand::u64(..));
        let mut options = match target.scheme.as_str() {
            "wss" => MqttOptions::websocket_with_tls_config(name, &self.url, tls()?).map_err(protocol)?,
            "ws" => MqttOptions::new(name, Broker::websocket(&self.url).map_err(protocol)?),
            scheme => {
                let mut options = MqttOptions::new(name, tcp());
                if scheme == "mqtts" {
                    options.set_transport(Transport::tls_with_config(tls()?));
                }
                options
            }
        };
        options
            .set_keep_alive(KEEP_ALIVE)
            // Nothing is kept at the broker for a client that may never return.
            .set_clean_session(true)
            .set_max_packet_size(LONGEST_MESSAGE, LONGEST_MESSAGE);
        // Connects like all other inputs: each address in turn, with keep-alive.
        options.set_socket_connector(|address: String, _: NetworkOptions| async move {
            open_stream(&address).await.map_err(|error| match error {
                InputError::Io { cause, .. } => cause,
                error => io::Error::other(error.to_string()),
            })
        });
        if let Some(user) = &self.user {
            let password = self.password.as_ref().map(Secret::read).transpose()?;
            options.set_credentials(user, password.map_or_else(String::new, |read| read.expose().to_owned()));
        }
        let header = self.digitraffic_user.clone();
        options.set_request_modifier(move |mut request| {
            if let Ok(value) = header.parse() {
                request.headers_mut().insert("Digitraffic-User", value);
            }
            std::future::ready(request)
        });
        Ok(options)
    }
}

/// A client of an MQTT broker.
pub(super) struct Digitraffic;

impl Input for Digitraffic {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "digitraffic",
        about: "Digitraffic of Finland, or any broker that speaks MQTT.",
        table: "`[inputs.digitraffic]`, for `digitraffic`. Without it, the public server is used.",
        address: AddressUse::Unused,
        path: PathUse::Unused,
        is_live: true,
        is_recording: false,
        // To disconnect, or the broker would wait for the keep-alive to run out.
        drains: true,
    };

    /// Spreads the allowed connections evenly over the minute.
    fn spacing(own: &Settings) -> Duration {
        Duration::from_secs(60) / u32::from(own.connects_per_minute.max(1))
    }

    /// `Ok` only after a stop, when it also disconnects from the broker.
    async fn run(port: &Port, settings: &Settings) -> Result<(), InputError> {
        let (client, mut events) =
            AsyncClient::builder(settings.options()?).capacity(REQUESTS).try_build().map_err(protocol)?;
        let outcome = listen(port, settings, &client, &mut events).await;
        if port.stop.is_cancelled() {
            let leave = async {
                // The broker may have gone.
                let _ = client.disconnect().await;
                while events.poll().await.is_ok() {}
            };
            let _ = timeout(LEAVE, leave).await;
        }
        outcome
    }
}

/// Subscribes and reads until the connection ends. What has arrived together becomes one batch.
async fn listen(
    port: &Port,
    settings: &Settings,
    client: &AsyncClient,
    events: &mut EventLoop,
) -> Result<(), InputError> {
    let seconds = port.settings.idle_timeout_seconds;
    let idle = Duration::from_secs(u64::from(seconds));
    let opened = timeout(Duration::from_secs(HANDSHAKE_SECONDS), subscribe(port, settings, client, events));
    tokio::select! {
        biased;
        () = port.stop.cancelled() => return Ok(()),
        opened = opened => opened.map_err(|_| InputError::NoAnswer { seconds: HANDSHAKE_SECONDS })??,
    }
    port.connected(&settings.url);
    port.state(State::Up).await;
    loop {
        // A stop is noticed between two batches, not within one.
        let first = tokio::select! {
            biased;
            () = port.stop.cancelled() => return Ok(()),
            first = timeout(idle, published(events)) => first.map_err(|_| InputError::Silent { seconds })?,
        };
        let received = Some(port.clock.now());
        let mut lines = Vec::new();
        let mut next = Some(first);
        let mut outcome = Ok(());
        while let Some(message) = next.take() {
            match message {
                Ok(message) => push(port, &message, &mut lines),
                Err(error) => outcome = Err(error),
            }
            if outcome.is_ok() && lines.len() < BATCH_BYTES {
                next = published(events).now_or_never();
            }
        }
        // Lines before an error are still good.
        port.send(received, lines).await?;
        outcome?;
    }
}

/// Connects, subscribes and waits for the broker's confirmation.
async fn subscribe(
    port: &Port,
    settings: &Settings,
    client: &AsyncClient,
    events: &mut EventLoop,
) -> Result<(), InputError> {
    loop {
        match events.poll().await.map_err(broken)? {
            Event::Incoming(Packet::ConnAck(_)) => {
                let filters = settings.topics.iter().map(|topic| SubscribeFilter::new(topic.clone(), QoS::AtMostOnce));
                client.try_subscribe_many(filters).map_err(protocol)?;
            }
            Event::Incoming(Packet::SubAck(answer)) => {
                // One code for each topic, in the order of the request.
                let refused = answer.return_codes.iter().position(|code| *code == SubscribeReasonCode::Failure);
                let Some(index) = refused else { return Ok(()) };
                let topic = settings.topics.get(index).map_or("", String::as_str);
                return Err(InputError::Refused {
                    reason: format!("the broker refuses topic {topic}"),
                    wait: PATIENCE,
                });
            }
            // Retained messages may arrive before the confirmation.
            Event::Incoming(Packet::Publish(message)) => {
                let mut lines = Vec::new();
                push(port, &message, &mut lines);
                port.send(Some(port.clock.now()), lines).await?;
            }
            _ => {}
        }
    }
}

/// The next message. The client sends keep-alives in between.
async fn published(events: &mut EventLoop) -> Result<Publish, InputError> {
    loop {
        match events.poll().await.map_err(broken)? {
            Event::Incoming(Packet::Publish(message)) => return Ok(message),
            Event::Incoming(Packet::Disconnect) => return Err(InputError::Closed),
            _ => {}
        }
    }
}

/// Appends the lines of one message.
fn push(port: &Port, message: &Publish, lines: &mut Vec<u8>) {
    let topic = String::from_utf8_lossy(&message.topic);
    // Other topics carry complete lines.
    if !topic.starts_with(VESSELS) {
        lines.append(&mut port.cut_whole(&message.payload));
        return;
    }
    // A payload that is not JSON is passed on as a string, which the decoder counts; raw, it could alter the object around it.
    let payload = match serde_json::from_slice::<IgnoredAny>(&message.payload) {
        Ok(IgnoredAny) => Cow::Borrowed(&*message.payload),
        Err(_) => {
            let text = String::from_utf8_lossy(&message.payload).into_owned();
            Cow::Owned(serde_json::Value::from(text).to_string().into_bytes())
        }
    };
    // The text of the payload is kept as sent, so the object is put together by hand.
    let mut line = Vec::with_capacity(payload.len() + 64);
    line.extend_from_slice(b"{\"topic\":");
    line.extend_from_slice(serde_json::Value::from(topic).to_string().as_bytes());
    line.extend_from_slice(b",\"payload\":");
    line.extend_from_slice(&payload);
    line.push(b'}');
    port.push_whole(&line, lines);
}

/// An error of the protocol or of the library, made safe to show.
fn protocol(error: impl ToString) -> InputError {
    InputError::Protocol { what: "MQTT", cause: shown(&error.to_string()) }
}

/// The error for a connection that failed. A refusal gets the longer delay.
fn broken(error: ConnectionError) -> InputError {
    let cause = mqtt::describe(&error);
    match error {
        // The broker answered the log-in with a reason code.
        ConnectionError::ConnectionRefused(_) => InputError::Refused { reason: cause, wait: PATIENCE },
        ConnectionError::Io(_) | ConnectionError::MqttState(_) => protocol(cause),
        // The library reports the status of the websocket handshake only as text.
        _ if cause.contains("429") => InputError::Refused { reason: shown(&cause), wait: PATIENCE },
        _ => protocol(cause),
    }
}
