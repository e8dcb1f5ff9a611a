//! The servers an input connects to, for commands that check whether they can be reached.

use super::feed::digitraffic;
use super::settings::{Kind, Settings};
use crate::tls::Endpoint;

impl Settings {
    /// Servers the input connects to, each with its settings key; empty for kinds that listen or read files.
    pub fn endpoints(&self) -> Vec<(&'static str, Endpoint)> {
        let of_url = |key: &'static str, url: &str, usual| Endpoint::of_url(url, usual).map(|endpoint| (key, endpoint));
        let plain = || self.address.as_deref().and_then(|address| Endpoint::at(address, false));
        let all = match self.kind {
            Kind::Tcp | Kind::Gpsd => [plain().map(|endpoint| ("address", endpoint)), None],
            Kind::Aisstream => {
                [self.aisstream.as_ref().and_then(|table| of_url("aisstream.url", &table.url, 443)), None]
            }
            Kind::Digitraffic => {
                let usual = digitraffic::Settings::default();
                let url = &self.digitraffic.as_ref().unwrap_or(&usual).url;
                [of_url("digitraffic.url", url, if url.starts_with("mqtts") { 8883 } else { 1883 }), None]
            }
            Kind::Barentswatch => {
                let table = self.barentswatch.as_ref();
                [
                    table.and_then(|table| of_url("barentswatch.token_url", &table.token_url, 443)),
                    table.and_then(|table| of_url("barentswatch.url", &table.url, 443)),
                ]
            }
            // A NATS server greets unencrypted and switches to TLS afterwards.
            Kind::Nats => {
                let url = self.nats.as_ref().map(|table| table.url.replacen("tls://", "nats://", 1));
                [url.and_then(|url| of_url("nats.url", &url, 4222)), None]
            }
            Kind::TcpListen
            | Kind::Udp
            | Kind::File
            | Kind::Fifo
            | Kind::Stdin
            | Kind::AiscatcherHttp
            | Kind::Serial => [None, None],
        };
        all.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_that_connects_says_where() {
        let mut input = Settings::of(Kind::Tcp, "a");
        input.address = Some("feed.example:5631".to_owned());
        let at = |host: &str, port, encrypted| Endpoint { host: host.to_owned(), port, encrypted };
        assert_eq!(input.endpoints(), [("address", at("feed.example", 5631, false))]);
        assert_eq!(Settings { kind: Kind::Udp, ..input }.endpoints(), []);
        let public = Settings::of(Kind::Digitraffic, "b").endpoints();
        assert_eq!(public, [("digitraffic.url", at("meri.digitraffic.fi", 443, true))]);
    }
}
