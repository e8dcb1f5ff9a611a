//! What the settings of every kind of input and sink can be asked, so that the rest of the program knows no kind by name. Every answer but
//! `problems` has a default, so that a new kind states only what applies to it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::Fault;

/// The settings of one kind: the table `[inputs.KIND]` or `[sinks.KIND]`.
pub trait Table {
    /// The table used if the settings have none; `None` for a kind that needs one.
    fn usual() -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Lists the errors that the settings alone show, beyond the ranges of single keys. Keys are relative to the table.
    fn problems(&self) -> Vec<Fault>;

    /// Resolves relative paths against `folder`.
    fn within(&mut self, folder: &Path) {
        let _ = folder;
    }

    /// Lists what the table requires of this machine and does not find: folders, programs, the content of secrets. Unreadable secrets are
    /// reported elsewhere.
    fn requirements(&self) -> Vec<Fault> {
        Vec::new()
    }

    /// TLS settings of its connections; `None` for a kind that makes no TLS connection.
    fn tls(&self) -> Option<&tls::Settings> {
        None
    }

    /// Servers it connects to, each with its key in the table. Empty for kinds that stay on this machine, and for UDP, which
    /// gives no answer.
    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        Vec::new()
    }

    /// Folder that messages are written to, the key `spool`; `None` if it writes no files.
    fn spool(&self) -> Option<&Path> {
        None
    }

    /// Program that it runs, the first word of the key `command`; `None` if it runs none.
    fn program(&self) -> Option<&str> {
        None
    }
}

/// The settings of a kind that has no table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, Serialize)]
pub struct NoTable;

impl Table for NoTable {
    fn usual() -> Option<NoTable> {
        Some(NoTable)
    }

    fn problems(&self) -> Vec<Fault> {
        Vec::new()
    }
}
