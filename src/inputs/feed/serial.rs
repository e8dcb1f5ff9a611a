//! Serial line: an AIS receiver on a local port, reopened after it was unplugged.

use serde::{Deserialize, Serialize};

use crate::inputs::error::InputError;
use crate::inputs::port::Port;

/// `[inputs.serial]`, in addition to `path`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Line speed in bits per second, with 8 data bits, no parity and one stop bit.
    pub baud: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { baud: 38_400 }
    }
}

impl Settings {
    /// Lists the errors in the table; `path` is its key path.
    pub fn problems(&self, path: &str) -> Vec<String> {
        match self.baud {
            1_200..=4_000_000 => Vec::new(),
            baud => vec![format!("{path}.baud: is {baud}; write 1200 to 4000000, for instance 38400")],
        }
    }
}

/// Whether this build supports serial lines.
pub(in crate::inputs) const BUILT_IN: bool = cfg!(feature = "serial");

/// Always returns an error, because an unplugged receiver may be plugged in again.
#[cfg(feature = "serial")]
pub(in crate::inputs) async fn run(port: &Port) -> Result<(), InputError> {
    use tokio_serial::SerialPortBuilderExt;

    use crate::inputs::message::State;
    use crate::telemetry::InputCounters;

    let path = port.settings.path.as_deref().unwrap_or_else(|| "".as_ref()).to_string_lossy();
    let baud = port.settings.serial.clone().unwrap_or_default().baud;
    let opened = tokio_serial::new(&*path, baud).open_native_async();
    let stream = opened.map_err(|error| InputError::io(format!("open {path}"))(error.into()))?;
    InputCounters::add(&port.counters.connections, 1);
    tracing::info!(input = %port.settings.name, %path, baud, "opened");
    port.state(State::Up).await;
    port.pump(stream).await
}

/// Never called: the settings check rejects serial inputs in this build.
#[cfg(not(feature = "serial"))]
pub(in crate::inputs) async fn run(port: &Port) -> Result<(), InputError> {
    let _ = port;
    Err(InputError::Protocol { what: "serial", cause: "this build does not support serial lines".to_owned() })
}
