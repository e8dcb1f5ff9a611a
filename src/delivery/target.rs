//! The sinks there are, behind one face.

use std::time::Duration;

use super::letter::{Letter, Pace, Place, SendError};
use super::settings::{Kind, Settings};
use super::{alertmanager, cap, cise, cot, email, exec, journald, jsonl, log, mqtt, nats, syslog, webhook};
use crate::clock::Moment;

/// What takes letters.
pub(super) enum Target {
    Jsonl(jsonl::Jsonl),
    Log,
    Webhook(Box<webhook::Webhook>),
    Alertmanager(Box<alertmanager::Alertmanager>),
    Exec(Box<exec::Exec>),
    Cise(Box<cise::Cise>),
    Cap(Box<cap::Cap>),
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
        /// Settings that were checked have it.
        fn table<T>(table: &Option<T>) -> Result<&T, String> {
            table.as_ref().ok_or_else(|| "lacks the settings of its kind".to_owned())
        }
        match settings.kind {
            Kind::Jsonl => {
                let mut file = jsonl::Jsonl::new(settings.path.as_deref().unwrap_or("".as_ref()));
                file.reopen();
                Ok(Target::Jsonl(file))
            }
            Kind::Log => Ok(Target::Log),
            Kind::Webhook => {
                webhook::Webhook::new(table(&settings.webhook)?, place).map(|sink| Target::Webhook(Box::new(sink)))
            }
            Kind::Alertmanager => alertmanager::Alertmanager::new(table(&settings.alertmanager)?, place)
                .map(|sink| Target::Alertmanager(Box::new(sink))),
            Kind::Exec => exec::Exec::new(table(&settings.exec)?, place).map(|sink| Target::Exec(Box::new(sink))),
            Kind::Cise => cise::Cise::new(table(&settings.cise)?, place).map(|sink| Target::Cise(Box::new(sink))),
            Kind::Cap => cap::Cap::new(table(&settings.cap)?, place).map(|sink| Target::Cap(Box::new(sink))),
            Kind::Cot => Ok(Target::Cot(Box::new(cot::Cot::new(table(&settings.cot)?, place)?))),
            Kind::Email => Ok(Target::Email(Box::new(email::Email::new(table(&settings.email)?, place)?))),
            Kind::Journald => {
                let own = settings.journald.clone().unwrap_or_default();
                Ok(Target::Journald(Box::new(journald::Journald::new(&own, place)?)))
            }
            Kind::Mqtt => Ok(Target::Mqtt(Box::new(mqtt::Mqtt::new(table(&settings.mqtt)?, place)?))),
            Kind::Nats => Ok(Target::Nats(Box::new(nats::Nats::new(table(&settings.nats)?, place)?))),
            Kind::Syslog => Ok(Target::Syslog(Box::new(syslog::Syslog::new(table(&settings.syslog)?, place)?))),
        }
    }

    /// How many it takes now, and from when.
    pub(super) fn pace(&self, now: Moment) -> Pace {
        match self {
            Target::Jsonl(_) => Pace { together: jsonl::TOGETHER, wait: Duration::ZERO },
            Target::Log => Pace { together: 64, wait: Duration::ZERO },
            Target::Email(mail) => mail.pace(now),
            _ => Pace::ONE,
        }
    }

    /// How far back its pace counts what it took, if it keeps one.
    pub(super) fn counts_back(&self) -> Option<Duration> {
        match self {
            Target::Email(mail) => Some(mail.counts_back()),
            _ => None,
        }
    }

    /// What it took before the program began, so long ago, the earliest first.
    pub(super) fn recall(&mut self, ago: &[Duration]) {
        if let Target::Email(mail) = self {
            mail.recall(ago);
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
            Target::Webhook(webhook) => webhook.send(letters).await,
            Target::Alertmanager(alertmanager) => alertmanager.send(letters).await,
            Target::Exec(exec) => exec.send(letters).await,
            Target::Cise(cise) => cise.send(letters).await,
            Target::Cap(cap) => cap.send(letters).await,
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
            Target::Alertmanager(alertmanager) => alertmanager.refresh_every(),
            _ => None,
        }
    }

    /// Tells it anew of what is open.
    pub(super) async fn refresh(&mut self, open: &[Letter]) -> Result<(), SendError> {
        match self {
            Target::Alertmanager(alertmanager) => alertmanager.refresh(open).await,
            _ => Ok(()),
        }
    }

    /// Looks after connections whose other side says nothing, while nothing is to be told. Whether something that could have been lost
    /// was handed over once more.
    pub(super) async fn tend(&mut self) -> Result<bool, SendError> {
        match self {
            Target::Cot(sink) => sink.tend().await,
            Target::Syslog(sink) => sink.tend().await,
            _ => Ok(false),
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
            Target::Email(mail) => mail.reopened().map(|mail| Target::Email(Box::new(mail))),
            _ => None,
        }
    }
}
