//! Sink: anomalies for a CISE node, through the adaptor that signs them. They are written to the adaptor's folder or posted to it.
//!
//! A marking that CISE cannot express is refused instead of weakened, and the alert is reported as not delivered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::delivery::common::LONGEST_TIMEOUT;
use crate::delivery::http_post::{self, Target};
use crate::delivery::outlet::{Outlet, Place};
use crate::delivery::payload::cise::{AnomalyType, RiskType, SeaBasin, Terms, anomaly_type, push};
use crate::delivery::send::{Delivery, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::platform::secret::Secret;
use crate::platform::table::Table;
use crate::platform::tls::{self, Endpoint};
use atalaia_core::base::fault::Fault;
use atalaia_core::base::text::advice;
use atalaia_core::behaviours;

/// `[sinks.cise]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder from which the adaptor collects messages; either this or `url`.
    #[serde(default)]
    pub spool: Option<PathBuf>,
    /// URL of the adaptor: `https://…`, or `http://…` within a network listed in `allow`.
    #[serde(default)]
    pub url: Option<String>,
    /// Service id of this daemon.
    pub sender: String,
    /// Service id of the receiver.
    pub recipient: String,
    /// Sea basin: `Atlantic`, `Mediterranean`, `NorthSea`, `BalticSea`, `BlackSea`, `ArcticOcean` or `OutermostRegions`.
    #[serde(default)]
    pub sea_basin: SeaBasin,
    /// Type of risk the alerts imply, such as `DrugTrafficking` or `Smuggling`.
    #[serde(default)]
    pub risk_type: RiskType,
    /// CISE anomaly types by behaviour, where they differ from our defaults.
    #[serde(default)]
    pub anomaly_types: BTreeMap<String, AnomalyType>,
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
        let mut problems = self.place().problems("https://ADAPTOR/");
        for (key, id) in [("sender", &self.sender), ("recipient", &self.recipient)] {
            if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
                problems.push(Fault::new(key, "is not a service id").advise("write letters, digits, `.`, `_` and `-`"));
            }
        }
        for name in self.anomaly_types.keys().filter(|name| !behaviours::NAMES.contains(&name.as_str())) {
            problems.push(
                Fault::new("anomaly_types", format!("unknown behaviour `{name}`"))
                    .advise(advice(name, behaviours::NAMES)),
            );
        }
        problems
    }

    fn within(&mut self, folder: &Path) {
        http_post::within(folder, &mut self.tls, &mut self.bearer);
        self.spool.iter_mut().for_each(|spool| *spool = folder.join(&*spool));
    }

    fn tls(&self) -> Option<&tls::Settings> {
        Some(&self.tls)
    }

    fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        self.place().endpoints()
    }

    fn spool(&self) -> Option<&Path> {
        self.spool.as_deref()
    }

    fn requirements(&self) -> Vec<Fault> {
        self.place().requirements()
    }
}

impl Settings {
    /// Where the messages go, as the settings name it.
    fn place(&self) -> Place<'_> {
        let target = self.url.as_deref().map(|url| Target {
            url,
            tls: &self.tls,
            bearer: self.bearer.as_ref(),
            headers: None,
            timeout_seconds: self.timeout_seconds,
            allow: &self.allow,
        });
        Place { spool: self.spool.as_deref(), target }
    }
}

/// The adaptor of a CISE node: a folder or a URL.
#[derive(Debug)]
pub(super) struct Cise {
    /// Service ids, sea basin, risk and types.
    settings: Settings,
    /// Folder or URL, opened.
    outlet: Outlet,
}

impl Cise {
    /// Reads the secrets and certificates.
    fn new(settings: &Settings, _: &SenderIdentity) -> Result<Cise, String> {
        Ok(Cise { settings: settings.clone(), outlet: settings.place().open()? })
    }

    /// The Push of a delivery. An error, which a retry cannot help, if the marking does not allow it.
    fn message(&self, delivery: &Delivery) -> Result<String, SendError> {
        let behaviour = delivery.change.alert.behaviour.name();
        // An authority may classify behaviours in its own way.
        let configured = self.settings.anomaly_types.get(behaviour);
        let terms = Terms {
            sender: &self.settings.sender,
            recipient: &self.settings.recipient,
            sea_basin: self.settings.sea_basin,
            anomaly: configured.copied().unwrap_or_else(|| anomaly_type(behaviour)),
            risk: self.settings.risk_type,
        };
        push(&delivery.change, &terms).map_err(|reason| SendError::Refused { reason })
    }
}

impl Sink for Cise {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "cise",
        about: "A CISE node, through its adaptor.",
        table: "Settings of kind `cise`.",
        has_path: false,
        is_local: false,
        is_read_by_people: false,
        lists_ids: false,
        keeps_open_alerts: false,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Cise, String> {
        Cise::new(own, sender)
    }

    /// Writes or posts one message for each delivery.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            let text = self.message(delivery)?;
            self.outlet.put(delivery, text, "application/xml").await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
