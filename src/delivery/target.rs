//! The sinks there are, behind one face.

use std::time::Duration;

use super::letter::{Letter, Pace, Place, SendError};
use super::settings::{Kind, Settings};
use super::{cot, email, journald, jsonl, log, mqtt, nats, syslog};
use crate::clock::Moment;

/// What takes letters.
pub(super) enum Target {
    Jsonl(jsonl::Jsonl),
    Log,
    Cot(Box<cot::Cot>),
    Email(Box<email::Email>),
    Journald(Box<journald::Journald>),
    Mqtt(Box<mqtt::Mqtt>),
    Nats(Box<nats::Nats>),
    Syslog(Box<syslog::Syslog>),
}

impl Target {
    /// Reads secrets and certificates, and connects to nothing yet. The error says what is missing, without a secret in it.
    pub(super) fn new(settings: &Settings, place: &Place) -> Result<Target, String> {
        let missing = || format!("kind \"{0}\" needs a table [sinks.{0}]", settings.kind.name());
        match settings.kind {
            Kind::Jsonl => {
                let mut file = jsonl::Jsonl::new(settings.path.as_deref().unwrap_or("".as_ref()));
                file.reopen();
                Ok(Target::Jsonl(file))
            }
            Kind::Log => Ok(Target::Log),
            Kind::Cot => {
                let own = settings.cot.as_ref().ok_or_else(missing)?;
                Ok(Target::Cot(Box::new(cot::Cot::new(own, place)?)))
            }
            Kind::Email => {
                let own = settings.email.as_ref().ok_or_else(missing)?;
                Ok(Target::Email(Box::new(email::Email::new(own, place)?)))
            }
            Kind::Journald => {
                let own = settings.journald.clone().unwrap_or_default();
                Ok(Target::Journald(Box::new(journald::Journald::new(&own, place)?)))
            }
            Kind::Mqtt => {
                let own = settings.mqtt.as_ref().ok_or_else(missing)?;
                Ok(Target::Mqtt(Box::new(mqtt::Mqtt::new(own, place)?)))
            }
            Kind::Nats => {
                let own = settings.nats.as_ref().ok_or_else(missing)?;
                Ok(Target::Nats(Box::new(nats::Nats::new(own, place)?)))
            }
            Kind::Syslog => {
                let own = settings.syslog.as_ref().ok_or_else(missing)?;
                Ok(Target::Syslog(Box::new(syslog::Syslog::new(own, place)?)))
            }
        }
    }

    /// How many it takes now, and from when.
    pub(super) fn pace(&self, now: Moment) -> Pace {
        match self {
            Target::Jsonl(_) => Pace { together: jsonl::TOGETHER, wait: Duration::ZERO },
            Target::Log => Pace { together: 64, wait: Duration::ZERO },
            Target::Email(mail) => mail.pace(now),
            Target::Cot(_) | Target::Journald(_) | Target::Mqtt(_) | Target::Nats(_) | Target::Syslog(_) => Pace::ONE,
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
            Target::Cot(sink) => sink.send(letters).await,
            Target::Email(sink) => sink.send(letters).await,
            Target::Journald(sink) => sink.send(letters).await,
            Target::Mqtt(sink) => sink.send(letters).await,
            Target::Nats(sink) => sink.send(letters).await,
            Target::Syslog(sink) => sink.send(letters).await,
        }
    }

    /// How often it wants to be told anew of what is open, if it does.
    pub(super) fn refresh_every(&self) -> Option<Duration> {
        match self {
            Target::Jsonl(_)
            | Target::Log
            | Target::Cot(_)
            | Target::Email(_)
            | Target::Journald(_)
            | Target::Mqtt(_)
            | Target::Nats(_)
            | Target::Syslog(_) => None,
        }
    }

    /// Tells it anew of what is open.
    pub(super) async fn refresh(&mut self, _open: &[Letter]) -> Result<(), SendError> {
        match self {
            Target::Jsonl(_)
            | Target::Log
            | Target::Cot(_)
            | Target::Email(_)
            | Target::Journald(_)
            | Target::Mqtt(_)
            | Target::Nats(_)
            | Target::Syslog(_) => Ok(()),
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
            _ => None,
        }
    }
}
