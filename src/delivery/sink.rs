//! All kinds of sinks behind one interface.

use std::time::Duration;

use super::send::{Delivery, Pace, SendError, SenderIdentity};
use super::settings::{Kind, Settings};
use super::sinks::{alertmanager, cap, cise, cot, email, exec, journald, jsonl, log, mqtt, nats, syslog, webhook};
use crate::clock::Moment;

/// A sink of any kind, opened from its settings.
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
    /// Opens the sink: reads secrets and certificates but does not connect yet. The error says what is missing, without any secret.
    pub(super) fn new(settings: &Settings, sender: &SenderIdentity) -> Result<Sink, String> {
        /// The table of this kind's settings. Always present once the settings have been checked.
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

    /// How many deliveries the sink takes now, and when.
    pub(super) fn pace(&self, now: Moment) -> Pace {
        match self {
            Sink::Jsonl(_) => Pace { together: jsonl::TOGETHER, wait: Duration::ZERO },
            Sink::Log => Pace { together: 64, wait: Duration::ZERO },
            Sink::Email(mail) => mail.pace(now),
            _ => Pace::ONE,
        }
    }

    /// How far back earlier sends count towards the sink's own pace; `None` if it has none.
    pub(super) fn counts_back(&self) -> Option<Duration> {
        match self {
            Sink::Email(mail) => Some(mail.counts_back()),
            _ => None,
        }
    }

    /// Restores the pace after a restart. `ago` lists how long ago each earlier send was, earliest first.
    pub(super) fn recall(&mut self, ago: &[Duration]) {
        if let Sink::Email(mail) = self {
            mail.recall(ago);
        }
    }

    /// Sends deliveries: all or none are taken, except for [`SendError::Partly`].
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

    /// Interval at which the sink needs its open alerts sent again; `None` if it does not.
    pub(super) fn refresh_every(&self) -> Option<Duration> {
        match self {
            Sink::Alertmanager(alertmanager) => alertmanager.refresh_every(),
            _ => None,
        }
    }

    /// Sends the open alerts again.
    pub(super) async fn refresh(&mut self, open: &[Delivery]) -> Result<(), SendError> {
        match self {
            Sink::Alertmanager(alertmanager) => alertmanager.refresh(open).await,
            _ => Ok(()),
        }
    }

    /// Checks idle connections whose peer acknowledges nothing. Returns whether data that could have been lost was sent again.
    pub(super) async fn tend(&mut self) -> Result<bool, SendError> {
        match self {
            Sink::Cot(sink) => sink.tend().await,
            Sink::Syslog(sink) => sink.tend().await,
            _ => Ok(false),
        }
    }

    /// Reopens the sink at a reload. Files are reopened because they may have been rotated; `None` if the sink must be created again.
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
