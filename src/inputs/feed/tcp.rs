//! TCP client: connects to a feed and reads lines until the connection breaks or falls silent.
//!
//! The usual way of national centres and receivers to hand on NMEA. The client sends nothing and has no way to notice a half-open
//! connection, so it relies on keep-alive and on `idle_timeout_seconds`.

use crate::inputs::connect::open_stream;
use crate::inputs::error::InputError;
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::message::State;
use crate::inputs::port::Port;
use crate::platform::table::NoTable;

/// A TCP client.
pub(super) struct Tcp;

impl Input for Tcp {
    type Settings = NoTable;

    const CHARACTER: Character = Character {
        name: "tcp",
        about: "Connects to a server that sends lines.",
        table: "",
        address: AddressUse::Server { example: "153.44.253.27:5631" },
        path: PathUse::Unused,
        is_live: true,
        is_recording: false,
        drains: false,
    };

    /// Always returns an error, because a feed has no regular end.
    async fn run(port: &Port, _: &NoTable) -> Result<(), InputError> {
        let address = port.settings.address.as_deref().unwrap_or_default();
        let stream = open_stream(address).await?;
        port.connected(address);
        port.state(State::Up).await;
        port.pump(stream).await
    }
}
