//! The sinks there are, behind one face.

use std::time::Duration;

use super::letter::{Letter, Pace, Place, SendError};
use super::settings::{Kind, Settings};
use super::{jsonl, log};
use crate::clock::Moment;

/// What takes letters.
#[derive(Debug)]
pub(super) enum Target {
    Jsonl(jsonl::Jsonl),
    Log,
}

impl Target {
    /// Reads secrets and certificates, and connects to nothing yet. The error says what is missing, without a secret in it.
    pub(super) fn new(settings: &Settings, _place: &Place) -> Result<Target, String> {
        match settings.kind {
            Kind::Jsonl => {
                let mut file = jsonl::Jsonl::new(settings.path.as_deref().unwrap_or("".as_ref()));
                file.reopen();
                Ok(Target::Jsonl(file))
            }
            Kind::Log => Ok(Target::Log),
        }
    }

    /// How many it takes now, and from when.
    pub(super) fn pace(&self, _now: Moment) -> Pace {
        match self {
            Target::Jsonl(_) => Pace { together: jsonl::TOGETHER, wait: Duration::ZERO },
            Target::Log => Pace { together: 64, wait: Duration::ZERO },
        }
    }

    /// Hands letters over: all of them are taken, or none.
    pub(super) async fn send(&mut self, letters: &[Letter]) -> Result<(), SendError> {
        match self {
            Target::Jsonl(file) => file.send(letters).await,
            Target::Log => {
                letters.iter().for_each(|letter| log::take(&letter.change));
                Ok(())
            }
        }
    }

    /// How often it wants to be told anew of what is open, if it does.
    pub(super) fn refresh_every(&self) -> Option<Duration> {
        match self {
            Target::Jsonl(_) | Target::Log => None,
        }
    }

    /// Tells it anew of what is open.
    pub(super) async fn refresh(&mut self, _open: &[Letter]) -> Result<(), SendError> {
        match self {
            Target::Jsonl(_) | Target::Log => Ok(()),
        }
    }

    /// At a reload: a file begins afresh, as it may have been rotated; everything else is made anew with the next letter.
    pub(super) fn reopened(self) -> Option<Target> {
        match self {
            Target::Jsonl(mut file) => {
                file.reopen();
                Some(Target::Jsonl(file))
            }
            Target::Log => Some(Target::Log),
        }
    }
}
