//! What a kind of input is: the trait that its file implements, and the character by which the rest of the daemon treats it.

use std::time::Duration;

use super::common::CommonSettings;
use super::error::InputError;
use super::port::Port;
use crate::platform::service::Protocol;
use crate::platform::table::Table;
use atalaia_core::base::fault::Fault;

/// One kind of input.
pub(super) trait Input {
    /// Its own settings, beside those that all inputs have; [`NoTable`](crate::platform::table::NoTable) if it has none.
    type Settings: Table + Clone + Send + Sync;

    /// What distinguishes it from other kinds.
    const CHARACTER: Character;

    /// Lists errors in the settings that all inputs have, as far as they concern this kind only.
    fn problems(common: &CommonSettings, own: &Self::Settings) -> Vec<Fault> {
        let _ = (common, own);
        Vec::new()
    }

    /// Lists what the settings that all inputs have require of this machine and do not find.
    fn requirements(common: &CommonSettings) -> Vec<Fault> {
        let _ = common;
        Vec::new()
    }

    /// Minimum interval between the starts of two attempts.
    fn spacing(own: &Self::Settings) -> Duration {
        let _ = own;
        Duration::ZERO
    }

    /// Opens the input once and sends its lines until it fails. `Ok` if it has ended for good: at the end of a recording, or after a stop.
    fn run(port: &Port, own: &Self::Settings) -> impl Future<Output = Result<(), InputError>> + Send;
}

/// What distinguishes a kind of input from the others.
#[derive(Clone, Copy, Debug)]
pub struct Character {
    /// Its name in the settings.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// What its table is, in one or two sentences; empty without a table.
    pub table: &'static str,
    /// What `address` means.
    pub address: AddressUse,
    /// What `path` means.
    pub path: PathUse,
    /// Whether the times in its lines are checked against the time of receipt. Recordings and pipes keep their own times.
    pub is_live: bool,
    /// Whether it is read once, to its end.
    pub is_recording: bool,
    /// Whether it handles a stop itself, to close its connection in an orderly way.
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
