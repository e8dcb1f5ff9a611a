//! Sink: alerts to Prometheus Alertmanager through version 2 of its API.
//!
//! Alertmanager drops alerts that are not repeated. Open alerts are therefore sent again every minute, and resolved ones for five minutes.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::alerts::Status;
use crate::clock::{Clock, Moment};
use crate::delivery::http_post::{self, Post, Target};
use crate::delivery::payload::{Told, alertmanager};
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::secret::Secret;
use crate::time::Time;
use crate::tls;

const REFRESH: Duration = Duration::from_secs(60);
const REPEAT_RESOLVED: Duration = Duration::from_secs(300);
/// Maximum number of alerts in one request.
const TOGETHER: usize = 500;
/// Maximum number of resolved alerts kept for repeating.
const MOST_RESOLVED: usize = 10_000;

/// `[sinks.alertmanager]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Base URL without `/api/v2`: `https://…`, or `http://…` within a network listed in `allow`.
    pub url: String,
    /// Token sent as `Authorization: Bearer …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bearer: Option<Secret>,
    /// Time limit of the whole exchange in seconds, 1 to 100.
    #[serde(default = "http_post::timeout_seconds")]
    pub timeout_seconds: u64,
    /// Networks outside the public Internet that may be reached.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Trusted certificate authorities and our client certificate.
    #[serde(default)]
    pub tls: tls::Settings,
}

impl Settings {
    /// Returns the faults of these settings as sentences; `path` is the table's place in the settings.
    pub fn problems(&self, path: &str) -> Vec<String> {
        self.target().problems(path)
    }

    /// Resolves relative paths against `folder`.
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

/// Connection to one Alertmanager.
#[derive(Debug)]
pub(in crate::delivery) struct Alertmanager {
    post: Post,
    sender: SenderIdentity,
    now: fn() -> Time,
    /// Recently resolved alerts: when each was sent, its id, and the alert as sent.
    resolved: Vec<(Moment, String, Value)>,
}

impl Alertmanager {
    /// Reads the secrets and certificates.
    pub(in crate::delivery) fn new(settings: &Settings, sender: &SenderIdentity) -> Result<Alertmanager, String> {
        let post = settings.target().open()?.at("api/v2/alerts");
        Ok(Alertmanager { post, sender: sender.clone(), now: || Clock.now(), resolved: Vec::new() })
    }

    /// Posts each delivery as an alert.
    pub(in crate::delivery) async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
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

    /// Interval for repeating open alerts.
    pub(in crate::delivery) fn refresh_every(&self) -> Option<Duration> {
        Some(REFRESH)
    }

    /// Posts the open alerts again, and those resolved less than five minutes ago.
    pub(in crate::delivery) async fn refresh(&mut self, open: &[Delivery]) -> Result<(), SendError> {
        let (now, moment) = ((self.now)(), Clock.moment());
        self.resolved.retain(|(since, ..)| moment.since(*since) < REPEAT_RESOLVED);
        let mut alerts = Vec::new();
        for delivery in open {
            let told = Told::of(delivery)?;
            // An alert that ended after the list was made has already been sent as resolved.
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
