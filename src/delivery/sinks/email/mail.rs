//! A delivery or digest as a mail: threading and marking headers, the text, and a map layer.
//!
//! Mail programs show the changes of an alert, and the alerts of a group, as one thread, because each mail names the first one and a common
//! id. Automatic replies are suppressed (RFC 3834), and nothing received over the air reaches a header unless it is cleaned.

use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::message::header::{ContentDisposition, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};

use super::body;
use crate::delivery::digest::Digest;
use crate::delivery::fields::{id, is_over, name};
use crate::delivery::send::{Delivery, SendError};
use crate::delivery::sheet;
use crate::delivery::text::cut;
use crate::storage::export::{self, Format};
use atalaia_core::alerts::digest;
use atalaia_core::alerts::handling::{Reality, Tlp};
use atalaia_core::base::text::counted;
use atalaia_core::base::time::Time;

/// Maximum length of a list of vessel names in a subject. Bytes.
const LONGEST_NAMES: usize = 90;

/// Sender, recipients and site of the mails.
pub(super) struct Writer {
    /// Its domain is part of all message ids.
    pub(super) from: Mailbox,
    /// All in one mail, and visible to one another.
    pub(super) to: Vec<Mailbox>,
    /// Keeps the message ids of several daemons apart.
    pub(super) site: String,
}

impl Writer {
    /// One mail with all deliveries. The same deliveries always have the same `Message-ID`.
    pub(super) fn mail(&self, deliveries: &[Delivery], now: Time) -> Result<Message, SendError> {
        let since = Duration::from_millis(u64::try_from(now.millis()).unwrap_or_default());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .date(UNIX_EPOCH + since)
            .message_id(Some(self.message_id(deliveries)?))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"))
            .subject(subject(deliveries));
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        // A digest belongs to no thread.
        if let [delivery] = deliveries {
            let change = &delivery.change;
            // The first mail of a thread may never have been sent here. Mail programs also thread by a shared reference.
            let group = change.alert.group_id.as_ref().map(|group| format!("group-{}", digest(group)));
            // The first change begins the thread, so it refers to nothing of its own alert.
            let first = (1 < change.revision).then(|| id(&change.alert).map(|id| format!("{id}-1"))).transpose()?;
            let thread: Vec<String> = group.into_iter().chain(first).map(|key| self.id(&key)).collect();
            if let Some(last) = thread.last() {
                builder = builder.in_reply_to(last.clone()).references(thread.join(" "));
            }
        }
        let parts =
            MultiPart::mixed().singlepart(SinglePart::plain(body::text(deliveries))).singlepart(layer(deliveries)?);
        builder.multipart(parts).map_err(|error| SendError::Refused { reason: error.to_string() })
    }

    /// For one delivery its alert and revision, for several a hash of their keys.
    fn message_id(&self, deliveries: &[Delivery]) -> Result<String, SendError> {
        if let [delivery] = deliveries {
            let change = &delivery.change;
            return Ok(self.id(&format!("{}-{}", id(&change.alert)?, change.revision)));
        }
        let keys: Vec<&str> = deliveries.iter().map(|delivery| delivery.key.as_str()).collect();
        Ok(self.id(&format!("digest-{}", digest(&keys.join("\n")))))
    }

    /// A message id (RFC 5322, section 3.6.4) for a key that is a plain token.
    fn id(&self, key: &str) -> String {
        format!("<{key}.{}.atalaia@{}>", self.site, self.from.email.domain())
    }
}

/// Subject: the strictest marking, then EXERCISE or TEST if that holds for all, then the content.
/// Names from the air come last and are cleaned and cut.
fn subject(deliveries: &[Delivery]) -> String {
    let alerts = || deliveries.iter().map(|delivery| &delivery.change.alert);
    let rank = |tlp: Tlp| Tlp::ALL.iter().position(|other| *other == tlp);
    let tlp = alerts().map(|alert| alert.handling.tlp).max_by_key(|tlp| rank(*tlp)).map_or("RED", Tlp::name);
    let mut subject = format!("[TLP:{tlp}] ");
    let mut realities = alerts().map(|alert| alert.handling.reality);
    if let Some(first) = realities.next()
        && first != Reality::Actual
        && realities.all(|other| other == first)
    {
        subject += &format!("[{}] ", first.name().to_uppercase());
    }
    let severity = alerts().map(|alert| alert.severity).max().map_or("", |severity| severity.name()).to_uppercase();
    if let [delivery] = deliveries {
        let alert = &delivery.change.alert;
        let names: Vec<String> = alert.vessels.iter().map(name).collect();
        let names = Digest::of(alert).map_or_else(|| names.join(", "), |digest| digest.name());
        let colon = if names.is_empty() { "" } else { ": " };
        subject += &format!("{severity} {}{colon}{}", sheet::behaviour(alert), cut(&names, LONGEST_NAMES));
        if is_over(&delivery.change) {
            subject += &format!(" ({})", delivery.change.change.name());
        }
    } else {
        let alerts: BTreeSet<&str> = deliveries.iter().map(|delivery| &*delivery.alert).collect();
        let alerts = counted(alerts.len(), "alert");
        subject += &format!("{} updates on {alerts}, highest {severity}", deliveries.len());
    }
    // A vessel name that looks like an encoded word would be decoded by mail programs, line ends included.
    subject.replace("=?", "= ?")
}

/// GeoJSON attachment of the alerts with their tracks, each as of its latest change.
/// Attached so that a mail can be opened on a map without access to the daemon.
fn layer(deliveries: &[Delivery]) -> Result<SinglePart, SendError> {
    let mut alerts: Vec<serde_json::Value> = Vec::new();
    for delivery in deliveries {
        let alert = delivery.json()["alert"].take();
        alerts.retain(|other| other["id"] != alert["id"]);
        alerts.push(alert);
    }
    let mut file = Vec::new();
    let refused = |reason: String| SendError::Refused { reason };
    export::write(Format::GeoJson, &alerts, &mut file).map_err(|error| refused(error.to_string()))?;
    let name = match deliveries {
        [delivery] => format!("{}.geojson", id(&delivery.change.alert)?),
        _ => "alerts.geojson".to_owned(),
    };
    let kind = ContentType::parse("application/geo+json").map_err(|error| refused(error.to_string()))?;
    let part = Attachment::new(name).body(file, kind);
    debug_assert!(part.headers().get::<ContentDisposition>().is_some());
    Ok(part)
}

/// A header whose name the library does not know.
fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
