//! A clearly marked test alert, sent through the same code as real ones.
//!
//! It goes through the sink, the payload and the network exactly as a real alert, but neither through the store nor the worker: an operator
//! wants the first answer of the receiver, not a retry. Its marking has the reality `test`, in every format.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::send::{Delivery, SenderIdentity};
use super::settings::DeliverySettings;
use super::sinks::Settings;
use atalaia_core::alerts::HandlingSettings;
use atalaia_core::alerts::handling::Reality;
use atalaia_core::base::time::Time;

/// Behaviour name of the test alert.
/// A behaviour that no rule raises, so filters and statistics can leave it out.
const BEHAVIOUR: &str = "delivery_test";
/// Upper bound for the whole test.
/// Longer than the default time limit of any sink.
const PATIENCE: Duration = Duration::from_secs(60);
/// Length of an alert id. Characters.
/// The same as that of real alerts, so that receivers accept it.
const ID: usize = 26;

/// Sends a test alert to a sink, ignoring its filter but not its marking limits. Paths in `settings` must be absolute. The error says why
/// the sink did not take it; it quotes the start of the receiver's answer, without any secret.
pub fn send_test(
    settings: &Settings,
    policy: &DeliverySettings,
    handling: &HandlingSettings,
    now: Time,
) -> Result<(), String> {
    let lines = lines(&settings.name, &policy.site, handling, now);
    let marking = HandlingSettings { reality: Reality::Test, ..handling.clone() }.of(now, false, false);
    // The filter may be narrow on purpose, but a marking that forbids the sink must not be tested away.
    if let Some(why) = settings.filter().clearance.refusal(&marking) {
        return Err(format!("not sent: {why}"));
    }
    // Commands have no runtime, and one thread is enough for one message.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let work = async {
        let mut sink = settings.open(&SenderIdentity { site: policy.site.clone() })?;
        // A receiver that keeps open alerts would show the test for ever, so it also gets the end.
        let wanted = if settings.kind.character().keeps_open_alerts { lines.as_slice() } else { &lines[..1] };
        for line in wanted {
            // Without a row, as it is not in the store.
            let delivery = Delivery::new(None, Arc::from(line.to_string())).ok_or("not a line of the alert stream")?;
            sink.send(&[delivery]).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    };
    let outcome = runtime.block_on(async { timeout(PATIENCE, work).await });
    // A pending write to an unresponsive file must not delay the end.
    runtime.shutdown_background();
    outcome.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())))
}

/// The two changes of the test alert: it opens and ends.
/// The id is a hash of site, sink and time, so each test is an alert of its own at the receiver.
fn lines(sink: &str, site: &str, handling: &HandlingSettings, now: Time) -> [Value; 2] {
    let digest = Sha256::digest(format!("{BEHAVIOUR}|{site}|{sink}|{}", now.millis()));
    let id: String = BASE32_NOPAD.encode(&digest).to_lowercase().chars().take(ID).collect();
    // The marking of the settings, except that it is a test.
    let marking = HandlingSettings { reality: Reality::Test, ..handling.clone() }.of(now, false, false);
    let summary = format!(
        "TEST ALERT of Atalaia at {site} to sink {sink}: nothing has happened, nothing is to be done. Somebody checks whether alerts arrive."
    );
    [("opened", 1, "open", None), ("ended", 2, "ended", Some(now))].map(|(change, revision, status, ended)| {
        json!({
            "change": change, "revision": revision, "at": now, "reason": "a test that somebody asked for",
            "alert": {
                "id": id, "behaviour": BEHAVIOUR, "kind": "system", "announced": true, "status": status, "severity": "medium", "score": 40,
                "confidence": "normal", "started_at": now, "opened_at": now, "last_at": now, "ended_at": ended, "vessels": [],
                "zones": [], "position": null, "group_id": null, "case_id": null, "replaces": null, "handling": marking,
                "summary": summary, "score_reasons": [{"code": BEHAVIOUR, "points": 40, "text": "A test, not a finding"}],
                "evidence": {"thresholds": {}, "measured": {}, "stations": [], "tracks": []},
            },
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(text: &str) -> Result<(), String> {
        let settings: Settings = toml::from_str(&format!("name = \"a\"\n{text}")).expect("settings");
        let now = Time::parse("2026-11-22T21:00:00Z").expect("a time");
        send_test(&settings, &DeliverySettings::default(), &HandlingSettings::default(), now)
    }

    #[test]
    fn every_line_of_it_keeps_the_schema() {
        let schema: Value = serde_json::from_str(include_str!("../../config/alert.schema.json")).expect("JSON");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        let now = Time::parse("2026-11-22T21:00:00.250Z").expect("a time");
        for line in lines("ops", "porto-1", &HandlingSettings::default(), now) {
            let faults: Vec<String> = schema.iter_errors(&line).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{faults:?}");
            assert_eq!(line["alert"]["handling"]["reality"], "test");
            assert!(
                line["alert"]["summary"]
                    .as_str()
                    .is_some_and(|text| text.starts_with("TEST ALERT of Atalaia at porto-1 to sink ops"))
            );
        }
    }

    #[test]
    fn it_goes_the_way_of_a_real_one() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let root = folder.path().display();
        assert_eq!(send(&format!("kind = \"jsonl\"\npath = \"{root}/alerts.jsonl\"")), Ok(()));
        let text = std::fs::read_to_string(folder.path().join("alerts.jsonl")).expect("written");
        assert!(text.lines().count() == 1 && text.contains("TEST ALERT"), "{text}");
        for (kind, rest) in
            [("cap", "sender = \"ops@centre.example\""), ("cise", "sender = \"a.b.c\"\nrecipient = \"d.e.f\"")]
        {
            assert_eq!(send(&format!("kind = \"{kind}\"\n[{kind}]\nspool = \"{root}/{kind}\"\n{rest}")), Ok(()));
            let files = std::fs::read_dir(folder.path().join(kind)).expect("made").count();
            assert_eq!(files, 1, "{kind}");
        }
        let refusal = send("kind = \"exec\"\nexec.command = [\"/bin/sh\", \"-c\", \"echo no room; exit 1\"]")
            .expect_err("refused");
        assert!(refusal.contains("no room"), "{refusal}");
        let away = send("kind = \"webhook\"\nwebhook = { url = \"http://127.0.0.1:9/\", allow = [\"127.0.0.0/8\"] }")
            .expect_err("away");
        assert!(away.starts_with("http://127.0.0.1:9: "), "{away}");
        let only = send(&format!("kind = \"jsonl\"\npath = \"{root}/other.jsonl\"\nrealities = [\"actual\"]"))
            .expect_err("not sent");
        assert_eq!(only, "not sent: it may not carry what is test");
    }
}
