//! The server a sink connects to, for checks of whether it can be reached.

use super::settings::{Kind, Settings};
use super::sinks::email::Security;
use super::wire::Transport;
use crate::tls::Endpoint;

impl Settings {
    /// The server the sink connects to. `None` for sinks on this machine, and for UDP, which gives no answer.
    pub fn endpoint(&self) -> Option<Endpoint> {
        let by_wire = |address: &str, transport: Transport| match transport {
            Transport::Udp => None,
            transport => Endpoint::at(address, transport == Transport::Tls),
        };
        match self.kind {
            Kind::Webhook => Endpoint::of_url(&self.webhook.as_ref()?.url, 443),
            Kind::Alertmanager => Endpoint::of_url(&self.alertmanager.as_ref()?.url, 9093),
            Kind::Cise => Endpoint::of_url(self.cise.as_ref()?.url.as_ref()?, 443),
            Kind::Cap => Endpoint::of_url(self.cap.as_ref()?.url.as_ref()?, 443),
            Kind::Cot => self.cot.as_ref().and_then(|cot| by_wire(&cot.address, cot.transport)),
            Kind::Syslog => self.syslog.as_ref().and_then(|syslog| by_wire(&syslog.address, syslog.transport)),
            Kind::Email => {
                let email = self.email.as_ref()?;
                Endpoint::at(&email.address, email.security == Security::Tls)
            }
            Kind::Mqtt => {
                let url = &self.mqtt.as_ref()?.url;
                Endpoint::of_url(url, if url.starts_with("mqtts") { 8883 } else { 1883 })
            }
            // NATS servers send their greeting unencrypted and start TLS afterwards.
            Kind::Nats => Endpoint::of_url(&self.nats.as_ref()?.url.replacen("tls://", "nats://", 1), 4222),
            Kind::Jsonl | Kind::Log | Kind::Exec | Kind::Journald => None,
        }
    }

    /// Whether the sink creates files, which are owned by the user that runs the sink.
    pub fn makes_files(&self) -> bool {
        let spools = self.cise.as_ref().is_some_and(|cise| cise.spool.is_some())
            || self.cap.as_ref().is_some_and(|cap| cap.spool.is_some());
        self.kind == Kind::Jsonl || spools
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_that_connects_says_where() {
        let endpoint =
            |text: &str| toml::from_str::<Settings>(&format!("name = \"a\"\n{text}")).expect("settings").endpoint();
        let at = |host: &str, port, encrypted| Some(Endpoint { host: host.to_owned(), port, encrypted });
        assert_eq!(endpoint("kind = \"log\""), None);
        assert_eq!(
            endpoint("kind = \"webhook\"\nwebhook.url = \"https://hooks.example/a\""),
            at("hooks.example", 443, true)
        );
        assert_eq!(
            endpoint("kind = \"mqtt\"\nmqtt.url = \"mqtts://broker.example\""),
            at("broker.example", 8883, true)
        );
        assert_eq!(endpoint("kind = \"syslog\"\nsyslog.address = \"log.example:6514\""), at("log.example", 6514, true));
        assert_eq!(
            endpoint("kind = \"syslog\"\nsyslog.address = \"log.example:514\"\nsyslog.transport = \"udp\""),
            None
        );
        let mail = "kind = \"email\"\nemail = { address = \"mail.example:587\", from = \"a@b.example\", to = [\"a@b.example\"] }";
        assert_eq!(endpoint(mail), at("mail.example", 587, false), "it encrypts when both have agreed to");
    }
}
