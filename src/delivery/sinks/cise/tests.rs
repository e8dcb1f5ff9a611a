//! Both ways to the adaptor, the folder and the URL, and what neither may carry.

use serde_json::json;

use super::*;
use crate::delivery::http_post::testing::Receiver;
use crate::delivery::testing::sample;
use atalaia_core::base::fault;

const IDS: &str = "sender = \"xx.atalaia.anomaly.push.provider\"\nrecipient = \"yy.legacy.anomaly.push.consumer\"";

fn sink(more: &str) -> Cise {
    let text = format!("{IDS}\nallow = [\"127.0.0.1\"]\n{more}\ntls.ca = \"tests/payloads/ca.pem\"");
    let settings: Settings = toml::from_str(&text).expect("settings");
    assert_eq!(fault::lines("sinks[0].cise", settings.problems()), [""; 0]);
    Cise::new(&settings, &SenderIdentity { site: "lisbon-1".to_owned() }).expect("a sink")
}

#[tokio::test]
async fn a_push_is_put_where_the_adaptor_collects_or_posted_to_it() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let delivery = sample("rendezvous-opened", |_| {});
    let mut spooling = sink(&format!("spool = \"{}\"\nanomaly_types.rendezvous = \"Other\"", folder.path().display()));
    assert_eq!(spooling.send(std::slice::from_ref(&delivery)).await, Ok(()));
    let text = std::fs::read_to_string(folder.path().join(format!("{}.xml", delivery.key))).expect("a message");
    assert!(text.contains("<AnomalyType>Other</AnomalyType>"), "the settings say so");
    let receiver = Receiver::answering(&["HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"]).await;
    assert_eq!(sink(&format!("url = \"{}\"", receiver.url("/push"))).send(&[delivery]).await, Ok(()));
    let request = &receiver.came()[0];
    assert_eq!(request.header("content-type"), Some("application/xml"));
    assert!(request.body.starts_with(b"<?xml"));
}

#[tokio::test]
async fn amber_strict_is_refused_and_leaves_nothing_behind() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let delivery = sample("rendezvous-opened", |change| change["alert"]["handling"]["tlp"] = json!("AMBER+STRICT"));
    let outcome = sink(&format!("spool = \"{}\"", folder.path().display())).send(&[delivery]).await;
    assert!(matches!(outcome, Err(SendError::Refused { reason }) if reason.contains("AMBER+STRICT")));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn its_settings_need_one_output_and_known_behaviours() {
    let problems =
        |text: &str| fault::lines("sinks[0].cise", toml::from_str::<Settings>(text).expect("settings").problems());
    assert_eq!(problems(IDS).len(), 1, "no door");
    assert_eq!(problems(&format!("{IDS}\nspool = \"a\"\nurl = \"https://adaptor.example/\"")).len(), 1, "two doors");
    assert_eq!(problems("sender = \"a b\"\nrecipient = \"\"\nspool = \"a\"").len(), 2);
    assert_eq!(problems(&format!("{IDS}\nspool = \"a\"\nanomaly_types.lurking = \"Other\"")).len(), 1);
    assert!(toml::from_str::<Settings>(&format!("{IDS}\nanomaly_types.loitering = \"Loitering\"")).is_err());
}
