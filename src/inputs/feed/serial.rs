//! Serial line: an AIS receiver on a local port, reopened after it was unplugged.
//!
//! Receivers speak NMEA 0183-HS at 38400 baud (IEC 61162-2). The support is a feature of the build, because it needs a library that most
//! installations do not use.

use serde::{Deserialize, Serialize};

use crate::inputs::common::CommonSettings;
use crate::inputs::error::InputError;
use crate::inputs::input::{AddressUse, Character, Input, PathUse};
use crate::inputs::port::Port;
use crate::platform::table::Table;
use atalaia_core::base::fault::Fault;

/// `[inputs.serial]`, in addition to `path`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Line speed in bits per second, with 8 data bits, no parity and one stop bit.
    #[schemars(range(min = 1200, max = 4_000_000))]
    pub baud: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { baud: 38_400 }
    }
}

impl Table for Settings {
    fn usual() -> Option<Settings> {
        Some(Settings::default())
    }

    fn problems(&self) -> Vec<Fault> {
        Vec::new()
    }
}

/// A serial port.
pub(super) struct Serial;

impl Input for Serial {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "serial",
        about: "An AIS receiver on a serial line.",
        table: "`[inputs.serial]`, for `serial`. Without it, 38400 baud.",
        address: AddressUse::Unused,
        path: PathUse::Device,
        is_live: true,
        is_recording: false,
        drains: false,
    };

    fn requirements(_: &CommonSettings) -> Vec<Fault> {
        match cfg!(feature = "serial") {
            true => Vec::new(),
            false => vec![
                Fault::new("kind", "this build does not support serial lines")
                    .advise("use one built with the feature serial (cargo build --features serial)"),
            ],
        }
    }

    /// Always returns an error, because an unplugged receiver may be plugged in again.
    async fn run(port: &Port, own: &Settings) -> Result<(), InputError> {
        open(port, own).await
    }
}

/// Opens the port and reads it until it disappears or falls silent.
#[cfg(feature = "serial")]
async fn open(port: &Port, own: &Settings) -> Result<(), InputError> {
    use tokio_serial::SerialPortBuilderExt;

    use crate::inputs::message::State;
    use crate::platform::telemetry::InputCounters;

    // Always present: the check of the settings demands it.
    let path = port.settings.path.as_deref().unwrap_or_else(|| "".as_ref()).to_string_lossy();
    let baud = own.baud;
    let opened = tokio_serial::new(&*path, baud).open_native_async();
    let stream = opened.map_err(|error| InputError::io(format!("open {path}"))(error.into()))?;
    InputCounters::add(&port.counters.connections, 1);
    tracing::info!(input = %port.settings.name, %path, baud, "opened");
    port.state(State::Up).await;
    port.pump(stream).await
}

/// Never called: the settings check rejects serial inputs in this build.
#[cfg(not(feature = "serial"))]
async fn open(_: &Port, _: &Settings) -> Result<(), InputError> {
    Err(InputError::Protocol { what: "serial", cause: "this build does not support serial lines".to_owned() })
}
