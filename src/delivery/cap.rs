//! Sink: messages of the Common Alerting Protocol 1.2, into a folder or posted.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::http_post::{self, Post, Target};
use super::payload::{Told, cap};
use super::send::{Delivery, SendError, SenderIdentity};
use super::spool::Spool;
use crate::secret::Secret;
use crate::tls;

/// `[sinks.cap]`
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folder that messages are put into; this or `url`.
    #[serde(default)]
    pub spool: Option<PathBuf>,
    /// Where messages are posted; `https://…`, or `http://…` to a network of `allow`.
    #[serde(default)]
    pub url: Option<String>,
    /// Who says it, unique in the world: `ops@centre.example`.
    pub sender: String,
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
        let mut problems: Vec<String> = self.target().iter().flat_map(|target| target.problems(path)).collect();
        if self.spool.is_some() == self.url.is_some() {
            problems.push(format!("{path}: write either spool = \"FOLDER\" or url = \"https://RECEIVER/\""));
        }
        let has_no_place = |c: char| c.is_whitespace() || c.is_control() || [',', '<', '>', '&'].contains(&c);
        if self.sender.is_empty() || self.sender.contains(has_no_place) {
            problems.push(format!(
                "{path}.sender: is not a name of a sender; write ops@centre.example, without spaces and commas"
            ));
        }
        problems
    }

    /// Makes relative paths ones from `folder`.
    pub fn within(&mut self, folder: &Path) {
        http_post::within(folder, &mut self.tls, &mut self.bearer);
        self.spool.iter_mut().for_each(|spool| *spool = folder.join(&*spool));
    }

    fn target(&self) -> Option<Target<'_>> {
        Some(Target {
            url: self.url.as_deref()?,
            tls: &self.tls,
            bearer: self.bearer.as_ref(),
            headers: None,
            timeout_seconds: self.timeout_seconds,
            allow: &self.allow,
        })
    }
}

/// A receiver of CAP.
#[derive(Debug)]
pub(super) struct Cap {
    sender: String,
    spool: Option<Spool>,
    post: Option<Post>,
}

impl Cap {
    /// Reads its secrets and certificates.
    pub(super) fn new(settings: &Settings, _: &SenderIdentity) -> Result<Cap, String> {
        let spool = settings.spool.as_deref().map(Spool::new);
        let post = settings.target().map(|target| target.open()).transpose()?;
        Ok(Cap { sender: settings.sender.clone(), spool, post })
    }

    /// Puts or posts each.
    pub(super) async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        for delivery in deliveries {
            let text = cap::message(&Told::of(delivery)?, &self.sender);
            if let Some(spool) = &self.spool {
                spool.put(delivery, text).await?;
            } else if let Some(post) = &self.post {
                post.post(text.into_bytes(), "application/cap+xml", &[]).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
