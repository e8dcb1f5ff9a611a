//! Sink: alerts to Prometheus' Alertmanager, over version 2 of its API.
//!
//! It forgets what it is not told again, so that open alerts are repeated each minute and what is over for five.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::http_post::{self, Post, Target};
use super::payload::{Told, alertmanager};
use super::send::{Delivery, SendError, SenderIdentity};
use crate::alerts::Status;
use crate::clock::{Clock, Moment};
use crate::secret::Secret;
use crate::time::Time;
use crate::tls;

const REFRESH: Duration = Duration::from_secs(60);
const REPEAT_RESOLVED: Duration = Duration::from_secs(300);
/// Alerts in one body.
const TOGETHER: usize = 500;
/// Alerts over that are repeated at most.
const MOST_RESOLVED: usize = 10_000;

/// `[sinks.alertmanager]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where it is, without `/api/v2`; `https://…`, or `http://…` to a network of `allow`.
    pub url: String,
    /// Sent as `Authorization: Bearer …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer: Option<Secret>,
    /// For the whole exchange, 1 to 100.
    #[serde(default = "http_post::timeout_seconds")]
    pub timeout_seconds: u64,
    /// Networks that may be reached although they are not the Internet's.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Whom to trust.
    #[serde(default)]
    pub tls: tls::Settings,
}

impl Settings {
    /// What is wrong with it; `path` is the key's path.
    pub fn problems(&self, path: &str) -> Vec<String> {
        self.target().problems(path)
    }

    /// Makes relative paths ones from `folder`.
    pub fn within(&mut self, folder: &Path) {
        http_post::within(folder, &mut self.tls, &mut self.bearer);
    }

    fn target(&self) -> Target<'_> {
        Target {
            url: &self.url,
            tls: &self.tls,
            bearer: self.bearer.as_ref(),
            headers: None,
            timeout_seconds: self.timeout_seconds,
            allow: &self.allow,
        }
    }
}

/// An Alertmanager.
#[derive(Debug)]
pub(super) struct Alertmanager {
    post: Post,
    sender: SenderIdentity,
    now: fn() -> Time,
    /// What is over, since when, and as it was told.
    resolved: Vec<(Moment, String, Value)>,
}

impl Alertmanager {
    /// Reads its secrets and certificates.
    pub(super) fn new(settings: &Settings, sender: &SenderIdentity) -> Result<Alertmanager, String> {
        let post = settings.target().open()?.at("api/v2/alerts");
        Ok(Alertmanager { post, sender: sender.clone(), now: || Clock.now(), resolved: Vec::new() })
    }

    /// Tells it of each.
    pub(super) async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        let told = deliveries.iter().map(Told::of).collect::<Result<Vec<_>, _>>()?;
        let now = (self.now)();
        let alerts: Vec<Value> = told.iter().map(|told| alertmanager::alert(told, &self.sender, now)).collect();
        self.post_all(&alerts).await?;
        for (told, alert) in told.iter().zip(alerts) {
            self.resolved.retain(|(_, id, _)| *id != told.alert.id);
            if told.alert.status != Status::Open && self.resolved.len() < MOST_RESOLVED {
                self.resolved.push((Clock.moment(), told.alert.id.clone(), alert));
            }
        }
        Ok(())
    }

    /// How often what is open wants repeating.
    pub(super) fn refresh_every(&self) -> Option<Duration> {
        Some(REFRESH)
    }

    /// Tells it again of what is open, and of what has been over for less than five minutes.
    pub(super) async fn refresh(&mut self, open: &[Delivery]) -> Result<(), SendError> {
        let (now, moment) = ((self.now)(), Clock.moment());
        self.resolved.retain(|(since, ..)| moment.since(*since) < REPEAT_RESOLVED);
        let mut alerts = Vec::new();
        for delivery in open {
            let told = Told::of(delivery)?;
            // What ended while the list was made has been told as over.
            if self.resolved.iter().all(|(_, id, _)| *id != told.alert.id) {
                alerts.push(alertmanager::alert(&told, &self.sender, now));
            }
        }
        alerts.extend(self.resolved.iter().map(|(.., alert)| alert.clone()));
        self.post_all(&alerts).await
    }

    async fn post_all(&self, alerts: &[Value]) -> Result<(), SendError> {
        for some in alerts.chunks(TOGETHER) {
            let body = Value::Array(some.to_vec()).to_string();
            self.post.post(body.into_bytes(), "application/json", &[]).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
