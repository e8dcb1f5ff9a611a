//! One entry of `[[sinks]]`, seen through its kind: what everything uses that treats all kinds alike.

use std::borrow::Cow;
use std::path::Path;

use super::send::SenderIdentity;
use super::sink::{AnySink, Sink};
use crate::platform::table::Table;
use crate::platform::tls::Endpoint;

/// An entry without the type of its kind.
pub(super) trait AnyEntry {
    /// Whether the settings lack the table of the kind, which has no default.
    fn lacks_table(&self) -> bool;
    /// The server it connects to; `None` for sinks on this machine, and for UDP, which gives no answer.
    /// Used by `atalaia check --connect`.
    fn endpoint(&self) -> Option<Endpoint>;
    /// See [`Sink::open`].
    fn open(&self, sender: &SenderIdentity) -> Result<Box<dyn AnySink>, String>;
}

/// An entry of kind `S`.
pub(super) struct Entry<'a, S: Sink> {
    /// The key `path` of the settings; `None` for kinds without a file.
    path: Option<&'a Path>,
    /// The table of the settings, or the usual one; `None` if the settings lack one that the kind needs.
    own: Option<Cow<'a, S::Settings>>,
}

impl<'a, S: Sink> Entry<'a, S> {
    /// The entry with the file and, for its kind, the table that the settings have.
    pub(super) fn new(path: Option<&'a Path>, table: Option<&'a S::Settings>) -> Entry<'a, S> {
        let usual = || S::Settings::usual().map(Cow::Owned);
        Entry { path, own: table.map(Cow::Borrowed).or_else(usual) }
    }
}

impl<S: Sink> AnyEntry for Entry<'_, S> {
    fn lacks_table(&self) -> bool {
        self.own.is_none()
    }

    fn endpoint(&self) -> Option<Endpoint> {
        self.own.as_ref()?.endpoints().pop().map(|(_, endpoint)| endpoint)
    }

    fn open(&self, sender: &SenderIdentity) -> Result<Box<dyn AnySink>, String> {
        // Always present once the settings have been checked.
        let own = self.own.as_ref().ok_or_else(|| "lacks the settings of its kind".to_owned())?;
        Ok(Box::new(S::open(self.path, own, sender)?))
    }
}
