//! Posts to receivers that misbehave.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::testing::Receiver;
use super::*;
use atalaia_core::base::fault;
use atalaia_core::base::time::Time;

const CANARY: &str = "canary-7f3a9c";

fn allow() -> Vec<String> {
    vec!["127.0.0.0/8".to_owned()]
}

fn secret(folder: &tempfile::TempDir, name: &str, text: &str) -> Secret {
    let path = folder.path().join(name);
    fs::write(&path, text).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
    Secret::File(path)
}

/// Trusts a test authority, so that no test depends on the machine's trust store.
fn tls() -> tls::Settings {
    tls::Settings { ca: Some("tests/payloads/ca.pem".into()), ..tls::Settings::default() }
}

fn target<'a>(url: &'a str, tls: &'a tls::Settings, allow: &'a [String]) -> Target<'a> {
    Target { url, tls, bearer: None, headers: None, timeout_seconds: 1, allow }
}

fn post(url: &str) -> Post {
    target(url, &tls(), &allow()).open().expect("a target")
}

async fn answered(answer: &str) -> (Result<(), SendError>, Receiver) {
    let receiver = Receiver::answering(&[answer]).await;
    let outcome = post(&receiver.url("/hook")).post(b"{}".to_vec(), "application/json", &[]).await;
    (outcome, receiver)
}

fn wait_of(outcome: &Result<(), SendError>) -> Option<Option<u64>> {
    match outcome {
        Err(SendError::Later { wait, .. }) => Some(wait.map(|wait| wait.as_secs())),
        _ => None,
    }
}

#[tokio::test]
async fn each_answer_is_taken_for_what_it_is() {
    let taken = answered("HTTP/1.1 204 No Content\r\n\r\n").await;
    assert_eq!(taken.0, Ok(()));
    assert_eq!(taken.1.came()[0].first, "POST /hook HTTP/1.1");
    for (answer, expected) in [
        ("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", Some(None)),
        ("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", Some(Some(120))),
        ("HTTP/1.1 429 Slow\r\nRetry-After: 999999999999\r\nContent-Length: 0\r\n\r\n", Some(Some(86_400))),
        ("HTTP/1.1 429 Slow\r\nRetry-After: Thu, 01 Jan 1970 00:00:10 GMT\r\nContent-Length: 0\r\n\r\n", Some(Some(0))),
        ("HTTP/1.1 408 Slow\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", Some(None)),
        ("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n", None),
        ("HTTP/1.1 422 Unprocessable\r\nContent-Length: 0\r\n\r\n", None),
        // A moved receiver or a changed key can be corrected, so these are temporary.
        ("HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n", Some(None)),
        ("HTTP/1.1 404 Not Found\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", Some(Some(7))),
        ("garbage\r\n\r\n", Some(None)),
        ("", Some(None)),
    ] {
        let (outcome, _) = answered(answer).await;
        assert!(outcome.is_err(), "{answer}");
        assert_eq!(wait_of(&outcome), expected, "{answer}: {outcome:?}");
    }
    let (outcome, _) = answered("HTTP/1.1 400 Oops\r\nContent-Length: 20\r\n\r\n{\"error\":\n\"no data\"}").await;
    let text = "refused (400 Bad Request): {\"error\": \"no data\"}";
    assert!(matches!(&outcome, Err(SendError::Refused { reason }) if reason.ends_with(text)), "{outcome:?}");
    let (outcome, _) = answered("HTTP/1.1 410 Gone\r\nContent-Length: 3\r\n\r\nbye").await;
    assert!(
        matches!(&outcome, Err(SendError::Gone { reason }) if reason.ends_with("410 Gone: the receiver accepts nothing more: bye"))
    );
}

#[test]
fn a_date_to_wait_for_counts_from_now() {
    let mut post = post("http://127.0.0.1:9/");
    post.now = || Time::parse("1994-11-06T08:49:00Z").expect("a time");
    let wait = |text: &str| post.retry_after(text).map(|wait| wait.as_secs());
    assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(37));
    assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
    assert_eq!(wait("-5"), None);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::answering(&["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]).await;
    for to in ["http://169.254.169.254/latest/meta-data/", &elsewhere.url("/")] {
        for status in [301, 302, 307, 308] {
            let answer = format!("HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            let (outcome, _) = answered(&answer).await;
            let Err(SendError::Later { reason, .. }) = outcome else { panic!("{status}: {outcome:?}") };
            assert!(reason.contains(&status.to_string()) && !reason.contains("169.254"), "{reason}");
        }
    }
    assert!(elsewhere.came().is_empty());
}

#[tokio::test]
async fn a_receiver_that_says_nothing_or_too_much_costs_a_second_at_most() {
    let receiver = Receiver::answering(&[]).await;
    let outcome = post(&receiver.url("/")).post(Vec::new(), "application/json", &[]).await;
    assert_eq!(wait_of(&outcome), Some(None), "{outcome:?}");
    let long = format!("HTTP/1.1 500 Oops\r\nContent-Length: 99999999\r\n\r\n{}", "x\u{1b}[31m".repeat(100_000));
    let (outcome, _) = answered(&long).await;
    let Err(SendError::Later { reason, .. }) = outcome else { panic!("later") };
    assert!(reason.len() < 400 && !reason.contains('\u{1b}'), "{reason}");
}

#[tokio::test]
async fn secrets_arrive_and_come_back_in_no_error() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let bearer = secret(&folder, "token", &format!("{CANARY}-bearer\n"));
    let headers = BTreeMap::from([("X-Api-Key".to_owned(), secret(&folder, "key", &format!("{CANARY}-key")))]);
    // A receiver that repeats all it was sent.
    let echo = format!(
        "HTTP/1.1 500 {CANARY}-key\r\nContent-Length: 60\r\n\r\nyou are {CANARY}-bearer with {CANARY}-key, are you not?????"
    );
    let receiver = Receiver::answering(&[&echo]).await;
    let url = receiver.url(&format!("/{CANARY}/hook?token={CANARY}"));
    let (tls, allow) = (tls(), allow());
    let target = Target { bearer: Some(&bearer), headers: Some(&headers), ..target(&url, &tls, &allow) };
    let post = target.open().expect("a target");
    let mut shown = vec![format!("{post:?}")];
    for _ in 0..2 {
        shown.push(
            post.post(b"{}".to_vec(), "application/json", &[]).await.expect_err("echo, then silence").to_string(),
        );
    }
    let request = &receiver.came()[0];
    assert_eq!(request.header("authorization"), Some(&*format!("Bearer {CANARY}-bearer")));
    assert_eq!(request.header("x-api-key"), Some(&*format!("{CANARY}-key")));
    assert!(shown[1].contains("***"), "{}", shown[1]);
    for text in &shown {
        assert!(!text.contains(CANARY), "{text}");
    }
}

#[test]
fn every_fault_of_a_url_is_reported_without_secrets() {
    let none: Vec<String> = Vec::new();
    let tls = tls::Settings::default();
    for (url, part) in [
        ("hooks.example/x", "is not an address"),
        ("ftp://hooks.example/x", "not an address of HTTP"),
        ("https://me:canary@hooks.example/", "user or a password"),
        ("http://hooks.example/", "is not https"),
        ("https://127.0.0.1/", "is this machine"),
        ("https://0x7f.1/", "is this machine"),
        ("https://[::ffff:169.254.169.254]/", "metadata"),
    ] {
        let target = Target { timeout_seconds: 15, ..target(url, &tls, &none) };
        let problems = fault::lines("sinks[0].webhook", target.problems());
        assert_eq!(problems.len(), 1, "{url}: {problems:?}");
        assert!(problems[0].starts_with("sinks[0].webhook.url: ") && problems[0].contains(part), "{problems:?}");
        assert!(!problems[0].contains("canary"), "{problems:?}");
        assert!(target.open().is_err(), "{url}");
    }
    let (headers, networks) =
        (BTreeMap::from([("Webhook-Id".to_owned(), Secret::Credential("x".to_owned()))]), vec!["the lan".to_owned()]);
    let target = Target { headers: Some(&headers), ..target("https://hooks.example/", &tls, &networks) };
    assert_eq!(fault::lines("a", target.problems()).len(), 2, "{:?}", fault::lines("a", target.problems()));
}

#[tokio::test]
async fn a_name_of_this_machine_is_not_reached_unless_it_is_allowed() {
    let receiver = Receiver::answering(&["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"; 2]).await;
    let url = receiver.url("/").replace("127.0.0.1", "localhost");
    let other = vec!["10.0.0.0/8".to_owned()];
    let refused = target(&url, &tls(), &other).open().expect("a target").post(Vec::new(), "a/b", &[]).await;
    let error = refused.expect_err("not allowed").to_string();
    assert!(error.contains("is this machine"), "{error}");
    assert!(receiver.came().is_empty());
    let both = vec!["127.0.0.0/8".to_owned(), "::1".to_owned()];
    let allowed = target(&url, &tls(), &both).open().expect("a target").post(Vec::new(), "a/b", &[]).await;
    assert_eq!(allowed, Ok(()));
}

#[tokio::test]
async fn only_a_receiver_of_a_trusted_authority_gets_anything() {
    let taken = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let plain = Receiver::answering(&[taken]).await;
    let url = plain.url("/").replace("http:", "https:");
    assert_eq!(posted(&url, "tests/wires/ca.pem").await.map_err(|_| ()), Err(()), "it speaks no TLS");
    let known = Receiver::by_tls("server", &[taken; 3]).await;
    let lapsed = Receiver::by_tls("lapsed", &[taken; 3]).await;
    let by_another_name = known.url("/").replace("127.0.0.1", "127.0.0.2");
    for (url, authority, reason) in [
        (known.url("/"), "tests/wires/lapsed-ca.pem", "UnknownIssuer"),
        (lapsed.url("/"), "tests/wires/lapsed-ca.pem", "expired"),
        (by_another_name, "tests/wires/ca.pem", "127.0.0.2"),
    ] {
        let error = posted(&url, authority).await.expect_err(reason);
        assert!(error.contains(reason), "{reason}: {error}");
    }
    assert!([&plain, &known, &lapsed].iter().all(|receiver| receiver.came().is_empty()));
    assert_eq!(posted(&known.url("/"), "tests/wires/ca.pem").await, Ok(()));
    assert_eq!(known.came()[0].body, b"{}");
}

/// Outcome of a post under this trusted authority. A failure must be temporary.
async fn posted(url: &str, authority: &str) -> Result<(), String> {
    let tls = tls::Settings { ca: Some(authority.into()), ..tls::Settings::default() };
    let outcome = target(url, &tls, &allow()).open().expect("a target").post(b"{}".to_vec(), "a/b", &[]).await;
    assert!(outcome.is_ok() || wait_of(&outcome) == Some(None), "{outcome:?}");
    outcome.map_err(|error| error.to_string())
}
