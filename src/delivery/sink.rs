//! The sinks there are, behind one face.

use std::time::Duration;

use super::send::{Delivery, Pace, SendError, SenderIdentity};
use super::settings::{Kind, Settings};
use super::{alertmanager, cap, cise, cot, email, exec, journald, jsonl, log, mqtt, nats, syslog, webhook};
use crate::clock::Moment;

/// What takes deliveries.
pub(super) enum Sink {
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

impl Sink {
    /// Reads secrets and certificates, and connects to nothing yet. The error says what is missing, without a secret in it.
    pub(super) fn new(settings: &Settings, sender: &SenderIdentity) -> Result<Sink, String> {
        /// Settings that were checked have it.
        fn table<T>(table: &Option<T>) -> Result<&T, String> {
            table.as_ref().ok_or_else(|| "lacks the settings of its kind".to_owned())
        }
        match settings.kind {
            Kind::Jsonl => {
                let mut file = jsonl::Jsonl::new(settings.path.as_deref().unwrap_or("".as_ref()));
                file.reopen();
                Ok(Sink::Jsonl(file))
            }
            Kind::Log => Ok(Sink::Log),
            Kind::Webhook => {
                webhook::Webhook::new(table(&settings.webhook)?, sender).map(|sink| Sink::Webhook(Box::new(sink)))
            }
            Kind::Alertmanager => alertmanager::Alertmanager::new(table(&settings.alertmanager)?, sender)
                .map(|sink| Sink::Alertmanager(Box::new(sink))),
            Kind::Exec => exec::Exec::new(table(&settings.exec)?, sender).map(|sink| Sink::Exec(Box::new(sink))),
            Kind::Cise => cise::Cise::new(table(&settings.cise)?, sender).map(|sink| Sink::Cise(Box::new(sink))),
            Kind::Cap => cap::Cap::new(table(&settings.cap)?, sender).map(|sink| Sink::Cap(Box::new(sink))),
            Kind::Cot => Ok(Sink::Cot(Box::new(cot::Cot::new(table(&settings.cot)?, sender)?))),
            Kind::Email => Ok(Sink::Email(Box::new(email::Email::new(table(&settings.email)?, sender)?))),
            Kind::Journald => {
                let own = settings.journald.clone().unwrap_or_default();
                Ok(Sink::Journald(Box::new(journald::Journald::new(&own, sender)?)))
            }
            Kind::Mqtt => Ok(Sink::Mqtt(Box::new(mqtt::Mqtt::new(table(&settings.mqtt)?, sender)?))),
            Kind::Nats => Ok(Sink::Nats(Box::new(nats::Nats::new(table(&settings.nats)?, sender)?))),
            Kind::Syslog => Ok(Sink::Syslog(Box::new(syslog::Syslog::new(table(&settings.syslog)?, sender)?))),
        }
    }

    /// How many it takes now, and from when.
    pub(super) fn pace(&self, now: Moment) -> Pace {
        match self {
            Sink::Jsonl(_) => Pace { together: jsonl::TOGETHER, wait: Duration::ZERO },
            Sink::Log => Pace { together: 64, wait: Duration::ZERO },
            Sink::Email(mail) => mail.pace(now),
            _ => Pace::ONE,
        }
    }

    /// How far back its pace counts what it took, if it keeps one.
    pub(super) fn counts_back(&self) -> Option<Duration> {
        match self {
            Sink::Email(mail) => Some(mail.counts_back()),
            _ => None,
        }
    }

    /// What it took before the program began, so long ago, the earliest first.
    pub(super) fn recall(&mut self, ago: &[Duration]) {
        if let Sink::Email(mail) = self {
            mail.recall(ago);
        }
    }

    /// Hands deliveries over: all of them are taken, or none.
    pub(super) async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        match self {
            Sink::Jsonl(file) => file.send(deliveries).await,
            Sink::Log => {
                deliveries.iter().for_each(|delivery| log::take(&delivery.change));
                Ok(())
            }
            Sink::Webhook(webhook) => webhook.send(deliveries).await,
            Sink::Alertmanager(alertmanager) => alertmanager.send(deliveries).await,
            Sink::Exec(exec) => exec.send(deliveries).await,
            Sink::Cise(cise) => cise.send(deliveries).await,
            Sink::Cap(cap) => cap.send(deliveries).await,
            Sink::Cot(sink) => sink.send(deliveries).await,
            Sink::Email(sink) => sink.send(deliveries).await,
            Sink::Journald(sink) => sink.send(deliveries).await,
            Sink::Mqtt(sink) => sink.send(deliveries).await,
            Sink::Nats(sink) => sink.send(deliveries).await,
            Sink::Syslog(sink) => sink.send(deliveries).await,
        }
    }

    /// How often it wants to be told anew of what is open, if it does.
    pub(super) fn refresh_every(&self) -> Option<Duration> {
        match self {
            Sink::Alertmanager(alertmanager) => alertmanager.refresh_every(),
            _ => None,
        }
    }

    /// Tells it anew of what is open.
    pub(super) async fn refresh(&mut self, open: &[Delivery]) -> Result<(), SendError> {
        match self {
            Sink::Alertmanager(alertmanager) => alertmanager.refresh(open).await,
            _ => Ok(()),
        }
    }

    /// Looks after connections whose other side says nothing, while nothing is to be told. Whether something that could have been lost
    /// was handed over once more.
    pub(super) async fn tend(&mut self) -> Result<bool, SendError> {
        match self {
            Sink::Cot(sink) => sink.tend().await,
            Sink::Syslog(sink) => sink.tend().await,
            _ => Ok(false),
        }
    }

    /// At a reload: a file begins afresh, as it may have been rotated; everything else is made anew with the next delivery.
    pub(super) fn reopened(self) -> Option<Sink> {
        match self {
            Sink::Jsonl(mut file) => {
                file.reopen();
                Some(Sink::Jsonl(file))
            }
            Sink::Log => Some(Sink::Log),
            Sink::Email(mail) => mail.reopened().map(|mail| Sink::Email(Box::new(mail))),
            _ => None,
        }
    }
}
