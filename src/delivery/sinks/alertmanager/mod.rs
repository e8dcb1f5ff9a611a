//! Sink: alerts to Prometheus Alertmanager through version 2 of its API.
//!
//! Alertmanager drops alerts that are not repeated. Open alerts are therefore sent again every minute, and resolved ones for five minutes.
//!
//! What is repeated is kept in memory. After a restart the open alerts come from the store, and resolved ones that were not repeated run
//! out by themselves.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::delivery::common::LONGEST_TIMEOUT;
use crate::delivery::http_post::{self, Post, Target};
use crate::delivery::payload::alertmanager;
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::platform::clock::{Clock, Moment};
use crate::platform::secret::Secret;
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::alerts::Status;
use atalaia_core::base::fault::Fault;
use atalaia_core::base::time::Time;

/// Interval for repeating open alerts. An alert lasts five minutes, so three requests in a row may be lost.
const REFRESH: Duration = Duration::from_secs(60);
/// How long a resolved alert is repeated.
const REPEAT_RESOLVED: Duration = Duration::from_secs(300);
/// Maximum number of alerts in one request.
const TOGETHER: usize = 500;
/// Maximum number of resolved alerts kept for repeating.
/// Those beyond it are sent once and not repeated.
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
    #[schemars(range(min = 1, max = LONGEST_TIMEOUT))]
    pub timeout_seconds: u64,
    /// Networks outside the public Internet that may be reached.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Trusted certificate authorities and our client certificate.
    #[serde(default)]
    pub tls: tls::Settings,
}

impl Table for Settings {
    fn problems(&self) -> Vec<Fault> {
        self.target().problems()
    }

    fn within(&mut self, folder: &Path) {
        http_post::within(folder, &mut self.tls, &mut self.bearer);
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        Endpoint::of_url(&self.url, 9093).map(|endpoint| ("url", endpoint)).into_iter().collect()
    }
}

impl Settings {
    /// The receiver as the settings describe it.
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
pub(super) struct Alertmanager {
    /// The URL of the API.
    post: Post,
    /// Its site is a label.
    sender: SenderIdentity,
    /// The clock; tests set it.
    now: fn() -> Time,
    /// Recently resolved alerts: when each was sent, its id, and the alert as sent.
    resolved: Vec<(Moment, String, Value)>,
}

impl Alertmanager {
    /// Reads the secrets and certificates.
    fn new(settings: &Settings, sender: &SenderIdentity) -> Result<Alertmanager, String> {
        let post = settings.target().open()?.at("api/v2/alerts");
        Ok(Alertmanager { post, sender: sender.clone(), now: || Clock.now(), resolved: Vec::new() })
    }

    /// Posts alerts in requests of a limited size, and stops at the first that fails. Repeating them all does no harm.
    async fn post_all(&self, alerts: &[Value]) -> Result<(), SendError> {
        for some in alerts.chunks(TOGETHER) {
            let body = Value::Array(some.to_vec()).to_string();
            self.post.post(body.into_bytes(), "application/json", &[]).await?;
        }
        Ok(())
    }
}

impl Sink for Alertmanager {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "alertmanager",
        about: "Prometheus Alertmanager.",
        table: "Settings of kind `alertmanager`.",
        has_path: false,
        is_local: false,
        is_read_by_people: true,
        lists_ids: true,
        keeps_open_alerts: true,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Alertmanager, String> {
        Alertmanager::new(own, sender)
    }

    /// Posts each delivery as an alert.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        let now = (self.now)();
        let alert = |delivery: &Delivery| alertmanager::alert(&delivery.change, &self.sender, now);
        let alerts: Vec<Value> = deliveries.iter().map(alert).collect();
        self.post_all(&alerts).await?;
        for (Delivery { change, .. }, alert) in deliveries.iter().zip(alerts) {
            // An alert that was opened again must not be repeated as resolved.
            self.resolved.retain(|(_, id, _)| *id != change.alert.id);
            if change.alert.status != Status::Open && self.resolved.len() < MOST_RESOLVED {
                self.resolved.push((Clock.moment(), change.alert.id.clone(), alert));
            }
        }
        Ok(())
    }

    /// Interval for repeating open alerts.
    fn refresh_every(&self) -> Option<Duration> {
        Some(REFRESH)
    }

    /// Posts the open alerts again, and those resolved less than five minutes ago.
    async fn refresh(&mut self, open: &[Delivery]) -> Result<(), SendError> {
        let (now, moment) = ((self.now)(), Clock.moment());
        self.resolved.retain(|(since, ..)| moment.since(*since) < REPEAT_RESOLVED);
        let mut alerts = Vec::new();
        for Delivery { change, .. } in open {
            // An alert that ended after the list was made has already been sent as resolved.
            if self.resolved.iter().all(|(_, id, _)| *id != change.alert.id) {
                alerts.push(alertmanager::alert(change, &self.sender, now));
            }
        }
        alerts.extend(self.resolved.iter().map(|(.., alert)| alert.clone()));
        self.post_all(&alerts).await
    }
}

#[cfg(test)]
mod tests;
