//! Warnings about certificates that have expired or soon will.
//!
//! `check`, the start and a reload report them as warnings. The running daemon looks again every minute, for the log,
//! `/readyz` and `atalaia status`.

use std::path::Path;

use super::settings::Config;
use crate::platform::tls;
use crate::{delivery, http, inputs};
use atalaia_core::base::fault::Fault;
use atalaia_core::base::time::{Span, Time};

/// How long before its expiry a certificate is warned of: a fortnight, so that another can be ordered and installed by hand.
const AHEAD: Span = Span::from_hours(14 * 24);

/// A fault for each such certificate file of the inputs, sinks and the API, with its key, path and date.
pub fn lapsing(
    inputs: &[inputs::Settings],
    sinks: &[delivery::Settings],
    api: &http::ApiSettings,
    now: Time,
) -> Vec<Fault> {
    let inputs = inputs.iter().map(|input| (input.kind.name(), input.tls())).enumerate();
    let sinks = sinks.iter().map(|sink| (sink.kind.name(), sink.tls())).enumerate();
    let inputs = inputs.map(|(index, (kind, tls))| (format!("inputs[{index}].{}", table(kind)), tls));
    let sinks = sinks.map(|(index, (kind, tls))| (format!("sinks[{index}].{}", table(kind)), tls));
    let all = inputs.chain(sinks).filter_map(|(path, tls)| Some((path, tls?.validity())));
    let all = all.chain([("api".to_owned(), api.tls.validity())]);
    all.flat_map(|(path, files)| of(&path, files, now)).collect()
}

/// Like [`lapsing`], for settings being checked.
pub(super) fn lapsing_of(config: &Config, now: Time) -> Vec<Fault> {
    lapsing(&config.inputs, &config.sinks, &config.api, now)
}

/// Name of the table with the settings of a kind: `-` of the kind is `_` in the settings.
fn table(kind: &str) -> String {
    kind.replace('-', "_")
}

/// The faults of one table `tls`, which is below `path`. A file that cannot be read or is not a certificate gives
/// none here: the checks that open it report that.
fn of(path: &str, files: Vec<tls::Validity>, now: Time) -> Vec<Fault> {
    let soon = files.into_iter().filter(|file| file.until < now + AHEAD);
    soon.map(|file| fault(&file.file, file.until, now).below(&format!("{path}.tls.{}", file.key))).collect()
}

/// The fault of one file that expires at `until`, without its key.
fn fault(file: &Path, until: Time, now: Time) -> Fault {
    let file = file.display();
    match until <= now {
        true => Fault::new("", format!("{file} expired at {until}")).advise("renew it"),
        false => Fault::new("", format!("{file} expires at {until}")).advise("renew it before"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atalaia_core::base::fault;

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
        fault::lines("", lapsing(&[input], &[sink], &http::ApiSettings::default(), Time::parse(now).expect("a time")))
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
