//! What a kind of input is: the trait that its file implements, and the same without its type for everything that treats all kinds alike.

use std::borrow::Cow;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::error::InputError;
use super::feed::Settings;
use super::port::Port;
use crate::platform::service::Protocol;
use crate::platform::table::Table;
use crate::platform::tls::Endpoint;
use atalaia_core::base::fault::{self, Fault};

/// One kind of input.
pub(super) trait Input {
    /// Its own settings, beside those that all inputs have; [`NoTable`](crate::platform::table::NoTable) if it has none.
    type Settings: Table + Clone + Send + Sync;

    /// What distinguishes it from other kinds.
    const CHARACTER: Character;

    /// Lists errors in the settings that all inputs have, as far as they concern this kind only.
    fn problems(settings: &Settings, own: &Self::Settings) -> Vec<Fault> {
        let _ = (settings, own);
        Vec::new()
    }

    /// Lists what the settings that all inputs have require of this machine and do not find.
    fn requirements(settings: &Settings) -> Vec<Fault> {
        let _ = settings;
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

/// A kind of input without its type.
pub(super) trait AnyInput: Sync {
    /// What distinguishes it from other kinds.
    fn character(&self) -> &'static Character;
    /// Whether the settings must have its table.
    fn needs_table(&self) -> bool;
    /// See [`Input::problems`]. Empty while a table is missing, which is reported elsewhere.
    fn problems(&self, settings: &Settings) -> Vec<Fault>;
    /// See [`Input::requirements`] and [`Table::requirements`].
    fn requirements(&self, settings: &Settings) -> Vec<Fault>;
    /// Servers it connects to, each with its key.
    fn endpoints(&self, settings: &Settings) -> Vec<(String, Endpoint)>;
    /// See [`Input::spacing`].
    fn spacing(&self, settings: &Settings) -> Duration;
    /// See [`Input::run`].
    fn run<'a>(&'a self, port: &'a Port) -> BoxFuture<'a, Result<(), InputError>>;
}

/// A kind of input, and where the settings keep its table.
pub(super) struct Entry<I: Input> {
    pub(super) table: fn(&Settings) -> Option<&I::Settings>,
}

impl<I: Input> Entry<I> {
    /// The table of the settings, or the usual one; `None` if the settings lack one that the kind needs.
    fn own<'a>(&self, settings: &'a Settings) -> Option<Cow<'a, I::Settings>> {
        let usual = || I::Settings::usual().map(Cow::Owned);
        (self.table)(settings).map(Cow::Borrowed).or_else(usual)
    }
}

impl<I: Input> AnyInput for Entry<I> {
    fn character(&self) -> &'static Character {
        &I::CHARACTER
    }

    fn needs_table(&self) -> bool {
        I::Settings::usual().is_none()
    }

    fn problems(&self, settings: &Settings) -> Vec<Fault> {
        self.own(settings).map_or_else(Vec::new, |own| I::problems(settings, &own))
    }

    fn requirements(&self, settings: &Settings) -> Vec<Fault> {
        let mut missing = I::requirements(settings);
        let own = self.own(settings).map_or_else(Vec::new, |own| own.requirements());
        missing.extend(fault::below(&settings.kind.table(), own));
        missing
    }

    fn endpoints(&self, settings: &Settings) -> Vec<(String, Endpoint)> {
        let own = self.own(settings);
        let below = own.iter().flat_map(|own| own.endpoints());
        let mut all: Vec<(String, Endpoint)> =
            below.map(|(key, endpoint)| (format!("{}.{key}", settings.kind.table()), endpoint)).collect();
        if let (AddressUse::Server { .. }, Some(address)) = (I::CHARACTER.address, &settings.address) {
            all.extend(Endpoint::at(address, false).map(|endpoint| ("address".to_owned(), endpoint)));
        }
        all
    }

    fn spacing(&self, settings: &Settings) -> Duration {
        self.own(settings).map_or(Duration::ZERO, |own| I::spacing(&own))
    }

    fn run<'a>(&'a self, port: &'a Port) -> BoxFuture<'a, Result<(), InputError>> {
        Box::pin(async move {
            let own = self.own(&port.settings).ok_or(InputError::Unset(I::CHARACTER.name))?;
            I::run(port, &own).await
        })
    }
}
