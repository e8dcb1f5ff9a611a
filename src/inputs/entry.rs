//! One entry of `[[inputs]]`, seen through its kind: what everything uses that treats all kinds alike.

use std::borrow::Cow;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::common::CommonSettings;
use super::error::InputError;
use super::input::{AddressUse, Input};
use super::port::Port;
use crate::platform::table::Table;
use crate::platform::tls::Endpoint;
use atalaia_core::base::fault::{self, Fault};

/// An entry without the type of its kind.
pub(super) trait AnyEntry: Send + Sync {
    /// Whether the settings lack the table of the kind, which has no default.
    fn lacks_table(&self) -> bool;
    /// See [`Input::problems`]. Empty while a table is missing, which is reported elsewhere.
    fn problems(&self) -> Vec<Fault>;
    /// See [`Input::requirements`] and [`Table::requirements`]; those of the table with its key.
    fn requirements(&self) -> Vec<Fault>;
    /// Servers it connects to, each with its key.
    /// The key is that of the settings, relative to the entry: `address`, or `TABLE.url`. Used by `atalaia check --connect`.
    fn endpoints(&self) -> Vec<(String, Endpoint)>;
    /// See [`Input::spacing`]; zero while a table is missing.
    fn spacing(&self) -> Duration;
    /// See [`Input::run`].
    fn run<'a>(&'a self, port: &'a Port) -> BoxFuture<'a, Result<(), InputError>>;
}

/// An entry of kind `I`.
pub(super) struct Entry<'a, I: Input> {
    /// What the settings say for any kind.
    common: CommonSettings,
    /// The table of the settings, or the usual one; `None` if the settings lack one that the kind needs.
    own: Option<Cow<'a, I::Settings>>,
}

impl<'a, I: Input> Entry<'a, I> {
    /// The entry with the table that the settings have for its kind, if any.
    pub(super) fn new(common: CommonSettings, table: Option<&'a I::Settings>) -> Entry<'a, I> {
        let usual = || I::Settings::usual().map(Cow::Owned);
        Entry { common, own: table.map(Cow::Borrowed).or_else(usual) }
    }
}

impl<I: Input> AnyEntry for Entry<'_, I> {
    fn lacks_table(&self) -> bool {
        self.own.is_none()
    }

    fn problems(&self) -> Vec<Fault> {
        self.own.as_ref().map_or_else(Vec::new, |own| I::problems(&self.common, own))
    }

    fn requirements(&self) -> Vec<Fault> {
        let mut missing = I::requirements(&self.common);
        let own = self.own.as_ref().map_or_else(Vec::new, |own| own.requirements());
        missing.extend(fault::below(&I::CHARACTER.table_key(), own));
        missing
    }

    fn endpoints(&self) -> Vec<(String, Endpoint)> {
        let below = self.own.iter().flat_map(|own| own.endpoints());
        let key = I::CHARACTER.table_key();
        let mut all: Vec<(String, Endpoint)> =
            below.map(|(name, endpoint)| (format!("{key}.{name}"), endpoint)).collect();
        if let (AddressUse::Server { .. }, Some(address)) = (I::CHARACTER.address, &self.common.address) {
            all.extend(Endpoint::at(address, false).map(|endpoint| ("address".to_owned(), endpoint)));
        }
        all
    }

    fn spacing(&self) -> Duration {
        self.own.as_ref().map_or(Duration::ZERO, |own| I::spacing(own))
    }

    fn run<'a>(&'a self, port: &'a Port) -> BoxFuture<'a, Result<(), InputError>> {
        Box::pin(async move {
            let own = self.own.as_ref().ok_or(InputError::Unset(I::CHARACTER.name))?;
            I::run(port, own).await
        })
    }
}
