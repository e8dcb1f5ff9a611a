//! gpsd client: connects, requests JSON reports once the server has sent its greeting, and keeps those about AIS.
//!
//! gpsd decodes the sentences itself and hands on JSON (protocol version 3). Without a request it sends nothing but its greeting.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tracing::warn;

use crate::inputs::connect::open_stream;
use crate::inputs::error::InputError;
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::message::State;
use crate::inputs::port::{Port, READ_BYTES};
use crate::platform::table::NoTable;
use crate::platform::telemetry::{FromAir, InputCounters};
use atalaia_core::ais::LineCutter;

/// Requests every report, with values scaled to common units.
/// The decoder expects scaled values.
const WATCH: &[u8] = b"?WATCH={\"enable\":true,\"json\":true,\"scaled\":true};\n";

/// A client of gpsd.
pub(super) struct Gpsd;

impl Input for Gpsd {
    type Settings = NoTable;

    const CHARACTER: Character = Character {
        name: "gpsd",
        about: "Connects to a gpsd and requests its AIS reports.",
        table: "",
        address: AddressUse::Server { example: "localhost:2947" },
        path: PathUse::Unused,
        is_live: true,
        is_recording: false,
        drains: false,
    };

    /// Always returns an error, because a feed has no regular end.
    async fn run(port: &Port, _: &NoTable) -> Result<(), InputError> {
        let address = port.settings.address.as_deref().unwrap_or_default();
        let mut stream = open_stream(address).await?;
        port.connected(address);
        let seconds = port.settings.idle_timeout_seconds;
        let idle = Duration::from_secs(u64::from(seconds));
        let mut cutter = LineCutter::new();
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = timeout(idle, stream.read(&mut buffer))
                .await
                .map_err(|_| InputError::Silent { seconds })?
                .map_err(InputError::io("read"))?;
            // A line cut off by the end of the connection is not complete JSON, so it is dropped.
            if read == 0 {
                return Err(InputError::Closed);
            }
            let received = Some(port.clock.now());
            let sorted = sort(&port.cut(&mut cutter, &buffer[..read]));
            InputCounters::add(&port.counters.other, sorted.other);
            if sorted.greeted {
                // A server that does not read is as dead as one that does not write.
                timeout(idle, stream.write_all(WATCH))
                    .await
                    .map_err(|_| InputError::Silent { seconds })?
                    .map_err(InputError::io("write"))?;
                port.state(State::Up).await;
            }
            if let Some(complaint) = sorted.complaint {
                warn!(input = %port.settings.name, complaint = %FromAir(&complaint), "gpsd reports an error");
            }
            port.send(received, sorted.ais).await?;
        }
    }
}

/// The lines from gpsd, sorted by kind.
#[derive(Default, PartialEq, Debug)]
struct GpsdLines {
    /// The lines about AIS, each with its line feed.
    ais: Vec<u8>,
    /// Number of messages about other subjects.
    other: u64,
    /// Whether the server has sent its greeting.
    greeted: bool,
    /// Text of the last error that the server reported, at most 200 characters; `None` if there was none.
    complaint: Option<String>,
}

/// The two members of a message that decide what becomes of it.
#[derive(Deserialize)]
struct Class<'a> {
    /// Name of the kind of message; empty if it has none.
    #[serde(borrow, default)]
    class: Cow<'a, str>,
    /// Text of an error; empty in other messages.
    #[serde(borrow, default)]
    message: Cow<'a, str>,
}

/// Decides by the class of each line. Lines keep their order.
fn sort(lines: &[u8]) -> GpsdLines {
    let mut sorted = GpsdLines::default();
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let Ok(Class { class, message }) = serde_json::from_slice(line) else {
            // Unreadable lines are passed on, so that the decoder counts them.
            sorted.ais.extend_from_slice(line);
            continue;
        };
        match &*class {
            "AIS" => sorted.ais.extend_from_slice(line),
            "VERSION" => sorted.greeted = true,
            "ERROR" => sorted.complaint = Some(message.chars().take(200).collect()),
            _ => {}
        }
        sorted.other += u64::from(class != "AIS");
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ais_is_kept_and_the_rest_is_counted() {
        let lines = "{\"class\":\"VERSION\",\"release\":\"3.25\",\"proto_major\":3}\n\
                     {\"class\":\"WATCH\",\"enable\":true,\"nmea\":false}\n\
                     {\"class\":\"TPV\",\"mode\":3,\"lat\":38.7}\n\
                     {\"class\":\"AIS\",\"type\":1,\"mmsi\":371798000}\n\
                     {\"class\":\"ERROR\",\"message\":\"Unrecognized\\nrequest\"}\n\
                     {\"class\":\"AI\n";
        let sorted = sort(lines.as_bytes());
        let kept = String::from_utf8(sorted.ais).expect("text");
        assert_eq!(kept, "{\"class\":\"AIS\",\"type\":1,\"mmsi\":371798000}\n{\"class\":\"AI\n");
        assert_eq!((sorted.other, sorted.greeted), (4, true));
        assert_eq!(sorted.complaint.as_deref(), Some("Unrecognized\nrequest"));
    }
}
