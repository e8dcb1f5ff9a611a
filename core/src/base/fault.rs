//! What is wrong with one setting, as found: its key, the fault, and what to write instead.
//!
//! Every check of settings, zones and watchlists returns all faults at once, as values. The caller knows the file and
//! adds it, with the line; see [`Fault::below`] for the path of the key.

use std::fmt;

/// A fault of one setting. Prints as `key: what; advice`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Path of the key, such as `inputs[0].address`, within the table that was checked; empty for the table itself.
    pub key: String,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to write instead; `None` if that follows from `what`.
    pub advice: Option<String>,
    /// Another key of the same table that the fault is as much about: where `key` is not written, its line is shown. `None` if there is
    /// none.
    pub other: Option<Box<str>>,
}

impl Fault {
    /// A fault of a key, without advice.
    pub fn new(key: impl Into<String>, what: impl Into<String>) -> Fault {
        Fault { key: key.into(), what: what.into(), advice: None, other: None }
    }

    /// The same fault with what to write instead.
    pub fn advise(self, advice: impl Into<String>) -> Fault {
        Fault { advice: Some(advice.into()), ..self }
    }

    /// The same fault, as much about another key of its table.
    pub fn with_other(self, key: impl Into<Box<str>>) -> Fault {
        Fault { other: Some(key.into()), ..self }
    }

    /// The same fault, seen from the table around `path`.
    pub fn below(self, path: &str) -> Fault {
        // An index such as `[0]` follows its table without a dot.
        let joint = if self.key.is_empty() || self.key.starts_with('[') || path.is_empty() { "" } else { "." };
        Fault { key: format!("{path}{joint}{}", self.key), ..self }
    }
}

/// The faults, seen from the table around `path`.
pub fn below(path: &str, faults: Vec<Fault>) -> Vec<Fault> {
    faults.into_iter().map(|fault| fault.below(path)).collect()
}

/// The same as lines of text.
pub fn lines(path: &str, faults: Vec<Fault>) -> Vec<String> {
    below(path, faults).iter().map(Fault::to_string).collect()
}

/// A fault of a whole file or table, without advice.
impl From<&str> for Fault {
    fn from(what: &str) -> Fault {
        Fault::new("", what)
    }
}

impl From<String> for Fault {
    fn from(what: String) -> Fault {
        Fault::new("", what)
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        fault.to_string()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)?;
        self.advice.as_ref().map_or(Ok(()), |advice| write!(f, "; {advice}"))
    }
}
