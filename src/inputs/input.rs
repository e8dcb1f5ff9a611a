//! What a kind of input is: the trait that its file implements, and the character by which the rest of the daemon treats it.

use std::time::Duration;

use super::common::CommonSettings;
use super::error::InputError;
use super::port::Port;
use crate::platform::service::Protocol;
use crate::platform::table::Table;
use atalaia_core::base::fault::Fault;

/// One kind of input. Implementations are types without values: everything a run needs comes with the port and the table, so a failed
/// run leaves nothing behind.
pub(super) trait Input {
    /// Its own settings, beside those that all inputs have; [`NoTable`](crate::platform::table::NoTable) if it has none.
    /// Owned by the settings of the daemon and borrowed for the time of a run.
    type Settings: Table + Clone + Send + Sync;

    /// What distinguishes it from other kinds.
    /// The only place where a kind names itself; settings, schema, checks and messages read it from here.
    const CHARACTER: Character;

    /// Lists errors in the settings that all inputs have, as far as they concern this kind only.
    fn problems(common: &CommonSettings, own: &Self::Settings) -> Vec<Fault> {
        let _ = (common, own);
        Vec::new()
    }

    /// Lists what the settings that all inputs have require of this machine and do not find.
    /// Part of the check of the settings, not of a run: a file or FIFO may still appear later.
    fn requirements(common: &CommonSettings) -> Vec<Fault> {
        let _ = common;
        Vec::new()
    }

    /// Minimum interval between the starts of two attempts.
    /// For services that count connections. It holds in addition to the back-off of the input.
    fn spacing(own: &Self::Settings) -> Duration {
        let _ = own;
        Duration::ZERO
    }

    /// Opens the input once and sends its lines until it fails. `Ok` if it has ended for good: at the end of a recording, or after a
    /// stop. Cancelled by dropping the future when the daemon stops, unless the kind `drains`. It must report `State::Up` itself, once
    /// lines can arrive.
    fn run(port: &Port, own: &Self::Settings) -> impl Future<Output = Result<(), InputError>> + Send;
}

/// What distinguishes a kind of input from the others.
#[derive(Clone, Copy, Debug)]
pub struct Character {
    /// Its name in the settings.
    /// Kebab case; also the value of `kind`, and with underscores the key of the table.
    pub name: &'static str,
    /// What it is, in one sentence.
    /// Description of the kind in the JSON Schema.
    pub about: &'static str,
    /// What its table is, in one or two sentences; empty without a table.
    /// Description of the table in the JSON Schema.
    pub table: &'static str,
    /// What `address` means.
    pub address: AddressUse,
    /// What `path` means.
    pub path: PathUse,
    /// Whether the times in its lines are checked against the time of receipt. Recordings and pipes keep their own times.
    pub is_live: bool,
    /// Whether it is read once, to its end.
    /// Such an input is not restarted after an error, because its first part would be delivered twice.
    pub is_recording: bool,
    /// Whether it handles a stop itself, to close its connection in an orderly way.
    /// The daemon waits for it, for a limited time, and drops all others at once.
    pub drains: bool,
}

impl Character {
    /// Key of the kind's table in the settings.
    pub(super) fn table_key(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// Meaning of an input's `address`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AddressUse {
    /// The kind takes none.
    Unused,
    /// It connects to a server there.
    Server {
        /// An address for messages.
        example: &'static str,
    },
    /// It listens there.
    Listener {
        /// Transport protocol of the port.
        /// TCP and UDP ports of the same number do not collide.
        protocol: Protocol,
        /// An address for messages.
        example: &'static str,
    },
}

/// Meaning of an input's `path`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathUse {
    /// The kind takes none.
    Unused,
    /// A file or a pipe.
    File,
    /// A device that is opened for reading and writing.
    Device,
}
