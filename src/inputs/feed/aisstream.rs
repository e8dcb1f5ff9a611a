//! aisstream.io: JSON reports over a websocket, after a subscription that must be sent at once.
//!
//! The service counts connections for each account and reports its errors as messages within the stream. A connection is therefore always
//! closed in an orderly way, and a refusal is followed by a long delay.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use crate::inputs::connect::{open_stream, target};
use crate::inputs::error::{InputError, shown};
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::message::State;
use crate::inputs::port::{BATCH_BYTES, Port};
use crate::platform::secret::{Revealed, Secret};
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::{self, Fault};

/// `[inputs.aisstream]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// URL of the server: `wss://`, or `ws://` within a site.
    #[serde(default = "url")]
    pub url: String,
    /// API key of the account.
    pub key: Secret,
    /// Areas, each as two corners `[[latitude, longitude], [latitude, longitude]]`, in degrees; at least one.
    pub boxes: Vec<[[f64; 2]; 2]>,
    /// MMSIs of the vessels wanted, at most 50; empty for all vessels in the boxes.
    #[serde(default)]
    #[schemars(inner(range(min = 1, max = 999_999_999)))]
    pub mmsi: Vec<u32>,
    /// Message types wanted; empty for all of them.
    #[serde(default)]
    pub message_types: Vec<String>,
    /// Whom to trust.
    #[serde(default)]
    pub tls: tls::Settings,
}

/// Default of `url`: the public service.
fn url() -> String {
    "wss://stream.aisstream.io/v0/stream".to_owned()
}

/// Accepted schemes with their default ports.
const SCHEMES: &[(&str, u16)] = &[("wss", 443), ("ws", 80)];
/// The server's limit on `mmsi`.
const MOST_MMSI: usize = 50;
/// Time limit from the open connection to the server's answer to the handshake.
const HANDSHAKE_SECONDS: u64 = 20;
/// Maximum size of a message, in bytes; no report is longer.
const LONGEST_MESSAGE: usize = 256 * 1024;
/// Delay after a refusal. The server limits connections per account and address, and quick retries count too.
const PATIENCE: Duration = Duration::from_secs(60);
/// Time limit for the close frame and its answer. A connection that is not closed occupies a place of the account for days.
const LEAVE: Duration = Duration::from_secs(1);

impl Table for Settings {
    fn problems(&self) -> Vec<Fault> {
        let mut problems = fault::below("key", self.key.problems());
        match target(&self.url, SCHEMES) {
            Err(problem) => problems.push(problem.below("url")),
            Ok(target) if target.is_open() => {
                problems.push(Fault::new("url", "the key would be sent unencrypted").advise("write an address wss://"));
            }
            Ok(_) => {}
        }
        problems.extend(fault::below("tls", self.tls.problems()));
        if self.boxes.is_empty() {
            problems.push(
                Fault::new("boxes", "is empty")
                    .advise("write at least one, for instance boxes = [[[35.0, -12.0], [44.0, -5.0]]]"),
            );
        }
        for (index, corners) in self.boxes.iter().enumerate() {
            let inside = |[latitude, longitude]: &[f64; 2]| {
                (-90.0..=90.0).contains(latitude) && (-180.0..=180.0).contains(longitude)
            };
            if !corners.iter().all(inside) {
                problems.push(
                    Fault::new(format!("boxes[{index}]"), "a corner is not a place")
                        .advise("write [latitude, longitude] in degrees, latitude first"),
                );
            }
        }
        if MOST_MMSI < self.mmsi.len() {
            problems.push(
                Fault::new("mmsi", format!("names {}", self.mmsi.len()))
                    .advise(format!("the server takes at most {MOST_MMSI}")),
            );
        }
        problems
    }

    fn within(&mut self, folder: &Path) {
        self.key.within(folder);
        self.tls.within(folder);
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        Endpoint::of_url(&self.url, 443).map(|endpoint| ("url", endpoint)).into_iter().collect()
    }
}

impl Settings {
    /// The subscription, which the server must receive within 3 s.
    /// The key is part of the message, so it must never be logged.
    fn subscription(&self, key: &Revealed) -> String {
        let mut subscription = serde_json::json!({ "APIKey": key.expose(), "BoundingBoxes": self.boxes });
        if !self.mmsi.is_empty() {
            // The service expects them as texts of nine digits.
            let names: Vec<String> = self.mmsi.iter().map(|mmsi| format!("{mmsi:09}")).collect();
            subscription["FiltersShipMMSI"] = names.into();
        }
        if !self.message_types.is_empty() {
            subscription["FilterMessageTypes"] = self.message_types.clone().into();
        }
        subscription.to_string()
    }
}

/// With or without TLS, as the URL says.
type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The aisstream.io service.
pub(super) struct Aisstream;

impl Input for Aisstream {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "aisstream",
        about: "The aisstream.io service.",
        table: "`[inputs.aisstream]`, for `aisstream`.",
        address: AddressUse::Unused,
        path: PathUse::Unused,
        is_live: true,
        is_recording: false,
        // To send the close frame.
        drains: true,
    };

    /// `Ok` only after a stop. Closes the connection in either case.
    async fn run(port: &Port, settings: &Settings) -> Result<(), InputError> {
        let subscription = settings.subscription(&settings.key.read()?);
        let mut socket = tokio::select! {
            biased;
            // Nothing is open yet that the server would have to know of.
            () = port.stop.cancelled() => return Ok(()),
            socket = open(settings) => socket?,
        };
        port.connected(&settings.url);
        let outcome = match socket.send(Message::text(subscription)).await {
            Ok(()) => {
                port.state(State::Up).await;
                listen(port, settings, &mut socket).await
            }
            Err(error) => Err(broken(error)),
        };
        let leave = async {
            // The server may have gone.
            let _ = socket.close(None).await;
            while let Some(Ok(_)) = socket.next().await {}
        };
        let _ = timeout(LEAVE, leave).await;
        outcome
    }
}

/// Connects and performs the websocket handshake. A client error (4xx) is a refusal; any other failure may pass soon.
async fn open(settings: &Settings) -> Result<Socket, InputError> {
    let target = target(&settings.url, SCHEMES)
        .map_err(|cause| InputError::Protocol { what: "url", cause: cause.to_string() })?;
    let connector = match target.scheme.as_str() {
        "wss" => Connector::Rustls(Arc::new(settings.tls.client()?)),
        _ => Connector::Plain,
    };
    let stream = open_stream(&target.address).await?;
    // A message beyond the limits ends the connection.
    let limits = WebSocketConfig::default()
        .read_buffer_size(BATCH_BYTES)
        .max_message_size(Some(LONGEST_MESSAGE))
        .max_frame_size(Some(LONGEST_MESSAGE));
    let handshake = client_async_tls_with_config(settings.url.as_str(), stream, Some(limits), Some(connector));
    let answer = timeout(Duration::from_secs(HANDSHAKE_SECONDS), handshake).await;
    match answer.map_err(|_| InputError::NoAnswer { seconds: HANDSHAKE_SECONDS })? {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(answer)) if answer.status().is_client_error() => {
            Err(InputError::Refused { reason: format!("the server answered {}", answer.status()), wait: PATIENCE })
        }
        Err(error) => Err(broken(error)),
    }
}

/// The error for a connection that failed, with the reason of a rejected certificate.
fn broken(error: tungstenite::Error) -> InputError {
    InputError::Protocol { what: "websocket", cause: shown(&tls::describe(&error)) }
}

/// The next message other than a ping or pong: a server that only sends those no longer sends reports.
async fn next_message(socket: &mut Socket) -> Option<Result<Message, tungstenite::Error>> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => return other,
        }
    }
}

/// Reads messages until the connection ends. What has arrived together becomes one batch.
async fn listen(port: &Port, settings: &Settings, socket: &mut Socket) -> Result<(), InputError> {
    let seconds = port.settings.idle_timeout_seconds;
    let idle = Duration::from_secs(u64::from(seconds));
    loop {
        // A stop is noticed between two batches, not within one.
        let first = tokio::select! {
            biased;
            () = port.stop.cancelled() => return Ok(()),
            first = timeout(idle, next_message(socket)) => first.map_err(|_| InputError::Silent { seconds })?,
        };
        let received = Some(port.clock.now());
        let mut lines = Vec::new();
        let mut outcome = take(port, settings, first, &mut lines);
        while outcome.is_ok()
            && lines.len() < BATCH_BYTES
            && let Some(next) = socket.next().now_or_never()
        {
            outcome = take(port, settings, next, &mut lines);
        }
        // Lines before an error are still good.
        port.send(received, lines).await?;
        outcome?;
    }
}

/// Appends the content of one message to `lines`.
/// The error if the message ends the connection or is a refusal. Pings are ignored.
fn take(
    port: &Port,
    settings: &Settings,
    message: Option<Result<Message, tungstenite::Error>>,
    lines: &mut Vec<u8>,
) -> Result<(), InputError> {
    let message = message.ok_or(InputError::Closed)?.map_err(broken)?;
    let bytes = match &message {
        Message::Text(text) => text.as_bytes(),
        Message::Binary(bytes) => bytes,
        Message::Close(Some(frame)) => {
            let reason = shown(&format!("closed by the other side: {} {}", u16::from(frame.code), frame.reason));
            return Err(InputError::Protocol { what: "websocket", cause: reason });
        }
        Message::Close(None) => return Err(InputError::Closed),
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(()),
    };
    if let Some(text) = refusal(bytes) {
        // The server may repeat the key it received.
        let key = settings.key.read().ok();
        let text = key.map_or_else(|| text.clone(), |key| text.replace(key.expose(), "***"));
        let reason = shown(&format!("the server says: {text}"));
        return Err(InputError::Refused { reason, wait: PATIENCE });
    }
    port.push_whole(bytes, lines);
    Ok(())
}

/// The server's error text, if the message is one instead of a report.
/// Only an object with a text `error` at its top level counts.
fn refusal(bytes: &[u8]) -> Option<String> {
    /// The message by which the service reports an error.
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    // Most messages are reports, so the cheap search spares parsing them twice.
    memchr::memmem::find(bytes, b"\"error\"")?;
    let refusal: Refusal = serde_json::from_slice(bytes).ok()?;
    Some(refusal.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(rest: &str) -> Settings {
        let text = format!("key = {{ credential = \"aisstream\" }}\nboxes = [[[35.0, -12.0], [44.0, -5.0]]]\n{rest}");
        toml::from_str(&text).expect("settings")
    }

    #[test]
    fn a_report_that_mentions_errors_is_not_a_refusal() {
        assert_eq!(refusal(br#"{"error": "Api Key Is Not Valid\u001b[2J"}"#).as_deref(), {
            Some("Api Key Is Not Valid\u{1b}[2J")
        });
        assert_eq!(refusal(br#"{"MessageType":"PositionReport","MetaData":{"error":"x"}}"#), None);
        assert_eq!(refusal(br#"{"MessageType":"X","ShipName":"\"error\""}"#), None);
    }

    #[test]
    fn boxes_have_latitude_first_and_valid_coordinates() {
        assert_eq!(fault::lines("inputs[0].aisstream", settings("").problems()), [""; 0]);
        let mut other = settings("");
        other.boxes = vec![[[120.0, 35.0], [44.0, -5.0]]];
        let problems = fault::lines("inputs[0].aisstream", other.problems());
        assert!(problems[0].starts_with("inputs[0].aisstream.boxes[0]: a corner is not a place"), "{problems:?}");
    }
}
