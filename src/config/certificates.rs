//! Warnings about certificates that have expired or soon will.

use std::path::Path;

use super::Config;
use crate::platform::tls;
use crate::{delivery, inputs};
use atalaia_core::base::time::{Span, Time};

/// How long before its expiry a certificate is warned of.
const AHEAD: Span = Span::from_hours(14 * 24);

/// A sentence for each such certificate file of the inputs and sinks, with its key, path and date.
pub fn lapsing(inputs: &[inputs::Settings], sinks: &[delivery::Settings], now: Time) -> Vec<String> {
    let inputs = inputs.iter().map(|input| (input.kind.name(), input.tls())).enumerate();
    let sinks = sinks.iter().map(|sink| (sink.kind.name(), sink.tls())).enumerate();
    let inputs = inputs.map(|(index, (kind, tls))| (format!("inputs[{index}].{}", table(kind)), tls));
    let sinks = sinks.map(|(index, (kind, tls))| (format!("sinks[{index}].{}", table(kind)), tls));
    let all = inputs.chain(sinks).filter_map(|(path, tls)| Some((path, tls?)));
    all.flat_map(|(path, tls)| of(&path, tls, now)).collect()
}

/// Like [`lapsing`], for settings being checked.
pub(super) fn lapsing_of(config: &Config, now: Time) -> Vec<String> {
    lapsing(&config.inputs, &config.sinks, now)
}

fn table(kind: &str) -> String {
    kind.replace('-', "_")
}

fn of(path: &str, tls: &tls::Settings, now: Time) -> Vec<String> {
    let soon = tls.validity().into_iter().filter(|file| file.until < now + AHEAD);
    soon.map(|file| format!("{path}.tls.{}: {}", file.key, sentence(&file.file, file.until, now))).collect()
}

fn sentence(file: &Path, until: Time, now: Time) -> String {
    let file = file.display();
    match until <= now {
        true => format!("{file} expired at {until}; renew it"),
        false => format!("{file} expires at {until}; renew it before"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lapsing_at(now: &str) -> Vec<String> {
        let sink: delivery::Settings = toml::from_str(
            "kind = \"mqtt\"\nname = \"a\"\n[mqtt]\nurl = \"mqtts://broker.example:8883\"\n[mqtt.tls]\nca = \"tests/wires/lapsed-ca.pem\"\n\
             certificate = \"tests/wires/lapsed.pem\"\nkey = \"tests/wires/lapsed.key\"",
        )
        .expect("settings");
        let input: inputs::Settings = toml::from_str(
            "kind = \"nats\"\nname = \"b\"\n[nats]\nurl = \"tls://nats.example\"\nstream = \"a\"\nconsumer = \"b\"\ntls.ca = \"/no/such/file\"",
        )
        .expect("settings");
        lapsing(&[input], &[sink], Time::parse(now).expect("a time"))
    }

    #[test]
    fn a_certificate_is_warned_of_from_a_fortnight_before_its_expiry() {
        assert_eq!(lapsing_at("2020-12-17T23:59:59Z"), [""; 0]);
        assert_eq!(
            lapsing_at("2020-12-18T00:00:01Z"),
            ["sinks[0].mqtt.tls.certificate: tests/wires/lapsed.pem expires at 2021-01-01T00:00:00Z; renew it before"]
        );
        assert_eq!(
            lapsing_at("2026-01-01T00:00:00Z"),
            ["sinks[0].mqtt.tls.certificate: tests/wires/lapsed.pem expired at 2021-01-01T00:00:00Z; renew it"]
        );
        assert_eq!(lapsing_at("2127-01-01T00:00:00Z").len(), 2, "the authorities too");
    }
}
