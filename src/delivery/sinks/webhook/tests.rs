//! The webhook against a receiver, and its signature against the published vector.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::*;
use crate::delivery::http_post::testing::{Receiver, Request};
use crate::delivery::testing::sample;
use atalaia_core::base::fault;

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn secret(folder: &tempfile::TempDir, name: &str, text: &str) -> Secret {
    let path = folder.path().join(name);
    fs::write(&path, text).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
    Secret::File(path)
}

fn settings(url: &str) -> Settings {
    let text = format!("url = \"{url}\"\nallow = [\"127.0.0.0/8\"]\ntls.ca = \"tests/payloads/ca.pem\"");
    toml::from_str(&text).expect("settings")
}

fn sender() -> SenderIdentity {
    SenderIdentity { site: "lisbon-1".to_owned() }
}

fn hook(settings: &Settings) -> Webhook {
    let mut hook = Webhook::new(settings, &sender()).expect("a webhook");
    hook.now = || Time::from_seconds(1_773_456_065);
    hook
}

#[test]
fn the_signature_is_that_of_the_published_vector() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let key = key(&secret(&folder, "key", OLD).read().expect("a secret")).expect("a key");
    let of = |id, seconds, body: &str| signature(&key, id, seconds, body.as_bytes());
    assert_eq!(
        of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}"),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
    assert_eq!(
        of(
            "evt_01981f0a6f5e7c1a9b432f6f0f6a8e11_1",
            1_773_456_065,
            "{\"type\":\"alert.opened\",\"timestamp\":\"2026-03-14T02:41:05Z\",\"data\":{\"id\":\"01981f0a-6f5e-7c1a-9b43-2f6f0f6a8e11\",\
             \"rule\":\"rendezvous\"}}"
        ),
        "v1,wxsaS/QtT7pm9vjMWLLDenetyrW+gnUktnlXAHMWLXo="
    );
}

#[tokio::test]
async fn while_a_key_is_replaced_either_verifies() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let receiver = Receiver::answering(&[OK, OK]).await;
    let keys = vec![secret(&folder, "old", OLD), secret(&folder, "new", NEW)];
    let mut hook = hook(&Settings { secrets: keys.clone(), ..settings(&receiver.url("/hook")) });
    assert!(!format!("{hook:?}").contains("00, 01") && !format!("{hook:?}").contains("[49"), "{hook:?}");
    let delivery = sample("rendezvous-opened", |_| {});
    assert_eq!(hook.send(std::slice::from_ref(&delivery)).await, Ok(()));
    hook.now = || Time::from_seconds(1_773_456_999);
    assert_eq!(hook.send(std::slice::from_ref(&delivery)).await, Ok(()));
    let came = receiver.came();
    let (first, second) = (&came[0], &came[1]);
    assert_eq!(first.header("webhook-id"), Some(&*delivery.key));
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert!(!delivery.key.contains('.'));
    assert_eq!(first.header("webhook-timestamp"), Some("1773456065"));
    assert_eq!(second.header("webhook-timestamp"), Some("1773456999"));
    let verifies = |request: &Request, index: usize| {
        let seconds: i64 = request.header("webhook-timestamp").expect("a time").parse().expect("seconds");
        let expected = signature(
            &key(&keys[index].read().expect("a secret")).expect("a key"),
            &delivery.key,
            seconds,
            &request.body,
        );
        request.header("webhook-signature").expect("signed").split(' ').any(|entry| entry == expected)
    };
    assert!((0..2).all(|index| verifies(first, index) && verifies(second, index)));
}

#[tokio::test]
async fn each_body_is_what_its_readers_expect() {
    let delivery = sample("rendezvous-opened", |_| {});
    for (body, media_type, at, expected) in [
        ("cloudevents", "application/cloudevents+json", "/type", json!("org.atalaia.alert.opened.v1")),
        ("standard", "application/json", "/type", json!("alert.opened")),
        ("line", "application/json", "/alert/id", delivery.json()["alert"]["id"].clone()),
        ("alertmanager", "application/json", "/version", json!("4")),
    ] {
        let receiver = Receiver::answering(&[OK]).await;
        let text = format!(
            "url = \"{}\"\nbody = \"{body}\"\nallow = [\"127.0.0.1\"]\ntls.ca = \"tests/payloads/ca.pem\"",
            receiver.url("/")
        );
        let settings: Settings = toml::from_str(&text).expect("settings");
        assert_eq!(hook(&settings).send(std::slice::from_ref(&delivery)).await, Ok(()));
        let request = &receiver.came()[0];
        assert_eq!(request.header("content-type"), Some(media_type));
        assert_eq!(request.json().pointer(at), Some(&expected), "{body}");
        assert_eq!(request.header("webhook-signature"), None, "there is no key");
    }
}

#[test]
fn an_invalid_key_is_reported_but_not_shown() {
    let folder = tempfile::TempDir::new().expect("a folder");
    for text in ["hunter2-canary", "whsec_canary!", "whsec_c2hvcnQ=", "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        let settings = Settings { secrets: vec![secret(&folder, "key", text)], ..settings("http://127.0.0.1:9/") };
        let error = Webhook::new(&settings, &sender()).expect_err("refused");
        assert!(
            error.starts_with("secrets[0] is not a signing key; write whsec_ and the base64 of 24 to 64 random bytes"),
            "{error}"
        );
        assert!(error.ends_with("echo \"whsec_$(openssl rand -base64 32)\"") && !error.contains("canary"), "{error}");
    }
    let three = Settings { secrets: vec![Secret::Credential("a".to_owned()); 3], ..settings("http://127.0.0.1:9/") };
    assert_eq!(
        fault::lines("sinks[2].webhook", three.problems()),
        ["sinks[2].webhook.secrets: holds 3 keys; write at most two"]
    );
}

#[test]
fn the_settings_know_their_keys() {
    assert!(toml::from_str::<Settings>("url = \"https://hooks.example/\"\nsecret = \"x\"").is_err());
    let least: Settings = toml::from_str("url = \"https://hooks.example/\"").expect("settings");
    assert_eq!((least.body, least.timeout_seconds), (Body::Cloudevents, 15));
    assert_eq!(fault::lines("sinks[0].webhook", least.problems()), [""; 0]);
}
