//! Signing in and out, and what the console and the listener do for somebody who has not.

use std::fs;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use atalaia::platform::clock::Clock;
use atalaia_core::base::time::Span;
use serde_json::{Value, json};

use crate::harness::api::{Api, Caller, PASSWORD, serving, write};
use crate::harness::daemon::{Daemon, wait_until};
use crate::harness::servers::{AUTHORITY, CERTIFICATE, KEY};

#[test]
fn the_first_administrator_is_made_by_the_token_in_the_log() {
    let mut api = Api::start("");
    let heard = api.daemon.heard().to_vec();
    let line = heard.iter().find(|line| line.contains("nobody may sign in yet")).expect("logged");
    let token = line.split("token=\"").nth(1).and_then(|rest| rest.split('"').next());
    let token = token.or_else(|| line.split("token=").nth(1)?.split_whitespace().next()).unwrap().to_owned();
    let first = |token: &str, password: &str| {
        let body = json!({"token": token, "name": "Ana", "password": password, "roles": ["analyst"]});
        api.call(&Caller::default(), "POST", "/session/first", Some(body))
    };
    assert_eq!(first("guessed", PASSWORD).status, 401);
    let short = first(&token, "short");
    assert_eq!((short.status, short.json()["errors"][0]["pointer"].as_str()), (400, Some("/password")), "{short:?}");
    let made = first(&token, PASSWORD);
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(made.json()["roles"], json!(["analyst", "admin"]));
    assert_eq!(api.call(&made.signed_in(), "GET", "/users", None).status, 200);
    assert_eq!(first(&token, PASSWORD).status, 401, "it works once");
    // A restart asks for no further administrator.
    api.daemon.signal("TERM");
    assert_eq!(api.daemon.wait(), Some(0));
    let mut again = Daemon::start(&api.settings);
    serving(&mut again);
    assert!(!again.heard().iter().any(|line| line.contains("nobody may sign in yet")));
}

#[test]
fn a_wrong_password_and_an_unknown_name_are_answered_alike_and_the_sixth_attempt_waits() {
    let api = Api::start("");
    api.add("ana", "viewer,admin");
    let attempt = |name: &str, password: &str| {
        api.call(&Caller::default(), "POST", "/session", Some(json!({"name": name, "password": password})))
    };
    let (wrong, unknown) = (attempt("ana", "four words that do not"), attempt("nobody", PASSWORD));
    assert_eq!((wrong.status, &wrong.body), (401, &unknown.body));
    assert!(wrong.header("www-authenticate").is_some(), "{wrong:?}");
    assert_eq!(attempt("Ana", PASSWORD).status, 200, "the case of a name does not matter");
    for _ in 0..3 {
        assert_eq!(attempt("ana", "wrong").status, 401);
    }
    let waits = attempt("ana", PASSWORD);
    assert_eq!((waits.status, waits.problem().as_str()), (429, "too-many"));
    assert!(waits.header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().unwrap() <= 60), "{waits:?}");
}

#[test]
fn a_role_that_is_taken_away_and_a_session_that_is_ended_are_gone_within_a_second() {
    let api = Api::start("");
    api.add("root", "admin");
    api.add("ana", "admin,analyst");
    let (root, ana) = (api.sign_in("root"), api.sign_in("ana"));
    assert_eq!(api.call(&ana, "GET", "/users", None).status, 200);
    let limits = json!({"ceilings": {"releasable_to": ["PT"], "personal_data": false}});
    assert_eq!(api.call(&root, "PATCH", "/users/ana", Some(limits)).status, 200);
    let body = json!({"roles": ["viewer"], "ceilings": {"max_tlp": "GREEN"}});
    let changed = api.call(&root, "PATCH", "/users/ana", Some(body)).json();
    assert_eq!(changed["ceilings"]["releasable_to"], json!(["PT"]), "a limit that is left out stays: {changed}");
    assert_eq!(changed["ceilings"]["personal_data"], json!(false), "{changed}");
    assert_eq!(api.call(&ana, "GET", "/users", None).status, 403, "at once, through the API");
    assert_eq!(api.call(&ana, "GET", "/me", None).json()["ceilings"]["max_tlp"], "GREEN");
    api.print(&["users", "set", "ana", "--roles", "admin"]);
    sleep(Duration::from_secs(1));
    assert_eq!(api.call(&ana, "GET", "/users", None).status, 200, "within a second, from beside the daemon");
    assert_eq!(api.call(&root, "DELETE", "/users/ana/sessions", None).status, 204);
    assert_eq!(api.call(&ana, "GET", "/me", None).status, 401);
    let last = api.call(&root, "PATCH", "/users/root", Some(json!({"roles": []})));
    assert_eq!(last.status, 200, "ana is an administrator too: {last:?}");
    let audit = api.print(&["audit", "--since=-1h"]);
    for deed in ["signed in", "altered", "signed out", "added"] {
        assert!(audit.contains(deed), "{deed} in\n{audit}");
    }
}

#[test]
fn a_person_or_token_that_is_sent_again_with_its_key_is_made_once_and_no_secret_is_shown_twice() {
    let api = Api::start("");
    api.add("root", "admin");
    let root = api.sign_in("root");
    let send = |path: &str, key: &str, body: &Value| {
        api.call(&root.with("Idempotency-Key", key), "POST", path, Some(body.clone()))
    };
    let count = |path: &str| api.call(&root, "GET", path, None).json()["items"].as_array().unwrap().len();

    let body = json!({"name": "ana", "roles": ["viewer"], "password": PASSWORD});
    let (made, again) = (send("/users", "k1", &body), send("/users", "k1", &body));
    assert_eq!((made.status, again.status), (201, 201), "{again:?}");
    assert_eq!(made.body, again.body);
    let other = send("/users", "k1", &json!({"name": "bea", "roles": ["viewer"], "password": PASSWORD}));
    assert_eq!((other.status, other.problem().as_str()), (409, "conflict"), "{other:?}");

    let body = json!({"name": "rui", "roles": ["viewer"]});
    let (made, again) = (send("/users", "k2", &body), send("/users", "k2", &body));
    let link = made.json()["link"].as_str().unwrap().to_owned();
    assert_eq!((made.status, again.status, again.problem().as_str()), (201, 409, "conflict"), "{again:?}");
    assert!(again.body.contains("make another link") && !again.body.contains(&link), "{again:?}");
    assert_eq!(count("/users"), 3);

    let expires = (Clock.now() + Span::from_hours(24)).to_string();
    let body = json!({"name": "qgis", "rights": ["read"], "expires": expires});
    let (made, again) = (send("/tokens", "k3", &body), send("/tokens", "k3", &body));
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    assert_eq!((made.status, again.status, again.problem().as_str()), (201, 409, "conflict"), "{again:?}");
    assert!(again.body.contains("make another") && !again.body.contains(&secret), "{again:?}");
    assert_eq!(count("/tokens"), 1);
    let stored = fs::read(api.store()).unwrap();
    for secret in [&link, &secret] {
        assert!(!stored.windows(secret.len()).any(|part| part == secret.as_bytes()), "a secret is in the store");
    }
}

#[test]
fn a_link_signs_in_once_and_the_person_sets_a_password() {
    let api = Api::start("");
    api.add("root", "admin");
    let body = json!({"name": "rui", "roles": ["viewer"]});
    let made = api.call(&api.sign_in("root"), "POST", "/users", Some(body.clone()));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(api.call(&api.sign_in("root"), "POST", "/users", Some(body)).status, 409);
    let link = made.json()["link"].as_str().unwrap().to_owned();
    let follow = || api.call(&Caller::default(), "POST", "/session", Some(json!({"link": link})));
    let signed_in = follow();
    assert_eq!((signed_in.status, signed_in.json()["way"].as_str()), (200, Some("link")), "{signed_in:?}");
    assert_eq!(follow().status, 401, "it works once");
    let rui = signed_in.signed_in();
    assert_eq!(api.call(&rui, "PUT", "/me/password", Some(json!({"old": null, "new": PASSWORD}))).status, 204);
    api.sign_in("rui");
    let wrong = api.call(&rui, "PUT", "/me/password", Some(json!({"old": "wrong", "new": "other words that rhyme"})));
    assert_eq!(wrong.status, 403, "{wrong:?}");
}

#[test]
fn bad_links_from_one_address_do_not_keep_others_from_signing_in_by_a_link() {
    let api = Api::start("");
    api.add("root", "admin");
    let made = api.call(&api.sign_in("root"), "POST", "/users", Some(json!({"name": "rui", "roles": ["viewer"]})));
    let link = made.json()["link"].as_str().unwrap().to_owned();
    let port: u16 = api.address.rsplit(':').next().unwrap().parse().unwrap();
    let follow = |from: [u8; 4], link: &str| {
        let body = json!({ "link": link }).to_string();
        let head =
            "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json";
        let head = format!("{head}\r\nContent-Length: {}\r\n\r\n", body.len());
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
        socket.connect(&SocketAddr::from(([127, 0, 0, 1], port)).into()).unwrap();
        let (mut stream, mut answer) = (std::net::TcpStream::from(socket), String::new());
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse::<u16>().unwrap()
    };
    for _ in 0..5 {
        assert_eq!(follow([127, 0, 0, 9], "guessed"), 401);
    }
    assert_eq!(follow([127, 0, 0, 9], "guessed"), 429);
    assert_eq!(follow([127, 0, 0, 1], &link), 200);
}

#[test]
fn a_session_with_an_open_window_idles_and_use_keeps_it() {
    let api = Api::start("");
    api.add("ana", "admin,analyst");
    let ana = api.sign_in("ana");
    let used = || {
        let store = rusqlite::Connection::open(api.store()).unwrap();
        store.query_row("SELECT max(used_at) FROM sessions", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    // Longer than the precision to which use is noted, and longer ago than what the daemon read a moment ago.
    write(&api.store(), "UPDATE sessions SET used_at = used_at - 600000");
    sleep(Duration::from_millis(1000));
    let before = used();
    for path in ["/status", "/session", "/picture", "/picture/names", "/feeds", "/changes", "/coverage", "/events"] {
        api.call(&ana, "GET", path, None);
    }
    let own = ana.with("X-Atalaia-Background", "1");
    for path in ["/alerts", "/alerts/summary", "/cases", "/silences", "/users"] {
        api.call(&own, "GET", path, None);
    }
    sleep(Duration::from_millis(500));
    assert_eq!(used(), before, "nobody was at the desk");
    assert_eq!(api.call(&ana, "GET", "/alerts", None).status, 200);
    wait_until(|| before < used());
    write(&api.store(), "UPDATE sessions SET used_at = used_at - 1801000");
    sleep(Duration::from_millis(1000));
    assert_eq!(api.call(&ana, "GET", "/status", None).status, 401, "half an hour without use");
}

#[test]
fn a_token_that_had_to_wait_for_the_store_is_answered_with_its_secret() {
    let api = Api::start("");
    api.add("root", "admin");
    let root = api.sign_in("root");
    let store = rusqlite::Connection::open(api.store()).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let until = std::thread::spawn(move || {
        // Longer than a reading request may take, shorter than the store waits for its lock.
        sleep(Duration::from_millis(6500));
        store.execute_batch("COMMIT").unwrap();
    });
    let end = Clock.now() + Span::from_hours(1000);
    let body = json!({"name": "qgis", "rights": ["read"], "expires": end.to_string(), "purpose": "Safety"});
    let made = api.call(&root, "POST", "/tokens", Some(body.clone()));
    until.join().unwrap();
    assert_eq!(made.status, 201, "{made:?}");
    assert!(made.json()["secret"].is_string());
    assert_eq!(api.call(&root, "POST", "/tokens", Some(body)).status, 409, "its name is taken");
    assert_eq!(api.call(&root, "DELETE", "/tokens/QGIS", None).status, 204, "whatever the case");
}

#[test]
fn a_secret_is_in_no_log_but_that_of_the_first_administrator_and_not_in_the_store() {
    let mut api = Api::start("");
    api.add("root", "admin");
    let root = api.sign_in("root");
    let end = Clock.now() + Span::from_hours(1000);
    let body = json!({"name": "qgis", "rights": ["read"], "expires": end.to_string(), "purpose": "Safety"});
    let made = api.call(&root, "POST", "/tokens", Some(body));
    assert_eq!(made.status, 201, "{made:?}");
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("atl_") && secret.len() == 47, "{secret}");
    assert_eq!(api.call(&Caller::token(&secret), "GET", "/me", None).json()["way"], "token");
    assert_eq!(api.call(&root, "DELETE", "/tokens/qgis", None).status, 204);
    assert_eq!(api.call(&Caller::token(&secret), "GET", "/me", None).status, 401);
    let cookie = root.headers[0].1.split('=').nth(1).unwrap().to_owned();
    api.daemon.signal("TERM");
    let log = api.daemon.log_to_the_end().join("\n");
    for file in fs::read_dir(api.folder.path()).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file())
    {
        let is_store = file.file_name().unwrap().to_string_lossy().starts_with("atalaia.sqlite");
        let content = fs::read(&file).unwrap();
        for hidden in [secret.as_str(), cookie.as_str(), PASSWORD] {
            let found = content.windows(hidden.len()).any(|part| part == hidden.as_bytes());
            assert!(!is_store || !found, "{} has a secret", file.display());
        }
    }
    assert!(!log.contains(&secret) && !log.contains(&cookie) && !log.contains(PASSWORD), "{log}");
}

#[test]
fn the_console_is_served_under_its_policy_and_its_files_may_be_kept() {
    let api = Api::start("");
    let nobody = Caller::default();
    for page in ["/", "/login", "/alerts/abc", "/vessels/224000001", "/people"] {
        let answer = api.ask(&nobody, "GET", page, None);
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{page}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("require-trusted-types-for 'script'") && !policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{page} {name}");
        }
    }
    let index = api.ask(&nobody, "GET", "/", None).body;
    let main = index.split('"').find(|part| part.ends_with("/main.js")).unwrap();
    let file = api.ask(&nobody, "GET", main, None);
    assert_eq!((file.status, file.header("content-type")), (200, Some("text/javascript; charset=utf-8")));
    assert!(file.header("cache-control").unwrap().contains("immutable"));
    let tag = file.header("etag").unwrap().to_owned();
    assert_eq!(api.ask(&nobody.with("If-None-Match", &tag), "GET", main, None).status, 304);
    let zipped = api.ask(&nobody.with("Accept-Encoding", "gzip"), "GET", main, None);
    assert_eq!(zipped.header("content-encoding"), Some("gzip"));
    let other = main.replace("/console/", "/console/0");
    assert_eq!(api.ask(&nobody, "GET", &other, None).status, 404, "a file of another version");
    assert_eq!(api.ask(&nobody, "GET", "/nowhere", None).status, 404);
    let rebound = api.ask(&nobody.with("Host", "evil.example"), "GET", "/", None);
    assert_eq!((rebound.status, rebound.problem().as_str()), (421, "host"), "{rebound:?}");
}

#[test]
fn tls_is_served_with_a_certificate_that_is_read_again() {
    let folder = tempfile::TempDir::new().unwrap();
    let (certificate, key) = (folder.path().join("a.pem"), folder.path().join("a.key"));
    fs::copy(CERTIFICATE, &certificate).unwrap();
    fs::copy(KEY, &key).unwrap();
    let tls = format!("[api.tls]\ncertificate = \"{}\"\nkey = \"{}\"\n", certificate.display(), key.display());
    let mut api = Api::start(&tls);
    let port = api.address.rsplit(':').next().unwrap().to_owned();
    let curl = |more: &[&str]| {
        let url = format!("https://localhost:{port}/api/v1/openapi.json");
        let resolve = format!("localhost:{port}:127.0.0.1");
        let mut command = Command::new("curl");
        command.args(["-sS", "-o", "/dev/null", "-m", "20", "--resolve", &resolve, "--cacert", AUTHORITY]);
        let output = command.args(["-w", "%{http_code} %{http_version}"]).args(more).arg(url).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    if Command::new("curl").arg("--version").output().is_err() {
        return crate::harness::passed_over::passed_over("curl is not installed");
    }
    assert_eq!(curl(&["--http2"]), "200 2");
    assert_eq!(curl(&["--http1.1"]), "200 1.1");
    // Peers that do not finish their handshake delay nobody.
    let _slow: Vec<_> = (0..20).map(|_| std::net::TcpStream::connect(&api.address).unwrap()).collect();
    assert_eq!(curl(&["--http2"]), "200 2");
    fs::write(&certificate, "not PEM").unwrap();
    sleep(Duration::from_millis(1100));
    assert_eq!(curl(&[]), "200 2", "the former one stays");
    api.daemon.wait_for(&["the changed certificate cannot be used"]);
    fs::copy(CERTIFICATE, &certificate).unwrap();
    sleep(Duration::from_millis(1100));
    assert_eq!(curl(&[]), "200 2");
    api.daemon.wait_for(&["was read again"]);
}
