//! Sink: mail over SMTP, one per change or gathered into digests. The changes of an alert form one thread.
//!
//! People read these mails, so there are limits to their number: by time between two mails, and by hour. What waits is gathered, and the
//! last mail of an hour takes everything, so nothing is dropped for the sake of a limit.
//!
//! A mail has several recipients, and the server accepts or refuses each of them. Those that accepted it do not get it again when it is
//! repeated for the others.

mod body;
mod mail;
mod session;
mod settings;

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::time::Duration;

use lettre::message::Mailbox;

use crate::delivery::send::{Delivery, MOST_PARTLY, Pace, SendError, SenderIdentity};
use crate::delivery::sink::{Character, Sink};
use crate::platform::clock::{Clock, Moment};
pub(super) use settings::Settings;

/// Period of `max_per_hour`.
const HOUR: Duration = Duration::from_secs(3600);
/// Maximum number of deliveries in one digest.
const TOGETHER: usize = 100;

/// Connection settings of a mail server, and the mails sent recently.
pub(super) struct Email {
    /// Makes the mails.
    writer: mail::Writer,
    /// Sends them.
    server: session::Server,
    /// Minimum interval between two mails (`digest_minutes`); zero for none.
    apart: Duration,
    /// Maximum number of mails in an hour (`max_per_hour`).
    most: usize,
    /// When the mails of the last hour were sent.
    sent: VecDeque<Moment>,
    /// Deliveries that some recipients do not accept yet, each with the recipients that have it, oldest first. Lost at a restart, after
    /// which all recipients get the mail again.
    partly: VecDeque<(Delivery, BTreeSet<String>)>,
    /// To read secrets and certificates again at a reload.
    settings: Settings,
}

impl Email {
    /// Reads the password and certificates; does not connect yet.
    fn new(settings: &Settings, sender: &SenderIdentity) -> Result<Email, String> {
        let mailbox = |text: &String| text.parse::<Mailbox>().map_err(|error| format!("{text}: {error}"));
        let writer = mail::Writer {
            from: mailbox(&settings.from)?,
            to: settings.to.iter().map(mailbox).collect::<Result<_, _>>()?,
            site: sender.site.clone(),
        };
        Ok(Email {
            writer,
            server: session::Server::new(settings)?,
            apart: Duration::from_secs(60 * u64::from(settings.digest_minutes)),
            most: settings.max_per_hour as usize,
            sent: VecDeque::new(),
            partly: VecDeque::new(),
            settings: settings.clone(),
        })
    }

    /// Recipients that already have all of these deliveries.
    fn have(&self, deliveries: &[Delivery]) -> BTreeSet<String> {
        let of = |delivery: &Delivery| {
            let known = self.partly.iter().find(|(other, _)| other.key == delivery.key);
            known.map(|(_, have)| have.clone()).unwrap_or_default()
        };
        deliveries.iter().map(of).reduce(|all, have| &all & &have).unwrap_or_default()
    }
}

impl Sink for Email {
    type Settings = Settings;

    const CHARACTER: Character = Character {
        name: "email",
        about: "E-mail.",
        table: "Settings of kind `email`.",
        has_path: false,
        is_local: false,
        is_read_by_people: true,
        lists_ids: true,
        keeps_open_alerts: false,
    };

    fn open(_: Option<&Path>, own: &Settings, sender: &SenderIdentity) -> Result<Email, String> {
        Email::new(own, sender)
    }

    /// Sends one mail with one delivery, or a digest of several.
    async fn send(&mut self, deliveries: &[Delivery]) -> Result<(), SendError> {
        if deliveries.is_empty() {
            return Ok(());
        }
        let clock = Clock;
        let mail = self.writer.mail(deliveries, clock.now())?;
        let have = self.have(deliveries);
        let handed = self.server.send(&mail, &have).await?;
        // A retry for some recipients was already counted with the first mail.
        if have.is_empty() {
            let now = clock.moment();
            while self.sent.front().is_some_and(|earliest| HOUR <= now.since(*earliest)) {
                self.sent.pop_front();
            }
            self.sent.push_back(now);
        }
        for delivery in deliveries {
            // Drop entries of earlier revisions of the alert; this mail supersedes them.
            let before = self.partly.iter().position(|(other, _)| other.key == delivery.key);
            let before = before.and_then(|place| self.partly.remove(place));
            self.partly.retain(|(other, _)| other.alert != delivery.alert);
            if handed.deferred.is_some() {
                let mut have = before.map(|(_, have)| have).unwrap_or_default();
                have.extend(handed.taken.iter().cloned());
                self.partly.push_back((delivery.clone(), have));
            }
        }
        // The worker keeps no more of them either.
        while MOST_PARTLY < self.partly.len() {
            self.partly.pop_front();
        }
        match handed.deferred {
            None => Ok(()),
            Some(reason) => Err(SendError::Partly { taken: !handed.taken.is_empty(), reason }),
        }
    }

    /// When `digest_minutes` and `max_per_hour` allow the next mail, and with how many deliveries. The last mail of an hour takes
    /// everything that waits.
    fn pace(&self, now: Moment) -> Pace {
        let lately: Vec<Duration> = self.sent.iter().map(|sent| now.since(*sent)).filter(|ago| *ago < HOUR).collect();
        let apart = self.sent.back().map_or(Duration::ZERO, |last| self.apart.saturating_sub(now.since(*last)));
        let left = self.most.saturating_sub(lately.len());
        let full = match lately.first() {
            Some(earliest) if left == 0 => HOUR.saturating_sub(*earliest),
            _ => Duration::ZERO,
        };
        // The last mail that the hour allows, or a digest, takes all that waits.
        let together = if left <= 1 || !self.apart.is_zero() { TOGETHER } else { 1 };
        Pace { together, wait: apart.max(full) }
    }

    /// How far back mails count against `max_per_hour` and `digest_minutes`.
    fn counts_back(&self) -> Option<Duration> {
        Some(HOUR.max(self.apart))
    }

    /// Restores the times of mails sent before a restart. `ago` lists how long ago each was sent, earliest first.
    fn recall(&mut self, ago: &[Duration]) {
        if self.sent.is_empty() {
            let now = Clock.moment();
            self.sent = ago.iter().map(|ago| now.back(*ago)).collect();
        }
    }

    /// At a reload, reads the password and certificates again and keeps the history. `None` if they cannot be read.
    fn reopened(self) -> Option<Email> {
        Some(Email { server: session::Server::new(&self.settings).ok()?, ..self })
    }
}

#[cfg(test)]
mod tests;
